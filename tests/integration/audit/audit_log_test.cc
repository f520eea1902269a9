// The audit log alone, on both databases.
#include "common/audit/audit_log.h"

#include <functional>

#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "common/envelope/key.h"
#include "common/files/file.h"
#include "tests/integration/sql/clock_under_test.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::audit {
namespace {

using sql::Soon;
using testing::HasSubstr;
using testing::Not;

constexpr absl::Duration kDay = absl::Hours(24);

class SetClock final : public Clock {
 public:
  absl::Time Now() const override {
    absl::MutexLock lock(&mutex_);
    return absl::FromUnixSeconds(1'790'000'040) + passed_;
  }
  absl::Duration Steady() const override {
    absl::MutexLock lock(&mutex_);
    return passed_;
  }
  void Pass(absl::Duration duration) {
    absl::MutexLock lock(&mutex_);
    passed_ += duration;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Duration passed_ ABSL_GUARDED_BY(mutex_);
};

rpc::CallerPtr Reader(const std::string& subject, const std::string& acting_for = "") {
  identity::Caller caller;
  caller.acting_for = acting_for;
  caller.issuer = "https://issuer.example";
  caller.subject = subject;
  caller.roles.Add(identity::Role::REVIEWER);
  return std::make_shared<const identity::Caller>(caller);
}

class AuditLogTest : public sql::DatabaseTest {
 protected:
  AuditLogTest() { Open(); }
  void Open() {
    audit_ = nullptr;
    auto opened = AuditLog::Open(options_, *database_, clock_, log_, Soon());
    EXPECT_OK(opened);
    audit_ = *std::move(opened);
  }

  absl::Status Read(const rpc::CallerPtr& caller, const std::string& id,
                    const std::string& method = "/test/Get", bool acted_on = false) {
    absl::Notification done;
    absl::Status outcome;
    audit_->RecordReads(caller, method, {{"91110000600037341L", "submission", id, "", acted_on}},
                        [&](const absl::Status& status) {
                          outcome = status;
                          done.Notify();
                        });
    done.WaitForNotification();
    return outcome;
  }

  std::vector<AuditEntry> Entries() {
    EXPECT_OK(audit_->Sequence(Soon()));
    const auto page = audit_->entries().Read(Soon(), {}, 1000);
    EXPECT_OK(page);
    std::vector<AuditEntry> entries;
    for (const auto& stored : page->entries) {
      EXPECT_TRUE(entries.emplace_back().ParseFromString(stored.bytes));
    }
    return entries;
  }

  // The clock is right meanwhile, and is seen by the database.
  void Run(absl::Duration duration) {
    const absl::Time start = clock_.Now();
    sql::ShowUntil(*database_, start, start + duration);
    clock_.Pass(duration);
  }
  // What starts, runs for a moment, and ends writes to its log; the end signs and cuts.
  std::string LoggedByARun(const std::function<void()>& meanwhile = [] {}) {
    audit_ = nullptr;
    testing::internal::CaptureStdout();
    {
      const rpc::Log log(rpc::Severity::kInfo);
      audit_ = *AuditLog::Open(options_, *database_, clock_, log, Soon());
      meanwhile();
      audit_ = nullptr;
    }
    return testing::internal::GetCapturedStdout();
  }
  int64_t Count(const std::string& table) {
    const auto rows =
        database_->Query<int64_t>(Soon(), absl::StrCat("SELECT count(*) FROM ", table));
    EXPECT_OK(rows);
    return std::get<0>(rows->front());
  }

  // From then on heads are signed.
  void Sign() {
    const std::string folder = processes::NewFolder();
    const auto key = envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
    ASSERT_OK(envelope::WriteKeyFile(*key, folder + "/key.pem"));
    const std::string trust = envelope::TrustEntry(*key, {envelope::Purpose::AUDIT}, {"*"}, "test");
    ASSERT_OK(WriteFile(folder + "/trust.txtpb", trust, Overwrite::kNever));
    trust_ = *envelope::Trust::Parse(trust);
    options_.service = "test";
    options_.keys = {folder + "/key.pem"};
    options_.trust_file = folder + "/trust.txtpb";
    Open();
  }
  AuditHead Head() {
    const auto signed_head = audit_->SignHead(Soon());
    EXPECT_OK(signed_head);
    const auto head = OpenHead(*signed_head, *trust_);
    EXPECT_OK(head);
    return *head;
  }

  AuditOptions options_;
  std::shared_ptr<const envelope::Trust> trust_;
  SetClock clock_;
  rpc::Log log_{rpc::Severity::kError};
  std::unique_ptr<AuditLog> audit_;
};

TEST_P(AuditLogTest, AReadIsCommittedWhenItIsDone) {
  ASSERT_OK(Read(Reader("1"), "s1"));
  // What a crash would leave.
  const auto kept = database_->Query<int64_t>(
      Soon(), "SELECT (SELECT count(*) FROM log_outbox) + (SELECT count(*) FROM log_entry)");
  ASSERT_OK(kept);
  EXPECT_EQ(std::get<0>(kept->front()), 1);
  const auto entries = Entries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].kind(), AuditEntry::ACCESS);
  EXPECT_EQ(entries[0].method(), "/test/Get");
  EXPECT_EQ(entries[0].caller().subject(), "1");
  EXPECT_EQ(entries[0].subject().kind(), "submission");
  EXPECT_EQ(entries[0].subject().id(), "s1");
  EXPECT_EQ(entries[0].subject().enterprise(), "91110000600037341L");
  EXPECT_EQ(entries[0].outcome(), "OK");
  EXPECT_OK(audit_->entries().Verify(Soon()));
}

TEST_P(AuditLogTest, TheSameReaderAndFileWithinTenMinutesIsOneEntry) {
  ASSERT_OK(Read(Reader("1"), "s1"));
  clock_.Pass(kSameRead - absl::Seconds(1));
  ASSERT_OK(Read(Reader("1"), "s1"));
  EXPECT_EQ(Entries().size(), 1u);
  // Another reader, or another file, is another read.
  ASSERT_OK(Read(Reader("2"), "s1"));
  ASSERT_OK(Read(Reader("1"), "s2"));
  EXPECT_EQ(Entries().size(), 3u);
  clock_.Pass(absl::Seconds(1));
  ASSERT_OK(Read(Reader("1"), "s1"));
  EXPECT_EQ(Entries().size(), 4u);
}

TEST_P(AuditLogTest, ForAnotherPersonItIsAnotherReader) {
  for (const char* const person : {"张三", "李四", "张三"}) {
    ASSERT_OK(Read(Reader("1", person), "s1"));
  }
  const auto entries = Entries();
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].caller().acting_for(), "张三");
  EXPECT_EQ(entries[1].caller().acting_for(), "李四");
}

