// The log of changes as others see it: pages, heads, and a catalogue whose log was tampered with;
// on both databases.
#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "common/releases/subscription.h"
#include "common/sql/log_chain.h"
#include "common/time/timestamp.h"
#include "services/catalogue/log_heads.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::catalogue {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Admin = v1::CatalogueAdminService::Stub;

class ChangeLogTest : public testing::TestWithParam<sql::Engine> {
 protected:
  ChangeLogTest() {
    options_.database.database = sql::NewSetting(GetParam());
    options_.signing = NewSigning();
    options_.redis.address = "";
    options_.confirming.confirm_interval = absl::Milliseconds(200);
    catalogue_ = std::make_unique<CatalogueUnderTest>(options_);
  }

  // An import and a publication each.
  void Publish(const std::string& change) {
    ASSERT_OK(catalogue_->Publish(Publication(catalogue_->Import(change))));
  }
  absl::StatusOr<v1::ListLogEntriesResponse> List(const v1::ListLogEntriesRequest& request) {
    return Call<v1::ListLogEntriesResponse>(catalogue_->admin(), &Admin::ListLogEntries, request);
  }
  // What an attacker does to the stopped catalogue's database.
  void Tamper(const std::string& sql) {
    catalogue_.reset();
    const auto database = sql::OpenOrDie(options_.database.database);
    ASSERT_OK(sql::TamperWithLogs(*database, sql));
  }
  absl::Status Start() {
    rpc::Metrics metrics;
    const rpc::Log log(rpc::Severity::kError);
    const auto access = *rpc::AccessControl::Open({}, SystemClock(), log);
    return Catalogue::Open(options_, SystemClock(), {metrics, log, *access}, [](bool) {}).status();
  }
  // What is logged when a follower reports a head.
  std::string LoggedOf(const std::vector<v1::LogHead>& heads) {
    testing::internal::CaptureStdout();
    {
      const rpc::Log log(rpc::Severity::kError);
      LogHeads checked(catalogue_->store().changes(), log);
      for (const auto& head : heads) EXPECT_OK(checked.Check(sql::Soon(), "scoring-1", head));
    }
    return testing::internal::GetCapturedStdout();
  }
  v1::LogHead Head() {
    EXPECT_OK(catalogue_->store().SequenceChanges(sql::Soon()));
    return ToMessage(*catalogue_->store().changes().Head(sql::Soon()));
  }

  CatalogueOptions options_;
  std::unique_ptr<CatalogueUnderTest> catalogue_;
};

