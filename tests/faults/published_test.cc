// P4 for what is published: whatever is imported, published, scheduled, cancelled, rolled back and
// withdrawn, in whatever order, and however often the catalogue dies in between, what was published
// never changes. Random: the seed is printed, and taken from ZHIPING_SEED if that is set.
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/criteria/release.h"
#include "common/time/timestamp.h"
#include "tests/faults/suite.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::faults {
namespace {

using catalogue::v1::ActivationRecord;

uint32_t Seed() {
  const char* const given = std::getenv("ZHIPING_SEED");
  const uint32_t seed = given != nullptr ? static_cast<uint32_t>(std::strtoul(given, nullptr, 10))
                                         : std::random_device()();
  std::cout << "ZHIPING_SEED=" << seed << "\n";
  return seed;
}

// What may become of an activation.
bool MayBecome(ActivationRecord::State before, ActivationRecord::State now) {
  switch (before) {
    case ActivationRecord::PENDING:
      return true;
    case ActivationRecord::IN_FORCE:
      return now == ActivationRecord::IN_FORCE || now == ActivationRecord::REPLACED;
    default:
      return now == before;
  }
}

// Everything that was ever seen published.
class Published {
 public:
  // Looks at everything again, and at what is new. What has changed, a line each.
  std::vector<std::string> Look(CatalogueProcess& catalogue) {
    changed_.clear();
    const auto records = catalogue.Activations();
    for (const auto& record : records) LookAt(record);
    if (records.size() != records_.size()) changed_.push_back("an activation is missing");
    for (const auto& record : records) LookAtRelease(catalogue, record.activation().digest());
    LookAtThePast(catalogue);
    return changed_;
  }
  // One that was published before.
  std::string AnyDigest(std::mt19937& random) const {
    return std::next(envelopes_.begin(), random() % envelopes_.size())->first;
  }
  bool empty() const { return records_.empty(); }

 private:
  void LookAt(const ActivationRecord& record) {
    const int32_t revision = record.activation().revision();
    const auto [known, added] = records_.emplace(revision, record);
    if (added) {
      if (std::next(known) != records_.end()) {
        changed_.push_back(absl::StrCat("revision ", revision, " came after a higher one"));
      }
      return;
    }
    ActivationRecord same = record;
    same.set_state(known->second.state());
    if (same.SerializeAsString() != known->second.SerializeAsString() ||
        !MayBecome(known->second.state(), record.state())) {
      changed_.push_back(absl::StrCat("was ", known->second.ShortDebugString(), "\n is ",
                                      record.ShortDebugString()));
    }
    known->second = record;
  }
  void LookAtRelease(CatalogueProcess& catalogue, const std::string& digest) {
    const auto envelope = catalogue.Blob(digest);
    if (!envelope.ok()) {
      changed_.push_back(digest + " is gone: " + std::string(envelope.status().message()));
      return;
    }
    const auto [known, added] = envelopes_.emplace(digest, *envelope);
    const auto parsed = envelope::ParseEnvelope(*envelope);
    if (known->second != *envelope || !parsed.ok() ||
        criteria::DigestOf(parsed->payload) != digest) {
      changed_.push_back(digest + " has other bytes");
    }
  }
  // What was in force at instants that were the present once.
  void LookAtThePast(CatalogueProcess& catalogue) {
    // What is published within a millisecond is in force from its beginning: one that is over.
    const absl::Time past = FromTimestamp(ToTimestamp(absl::Now() - absl::Milliseconds(2)));
    in_force_[past] = InForceAt(catalogue, past);
    for (const auto& [instant, digest] : in_force_) {
      if (InForceAt(catalogue, instant) != digest) {
        changed_.push_back(absl::StrCat("at ", absl::FormatTime(instant), " another was in force"));
      }
    }
  }
  static std::string InForceAt(CatalogueProcess& catalogue, absl::Time instant) {
    catalogue::v1::GetActivationRequest request;
    request.set_programme(kProgramme);
    *request.mutable_at() = ToTimestamp(instant);
    const auto response = catalogue::Call<catalogue::v1::GetActivationResponse>(
        catalogue.stub(), &CatalogueProcess::Public::GetActivation, request);
    return response.ok() ? response->state().current().digest() : "no answer";
  }

