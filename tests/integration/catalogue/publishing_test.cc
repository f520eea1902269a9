// Importing, publishing, rolling back and following, over gRPC on both databases.
#include <thread>

#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "common/releases/seed.h"
#include "common/releases/state.h"
#include "common/time/timestamp.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::catalogue {
namespace {

using Admin = v1::CatalogueAdminService::Stub;
using Public = v1::CatalogueService::Stub;

class PublishingTest : public testing::TestWithParam<sql::Engine> {
 protected:
  PublishingTest() {
    options_.database.database = sql::NewSetting(GetParam());
    options_.signing = NewSigning();
    options_.redis.address = "";
    catalogue_ = std::make_unique<CatalogueUnderTest>(options_);
  }

  std::string Import(const std::string& change = "") { return catalogue_->Import(change); }
  auto Publish(const v1::PublishReleaseRequest& request) { return catalogue_->Publish(request); }
  auto RollBack(bool withdraw, const std::string& digest = "") {
    auto request = Rollback();
    request.set_withdraw(withdraw);
    request.set_digest(digest);
    return catalogue_->RollBack(request);
  }
  v1::GetActivationResponse Activation() {
    const auto response = catalogue_->Activation();
    EXPECT_OK(response);
    return response.value_or(v1::GetActivationResponse());
  }

