// An instance that ends says goodbye, and leaves nothing of gRPC behind: a thousand streams end
// one after the other, each with the only channel of this program, so that whoever holds that last
// ends gRPC's own threads.
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/releases/subscription.h"
#include "common/rpc/channel.h"
#include "tests/faults/suite.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

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
        rpc::NewChannel(catalogue.address(), {}), opening,
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

}  // namespace
}  // namespace zhiping::faults
