// The log of changes for people, held as files, and its verification.
#include "services/ctl/log_report.h"

#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/sql/log_chain.h"
#include "common/time/timestamp.h"
#include "services/ctl/display_width.h"
#include "tests/golden_text.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::ActivationRecord;
using catalogue::v1::CatalogueEvent;
using catalogue::v1::ListLogEntriesResponse;
using testing::HasSubstr;

// 2026-12-01 08:00:00, Beijing time, and a microsecond.
const absl::Time kNow = absl::FromUnixMicros(1'796'083'200'000'001);

std::string Digest(char digit) { return absl::StrCat("sha256:", std::string(64, digit)); }

// Appends as the catalogue does.
void Add(ListLogEntriesResponse& log, const CatalogueEvent& event) {
  sql::LogEntry entry;
  entry.position = log.entries_size() + 1;
  entry.prev_hash = entry.position == 1 ? sql::FirstHash() : log.entries().rbegin()->hash();
  entry.instant_micros = absl::ToUnixMicros(kNow) + entry.position * 60'000'000;
  entry.bytes = event.SerializeAsString();
  entry.hash =
      sql::EntryHash(log.log(), entry.prev_hash, entry.position, entry.instant_micros, entry.bytes);
  auto& message = *log.add_entries();
  message.set_position(entry.position);
  message.set_previous_hash(entry.prev_hash);
  message.set_hash(entry.hash);
  message.mutable_instant()->set_seconds(entry.instant_micros / 1'000'000);
  message.mutable_instant()->set_nanos(entry.instant_micros % 1'000'000 * 1000);
  message.set_event_bytes(entry.bytes);
}

CatalogueEvent By(const std::string& actor, const std::string& reason) {
  CatalogueEvent event;
  event.set_programme("jiangsu-ai");
  if (!actor.empty()) event.set_actor(absl::StrCat("unauthenticated:", actor));
  event.set_reason(reason);
  return event;
}

CatalogueEvent Imported(char digit, const std::string& label) {
  CatalogueEvent event = By("张三", "");
  event.mutable_release_imported()->set_edition("jiangsu-ai-2026");
  event.mutable_release_imported()->set_digest(Digest(digit));
  event.mutable_release_imported()->set_label(label);
  return event;
}

CatalogueEvent Activated(int32_t revision, char digit, const std::string& label,
                         ActivationRecord::Kind kind, const std::string& reason,
                         absl::Time from = kNow) {
  CatalogueEvent event = By("张三", reason);
  auto& activated = *event.mutable_release_activated();
  activated.mutable_activation()->set_revision(revision);
  activated.mutable_activation()->set_digest(Digest(digit));
  *activated.mutable_activation()->mutable_in_force_from() = ToTimestamp(from);
  activated.set_release_label(label);
  activated.set_kind(kind);
  return event;
}

// One of every kind of event.
ListLogEntriesResponse EveryEvent() {
  ListLogEntriesResponse log;
  log.set_log("changes");
  Add(log, Imported('a', "2026-1"));
  Add(log, Activated(1, 'a', "2026-1", ActivationRecord::PUBLICATION, "首次发布"));
  Add(log, Imported('b', "2026-2"));
  Add(log, Activated(2, 'b', "2026-2", ActivationRecord::PUBLICATION, "勘误：物料精准配送的说明",
                     kNow + absl::Hours(24)));
  auto reissue = Activated(3, 'a', "2026-1", ActivationRecord::REISSUE, "提前启用");
  reissue.mutable_release_activated()->set_cancelled_revision(2);
  Add(log, reissue);
  Add(log, Activated(4, 'b', "2026-2", ActivationRecord::PUBLICATION, "提前启用"));
  auto refused = By("", "");
  refused.mutable_activation_refused()->mutable_instance()->set_id("scoring-7c9f-5d0c1e");
  auto& refusal = *refused.mutable_activation_refused()->mutable_refusal();
  refusal.set_revision(4);
  refusal.set_digest(Digest('b'));
  refusal.set_reason("VECTOR_MISMATCH");
  refusal.mutable_message()->set_zh("校验样例 v1 得出另一个结果，这个发布版因此没有启用。");
  refusal.mutable_message()->set_en("The golden vector v1 gives another result.");
  Add(log, refused);
  Add(log, Activated(5, 'a', "2026-1", ActivationRecord::ROLLBACK, "有误"));
  auto withdrawn = By("李四", "有误");
  withdrawn.mutable_release_withdrawn()->set_digest(Digest('b'));
  withdrawn.mutable_release_withdrawn()->set_revision(5);
  Add(log, withdrawn);
  auto met = By("", "");
  met.mutable_revision_met()->set_revision(7);
  met.mutable_revision_met()->set_digest(Digest('c'));
  met.mutable_revision_met()->set_kind("REVISION_AHEAD");
  Add(log, met);
  auto reached = By("", "");
  reached.mutable_revision_reached()->set_revision(5);
  reached.mutable_revision_reached()->set_digest(Digest('a'));
  Add(log, reached);
  auto fenced = By("张三", "恢复之后");
  fenced.mutable_revision_fenced()->set_above(7);
  fenced.mutable_revision_fenced()->set_next_revision(8);
  Add(log, fenced);
  auto forgotten = By("张三", "机器已下线");
  forgotten.clear_programme();
  forgotten.mutable_instance_forgotten()->set_instance("scoring-7c9f-5d0c1e");
  Add(log, forgotten);
  auto notes = By("张三", "");
  notes.mutable_notes_published()->set_edition("jiangsu-ai-2026");
  notes.mutable_notes_published()->set_version(2);
  Add(log, notes);
  CatalogueEvent restored;
  restored.mutable_store_restored()->set_name("2026-11-25");
  restored.mutable_store_restored()->set_incarnation(std::string(32, 'f'));
  Add(log, restored);
  ReadEvents(log);
  return log;
}

class LogReportTest : public testing::TestWithParam<const char*> {
 protected:
  LogReportTest() { screen_.language = *ParseLanguage(GetParam()); }

  Screen screen_;
};

TEST_P(LogReportTest, IsAsReviewed) {
  const auto log = EveryEvent();
  const auto verified = VerifyLog(log, {});
  ASSERT_OK(verified);
  ExpectGolden(LogReport(log, *verified, Zone(), screen_),
               absl::StrCat("ctl/release_log.", GetParam(), ".txt"));
}

TEST_P(LogReportTest, FitsEightyColumnsInColour) {
  screen_.width = kNarrowest;
  screen_.colours = true;
  auto log = EveryEvent();
  const auto verified = VerifyLog(log, {});
  ASSERT_OK(verified);
  const std::string text = LogReport(log, *verified, Zone(), screen_);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(DisplayWidth(line), kNarrowest) << line;
  }
  EXPECT_EQ(Visible(text, /*colours=*/true), text);
}

