// An instance that ends says goodbye, waits for no answer any more, and leaves nothing of gRPC
// behind.
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/criteria/release.h"
#include "common/releases/catalogue_source.h"
#include "common/releases/follower.h"
#include "common/releases/seed.h"
#include "common/releases/subscription.h"
#include "common/rpc/channel.h"
#include "tests/faults/suite.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

// A thousand streams end one after the other, each with the only channel of this program, so that
// whoever holds that last ends gRPC's own threads.
TEST(GoodbyeTest, EveryInstanceThatEndsIsForgotten) {
  const Suite suite;
  CatalogueProcess catalogue(suite);
  catalogue.StartAndAwait();
  catalogue.PublishNew();
  for (int i = 0; i < 1000; ++i) {
    catalogue::v1::SubscribeRequest opening;
    opening.mutable_instance()->set_id(absl::StrCat("instance-", i));
    opening.mutable_instance()->set_service("scoring");
    opening.add_programmes(kProgramme);
    absl::Notification stated;
    const rpc::Log log(rpc::Severity::kError);
    const auto subscription = releases::NewSubscription(
        rpc::NewStreamChannel(catalogue.address()), opening,
        [&](const std::vector<std::string>&) {
          if (!stated.HasBeenNotified()) stated.Notify();
        },
        SystemClock(), log);
    subscription->Maintain();
    ASSERT_TRUE(stated.WaitForNotificationWithTimeout(absl::Seconds(20))) << i;
    subscription->Leave(absl::Seconds(20));
  }
  EXPECT_TRUE(processes::Eventually([&] {
    const auto convergence = catalogue.Convergence();
    return convergence.ok() && convergence->instances().empty();
  }));
}

TEST(GoodbyeTest, AnInstanceThatEndsWaitsForNoAnswer) {
  const Suite suite;
  CatalogueProcess catalogue(suite);
  catalogue.StartAndAwait();
  catalogue.PublishNew();
  const auto source =
      releases::NewCatalogueSource(rpc::NewChannel(catalogue.address(), {}), absl::Minutes(1));
  const auto trust = *releases::ReadTrustFile(suite.trust_file());
  const rpc::Log log(rpc::Severity::kError);
  releases::FollowerOptions options;
  options.programmes = {kProgramme};
  options.poll_interval = absl::Milliseconds(100);
  options.limits.stale_after = absl::Seconds(1);
  auto follower = std::make_unique<releases::Follower>(
      options, releases::FollowerSources{source.get(), nullptr, nullptr, nullptr}, *trust,
      SystemClock(), log, nullptr);
  follower->Start([] {});
  const auto becomes = [&](common::v1::Freshness::Value freshness) {
    return processes::Eventually([&] {
      const auto chosen = follower->snapshot()->Choose({}, SystemClock().Steady());
      return chosen.ok() && chosen->freshness == freshness;
    });
  };
  ASSERT_TRUE(becomes(common::v1::Freshness::FRESH));
  catalogue.Freeze();
  // Then a poll has been under way for most of that second.
  ASSERT_TRUE(becomes(common::v1::Freshness::STALE));
  absl::Notification answered;
  follower->Await({"", criteria::DigestOf("only the catalogue may have it")},
                  absl::Now() + absl::Minutes(1),
                  [&](const absl::StatusOr<releases::Chosen>& chosen) {
                    EXPECT_TRUE(absl::IsUnavailable(chosen.status()));
                    answered.Notify();
                  });
  const absl::Duration start = SystemClock().Steady();
  follower = nullptr;
  EXPECT_LT(SystemClock().Steady() - start, absl::Seconds(5));
  EXPECT_TRUE(answered.HasBeenNotified());
}

}  // namespace
}  // namespace zhiping::faults