  std::map<int32_t, ActivationRecord> records_;
  // By digest.
  std::map<std::string, std::string> envelopes_;
  std::map<absl::Time, std::string> in_force_;
  std::vector<std::string> changed_;
};

class PublishedTest : public testing::TestWithParam<sql::Engine> {
 protected:
  void SetUp() override { catalogue_.StartAndAwait(); }

  uint32_t Below(uint32_t count) { return random_() % count; }
  // Imported, or published before.
  std::string AnyDigest() {
    if (!published_.empty() && Below(3) == 0) return published_.AnyDigest(random_);
    return imported_[Below(imported_.size())];
  }
  int32_t PendingRevision() {
    const auto activation = catalogue_.Activation();
    return activation.ok() ? activation->state().pending().revision() : 0;
  }
  catalogue::v1::PublishReleaseRequest Publication() {
    catalogue::v1::PublishReleaseRequest request;
    request.set_digest(AnyDigest());
    request.set_request_id(catalogue::NewRequestId());
    if (Below(2) == 0) request.set_cancel_pending_revision(PendingRevision());
    if (Below(3) == 0) {
      *request.mutable_in_force_from() =
          ToTimestamp(absl::Now() + absl::Milliseconds(1050 + Below(1500)));
    }
    return request;
  }
  // What may be refused is refused for a reason, and never fails.
  template <typename Response>
  void ExpectAnswered(const absl::StatusOr<Response>& response) {
    EXPECT_TRUE(response.ok() || absl::IsFailedPrecondition(response.status()) ||
                absl::IsInvalidArgument(response.status()))
        << response.status();
  }
  void RollBack() {
    catalogue::v1::RollBackRequest request;
    if (Below(2) == 0) request.set_digest(AnyDigest());
    if (Below(2) == 0) request.set_cancel_pending_revision(PendingRevision());
    request.set_withdraw(Below(4) == 0);
    ExpectAnswered(catalogue_.RollBack(request));
  }
  // Whether it happened is unknown; asking again with the same id tells, and does it at most once.
  void PublishWhileKilled() {
    const auto request = Publication();
    std::thread publishing([&] { catalogue_.Publish(request).IgnoreError(); });
    absl::SleepFor(absl::Milliseconds(Below(40)));
    catalogue_.Kill();
    publishing.join();
    catalogue_.StartAndAwait();
    const auto first = catalogue_.Publish(request);
    ExpectAnswered(first);
    const auto second = catalogue_.Publish(request);
    ASSERT_EQ(second.ok(), first.ok());
    if (first.ok()) {
      EXPECT_EQ(second->SerializeAsString(), first->SerializeAsString());
    }
  }
  void Step() {
    switch (imported_.empty() ? 0 : Below(9)) {
      case 0:
        imported_.push_back(catalogue_.ImportNew());
        break;
      case 1:
      case 2:
        RollBack();
        break;
      case 3:
        PublishWhileKilled();
        break;
      case 4:
        catalogue_.Terminate();
        catalogue_.StartAndAwait();
        break;
      default:
        ExpectAnswered(catalogue_.Publish(Publication()));
    }
  }