TEST_P(AuditLogTest, WhatIsDoneWithAFileIsAnEntryForEachMethodAndWhatIsReadIsNot) {
  const auto platform = Reader("1", "张三");
  for (const char* const method : {"/test/Get", "/test/List"}) {
    ASSERT_OK(Read(platform, "s1", method));
  }
  for (const char* const method : {"/test/Withdraw", "/test/Object", "/test/Withdraw"}) {
    ASSERT_OK(Read(platform, "s1", method, /*acted_on=*/true));
  }
  std::vector<std::string> methods;
  for (const AuditEntry& entry : Entries()) methods.push_back(entry.method());
  EXPECT_THAT(methods, testing::ElementsAre("/test/Get", "/test/Withdraw", "/test/Object"));
}

TEST_P(AuditLogTest, WithoutADatabaseNothingIsRead) {
  ASSERT_OK(sql::Execute(*database_, "ALTER TABLE log_outbox RENAME TO away"));
  const absl::Status refused = Read(Reader("1"), "s1");
  EXPECT_THAT(refused, HasReason(Reason::AUDIT_UNAVAILABLE));
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  ASSERT_OK(sql::Execute(*database_, "ALTER TABLE away RENAME TO log_outbox"));
  // It does not count as recorded.
  ASSERT_OK(Read(Reader("1"), "s1"));
  EXPECT_EQ(Entries().size(), 1u);
}

TEST_P(AuditLogTest, DeniedCallsAreWrittenWhenTheirMinuteIsOver) {
  for (int i = 0; i < 5; ++i) audit_->Denied(*Reader("1"), "/test/Get", Reason::ROLE_REQUIRED);
  EXPECT_TRUE(Entries().empty());
  clock_.Pass(absl::Minutes(1));
  const absl::Time end = Soon();
  while (Entries().empty() && absl::Now() < end) absl::SleepFor(absl::Milliseconds(50));
  const auto entries = Entries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].kind(), AuditEntry::DENIED);
  EXPECT_EQ(entries[0].count(), 5);
}

TEST_P(AuditLogTest, AnEndInTheMiddleOfAMinuteLosesNothing) {
  audit_->Denied(*Reader("1"), "/test/Get", Reason::ROLE_REQUIRED);
  Open();
  EXPECT_EQ(Entries().size(), 1u);
}