TEST_P(LogReportTest, SaysTheProgrammeWhereThereAreSeveral) {
  auto log = EveryEvent();
  EXPECT_THAT(LogReport(log, {}, Zone(), screen_), testing::Not(HasSubstr("jiangsu-ai\n")));
  auto event = Imported('d', "2026-1");
  event.set_programme("other");
  Add(log, event);
  ReadEvents(log);
  EXPECT_THAT(LogReport(log, {}, Zone(), screen_), HasSubstr(" jiangsu-ai\n"));
  EXPECT_THAT(LogReport(log, {}, Zone(), screen_), HasSubstr(" other\n"));
}

TEST_P(LogReportTest, SaysWhatIsNotInTheLogYet) {
  auto log = EveryEvent();
  EXPECT_THAT(LogReport(log, {}, Zone(), screen_), testing::Not(HasSubstr("77")));
  log.set_waiting(77);
  EXPECT_THAT(LogReport(log, {}, Zone(), screen_), HasSubstr("77"));
  log.clear_entries();
  EXPECT_THAT(LogReport(log, {}, Zone(), screen_), HasSubstr("77"));
}

INSTANTIATE_TEST_SUITE_P(Languages, LogReportTest, testing::Values("zh", "en"));

TEST(LogVerificationTest, FindsWhateverWasChanged) {
  struct Change {
    std::function<void(ListLogEntriesResponse&)> make;
    int position;
  };
  const auto changed = [](auto change) {
    return [change](ListLogEntriesResponse& log) { change(*log.mutable_entries(2)); };
  };
  const Change changes[] = {
      {changed([](auto& entry) { entry.mutable_event_bytes()->back() ^= 1; }), 3},
      {changed([](auto& entry) { entry.mutable_hash()->front() ^= 1; }), 3},
      {changed([](auto& entry) { entry.mutable_previous_hash()->front() ^= 1; }), 3},
      {changed([](auto& entry) { entry.set_position(4); }), 3},
      {changed([](auto& entry) { entry.mutable_instant()->set_nanos(2000); }), 3},
      {[](auto& log) { log.mutable_entries()->DeleteSubrange(2, 1); }, 3},
      {[](auto& log) { log.mutable_entries()->DeleteSubrange(0, 1); }, 1},
      {[](auto& log) { log.mutable_entries()->SwapElements(2, 3); }, 3},
      // An entry with a hash of its own.
      {changed([](auto& entry) {
         entry.clear_event_bytes();
         entry.set_hash(sql::EntryHash("changes", entry.previous_hash(), 3,
                                       absl::ToUnixMicros(FromTimestamp(entry.instant())), ""));
       }),
       4},
      {[](auto& log) { log.set_log("audit"); }, 1}};
  for (const Change& change : changes) {
    auto log = EveryEvent();
    change.make(log);
    const auto verified = VerifyLog(log, {});
    ASSERT_THAT(verified, HasReason(Reason::LOG_BROKEN));
    EXPECT_EQ(DetailOf(verified.status()).metadata(1).value(), absl::StrCat(change.position));
  }
}

