// What is read: lists, instants, differences; and who may change anything.
#include <arpa/inet.h>
#include <ifaddrs.h>

#include "absl/time/clock.h"
#include "common/criteria/diff.h"
#include "common/time/timestamp.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::catalogue {
namespace {

using Admin = v1::CatalogueAdminService::Stub;
using Public = v1::CatalogueService::Stub;

class ReadingTest : public testing::Test {
 protected:
  ReadingTest() {
    options_.database.database = sql::NewSetting(sql::Engine::kSqlite);
    options_.signing = NewSigning();
    options_.redis.address = "";
    options_.instance_lease = absl::Milliseconds(200);
    catalogue_ = std::make_unique<CatalogueUnderTest>(options_, "0.0.0.0:0");
  }

  std::string Publish(const std::string& change) {
    const std::string digest = catalogue_->Import(change);
    EXPECT_OK(catalogue_->Publish(Publication(digest)));
    return digest;
  }

  CatalogueOptions options_;
  std::unique_ptr<CatalogueUnderTest> catalogue_;
};

TEST_F(ReadingTest, ListsPageFromTheNewestAndTellHowManyThereAre) {
  const std::string first = Publish("");
  const std::string second = Publish("改");
  v1::ListReleasesRequest request;
  request.set_page_size(1);
  auto page = Call<v1::ListReleasesResponse>(catalogue_->stub(), &Public::ListReleases, request);
  ASSERT_OK(page);
  EXPECT_EQ(page->total_size(), 2);
  EXPECT_EQ(page->releases(0).digest(), second);
  EXPECT_TRUE(page->releases(0).in_force());
  request.set_page_token(page->next_page_token());
  page = Call<v1::ListReleasesResponse>(catalogue_->stub(), &Public::ListReleases, request);
  ASSERT_OK(page);
  EXPECT_EQ(page->releases(0).digest(), first);
  EXPECT_EQ(page->next_page_token(), "");
  request.set_programme("another");
  EXPECT_THAT(Call<v1::ListReleasesResponse>(catalogue_->stub(), &Public::ListReleases, request),
              HasReason(Reason::INVALID_PAGE_TOKEN));
  const auto editions = Call<v1::ListEditionsResponse>(catalogue_->stub(), &Public::ListEditions,
                                                       v1::ListEditionsRequest());
  ASSERT_OK(editions);
  ASSERT_EQ(editions->editions_size(), 1);
  EXPECT_EQ(editions->editions(0).latest_release_label(), "2026-2");
}

TEST_F(ReadingTest, ProgrammesAreListedWithAndWithoutAPublication) {
  catalogue_->Import();
  const auto context = rpc::NewContext(absl::Seconds(20));
  const auto stream = catalogue_->stub().Subscribe(context.get());
  v1::SubscribeRequest hello = Hello("scoring-1");
  hello.add_programmes("another");
  ASSERT_TRUE(stream->Write(hello));
  v1::ListProgrammesRequest request;
  request.set_page_size(1);
  const auto list = [&] {
    return Call<v1::ListProgrammesResponse>(catalogue_->admin(), &Admin::ListProgrammes, request);
  };
  ASSERT_TRUE(processes::Eventually([&] { return list()->total_size() == 2; }));
  const auto first = list();
  ASSERT_EQ(first->programmes_size(), 1);
  EXPECT_EQ(first->programmes(0).programme(), "another");
  EXPECT_FALSE(first->programmes(0).stored());
  request.set_page_token(first->next_page_token());
  const auto second = list();
  ASSERT_OK(second);
  EXPECT_EQ(second->programmes(0).programme(), kProgramme);
  EXPECT_TRUE(second->programmes(0).stored());
  EXPECT_EQ(second->next_page_token(), "");
  context->TryCancel();
}

TEST_F(ReadingTest, WhatWasInForceAtAnInstantAndWhatCarriesOver) {
  const absl::Time before = absl::Now() - absl::Seconds(1);
  const std::string first = Publish("");
  absl::SleepFor(absl::Milliseconds(2));
  const absl::Time between = absl::Now();
  absl::SleepFor(absl::Milliseconds(2));
  const std::string second = Publish("改");
  const auto at = [&](absl::Time instant) {
    v1::GetActivationRequest request;
    request.set_programme(kProgramme);
    *request.mutable_at() = ToTimestamp(instant);
    return Call<v1::GetActivationResponse>(catalogue_->stub(), &Public::GetActivation, request)
        ->state()
        .current()
        .digest();
  };
  EXPECT_EQ(at(before), "");
  EXPECT_EQ(at(between), first);
  EXPECT_EQ(at(absl::Now()), second);
  v1::DiffReleasesRequest request;
  request.set_from_digest(first);
  request.set_to_digest(second);
  const auto diff =
      Call<v1::DiffReleasesResponse>(catalogue_->stub(), &Public::DiffReleases, request);
  ASSERT_OK(diff);
  const auto compiled = [&](const std::string& digest) {
    const auto bytes = catalogue_->store().ReleaseBytesOf(absl::Now() + absl::Seconds(10), digest);
    return *criteria::Criteria::Compile(*criteria::ParseRelease(*bytes), digest);
  };
  EXPECT_EQ(diff->passport().SerializeAsString(),
            criteria::Diff(*compiled(first), *compiled(second)).SerializeAsString());
}

TEST_F(ReadingTest, ALostInstanceIsUnknownUntilItIsForgotten) {
  catalogue_->Import();
  v1::ForgetInstanceRequest forget;
  forget.set_instance("scoring-1");
  forget.mutable_actor()->set_name("张三");
  {
    grpc::ClientContext context;
    const auto stream = catalogue_->stub().Subscribe(&context);
    ASSERT_TRUE(stream->Write(Hello("scoring-1")));
    v1::SubscribeResponse states;
    ASSERT_TRUE(stream->Read(&states));
    // While it is heard from, it cannot be forgotten.
    EXPECT_TRUE(processes::Eventually([&] {
      EXPECT_TRUE(stream->Write(Hello("scoring-1")));
      const auto forgotten =
          Call<v1::ForgetInstanceResponse>(catalogue_->admin(), &Admin::ForgetInstance, forget);
      return DetailOf(forgotten.status()).reason() == Reason::INSTANCE_NOT_LOST;
    }));
    EXPECT_EQ(catalogue_->Convergence()->instances_size(), 1);
    context.TryCancel();
  }
  EXPECT_TRUE(processes::Eventually([&] {
    const auto seen = catalogue_->Convergence();
    return seen.ok() && seen->instances_size() == 1 &&
           seen->instances(0).status() == v1::InstanceConvergence::UNKNOWN;
  }));
  EXPECT_OK(Call<v1::ForgetInstanceResponse>(catalogue_->admin(), &Admin::ForgetInstance, forget));
  EXPECT_EQ(catalogue_->Convergence()->instances_size(), 0);
  EXPECT_THAT(Call<v1::ForgetInstanceResponse>(catalogue_->admin(), &Admin::ForgetInstance, forget),
              HasReason(Reason::UNKNOWN_INSTANCE));
}

TEST_F(ReadingTest, ConvergenceOfAProgrammeThatNobodyKnowsIsAnError) {
  EXPECT_THAT(catalogue_->Convergence().status(), HasReason(Reason::UNKNOWN_PROGRAMME));
  {
    // Somebody follows it already.
    grpc::ClientContext context;
    const auto stream = catalogue_->stub().Subscribe(&context);
    ASSERT_TRUE(stream->Write(Hello("scoring-1")));
    EXPECT_TRUE(processes::Eventually([&] { return catalogue_->Convergence().ok(); }));
    auto goodbye = Hello("scoring-1");
    goodbye.set_leaving(true);
    ASSERT_TRUE(stream->Write(goodbye));
    v1::SubscribeResponse states;
    while (stream->Read(&states)) {
    }
    EXPECT_OK(rpc::FromGrpcStatus(stream->Finish()));
  }
  EXPECT_TRUE(processes::Eventually([&] { return !catalogue_->Convergence().ok(); }));
  // An edition of it is there, though nothing is in force.
  catalogue_->Import();
  const auto convergence = catalogue_->Convergence();
  ASSERT_OK(convergence);
  EXPECT_FALSE(convergence->state().has_current());
}

TEST_F(ReadingTest, OtherMachinesMayNotChangeAnything) {
  catalogue_->Import();
  ifaddrs* all = nullptr;
  ASSERT_EQ(getifaddrs(&all), 0);
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    char address[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr, address,
              sizeof(address));
    const auto channel = rpc::NewChannel(absl::StrCat(address, ":", catalogue_->port()), {});
    const auto admin = v1::CatalogueAdminService::NewStub(channel);
    v1::GetConvergenceRequest request;
    request.set_programme(kProgramme);
    const auto answer = Call<v1::GetConvergenceResponse>(*admin, &Admin::GetConvergence, request);
    if (absl::string_view(address).substr(0, 4) == "127.") {
      EXPECT_OK(answer);
    } else {
      EXPECT_THAT(answer, HasReason(Reason::LOOPBACK_ONLY)) << address;
    }
  }
  freeifaddrs(all);
}

}  // namespace
}  // namespace zhiping::catalogue
