// Heads of other services' audit logs, as they are kept, on both databases.
#include "common/audit/kept_heads.h"

#include "common/audit/audit_log.h"
#include "common/envelope/key.h"
#include "common/files/file.h"
#include "common/time/timestamp.h"
#include "tests/integration/sql/clock_under_test.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::audit {
namespace {

using sql::Soon;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr absl::Duration kDay = absl::Hours(24);
constexpr char kLog[] = "0123456789abcdef0123456789abcdef";

class SetClock final : public Clock {
 public:
  absl::Time Now() const override { return now_; }
  absl::Duration Steady() const override { return absl::ZeroDuration(); }
  void Pass(absl::Duration duration) { now_ += duration; }

 private:
  absl::Time now_ = absl::FromUnixSeconds(1'790'000'040);
};

// A new key, in key.pem, and a trust file that accepts it.
void WriteNewKey(const std::string& folder) {
  const auto key = envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
  EXPECT_OK(envelope::WriteKeyFile(*key, folder + "/key.pem"));
  EXPECT_OK(WriteFile(folder + "/trust.txtpb",
                      envelope::TrustEntry(*key, {envelope::Purpose::AUDIT}, {"*"}, "test"),
                      Overwrite::kReplace));
}

class KeptHeadsTest : public sql::DatabaseTest {
 protected:
  KeptHeadsTest() {
    // Makes the tables.
    EXPECT_OK(AuditLog::Open({}, *database_, clock_, log_, Soon()));
    WriteNewKey(folder_);
    Open(folder_);
  }
  void Open(const std::string& folder) {
    trust_ = *ReadTrust(folder + "/trust.txtpb");
    kept_ = std::make_unique<KeptHeads>(*database_, "catalogue", trust_, clock_, log_);
  }

  // The clock is right meanwhile, and is seen by the database.
  void Run(absl::Duration duration) {
    const absl::Time start = clock_.Now();
    sql::ShowUntil(*database_, start, start + duration);
    clock_.Pass(duration);
  }

  // Signed now. `hash`: one letter of it.
  std::string Head(int64_t position, char hash = 'a', const std::string& log = kLog,
                   const std::string& service = "scoring") const {
    const auto signer = HeadSigner::Open({folder_ + "/key.pem"}, trust_, service, clock_.Now());
    AuditHead head;
    head.set_log(log);
    head.set_position(position);
    head.set_hash(std::string(32, hash));
    return *(*signer)->Sign(head, clock_.Now());
  }
  absl::Status Keep(const std::string& envelope, const std::string& giver = "scoring") const {
    return kept_->Keep(Soon(), giver, envelope);
  }
  // What is logged meanwhile.
  std::string LoggedOf(const std::string& envelope,
                       rpc::Severity least = rpc::Severity::kError) const {
    testing::internal::CaptureStdout();
    {
      const rpc::Log log(least);
      const KeptHeads kept(*database_, "catalogue", trust_, clock_, log);
      EXPECT_OK(kept.Keep(Soon(), "scoring", envelope));
    }
    return testing::internal::GetCapturedStdout();
  }
  // `3a`: position and letter of the hash; with ! if it contradicts.
  std::vector<std::string> Kept() const {
    const auto heads = kept_->List(Soon(), {}, 1000);
    EXPECT_OK(heads);
    std::vector<std::string> texts;
    for (const KeptHead& kept : *heads) {
      const auto head = OpenHead(kept.envelope, *trust_);
      EXPECT_OK(head);
      EXPECT_EQ(kept.position, head->position());
      texts.push_back(
          absl::StrCat(kept.position, head->hash().substr(0, 1), kept.contradicts ? "!" : ""));
    }
    return texts;
  }