TEST(LogVerificationTest, ANotedHeadShowsWhatIsMissingAtTheEnd) {
  auto log = EveryEvent();
  const auto head = VerifyLog(log, {});
  ASSERT_OK(head);
  EXPECT_EQ(head->position, log.entries_size());
  const auto noted = ParseHead(head->Text());
  ASSERT_OK(noted);
  Add(log, Imported('d', "2026-3"));
  EXPECT_OK(VerifyLog(log, *noted));
  log.mutable_entries()->DeleteSubrange(log.entries_size() - 2, 2);
  EXPECT_OK(VerifyLog(log, {}));
  EXPECT_THAT(VerifyLog(log, *noted), HasReason(Reason::LOG_BROKEN));
  // Written anew, with hashes that fit.
  ListLogEntriesResponse other;
  other.set_log("changes");
  for (int i = 0; i < head->position; ++i) Add(other, Imported('e', "2026-1"));
  EXPECT_OK(VerifyLog(other, {}));
  EXPECT_THAT(VerifyLog(other, *noted), HasReason(Reason::LOG_BROKEN));
}

TEST(LogVerificationTest, WhatIsNoHeadIsWrongUsage) {
  const std::string hash(64, 'a');
  EXPECT_OK(ParseHead("1:" + hash));
  for (const std::string& text : {std::string("1"), "0:" + hash, "-1:" + hash, ":" + hash,
                                  hash + ":1", "1:" + hash + "a", "1:" + std::string(64, 'g')}) {
    EXPECT_THAT(ParseHead(text), HasReason(Reason::WRONG_USAGE)) << text;
  }
}

TEST(LogVerificationTest, TheEventIsWhatItsBytesSay) {
  auto log = EveryEvent();
  log.mutable_entries(0)->mutable_event()->set_actor("unauthenticated:别人");
  ReadEvents(log);
  EXPECT_EQ(log.entries(0).event().actor(), "unauthenticated:张三");
  log.mutable_entries(0)->set_event_bytes("\xff");
  ReadEvents(log);
  EXPECT_FALSE(log.entries(0).has_event());
  EXPECT_THAT(LogReport(log, {}, Zone(), Screen()), HasSubstr("未知"));
}

}  // namespace
}  // namespace zhiping::ctl