TEST_P(ChangeLogTest, IsListedInPagesWithAllThatItsHashesCover) {
  EXPECT_THAT(List({})->entries(), IsEmpty());
  Publish("");
  Publish("改");
  const auto all = List({});
  ASSERT_OK(all);
  // At once: nothing waits to be moved into the log.
  ASSERT_EQ(all->entries_size(), 4);
  EXPECT_EQ(all->log(), "changes");
  EXPECT_EQ(all->total_size(), 4);
  EXPECT_EQ(all->next_page_token(), "");
  std::string previous = sql::FirstHash();
  for (int i = 0; i < 4; ++i) {
    const auto& entry = all->entries(i);
    EXPECT_EQ(entry.position(), i + 1);
    EXPECT_EQ(entry.previous_hash(), previous);
    previous = entry.hash();
    EXPECT_EQ(entry.hash(), sql::EntryHash("changes", entry.previous_hash(), i + 1,
                                           absl::ToUnixMicros(FromTimestamp(entry.instant())),
                                           entry.event_bytes()));
    EXPECT_EQ(entry.event().SerializeAsString(), entry.event_bytes());
  }
  EXPECT_EQ(all->entries(3).event().release_activated().release_label(), "2026-2");

  v1::ListLogEntriesRequest request;
  request.set_page_size(1);
  request.set_skip(1);
  v1::ListLogEntriesResponse paged;
  do {
    const auto page = List(request);
    ASSERT_OK(page);
    ASSERT_EQ(page->entries_size(), 1);
    *paged.add_entries() = page->entries(0);
    request.clear_skip();
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  ASSERT_EQ(paged.entries_size(), 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(paged.entries(i).hash(), all->entries(i + 1).hash());

  request.set_skip(100);
  EXPECT_THAT(List(request)->entries(), IsEmpty());
  request.set_page_token("x");
  request.clear_skip();
  EXPECT_THAT(List(request), HasReason(Reason::INVALID_PAGE_TOKEN));
}

TEST_P(ChangeLogTest, ATamperedLogIsNotStartedOn) {
  Publish("");
  Publish("改");
  Head();
  catalogue_.reset();
  ASSERT_OK(Start());
  Tamper("UPDATE log_entry SET instant = instant + 1 WHERE position = 3");
  const absl::Status refused = Start();
  EXPECT_THAT(refused, HasReason(Reason::LOG_BROKEN));
  const ErrorDetail detail = DetailOf(refused);
  EXPECT_THAT(detail.message().zh(), HasSubstr("日志 changes 在位置 3 处校验不符"));
  EXPECT_THAT(detail.message().zh(), HasSubstr("--restored"));
  EXPECT_THAT(detail.message().en(), HasSubstr("does not verify at position 3"));
  EXPECT_THAT(detail.message().en(), HasSubstr("--restored"));
  // A name for a restore is no way around: nothing is logged on top.
  options_.restored = "2026-11-25";
  EXPECT_THAT(Start(), HasReason(Reason::LOG_BROKEN));
  options_.restored = "";
  Tamper("UPDATE log_entry SET instant = instant - 1 WHERE position = 3");
  EXPECT_OK(Start());
  Tamper("DELETE FROM log_entry WHERE position = 2");
  EXPECT_EQ(DetailOf(Start()).metadata(1).value(), "2");
}

TEST_P(ChangeLogTest, WhatReleasesAreCalledAndWhetherTheyArePublishedIsComparedWithIt) {
  Publish("");
  const std::string candidate = catalogue_->Import("改");
  ASSERT_NE(candidate, "");
  Tamper("CREATE TABLE kept AS SELECT * FROM release");
  ASSERT_OK(Start());
  for (const std::string change :
       {"published_at = NULL, envelope = NULL WHERE number = 1", "published_at = NULL",
        "envelope = NULL WHERE number = 1", "number = 5 WHERE number = 1",
        "number = 5 WHERE number = 2", "year = 2027 WHERE number = 1",
        "edition = 'another' WHERE number = 2",
        "summary = (SELECT k.summary FROM kept k WHERE k.number = 2) WHERE number = 1",
        "published_at = 1, envelope = bytes WHERE number = 2", "envelope = bytes"}) {
    Tamper("UPDATE release SET " + change);
    EXPECT_THAT(Start(), HasReason(Reason::LOG_BROKEN)) << change;
    for (const std::string column :
         {"published_at", "envelope", "number", "year", "edition", "summary"}) {
      Tamper(absl::StrCat("UPDATE release SET ", column, " = (SELECT k.", column,
                          " FROM kept k WHERE k.digest = release.digest)"));
    }
    ASSERT_OK(Start()) << change;
  }
  Tamper("DELETE FROM release WHERE number = 2");
  const absl::Status refused = Start();
  EXPECT_THAT(refused, HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(DetailOf(refused).message().zh(), HasSubstr(absl::StrCat("发布版 ", candidate)));
  EXPECT_THAT(DetailOf(refused).message().en(), HasSubstr(absl::StrCat("release ", candidate)));
  Tamper("INSERT INTO release SELECT * FROM kept WHERE number = 2");
  EXPECT_OK(Start());
}

TEST_P(ChangeLogTest, ItsHeadTravelsInSubscribe) {
  Publish("");
  grpc::ClientContext context;
  const auto stream = catalogue_->stub().Subscribe(&context);
  ASSERT_TRUE(stream->Write(Hello("scoring-1")));
  v1::SubscribeResponse states;
  const auto read_until = [&](int64_t position) {
    do {
      ASSERT_TRUE(stream->Read(&states));
      ASSERT_LE(states.log_head().position(), position);
    } while (states.log_head().position() < position);
    EXPECT_EQ(states.log_head().hash(), Head().hash());
    EXPECT_EQ(states.log_head().incarnation(), catalogue_->Activation()->state().incarnation());
  };
  read_until(2);
  Publish("改");
  read_until(4);
  context.TryCancel();
}

TEST_P(ChangeLogTest, AFollowerReportsTheFurthestHeadThatItMet) {
  Publish("");
  v1::SubscribeRequest opening = Hello("scoring-1");
  const rpc::Log log(rpc::Severity::kError);
  const auto subscription = releases::NewSubscription(
      rpc::NewChannel(absl::StrCat("127.0.0.1:", catalogue_->port()), {}), opening,
      [](const auto&) {}, SystemClock(), log);
  const auto reported = [&]() -> int64_t {
    subscription->Maintain();
    subscription->Report({});
    const auto instances = catalogue_->store().Instances(sql::Soon());
    if (!instances.ok() || instances->empty()) return 0;
    return instances->front().record.log_head().position();
  };
  EXPECT_TRUE(processes::Eventually([&] { return reported() == 2; }));
  Publish("改");
  EXPECT_TRUE(processes::Eventually([&] { return reported() == 4; }));
  subscription->Leave(absl::Seconds(1));
}

TEST_P(ChangeLogTest, AHeadThatTheLogDoesNotHaveAnyMoreIsLoggedOnce) {
  Publish("");
  const v1::LogHead second = Head();
  Publish("改");
  const v1::LogHead fourth = Head();
  EXPECT_EQ(LoggedOf({second, fourth, second}), "");
  // The end was cut off with what it tells of, and the chain still verifies: the catalogue starts.
  Tamper("DELETE FROM log_entry WHERE position > 2");
  Tamper("DELETE FROM activation WHERE revision > 1");
  Tamper("DELETE FROM release WHERE number > 1");
  Tamper("UPDATE programme SET next_revision = 2");
  catalogue_ = std::make_unique<CatalogueUnderTest>(options_);
  EXPECT_EQ(LoggedOf({second}), "");
  const std::string logged = LoggedOf({fourth, fourth, second, fourth});
  EXPECT_THAT(logged, HasSubstr("\"log_head_changed\""));
  EXPECT_THAT(logged, HasSubstr("\"scoring-1\""));
  EXPECT_EQ(logged.find("log_head_changed"), logged.rfind("log_head_changed"));
  // Others in their place.
  Publish("再改");
  Head();
  EXPECT_THAT(LoggedOf({fourth}), HasSubstr("log_head_changed"));
  // After a restore that was said to be one, nobody is to know what was before.
  catalogue_.reset();
  options_.restored = "2026-11-25";
  catalogue_ = std::make_unique<CatalogueUnderTest>(options_);
  EXPECT_EQ(LoggedOf({second, fourth}), "");
}

ON_BOTH_DATABASES(ChangeLogTest);

}  // namespace
}  // namespace zhiping::catalogue