  const std::string folder_ = processes::NewFolder();
  SetClock clock_;
  rpc::Log log_{rpc::Severity::kError};
  std::shared_ptr<const envelope::Trust> trust_;
  std::unique_ptr<KeptHeads> kept_;
};

TEST_P(KeptHeadsTest, HeadsOfAGrowingLogAreKeptAndOfAStandingOneTheLatest) {
  for (const int64_t position : {0, 2, 2, 2, 5}) {
    EXPECT_EQ(LoggedOf(Head(position)), "");
    clock_.Pass(absl::Minutes(1));
  }
  EXPECT_THAT(Kept(), ElementsAre("0a", "2a", "5a"));
  const auto heads = kept_->List(Soon(), {}, 2);
  EXPECT_EQ(heads->size(), 2u);
  EXPECT_EQ(heads->back().kept_at, clock_.Now() - absl::Minutes(2));
  EXPECT_EQ(FromTimestamp(OpenHead(heads->back().envelope, *trust_)->signed_at()),
            clock_.Now() - absl::Minutes(2));
  const auto rest = kept_->List(Soon(), heads->back(), 2);
  EXPECT_EQ(rest->size(), 1u);
  EXPECT_EQ(rest->front().position, 5);
}

TEST_P(KeptHeadsTest, AServiceGivesItsOwnHeadsAlone) {
  EXPECT_OK(Keep(Head(1)));
  const absl::Status refused = Keep(Head(1), "assessment");
  EXPECT_THAT(refused, HasReason(Reason::SERVICE_REQUIRED));
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied);
  // Where nobody is asked, whoever has the key; but never our own, which prove nothing here.
  EXPECT_OK(Keep(Head(2), ""));
  EXPECT_THAT(Keep(Head(1, 'a', kLog, "catalogue"), ""), HasReason(Reason::SERVICE_REQUIRED));
  EXPECT_THAT(Kept(), ElementsAre("1a", "2a"));
}

TEST_P(KeptHeadsTest, WhatIsNotSignedByATrustedKeyIsRefused) {
  const std::string head = Head(1);
  const std::string another = processes::NewFolder();
  WriteNewKey(another);
  Open(another);
  EXPECT_THAT(Keep(head), HasReason(Reason::UNKNOWN_KEY));
  EXPECT_THAT(Keep("{}"), HasReason(Reason::MALFORMED));
  EXPECT_THAT(Keep(std::string(kMaxHeadEnvelopeBytes + 1, ' ')), HasReason(Reason::TOO_LARGE));
  EXPECT_THAT(Kept(), IsEmpty());
}

TEST_P(KeptHeadsTest, AHeadThatContradictsIsKeptAndLoggedOnce) {
  EXPECT_EQ(LoggedOf(Head(3)), "");
  EXPECT_EQ(LoggedOf(Head(8)), "");
  // Replicas sign at nearly the same time, and what they sign comes in any order.
  clock_.Pass(kHeadsInAnyOrder);
  EXPECT_EQ(LoggedOf(Head(7)), "");
  clock_.Pass(absl::Seconds(1));
  const std::string cut = Head(3);
  EXPECT_THAT(LoggedOf(cut), HasSubstr("\"audit_head_conflict\""));
  EXPECT_EQ(LoggedOf(cut), "");
  const std::string other = LoggedOf(Head(8, 'b'));
  EXPECT_THAT(other, HasSubstr("\"scoring\""));
  EXPECT_THAT(other, HasSubstr("\"keptPosition\":8"));
  // Of the log as it goes on nothing is known.
  EXPECT_EQ(LoggedOf(Head(9, 'b')), "");
  EXPECT_THAT(Kept(), ElementsAre("3a!", "7a", "8a", "8b!", "9b"));
  // Another log is another one.
  EXPECT_EQ(LoggedOf(Head(1, 'c', std::string(32, 'f'))), "");
}

TEST_P(KeptHeadsTest, AClockThatIsSetBackContradictsNothing) {
  EXPECT_EQ(LoggedOf(Head(3)), "");
  clock_.Pass(-absl::Hours(1));
  EXPECT_EQ(LoggedOf(Head(4)), "");
  EXPECT_EQ(LoggedOf(Head(4)), "");
  EXPECT_THAT(Kept(), ElementsAre("3a", "4a"));
}

TEST_P(KeptHeadsTest, OldHeadsAreTheFirstOfEachDayAndWhatContradicts) {
  ASSERT_OK(Keep(Head(1)));
  clock_.Pass(absl::Hours(1));
  ASSERT_OK(Keep(Head(2)));
  ASSERT_OK(Keep(Head(3)));
  clock_.Pass(absl::Hours(1));
  ASSERT_OK(Keep(Head(2, 'b')));
  // Nothing of this day is lost in the two that follow; that they have passed is known a day later.
  Run(kRecentHeads + kDay - absl::Hours(2));
  ASSERT_OK(Keep(Head(4, 'b')));
  EXPECT_THAT(Kept(), ElementsAre("1a", "2a", "2b!", "3a", "4b"));
  Run(absl::Hours(2));
  ASSERT_OK(Keep(Head(5, 'b')));
  EXPECT_THAT(Kept(), ElementsAre("1a", "2b!", "3a", "4b", "5b"));
  clock_.Pass(kLastingHeads - absl::Hours(72));
  Run(kDay);
  EXPECT_THAT(LoggedOf(Head(6, 'b'), rpc::Severity::kInfo),
              HasSubstr("\"kept_audit_heads_removed\""));
  EXPECT_THAT(Kept(), testing::AllOf(testing::Contains("6b"), Not(testing::Contains("1a"))));
}

TEST_P(KeptHeadsTest, AClockThatIsWrongForAWhileRemovesNothing) {
  Run(kDay);
  for (const int64_t position : {1, 2, 3}) ASSERT_OK(Keep(Head(position)));
  // Also of logs that give none any more.
  ASSERT_OK(Keep(Head(1, 'c', std::string(32, 'f'))));
  int64_t position = 3;
  for (const absl::Duration wrong : {2 * kLastingHeads, -2 * kLastingHeads}) {
    const std::string head = Head(++position);
    clock_.Pass(wrong);
    EXPECT_EQ(LoggedOf(head, rpc::Severity::kInfo), "");
    clock_.Pass(-wrong);
    EXPECT_EQ(LoggedOf(Head(++position), rpc::Severity::kInfo), "");
  }
  // Nor when the clock has been right for a day, and of what was kept meanwhile.
  Run(kDay + absl::Hours(1));
  ASSERT_OK(Keep(Head(++position)));
  EXPECT_THAT(Kept(), ElementsAre("1a", "2a", "3a", "4a", "5a", "6a", "7a", "8a", "1c"));
  // Each day has its first, although one of another year was kept before.
  Run(kDay);
  ASSERT_OK(Keep(Head(++position)));
  ASSERT_OK(Keep(Head(++position)));
  Run(5 * kDay);
  ASSERT_OK(Keep(Head(++position)));
  EXPECT_THAT(Kept(), testing::AllOf(testing::Contains("9a"), Not(testing::Contains("10a"))));
}

TEST_P(KeptHeadsTest, OfAServiceSoManyLogsAreTaken) {
  ASSERT_OK(sql::Execute(
      *database_,
      "WITH RECURSIVE number(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < $1) "
      "INSERT INTO kept_audit_head (log, position, hash, service, signed_at, kept_at, contradicts, "
      "lasting, envelope) SELECT 'log ' || n, 1, '', 'scoring', $2, $2, FALSE, TRUE, '' "
      "FROM number",
      {kMostKeptLogs, absl::ToUnixMicros(clock_.Now())}));
  ASSERT_OK(Keep(Head(1)));
  const std::string another(32, 'f');
  const absl::Status refused = Keep(Head(1, 'a', another));
  EXPECT_THAT(refused, HasReason(Reason::OVERLOADED));
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  // Those that are known go on, and each service has its own.
  EXPECT_OK(Keep(Head(2)));
  EXPECT_OK(Keep(Head(1, 'a', another, "assessment"), "assessment"));
}

TEST_P(KeptHeadsTest, TheLastHeadOfAServiceThatIsGoneStays) {
  ASSERT_OK(Keep(Head(1)));
  ASSERT_OK(Keep(Head(2)));
  clock_.Pass(absl::Hours(24 * 30));
  ASSERT_OK(Keep(Head(1, 'c', std::string(32, 'f'))));
  EXPECT_THAT(Kept(), ElementsAre("1a", "2a", "1c"));
}

// A real log, whose end is cut off before it goes on.
TEST_P(KeptHeadsTest, ALogThatWasCutIsFoundOut) {
  const std::string log_setting = sql::NewSetting(GetParam());
  const auto given = [&](const std::string& restored) {
    AuditOptions options;
    options.service = "scoring";
    options.keys = {folder_ + "/key.pem"};
    options.trust_file = folder_ + "/trust.txtpb";
    const auto database = sql::OpenOrDie(log_setting);
    std::string logged;
    {
      const auto audit = *AuditLog::Open(options, *database, clock_, log_, Soon());
      if (!restored.empty()) {
        EXPECT_OK(sql::TamperWithLogs(*database, restored));
        EXPECT_OK(sql::RenewIncarnation(*database, Soon()));
      }
      audit->Denied({}, "/test/Get", Reason::ROLE_REQUIRED);
    }
    // The end wrote and signed.
    const auto audit = *AuditLog::Open(options, *database, clock_, log_, Soon());
    return LoggedOf(*audit->SignHead(Soon()));
  };
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(given(""), "");
    clock_.Pass(absl::Minutes(1));
  }
  EXPECT_THAT(Kept(), testing::SizeIs(4));
  // Also if it is called a restore.
  EXPECT_THAT(given("DELETE FROM log_entry WHERE position > 1"), HasSubstr("audit_head_conflict"));
}

ON_BOTH_DATABASES(KeptHeadsTest);

}  // namespace
}  // namespace zhiping::audit
