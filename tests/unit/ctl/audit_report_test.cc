// The audit log for people, held as files, and the lines of an export.
#include "services/ctl/audit_report.h"

#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/audit/signed_head.h"
#include "common/sql/log_chain.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/ctl/audit_export.h"
#include "tests/golden_text.h"
#include "tests/unit/releases/test_publisher.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using common::v1::AuditEntry;
using common::v1::AuditHead;
using common::v1::AuditRecord;
using common::v1::ListAuditEntriesResponse;
using common::v1::Role;

// 2026-12-01 08:00:00, Beijing time.
const absl::Time kNow = absl::FromUnixSeconds(1'796'083'200);

AuditEntry& Add(ListAuditEntriesResponse& list, AuditEntry::Kind kind, const std::string& method) {
  auto& listed = *list.add_entries();
  listed.set_position(list.entries_size());
  AuditEntry& entry = *listed.mutable_entry();
  entry.set_kind(kind);
  entry.set_method(method);
  *entry.mutable_instant() = ToTimestamp(kNow + absl::Minutes(list.entries_size()));
  entry.mutable_caller()->set_issuer("https://sso.jiangsu.example");
  entry.mutable_caller()->set_subject(absl::StrCat("u-", list.entries_size()));
  entry.set_outcome("OK");
  entry.set_count(1);
  return entry;
}

// One of everything.
ListAuditEntriesResponse EveryEntry() {
  ListAuditEntriesResponse list;
  AuditEntry& publication = Add(list, AuditEntry::ADMINISTRATIVE,
                                "/zhiping.catalogue.v1.CatalogueAdminService/PublishRelease");
  publication.mutable_caller()->set_name("王芳");
  publication.mutable_caller()->add_roles(Role::CRITERIA_APPROVER);
  publication.mutable_subject()->set_kind("release");
  publication.mutable_subject()->set_id(absl::StrCat("sha256:", std::string(64, 'a')));
  publication.set_reason("首次发布");
  AuditEntry& local = Add(list, AuditEntry::ADMINISTRATIVE,
                          "/zhiping.catalogue.v1.CatalogueAdminService/FenceRevision");
  *local.mutable_caller() = {};
  local.mutable_caller()->set_unauthenticated(true);
  local.mutable_caller()->set_name("李四");
  local.mutable_subject()->set_kind("programme");
  local.mutable_subject()->set_id("jiangsu-ai");
  AuditEntry& read = Add(list, AuditEntry::ACCESS, "/test/GetSubmission");
  read.mutable_subject()->set_kind("submission");
  read.mutable_subject()->set_id("s-7");
  read.mutable_subject()->set_enterprise("91110000600037341L");
  AuditEntry& service = Add(list, AuditEntry::ACCESS, "/test/GetEnterprise");
  *service.mutable_caller() = {};
  service.mutable_caller()->set_service("analytics");
  service.mutable_subject()->set_kind("enterprise");
  service.mutable_subject()->set_id("91110000600037341L");
  service.mutable_subject()->set_enterprise("91110000600037341L");
  AuditEntry& denied =
      Add(list, AuditEntry::DENIED, "/zhiping.scoring.v1.ScoringService/ScoreBatch");
  denied.set_count(17);
  denied.set_outcome("ROLE_REQUIRED");
  AuditEntry& others =
      Add(list, AuditEntry::DENIED, "/zhiping.scoring.v1.ScoringService/ScoreBatch");
  *others.mutable_caller() = {};
  others.set_count(4711);
  others.set_outcome("ROLE_REQUIRED");
  Add(list, AuditEntry::DECISION, "/test/Decide");
  AuditEntry& platform = Add(list, AuditEntry::ACCESS, "/test/Withdraw");
  platform.mutable_caller()->set_name("省平台");
  platform.mutable_caller()->set_acting_for("张三");
  platform.mutable_subject()->set_kind("submission");
  platform.mutable_subject()->set_id("s-7");
  platform.mutable_subject()->set_enterprise("91110000600037341L");
  AuditEntry& own =
      Add(list, AuditEntry::DENIED, "/zhiping.assessment.v1.AssessmentService/GetSubmission");
  own.mutable_caller()->set_uscc("91110000600037341L");
  own.set_outcome("OUTSIDE_SCOPE");
  return list;
}

// As a service keeps them, from `first`.
std::vector<AuditRecord> Records(int count, int64_t first = 1) {
  std::vector<AuditRecord> records;
  std::string hash = first == 1 ? sql::FirstHash() : std::string(32, 'h');
  for (int64_t position = first; position < first + count; ++position) {
    AuditRecord& record = records.emplace_back();
    record.set_position(position);
    record.set_previous_hash(hash);
    record.set_instant_micros(absl::ToUnixMicros(kNow) + position);
    record.set_entry_bytes(EveryEntry().entries(0).entry().SerializeAsString());
    hash = sql::EntryHash("audit", hash, position, record.instant_micros(), record.entry_bytes());
    record.set_hash(hash);
  }
  return records;
}

AuditHead HeadOf(const AuditRecord& record) {
  AuditHead head;
  head.set_service("catalogue");
  head.set_log(std::string(32, '0'));
  head.set_incarnation(std::string(32, '1'));
  head.set_position(record.position());
  head.set_hash(record.hash());
  *head.mutable_signed_at() = ToTimestamp(kNow);
  return head;
}

// Of the service whose log it is.
struct HeadSigner {
  const releases::KeySigner signer{};
  const std::shared_ptr<const envelope::Trust> trust = *envelope::Trust::Parse(
      envelope::TrustEntry(signer.key, {envelope::Purpose::AUDIT}, {"*"}, ""));
};
const HeadSigner& Signer() {
  static const HeadSigner signer;
  return signer;
}
std::string Signed(const AuditHead& head) {
  return SerializeEnvelope(*envelope::SignPayload(envelope::Purpose::AUDIT,
                                                  head.SerializeAsString(), {&Signer().signer}));
}
// As it was signed before there were entries.
AuditHead OwnHead() {
  AuditRecord none;
  none.set_hash(sql::FirstHash());
  return HeadOf(none);
}

absl::Status Verify(const std::vector<AuditRecord>& records, std::vector<AuditHead> kept) {
  AuditVerifier verifier(Signer().trust, std::move(kept), kNow);
  if (absl::Status named = verifier.SetOwnHead(Signed(OwnHead())); !named.ok()) return named;
  for (const AuditRecord& record : records) {
    if (absl::Status added = verifier.Add(record); !added.ok()) return added;
  }
  return verifier.Finish();
}

// Both languages, each held as a file: `ctl/<name>.zh.txt`.
void ExpectReports(const std::function<std::string(const Screen&)>& report,
                   const std::string& name) {
  for (const auto& [language, suffix] :
       {std::pair(Language::kChinese, "zh"), std::pair(Language::kEnglish, "en")}) {
    Screen screen;
    screen.language = language;
    ExpectGolden(report(screen), absl::StrCat("ctl/", name, ".", suffix, ".txt"));
  }
}

TEST(AuditReportTest, EveryKindOfEntry) {
  ExpectReports([](const Screen& screen) { return AuditReport(EveryEntry(), Zone(), screen); },
                "audit_list");
}

// A token's name is what its issuer takes from its users.
TEST(AuditReportTest, NoNameForgesARow) {
  ListAuditEntriesResponse list;
  AuditEntry& entry = Add(list, AuditEntry::DENIED, "/test/Decide");
  entry.mutable_caller()->set_name("王芳\n2  2026-12-01 08:02:00  管理操作  PublishRelease");
  const std::string report = AuditReport(list, Zone(), Screen());
  EXPECT_THAT(report, testing::HasSubstr("    王芳\\u000a2  2026-12-01 08:02:00"));
  EXPECT_THAT(report, testing::Not(testing::HasSubstr("\n2")));
}

TEST(AuditReportTest, WhatWasVerified) {
  const auto records = Records(3);
  AuditVerification verified;
  verified.first = 1;
  verified.last = 3;
  verified.heads = {HeadOf(records[1]), HeadOf(records[2])};
  const auto report = [&](const Screen& screen) {
    return AuditVerifiedReport(verified, Zone(), screen);
  };
  ExpectReports(report, "audit_verified");
  // One of everything.
  verified.first = 2;
  verified.cut = HeadOf(records[1]);
  verified.heads = {HeadOf(records[0])};
  KeptElsewhere& elsewhere = verified.elsewhere.emplace();
  elsewhere.keeper = "127.0.0.1:50051";
  for (const AuditRecord& record : records) elsewhere.heads.push_back(HeadOf(record));
  elsewhere.contradicting = 1;
  elsewhere.refused = 2;
  elsewhere.refusal = MakeError(absl::StatusCode::kPermissionDenied, Reason::KEY_REVOKED,
                                "密钥已撤销。", "The key is revoked.");
  for (int i = 0; i < 4; ++i) {
    elsewhere.others.push_back(HeadOf(records[0]));
    elsewhere.others.back().set_log(absl::StrCat(std::string(31, '0'), i));
  }
  ExpectReports(report, "audit_verified_elsewhere");
  const Json json = AuditVerifiedJson(verified);
  EXPECT_EQ(json["keptBy"]["heads"], 3);
  EXPECT_EQ(json["keptBy"]["beforeFirst"], 1);
  EXPECT_EQ(json["keptBy"]["otherLogs"].size(), 4u);
  verified.heads.clear();
  verified.elsewhere.reset();
  ExpectReports(report, "audit_verified_alone");
}

TEST(AuditExportTest, ALineIsReadAsItWasWritten) {
  const AuditRecord record = Records(1).front();
  const std::string line = ToLine({.record = record});
  EXPECT_THAT(line, testing::HasSubstr("PublishRelease"));
  const auto parsed = ParseLine(line, 1);
  ASSERT_OK(parsed);
  EXPECT_EQ(parsed->record.SerializeAsString(), record.SerializeAsString());
  EXPECT_TRUE(parsed->is_entry());
  EXPECT_EQ(ParseLine(ToLine({.cut_head = "{}"}), 1)->cut_head, "{}");
  const auto own = ParseLine(ToLine({.own_head = "{}"}), 1);
  ASSERT_OK(own);
  EXPECT_FALSE(own->is_entry());
  EXPECT_EQ(own->own_head, "{}");
  for (const char* wrong :
       {"", "x", "[]", R"({"position":"x"})", R"({"unknown":1})", R"({"auditHead":7})",
        R"({"auditHead":""})", R"({"auditHead":"{}","position":"1"})"}) {
    EXPECT_THAT(ParseLine(wrong, 7), HasReason(Reason::MALFORMED)) << wrong;
  }
}

TEST(AuditExportTest, WhatPeopleReadIsWhatTheBytesSay) {
  Json line = Json::parse(ToLine({.record = Records(1).front()}));
  const auto with = [&line](const char* member, const Json& value) {
    Json changed = line;
    changed["auditEntry"][member] = value;
    return ParseLine(changed.dump(), 7);
  };
  EXPECT_OK(with("outcome", "OK"));
  EXPECT_OK(with("reason", "首次发布"));
  EXPECT_THAT(with("outcome", "ROLE_REQUIRED"), HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(with("reason", ""), HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(with("instant", "2026-12-01T00:00:00Z"), HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(with("approvedBy", "王芳"), HasReason(Reason::LOG_BROKEN));
  const absl::Status changed = with("count", 2).status();
  EXPECT_THAT(DetailOf(changed).message().zh(), testing::HasSubstr("第 7 行（位置 1）"));
  EXPECT_THAT(DetailOf(changed).message().en(),
              testing::HasSubstr("line 7 of the export (position 1)"));
  // Exports have it, and every field that is not empty.
  for (const char* member : {"kind", "caller", "subject"}) {
    Json without = line;
    without["auditEntry"].erase(member);
    EXPECT_THAT(ParseLine(without.dump(), 7), HasReason(Reason::LOG_BROKEN)) << member;
  }
  // Of two members people may read the one, and programs the other.
  const std::string text = ToLine({.record = Records(1).front()});
  EXPECT_THAT(ParseLine(absl::StrCat("{\"auditEntry\":{},", text.substr(1)), 7),
              HasReason(Reason::MALFORMED));
  line.erase("auditEntry");
  EXPECT_THAT(ParseLine(line.dump(), 7), HasReason(Reason::LOG_BROKEN));
  // What says nothing that anybody can read has nothing beside it.
  AuditRecord unreadable = Records(1).front();
  unreadable.set_entry_bytes("x");
  EXPECT_OK(ParseLine(ToLine({.record = unreadable}), 7));
}

TEST(AuditExportTest, WhatIsNestedDeeplyIsNoLine) {
  constexpr size_t kLevels = 1'000'000;
  const std::string nested = absl::StrCat(std::string(kLevels, '['), std::string(kLevels, ']'));
  Json line = Json::parse(ToLine({.record = Records(1).front()}));
  for (const char* member : {"auditEntry", "position", "cutHead", "more"}) {
    line[member] = "HERE";
    const std::string text = absl::StrReplaceAll(line.dump(), {{"\"HERE\"", nested}});
    EXPECT_THAT(ParseLine(text, 7), HasReason(Reason::MALFORMED)) << member;
    line = Json::parse(ToLine({.record = Records(1).front()}));
  }
  EXPECT_THAT(ParseLine(nested, 7), HasReason(Reason::MALFORMED));
}

TEST(AuditVerifierTest, EveryChangeShows) {
  const auto records = Records(4);
  EXPECT_OK(Verify(records, {HeadOf(records[3])}));
  EXPECT_OK(Verify({}, {}));
  const auto changed = [&](const std::function<void(std::vector<AuditRecord>&)>& change) {
    auto copy = records;
    change(copy);
    return Verify(copy, {HeadOf(records[3])});
  };
  using Log = std::vector<AuditRecord>;
  EXPECT_THAT(changed([](Log& log) { log.erase(log.begin()); }), HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(changed([](Log& log) { log.erase(log.begin() + 1); }), HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(changed([](Log& log) { std::swap(log[1], log[2]); }), HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(changed([](Log& log) { log[2].set_entry_bytes("x"); }),
              HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(changed([](Log& log) { log[2].set_instant_micros(1); }),
              HasReason(Reason::LOG_BROKEN));
  // Only a head that was kept shows these.
  EXPECT_THAT(changed([](Log& log) { log.pop_back(); }), HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(changed([](Log& log) { log.clear(); }), HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(changed([](Log& log) {
                log.pop_back();
                auto anew = log.back();
                anew.set_position(4);
                anew.set_previous_hash(log.back().hash());
                anew.set_hash(sql::EntryHash("audit", anew.previous_hash(), 4,
                                             anew.instant_micros(), anew.entry_bytes()));
                log.push_back(anew);
              }),
              HasReason(Reason::LOG_BROKEN));
}

// By its positions alone it would be missing entries, or have what was kept.
TEST(AuditVerifierTest, AHeadOfAnotherLogIsRefused) {
  const auto records = Records(4);
  for (const int position : {0, 2, 9}) {
    AuditHead of_scoring = HeadOf(records[1]);
    of_scoring.set_service("scoring");
    of_scoring.set_position(position);
    AuditHead of_another = HeadOf(records[1]);
    of_another.set_log(std::string(32, 'f'));
    of_another.set_position(position);
    for (const AuditHead& head : {of_scoring, of_another}) {
      // Beside one that is right.
      const absl::Status refused = Verify(records, {HeadOf(records[3]), head});
      EXPECT_THAT(refused, HasReason(Reason::INVALID_FIELD));
      const auto message = DetailOf(refused).message();
      for (const std::string& text : {message.zh(), message.en()}) {
        EXPECT_THAT(text, testing::HasSubstr(head.log()));
        EXPECT_THAT(text, testing::HasSubstr(head.service()));
        EXPECT_THAT(text, testing::HasSubstr(OwnHead().log()));
        EXPECT_THAT(text, testing::HasSubstr("catalogue"));
      }
    }
  }
  // An export that does not say whose log it is.
  AuditVerifier unnamed(Signer().trust, {HeadOf(records[3])}, kNow);
  EXPECT_THAT(unnamed.Add(records[0]), HasReason(Reason::INVALID_FIELD));
  EXPECT_THAT(unnamed.Finish(), HasReason(Reason::INVALID_FIELD));
  AuditVerifier alone(nullptr, {}, kNow);
  EXPECT_OK(alone.SetOwnHead(Signed(OwnHead())));
  for (const AuditRecord& record : records) EXPECT_OK(alone.Add(record));
  EXPECT_OK(alone.Finish());
}

TEST(AuditVerifierTest, AnExportThatLostItsEndIsNotWhatItsHeadSays) {
  const auto records = Records(4);
  const auto verify = [&](const std::string& own, size_t count) {
    AuditVerifier verifier(Signer().trust, {}, kNow);
    absl::Status status = verifier.SetOwnHead(own);
    for (size_t i = 0; i < count; ++i) status.Update(verifier.Add(records[i]));
    status.Update(verifier.Finish());
    return status;
  };
  const std::string own = Signed(HeadOf(records[2]));
  EXPECT_OK(verify(own, 3));
  EXPECT_OK(verify(own, 4));
  EXPECT_THAT(verify(own, 2), HasReason(Reason::LOG_BROKEN));
  const releases::KeySigner stranger{};
  const auto forged = envelope::SignPayload(envelope::Purpose::AUDIT,
                                            HeadOf(records[1]).SerializeAsString(), {&stranger});
  EXPECT_THAT(verify(SerializeEnvelope(*forged), 2), HasReason(Reason::UNKNOWN_KEY));
}

TEST(AuditVerifierTest, WhatARestoreExplainsIsSaid) {
  const auto records = Records(4);
  for (const int64_t position : {3, 9}) {
    AuditHead before = HeadOf(records[3]);
    before.set_position(position);
    const absl::Status alone = Verify(records, {before});
    EXPECT_THAT(alone, HasReason(Reason::LOG_BROKEN));
    EXPECT_THAT(DetailOf(alone).message().en(), testing::Not(testing::HasSubstr("restored")));
    before.set_incarnation(std::string(32, '2'));
    const absl::Status restored = Verify(records, {before});
    EXPECT_THAT(restored, HasReason(Reason::LOG_BROKEN));
    EXPECT_THAT(DetailOf(restored).message().en(), testing::HasSubstr("a backup was restored"));
    EXPECT_THAT(DetailOf(restored).message().zh(), testing::HasSubstr("其间从备份恢复过"));
  }
  // What the restore brought back agrees.
  AuditHead before = HeadOf(records[1]);
  before.set_incarnation(std::string(32, '2'));
  EXPECT_OK(Verify(records, {before}));
}

TEST(AuditVerifierTest, WhatIsMissingIsNamed) {
  auto records = Records(6);
  const std::vector<AuditHead> kept = {HeadOf(records[5]), HeadOf(records[1]), HeadOf(records[3])};
  const auto anew = Records(6);
  records.resize(4);
  const absl::Status cut = Verify(records, kept);
  EXPECT_THAT(DetailOf(cut).message().en(), testing::HasSubstr("Missing: 5–6."));
  // The chain holds, and what was signed of 2 is there, but not of 4.
  records.resize(2);
  for (int64_t position = 3; position <= 6; ++position) {
    AuditRecord record = anew[static_cast<size_t>(position) - 1];
    record.set_instant_micros(record.instant_micros() + 1);
    record.set_previous_hash(records.back().hash());
    record.set_hash(sql::EntryHash("audit", record.previous_hash(), position,
                                   record.instant_micros(), record.entry_bytes()));
    records.push_back(record);
  }
  const absl::Status rewritten = Verify(records, kept);
  EXPECT_THAT(rewritten, HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(DetailOf(rewritten).message().en(), testing::HasSubstr("entries at positions 3–4 "));
  // What the log itself gives at the same position says nothing.
  const absl::Status beside = Verify(records, {HeadOf(records[3]), HeadOf(anew[3])});
  EXPECT_THAT(DetailOf(beside).message().en(), testing::HasSubstr("entries at positions 1–4 "));
}

// Logs of which the beginning was removed.
class CutLogTest : public testing::Test {
 protected:
  // Without entries: the cut alone.
  absl::Status VerifyCut(const AuditHead& cut, const std::vector<AuditRecord>& records,
                         std::vector<AuditHead> kept = {}) const {
    AuditVerifier verifier(Signer().trust, std::move(kept), kNow);
    RETURN_IF_ERROR(verifier.SetOwnHead(Signed(OwnHead())));
    RETURN_IF_ERROR(verifier.SetCutHead(Signed(cut)));
    for (const AuditRecord& record : records) RETURN_IF_ERROR(verifier.Add(record));
    return verifier.Finish();
  }
  // As a service signs it at that instant.
  static AuditHead SignedAt(absl::Time instant, const AuditRecord& record) {
    AuditHead head = HeadOf(record);
    *head.mutable_signed_at() = ToTimestamp(instant);
    return head;
  }

  const std::vector<AuditRecord> whole_ = Records(7);
  // From position 5.
  const std::vector<AuditRecord> rest_ = {whole_.begin() + 4, whole_.end()};
  const absl::Time long_ago_ = kNow - audit::kLeastRetention;
};

TEST_F(CutLogTest, ABeginningThatWasCutNeedsASignedHead) {
  const absl::Status missing = Verify(rest_, {});
  EXPECT_THAT(missing, HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(DetailOf(missing).message().zh(), testing::HasSubstr("缺位置 1–4 的记录"));
  EXPECT_THAT(DetailOf(missing).message().en(), testing::HasSubstr("missing: 1–4. No signed head"));
  EXPECT_THAT(AuditVerifier(nullptr, {}, kNow).SetCutHead("{}"), HasReason(Reason::WRONG_USAGE));
  EXPECT_OK(VerifyCut(SignedAt(long_ago_, rest_[0]), rest_));
  // A head of another position, or of another entry.
  EXPECT_THAT(VerifyCut(SignedAt(long_ago_, rest_[1]), rest_), HasReason(Reason::LOG_BROKEN));
  AuditHead another = SignedAt(long_ago_, rest_[0]);
  another.set_hash(rest_[1].hash());
  EXPECT_THAT(VerifyCut(another, rest_), HasReason(Reason::LOG_BROKEN));
}

TEST_F(CutLogTest, NothingIsCutBeforeSixMonths) {
  const absl::Status early = VerifyCut(SignedAt(long_ago_ + absl::Seconds(1), rest_[0]), rest_);
  EXPECT_THAT(early, HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(DetailOf(early).message().zh(),
              testing::HasSubstr("位置 1–4 的记录已被删除，但还没有到可以删除的时候：位置 5 "
                                 "处的日志头签于 2026-05-31T08:00:01+08:00，此前的记录至少保留 "
                                 "184 天，到 2026-12-01T08:00:01+08:00 才可删除。"));
  EXPECT_THAT(DetailOf(early).message().en(),
              testing::HasSubstr("removed too early: 1–4. The head at position 5 was signed at "
                                 "2026-05-31T08:00:01+08:00; entries before are kept for at least "
                                 "184 days, until 2026-12-01T08:00:01+08:00."));
}

TEST_F(CutLogTest, WhatWasSignedWithinSixMonthsIsThere) {
  const AuditHead cut = SignedAt(long_ago_, rest_[0]);
  EXPECT_OK(VerifyCut(cut, rest_, {SignedAt(long_ago_, whole_[2]), SignedAt(kNow, whole_[6])}));
  const absl::Status early =
      VerifyCut(cut, rest_, {SignedAt(kNow, whole_[2]), SignedAt(kNow, whole_[6])});
  EXPECT_THAT(early, HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(DetailOf(early).message().en(),
              testing::HasSubstr("1–4. The head at position 3 was signed at 2026-12-01"));
  // Of an empty log: nothing is missing.
  AuditHead empty = SignedAt(kNow, whole_[0]);
  empty.set_position(0);
  EXPECT_OK(VerifyCut(cut, rest_, {empty, SignedAt(kNow, whole_[6])}));
}

TEST_F(CutLogTest, ACutStandsOnceAtTheBeginning) {
  const AuditHead cut = SignedAt(long_ago_, rest_[0]);
  EXPECT_THAT(VerifyCut(cut, {}), HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(VerifyCut(cut, whole_), HasReason(Reason::LOG_BROKEN));
  EXPECT_THAT(VerifyCut(SignedAt(long_ago_, whole_[0]), whole_), HasReason(Reason::LOG_BROKEN));
  AuditVerifier verifier(Signer().trust, {}, kNow);
  ASSERT_OK(verifier.SetCutHead(Signed(cut)));
  EXPECT_THAT(verifier.SetCutHead(Signed(cut)), HasReason(Reason::LOG_BROKEN));
}

}  // namespace
}  // namespace zhiping::ctl