  const std::string setting_ = sql::NewSetting(GetParam());
  Suite suite_;
  CatalogueProcess catalogue_{suite_, {{"--database", setting_}}};
  std::mt19937 random_{Seed()};
  std::vector<std::string> imported_;
  Published published_;
};

TEST_P(PublishedTest, NothingThatWasPublishedEverChanges) {
  for (int step = 0; step < 40; ++step) {
    Step();
    ASSERT_THAT(published_.Look(catalogue_), testing::IsEmpty()) << "step " << step;
  }
  EXPECT_FALSE(published_.empty());
}

// What the test above rests on: a store that changes what it holds is noticed. A catalogue does not
// even start with activations that its log of changes says otherwise.
TEST_P(PublishedTest, AStoreThatChangesAnythingIsNoticed) {
  catalogue_.PublishNew();
  const std::string second = catalogue_.PublishNew().digest();
  catalogue_.PublishNew();
  catalogue::v1::PublishReleaseRequest scheduled;
  scheduled.set_digest(catalogue_.ImportNew());
  scheduled.set_request_id(catalogue::NewRequestId());
  *scheduled.mutable_in_force_from() = ToTimestamp(absl::Now() + absl::Hours(1));
  ASSERT_OK(catalogue_.Publish(scheduled));
  ASSERT_OK(catalogue_.Fence(9));
  ASSERT_THAT(published_.Look(catalogue_), testing::IsEmpty());
  catalogue_.Terminate();
  const auto change = [this](const std::string& statement) {
    const auto database = sql::OpenOrDie(setting_);
    ASSERT_OK(sql::Execute(*database, statement)) << statement;
  };
  const auto expect_refused = [this](const std::string& changed) {
    catalogue_.Start();
    EXPECT_GT(catalogue_.AwaitEnd(), 0) << changed;
    EXPECT_THAT(catalogue_.Output(), testing::HasSubstr("与变更日志的记载不符")) << changed;
  };
  const std::pair<std::string, std::string> changes_and_back[] = {
      {"activation SET reason = 'another' WHERE revision = 1",
       "activation SET reason = '测试' WHERE revision = 1"},
      {"activation SET in_force_from = in_force_from - 1 WHERE revision = 2",
       "activation SET in_force_from = in_force_from + 1 WHERE revision = 2"},
      {"activation SET digest = (SELECT digest FROM activation WHERE revision = 1) WHERE revision "
       "= 2",
       absl::StrCat("activation SET digest = '", second, "' WHERE revision = 2")},
      {"activation SET cancelled_revision = 2 WHERE revision = 3",
       "activation SET cancelled_revision = 0 WHERE revision = 3"},
      {"activation SET actor = 'nobody' WHERE revision = 3",
       "activation SET actor = 'unauthenticated:张三' WHERE revision = 3"},
      {"activation SET kind = kind + 1 WHERE revision = 3",
       "activation SET kind = kind - 1 WHERE revision = 3"},
      {"activation SET approvers = approvers || '李四' WHERE revision = 3",
       "activation SET approvers = replace(approvers, '李四', '') WHERE revision = 3"},
      // What is scheduled would be in force.
      {"activation SET created_at = created_at + 7200000 WHERE revision = 4",
       "activation SET created_at = created_at - 7200000 WHERE revision = 4"},
      {"programme SET reached_revision = 4", "programme SET reached_revision = 0"},
      {"programme SET next_revision = 5", "programme SET next_revision = 10"},
      {"programme SET next_revision = 2147483646", "programme SET next_revision = 10"},
      {"programme SET fenced_revision = 0", "programme SET fenced_revision = 9"},
      {"programme SET fenced_revision = 10", "programme SET fenced_revision = 9"},
      {"programme SET met_revision = 10", "programme SET met_revision = 0"},
  };
  for (const auto& [there, back] : changes_and_back) {
    change("UPDATE " + there);
    expect_refused(there);
    change("UPDATE " + back);
  }
  change(
      "INSERT INTO withdrawal (programme, digest, revision) "
      "SELECT programme, digest, revision FROM activation LIMIT 1");
  expect_refused("a withdrawal");
  change("DELETE FROM withdrawal");

  const std::string envelope =
      "(SELECT envelope FROM release WHERE digest <> (SELECT max(digest) FROM activation) "
      "ORDER BY digest LIMIT 1)";
  const std::string latest = " WHERE digest = (SELECT max(digest) FROM activation)";
  change(absl::StrCat("UPDATE release SET envelope = ", envelope, latest));
  catalogue_.StartAndAwait();
  EXPECT_THAT(published_.Look(catalogue_), testing::Not(testing::IsEmpty()));
  catalogue_.Terminate();
  change(absl::StrCat("UPDATE release SET envelope = NULL", latest));
  expect_refused("a published release without an envelope");
  change(absl::StrCat("UPDATE release SET envelope = ", envelope, latest));
  change("UPDATE programme SET next_revision = 4");
  change("DELETE FROM activation WHERE revision = 4");
  expect_refused("the last activation is missing, as if it had never been");
}

ON_BOTH_DATABASES(PublishedTest);

}  // namespace
}  // namespace zhiping::faults
