// The assessment service's log of changes for people, and its verification as it is read.
#include "services/ctl/feed_report.h"

#include <functional>

#include "absl/strings/str_cat.h"
#include "common/sql/log_chain.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;
using testing::HasSubstr;
using testing::Not;

// Appends as the service does.
v1::ChangeEntry& Add(v1::ListSubmissionChangesResponse& log, const v1::AssessmentEvent& event) {
  const std::string previous =
      log.entries().empty() ? sql::FirstHash() : log.entries().rbegin()->hash();
  v1::ChangeEntry& entry = *log.add_entries();
  const int64_t instant = 1'796'083'200'000'001;
  entry.set_position(absl::StrCat(log.entries_size()));
  entry.set_previous_hash(previous);
  entry.set_event_bytes(event.SerializeAsString());
  entry.set_hash(
      sql::EntryHash("changes", previous, log.entries_size(), instant, entry.event_bytes()));
  entry.mutable_instant()->set_seconds(instant / 1'000'000);
  entry.mutable_instant()->set_nanos(instant % 1'000'000 * 1000);
  *entry.mutable_event() = event;
  return entry;
}

// An enterprise; another that is withheld; a target list of which one enterprise is left.
v1::ListSubmissionChangesResponse Log() {
  v1::ListSubmissionChangesResponse log;
  log.set_at_end(true);
  v1::AssessmentEvent event;
  event.mutable_enterprise()->mutable_enterprise()->set_uscc("91110000600037341L");
  Add(log, event);
  event.mutable_enterprise()->mutable_enterprise()->set_uscc("91320100MA1000010X");
  v1::ChangeEntry& other = Add(log, event);
  other.set_withheld(true);
  other.clear_event_bytes();
  other.clear_event();
  event.mutable_targets()->set_campaign("jiangsu-ai-2026");
  event.mutable_targets()->add_targets()->set_enterprise("91110000600037341L");
  event.mutable_targets()->add_targets()->set_enterprise("91320100MA1000010X");
  v1::ChangeEntry& targets = Add(log, event);
  targets.set_withheld(true);
  targets.clear_event_bytes();
  targets.mutable_event()->mutable_targets()->mutable_targets()->RemoveLast();
  event.mutable_campaign()->mutable_campaign()->set_campaign("jiangsu-ai-2026");
  Add(log, event);
  return log;
}

absl::Status Verify(const v1::ListSubmissionChangesResponse& log,
                    const v1::ChangeCursor& after = {}) {
  ChangeChain chain(after);
  for (const v1::ChangeEntry& entry : log.entries()) {
    const absl::Status status = chain.Add(entry);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

TEST(FeedReportTest, SaysWhatIsWithheldAndHowMuch) {
  Screen screen;
  screen.language = *ParseLanguage("zh");
  const std::string chinese = ChangesReport(Log(), Zone(), screen);
  EXPECT_THAT(chinese, HasSubstr("企业      91110000600037341L"));
  EXPECT_THAT(chinese, HasSubstr("     2  2026-12-01 08:00:00  未提供    "
                                 "涉及不在本平台登记范围内的企业\n"));
  EXPECT_THAT(chinese, HasSubstr("1 家（只列在本平台登记的企业）"));
  EXPECT_THAT(chinese, HasSubstr("其中 2 条"));
  screen.language = *ParseLanguage("en");
  const std::string english = ChangesReport(Log(), Zone(), screen);
  EXPECT_THAT(english, HasSubstr("withheld    of enterprises that this platform is not enrolled"));
  EXPECT_THAT(english, HasSubstr("\n2 are of enterprises"));
  auto whole = Log();
  whole.mutable_entries()->DeleteSubrange(1, 2);
  EXPECT_THAT(ChangesReport(whole, Zone(), screen), Not(HasSubstr("enrolled")));
}

TEST(FeedReportTest, TheChainIsVerifiedAcrossWhatIsWithheld) {
  const auto log = Log();
  EXPECT_OK(Verify(log));
  // Further on, after a cursor.
  v1::ChangeCursor after;
  after.set_position("2");
  after.set_hash(log.entries(1).hash());
  auto rest = log;
  rest.mutable_entries()->DeleteSubrange(0, 2);
  EXPECT_OK(Verify(rest, after));
  EXPECT_THAT(Verify(rest), HasReason(Reason::LOG_BROKEN));

  const std::function<void(v1::ListSubmissionChangesResponse&)> changes[] = {
      [](auto& changed) { changed.mutable_entries(0)->mutable_event_bytes()->back() ^= 1; },
      [](auto& changed) { changed.mutable_entries(3)->set_event_bytes(""); },
      [](auto& changed) { changed.mutable_entries(1)->mutable_hash()->back() ^= 1; },
      [](auto& changed) { changed.mutable_entries(1)->mutable_previous_hash()->back() ^= 1; },
      [](auto& changed) { changed.mutable_entries(1)->set_position("3"); },
      [](auto& changed) { changed.mutable_entries(1)->set_position("two"); },
      [](auto& changed) { changed.mutable_entries()->DeleteSubrange(1, 1); },
      [](auto& changed) { changed.mutable_entries()->SwapElements(1, 2); }};
  for (const auto& change : changes) {
    auto changed = log;
    change(changed);
    EXPECT_THAT(Verify(changed), HasReason(Reason::LOG_BROKEN)) << changed.ShortDebugString();
  }
}

}  // namespace
}  // namespace zhiping::ctl