  CatalogueOptions options_;
  std::unique_ptr<CatalogueUnderTest> catalogue_;
};

TEST_P(PublishingTest, NothingPublishedIsConfirmedToo) {
  const auto answer = Activation();
  EXPECT_FALSE(answer.state().has_current());
  const auto trust = releases::ReadTrustFile(options_.signing.trust_file);
  EXPECT_OK(releases::OpenState(answer.envelope(), kProgramme, **trust));
}

TEST_P(PublishingTest, EveryFindingIsReportedAndNothingStored) {
  auto request = Edition2026();
  request.set_rulebook("tiers { id: 7 }");
  const auto refused =
      Call<v1::ImportEditionResponse>(catalogue_->admin(), &Admin::ImportEdition, request);
  ASSERT_OK(refused);
  EXPECT_GT(refused->findings_size(), 0);
  EXPECT_EQ(refused->digest(), "");
  EXPECT_TRUE(catalogue_->store().Versions(absl::Now() + absl::Seconds(10))->empty());
}

TEST_P(PublishingTest, OfVeryManyFindingsTheFirstAreListedAndTheOthersCounted) {
  auto request = Edition2026();
  for (int i = 0; i < 20'000; ++i) {
    request.mutable_rulebook()->append(
        absl::StrCat("weights { scenario: \"nobody-", i, "\" weight: 1 }\n"));
  }
  const auto refused =
      Call<v1::ImportEditionResponse>(catalogue_->admin(), &Admin::ImportEdition, request);
  ASSERT_OK(refused);
  ASSERT_EQ(refused->findings_size(), 201);
  EXPECT_EQ(refused->findings(0).reason(), "UNKNOWN_SCENARIO");
  EXPECT_EQ(refused->findings(200).reason(), "MORE_FINDINGS");
  EXPECT_THAT(refused->findings(200).message().zh(), testing::HasSubstr("另有 19800 处错误"));
  EXPECT_EQ(refused->digest(), "");
}

TEST_P(PublishingTest, APublishedReleaseIsInForceAtOnceAndARetryGetsTheSameAnswer) {
  const std::string digest = Import();
  EXPECT_EQ(Import(), digest);
  const auto request = Publication(digest);
  const auto published = Publish(request);
  ASSERT_OK(published);
  EXPECT_EQ(published->activation().revision(), 1);
  EXPECT_EQ(published->release_label(), "2026-1");
  EXPECT_EQ(published->activation().approvers(0), "bootstrap:unauthenticated:张三");
  EXPECT_EQ(Publish(request)->SerializeAsString(), published->SerializeAsString());
  auto other = request;
  other.mutable_actor()->set_reason("另一个");
  EXPECT_THAT(Publish(other), HasReason(Reason::REQUEST_ID_REUSED));
  const auto answer = Activation();
  EXPECT_EQ(answer.state().current().digest(), digest);
  EXPECT_EQ(answer.current_label(), "2026-1");
  v1::GetBlobRequest blob;
  blob.set_digest(digest);
  const auto envelope = Call<v1::GetBlobResponse>(catalogue_->stub(), &Public::GetBlob, blob);
  ASSERT_OK(envelope);
  EXPECT_EQ(criteria::DigestOf(envelope::ParseEnvelope(envelope->envelope())->payload), digest);
}

TEST_P(PublishingTest, AnInstantThatPassedIsRefused) {
  auto request = Publication(Import());
  *request.mutable_in_force_from() = ToTimestamp(absl::Now() - absl::Hours(1));
  EXPECT_THAT(Publish(request), HasReason(Reason::INSTANT_PASSED));
  EXPECT_FALSE(Activation().state().has_current());
}

TEST_P(PublishingTest, APendingActivationIsCancelledOnlyByName) {
  const std::string first = Import();
  ASSERT_OK(Publish(Publication(first)));
  const std::string second = Import("改");
  auto scheduled = Publication(second);
  *scheduled.mutable_in_force_from() = ToTimestamp(absl::Now() + absl::Hours(1));
  ASSERT_OK(Publish(scheduled));
  EXPECT_EQ(Activation().state().pending().revision(), 2);
  EXPECT_THAT(Publish(Publication(second)), HasReason(Reason::PENDING_EXISTS));
  auto replacing = Publication(second);
  replacing.set_cancel_pending_revision(2);
  const auto replaced = Publish(replacing);
  ASSERT_OK(replaced);
  EXPECT_EQ(replaced->activation().revision(), 4);
  EXPECT_EQ(Activation().state().current().digest(), second);
  EXPECT_FALSE(Activation().state().has_pending());
  v1::ListActivationsRequest list;
  list.set_programme(kProgramme);
  const auto all =
      Call<v1::ListActivationsResponse>(catalogue_->stub(), &Public::ListActivations, list);
  ASSERT_OK(all);
  std::vector<v1::ActivationRecord::State> states;
  for (const auto& record : all->activations()) states.push_back(record.state());
  EXPECT_THAT(states, testing::ElementsAre(
                          v1::ActivationRecord::IN_FORCE, v1::ActivationRecord::REPLACED,
                          v1::ActivationRecord::CANCELLED, v1::ActivationRecord::REPLACED));
}

TEST_P(PublishingTest, GoingBackToWhatIsInForceOnlyCancelsWhatIsPending) {
  const std::string first = Import();
  ASSERT_OK(Publish(Publication(first)));
  auto scheduled = Publication(Import("改"));
  *scheduled.mutable_in_force_from() = ToTimestamp(absl::Now() + absl::Hours(1));
  ASSERT_OK(Publish(scheduled));
  EXPECT_THAT(RollBack(false, first), HasReason(Reason::PENDING_EXISTS));
  int32_t pending = 2;
  // Whoever cancels need not say what stays in force.
  for (const std::string& digest : {first, std::string()}) {
    auto cancelling = Rollback();
    cancelling.set_digest(digest);
    cancelling.set_cancel_pending_revision(pending);
    const auto cancelled = catalogue_->RollBack(cancelling);
    ASSERT_OK(cancelled);
    EXPECT_EQ(cancelled->kind(), v1::ActivationRecord::REISSUE);
    EXPECT_EQ(cancelled->activation().revision(), pending + 1);
    EXPECT_EQ(cancelled->activation().digest(), first);
    const auto state = Activation().state();
    EXPECT_EQ(state.current().revision(), pending + 1);
    EXPECT_FALSE(state.has_pending());
    scheduled.set_request_id(NewRequestId());
    const auto again = Publish(scheduled);
    ASSERT_OK(again);
    pending = again->activation().revision();
  }
  // Nothing was rolled back that a second person would have to look at.
  EXPECT_TRUE(catalogue_->Convergence()->alarms().empty());
}

TEST_P(PublishingTest, RollingBackGoesToWhatWasInForceAndMayWithdraw) {
  const std::string first = Import();
  EXPECT_THAT(RollBack(false), HasReason(Reason::NO_ACTIVE_RELEASE));
  ASSERT_OK(Publish(Publication(first)));
  EXPECT_THAT(RollBack(false), HasReason(Reason::NEVER_IN_FORCE));
  const std::string second = Import("改");
  EXPECT_THAT(RollBack(false, second), HasReason(Reason::NEVER_IN_FORCE));
  ASSERT_OK(Publish(Publication(second)));
  const auto back = RollBack(true);
  ASSERT_OK(back);
  EXPECT_EQ(back->activation().digest(), first);
  EXPECT_EQ(back->withdrawn_digest(), second);
  EXPECT_EQ(back->kind(), v1::ActivationRecord::ROLLBACK);
  EXPECT_THAT(Activation().state().withdrawn(), testing::ElementsAre(second));
  EXPECT_THAT(Publish(Publication(second)), HasReason(Reason::RELEASE_WITHDRAWN));
}

// Neither a command that is typed again, since its answer was lost, nor a second person goes back
// once more; whoever means to says so.
TEST_P(PublishingTest, ARollbackIsNotCarriedOutTwice) {
  const std::string first = Import();
  ASSERT_OK(Publish(Publication(first)));
  ASSERT_OK(Publish(Publication(Import("二"))));
  ASSERT_OK(Publish(Publication(Import("三"))));
  std::vector<absl::Status> statuses(2);
  {
    std::vector<std::thread> operators;
    for (absl::Status& status : statuses) {
      operators.emplace_back([&] { status = RollBack(false).status(); });
    }
    for (std::thread& one : operators) one.join();
  }
  EXPECT_NE(statuses[0].ok(), statuses[1].ok());
  const absl::Status& refused = statuses[0].ok() ? statuses[1] : statuses[0];
  EXPECT_THAT(refused, HasReason(Reason::ALREADY_ROLLED_BACK));
  EXPECT_EQ(Activation().state().current().revision(), 4);
  const auto further = RollBack(false, first);
  ASSERT_OK(further);
  EXPECT_EQ(further->activation().digest(), first);
}

TEST_P(PublishingTest, WhoDecidesWhatIsInForceHasToSayWhy) {
  const std::string digest = Import();
  for (const char* reason : {"", "  ", "\u3000 "}) {
    auto publication = Publication(digest);
    publication.mutable_actor()->set_reason(reason);
    auto rollback = Rollback();
    *rollback.mutable_actor() = publication.actor();
    v1::FenceRevisionRequest fence;
    fence.set_programme(kProgramme);
    fence.set_above(1);
    fence.set_request_id(NewRequestId());
    *fence.mutable_actor() = publication.actor();
    const absl::Status refusals[] = {
        Publish(publication).status(), catalogue_->RollBack(rollback).status(),
        Call<v1::FenceRevisionResponse>(catalogue_->admin(), &Admin::FenceRevision, fence)
            .status()};
    for (const absl::Status& refused : refusals) {
      const ErrorDetail detail = DetailOf(refused);
      EXPECT_EQ(detail.reason(), Reason::FIELD_REQUIRED);
      ASSERT_EQ(detail.violations_size(), 1);
      EXPECT_EQ(detail.violations(0).field(), "actor.reason");
    }
  }
  EXPECT_FALSE(Activation().state().has_current());
}

TEST_P(PublishingTest, ALabelIsPublishedOnce) {
  const std::string one = Import();
  const std::string other = Import("改");
  ASSERT_OK(Publish(Publication(one)));
  EXPECT_THAT(Publish(Publication(other)), HasReason(Reason::LABEL_TAKEN));
}

// Else two releases of a programme would have one label.
TEST_P(PublishingTest, AYearHasOneEdition) {
  auto request = Edition2026("改");
  for (std::string* const file :
       {request.mutable_edition(), request.mutable_rulebook(), request.mutable_vectors()}) {
    *file = absl::StrReplaceAll(*file, {{"\"jiangsu-ai-2026\"", "\"jiangsu-ai-2026b\""}});
  }
  const auto import = [&] {
    return Call<v1::ImportEditionResponse>(catalogue_->admin(), &Admin::ImportEdition, request);
  };
  const auto candidate = import();
  ASSERT_OK(candidate);
  ASSERT_EQ(candidate->edition(), "jiangsu-ai-2026b");
  ASSERT_NE(candidate->digest(), "");
  ASSERT_OK(Publish(Publication(Import())));
  const auto refused = Publish(Publication(candidate->digest()));
  EXPECT_THAT(refused, HasReason(Reason::LABEL_TAKEN));
  EXPECT_THAT(DetailOf(refused.status()).message().zh(),
              testing::HasSubstr("2026 年版已是 jiangsu-ai-2026，"));
  const auto again = import();
  ASSERT_OK(again);
  EXPECT_EQ(again->digest(), "");
  ASSERT_EQ(again->findings_size(), 1);
  EXPECT_EQ(again->findings(0).severity(), v1::Finding::ERROR);
  EXPECT_EQ(again->findings(0).reason(), "LABEL_TAKEN");
}

TEST_P(PublishingTest, AnotherCandidateOfTheSameLabelIsAWarningUntilOneIsPublished) {
  const auto warnings = [&](const std::string& change) {
    const auto imported = Call<v1::ImportEditionResponse>(
        catalogue_->admin(), &Admin::ImportEdition, Edition2026(change));
    EXPECT_OK(imported);
    std::vector<std::string> said;
    for (const auto& finding : imported->findings()) {
      if (finding.reason() != "LABEL_SHARED") continue;
      EXPECT_EQ(finding.severity(), v1::Finding::WARNING);
      EXPECT_THAT(finding.message().zh(), testing::HasSubstr("标签 2026-1"));
      said.push_back(finding.message().en());
    }
    return said;
  };
  EXPECT_THAT(warnings(""), testing::IsEmpty());
  // The same content is no other candidate.
  EXPECT_THAT(warnings(""), testing::IsEmpty());
  const std::string one = Import();
  EXPECT_THAT(warnings("改"), testing::ElementsAre(testing::HasSubstr(one)));
  const std::string other = Import("改");
  EXPECT_THAT(warnings(""), testing::ElementsAre(testing::HasSubstr(other)));
  ASSERT_OK(Publish(Publication(one)));
  // That one is 2026-2 now.
  EXPECT_THAT(warnings("改"), testing::IsEmpty());
  // Which one has the label is said to whoever publishes the other.
  const auto taken = Publish(Publication(other));
  EXPECT_THAT(taken, HasReason(Reason::LABEL_TAKEN));
  EXPECT_THAT(DetailOf(taken.status()).message().zh(), testing::HasSubstr(one));
}

TEST_P(PublishingTest, ContentThatWasPublishedKeepsItsLabel) {
  const std::string one = Import();
  ASSERT_OK(Publish(Publication(one)));
  ASSERT_OK(Publish(Publication(Import("改"))));
  const auto again =
      Call<v1::ImportEditionResponse>(catalogue_->admin(), &Admin::ImportEdition, Edition2026());
  ASSERT_OK(again);
  EXPECT_TRUE(again->published());
  EXPECT_EQ(again->digest(), one);
  EXPECT_EQ(again->label(), "2026-1");
}

TEST_P(PublishingTest, SubscribersGetTheStateAtOnceAndAtEveryChange) {
  const std::string digest = Import();
  grpc::ClientContext context;
  const auto stream = catalogue_->stub().Subscribe(&context);
  auto hello = Hello("scoring-1");
  ASSERT_TRUE(stream->Write(hello));
  v1::SubscribeResponse states;
  ASSERT_TRUE(stream->Read(&states));
  ASSERT_EQ(states.envelopes_size(), 1);
  ASSERT_OK(Publish(Publication(digest)));
  const absl::Time published = absl::Now();
  const auto trust = releases::ReadTrustFile(options_.signing.trust_file);
  do {
    ASSERT_TRUE(stream->Read(&states));
  } while (
      releases::OpenState(states.envelopes(0), kProgramme, **trust)->state.current().digest() !=
      digest);
  EXPECT_LT(absl::Now() - published, absl::Milliseconds(250));
  hello.add_reports()->set_programme(kProgramme);
  hello.mutable_reports(0)->set_revision(1);
  hello.mutable_reports(0)->set_digest(digest);
  ASSERT_TRUE(stream->Write(hello));
  const auto status = [&] {
    const auto answer = catalogue_->Convergence();
    return !answer.ok() || answer->instances().empty() ? v1::InstanceConvergence::STATUS_UNSPECIFIED
                                                       : answer->instances(0).status();
  };
  EXPECT_TRUE(processes::Eventually([&] { return status() == v1::InstanceConvergence::APPLIED; }));
  hello.set_leaving(true);
  ASSERT_TRUE(stream->Write(hello));
  EXPECT_OK(rpc::FromGrpcStatus(stream->Finish()));
  EXPECT_TRUE(processes::Eventually(
      [&] { return status() == v1::InstanceConvergence::STATUS_UNSPECIFIED; }));
}

ON_BOTH_DATABASES(PublishingTest);

}  // namespace
}  // namespace zhiping::catalogue