TEST_P(AuditLogTest, EntriesOfATimeAreFound) {
  for (const char* id : {"s1", "s2", "s3"}) {
    ASSERT_OK(Read(Reader("1"), id));
    clock_.Pass(absl::Hours(1));
  }
  ASSERT_OK(audit_->Sequence(Soon()));
  const absl::Time first = clock_.Now() - absl::Hours(3);
  const auto& log = audit_->entries();
  const auto between = log.Between(Soon(), first + absl::Hours(1), first + absl::Hours(2));
  ASSERT_OK(between);
  EXPECT_EQ(between->after.position, 1);
  EXPECT_EQ(between->last, 2);
  EXPECT_EQ(log.Read(Soon(), between->after, 10)->entries.front().position, 2);
  const auto all = log.Between(Soon(), absl::InfinitePast(), absl::InfiniteFuture());
  EXPECT_EQ(all->after.position, 0);
  EXPECT_EQ(all->last, 3);
  const auto none = log.Between(Soon(), first + absl::Hours(3), absl::InfiniteFuture());
  EXPECT_EQ(none->after.position, 3);
  EXPECT_EQ(log.Before(Soon(), 3)->position, 2);
  EXPECT_EQ(log.Before(Soon(), 9)->position, 3);
  EXPECT_EQ(*log.Before(Soon(), 1), sql::LogCursor());
}

TEST_P(AuditLogTest, TheHeadIsSignedAndShowsACutTail) {
  EXPECT_THAT(audit_->SignHead(Soon()), HasReason(Reason::AUDIT_NOT_KEPT));
  Sign();
  for (const char* id : {"s1", "s2", "s3"}) ASSERT_OK(Read(Reader("1"), id));
  const AuditHead head = Head();
  EXPECT_EQ(head.service(), "test");
  EXPECT_EQ(head.position(), 3);
  EXPECT_EQ(head.hash(), audit_->entries().Head(Soon())->hash);
  const sql::LogCursor kept = {"", head.position(), head.hash()};
  EXPECT_OK(audit_->entries().Verify(Soon(), kept));
  ASSERT_OK(sql::TamperWithLogs(*database_, "DELETE FROM log_entry WHERE position = 3"));
  // The chain alone does not show it.
  EXPECT_OK(audit_->entries().Verify(Soon()));
  EXPECT_THAT(audit_->entries().Verify(Soon(), kept), HasReason(Reason::LOG_BROKEN));
}

TEST_P(AuditLogTest, AKeyThatIsNotTrustedForHeadsIsRefusedAtTheStart) {
  Sign();
  const std::string folder = processes::NewFolder();
  const auto another = envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
  AuditOptions options = options_;
  options.trust_file = folder + "/trust.txtpb";
  ASSERT_OK(WriteFile(options.trust_file,
                      envelope::TrustEntry(*another, {envelope::Purpose::AUDIT}, {"*"}, "test"),
                      Overwrite::kNever));
  const absl::Status refused = AuditLog::Open(options, *database_, clock_, log_, Soon()).status();
  EXPECT_THAT(refused, HasReason(Reason::UNKNOWN_KEY));
  EXPECT_THAT(DetailOf(refused).message().en(), testing::StartsWith("--audit-key: "));
}

TEST_P(AuditLogTest, RetentionCutsAtASignedHeadAndNotBeforeSixMonths) {
  options_.retention = kLeastRetention - absl::Hours(24);
  EXPECT_THAT(AuditLog::Open(options_, *database_, clock_, log_, Soon()),
              HasReason(Reason::INVALID_FIELD));
  options_.retention = kLeastRetention;
  Run(kDay);
  ASSERT_OK(Read(Reader("1"), "s1"));
  ASSERT_OK(Read(Reader("1"), "s2"));
  // Whoever signs first, that is the first head of the day, which is kept.
  Sign();
  const AuditHead old = Head();
  clock_.Pass(absl::Hours(1));
  ASSERT_OK(Read(Reader("1"), "s3"));
  // Nothing of it still goes by the clock as it was.
  audit_ = nullptr;
  // What the clock says counts when it has said so for a day.
  clock_.Pass(kLeastRetention - absl::Hours(1));
  Run(kDay - sql::kClockSpan);
  EXPECT_THAT(LoggedByARun(), Not(HasSubstr("audit_cut")));
  EXPECT_EQ(Count("log_entry"), 3);
  Run(sql::kClockSpan);
  const std::string logged = LoggedByARun();
  EXPECT_THAT(logged, HasSubstr("\"audit_cut\""));
  EXPECT_THAT(logged, HasSubstr("\"entries\":1,\"lastPosition\":1,\"writtenBefore\":\"2026-"));
  EXPECT_EQ(Count("log_entry"), 2);
  Open();
  // The entry of the head stays, and verification begins there.
  const sql::LogCursor kept = {"", old.position(), old.hash()};
  EXPECT_OK(audit_->entries().Verify(Soon(), kept));
  const auto signed_at_cut = [&] {
    const auto first = audit_->entries().Read(Soon(), {}, 1);
    EXPECT_OK(first);
    const auto envelope = audit_->heads()->At(Soon(), first->entries.front());
    EXPECT_OK(envelope);
    return OpenHead(*envelope, *trust_)->SerializeAsString();
  };
  EXPECT_EQ(signed_at_cut(), old.SerializeAsString());
  // Of the same entry a restored store signs a later one, at which nothing could be cut yet.
  ASSERT_OK(sql::TamperWithLogs(*database_, "DELETE FROM log_entry WHERE position = 3"));
  ASSERT_OK(sql::RenewIncarnation(*database_, Soon()));
  Open();
  EXPECT_EQ(Head().hash(), old.hash());
  EXPECT_EQ(signed_at_cut(), old.SerializeAsString());
}

TEST_P(AuditLogTest, OfHeadsThatAreOldOneADayIsKept) {
  Run(kDay);
  Sign();
  // Two a day.
  for (int i = 0; i < 12; ++i) {
    ASSERT_OK(Read(Reader("1"), absl::StrCat(i)));
    Head();
    Run(absl::Hours(12));
  }
  EXPECT_LT(Count("audit_head"), 11);
  EXPECT_GE(Count("audit_head"), 6);
}

TEST_P(AuditLogTest, AClockThatIsWrongForAWhileRemovesNothing) {
  options_.retention = kLeastRetention;
  Run(kDay);
  ASSERT_OK(Read(Reader("1"), "s1"));
  ASSERT_OK(Read(Reader("1"), "s2"));
  Sign();
  Head();
  ASSERT_OK(Read(Reader("1"), "s3"));
  Head();
  for (const absl::Duration wrong : {absl::Hours(24 * 365), -absl::Hours(24 * 365)}) {
    clock_.Pass(wrong);
    // Until an hour before it is believed.
    sql::ShowUntil(*database_, clock_.Now(), clock_.Now() + kDay - absl::Hours(1));
    Open();
    ASSERT_OK(Read(Reader("1"), absl::FormatDuration(wrong)));
    Head();
    Open();
    clock_.Pass(-wrong);
    Open();
    EXPECT_THAT(LoggedByARun(), Not(HasSubstr("audit_cut"))) << wrong;
    // What was signed in between was not signed long ago.
    Run(kDay + absl::Hours(1));
    EXPECT_THAT(LoggedByARun(), Not(HasSubstr("audit_cut"))) << wrong;
  }
  EXPECT_EQ(Count("log_entry"), 5);
  EXPECT_EQ(Count("audit_head"), 4);
  // It is cut all the same when the time has come.
  Run(kDay);
  clock_.Pass(kLeastRetention);
  Run(kDay);
  EXPECT_THAT(LoggedByARun(), HasSubstr("audit_cut"));
}

TEST_P(AuditLogTest, NothingIsCutAtWhatWasSignedBeforeAnyTimeWasKnown) {
  options_.retention = kLeastRetention;
  Sign();
  // The first start of all, before the time of day was set.
  clock_.Pass(-absl::Hours(24 * 365));
  ASSERT_OK(Read(Reader("1"), "s1"));
  ASSERT_OK(Read(Reader("1"), "s2"));
  EXPECT_EQ(Head().position(), 2);
  clock_.Pass(absl::Hours(24 * 365));
  Run(2 * kDay);
  EXPECT_THAT(LoggedByARun(), Not(HasSubstr("audit_cut")));
  EXPECT_EQ(Count("log_entry"), 2);
}

// Only what was written shows that it can be.
TEST_P(AuditLogTest, AnOutageIsLoggedOnceAndItsEndWhenSomethingIsWritten) {
  const std::string logged = LoggedByARun([&] {
    ASSERT_OK(Read(Reader("1"), "known"));
    ASSERT_OK(sql::Execute(*database_, "ALTER TABLE log_outbox RENAME TO away"));
    EXPECT_THAT(Read(Reader("1"), "s1"), HasReason(Reason::AUDIT_UNAVAILABLE));
    EXPECT_OK(Read(Reader("1"), "known"));
    EXPECT_THAT(Read(Reader("1"), "s2"), HasReason(Reason::AUDIT_UNAVAILABLE));
    ASSERT_OK(sql::Execute(*database_, "ALTER TABLE away RENAME TO log_outbox"));
    EXPECT_OK(Read(Reader("1"), "s1"));
  });
  for (const char* const event : {"\"audit_not_written\"", "\"audit_written\""}) {
    const std::vector<std::string> parts = absl::StrSplit(logged, event);
    EXPECT_EQ(parts.size(), 2) << event << "\n" << logged;
  }
}

ON_BOTH_DATABASES(AuditLogTest);

}  // namespace
}  // namespace zhiping::audit
