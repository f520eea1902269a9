// Evidence: only what can be checked and found again is taken.
#include "services/assessment/domain/draft_evidence.h"

#include "absl/strings/str_cat.h"
#include "tests/unit/assessment/drafts.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;

v1::Evidence Sound() {
  v1::Evidence evidence;
  evidence.set_name("检测报告.pdf");
  evidence.set_sha256(std::string(64, 'a'));
  evidence.set_size(1024);
  evidence.set_effective_on("2026-01-31");
  evidence.set_expires_on("2026-01-31");
  evidence.add_scenarios("a");
  evidence.set_location("store://1");
  return evidence;
}

class DraftEvidenceTest : public testing::Test {
 protected:
  absl::StatusOr<v1::Evidence> Add(const v1::Evidence& evidence) {
    return AddEvidence(*criteria_, record_, evidence, kNow);
  }

  const CriteriaPointer criteria_ = Small();
  v1::AssessmentRecord record_ = Draft(*criteria_);
};

TEST_F(DraftEvidenceTest, IsKeptWithIdsALowerCaseHashAndANumber) {
  v1::Evidence given = Sound();
  given.set_sha256("0123456789ABCDEF" + std::string(48, 'F'));
  given.add_scenarios("场景c");
  given.set_evidence(77);
  const auto added = Add(given);
  ASSERT_OK(added);
  EXPECT_EQ(added->sha256(), "0123456789abcdef" + std::string(48, 'f'));
  EXPECT_THAT(added->scenarios(), ElementsAre("a", "c"));
  EXPECT_EQ(added->evidence(), 1);
  EXPECT_TRUE(added->has_added_at());
  EXPECT_EQ(record_.assessment().evidence(0).SerializeAsString(), added->SerializeAsString());
  EXPECT_EQ(record_.version(), 2);
}

TEST_F(DraftEvidenceTest, DatesAndLocationMayBeAbsent) {
  v1::Evidence given = Sound();
  given.clear_effective_on();
  given.clear_location();
  EXPECT_OK(Add(given));
  given.clear_expires_on();
  EXPECT_OK(Add(given));
}

struct WrongCase {
  void (*change)(v1::Evidence&);
  const char* violation;
};

const WrongCase kWrong[] = {
    {[](v1::Evidence& e) { e.set_sha256(std::string(63, 'a')); }, "sha256 INVALID_SHA256"},
    {[](v1::Evidence& e) { e.set_sha256(std::string(65, 'a')); }, "sha256 INVALID_SHA256"},
    {[](v1::Evidence& e) { e.set_sha256(std::string(63, 'a') + "g"); }, "sha256 INVALID_SHA256"},
    {[](v1::Evidence& e) { e.set_sha256("sha256:" + std::string(57, 'a')); },
     "sha256 INVALID_SHA256"},
    {[](v1::Evidence& e) { e.clear_sha256(); }, "sha256 INVALID_SHA256"},
    {[](v1::Evidence& e) { e.set_effective_on("2026-02-29"); }, "effectiveOn INVALID_FIELD"},
    {[](v1::Evidence& e) { e.set_effective_on("2026-1-31"); }, "effectiveOn INVALID_FIELD"},
    {[](v1::Evidence& e) { e.set_expires_on(" 2026-12-31"); }, "expiresOn INVALID_FIELD"},
    {[](v1::Evidence& e) { e.set_expires_on("2026-12-31T00:00"); }, "expiresOn INVALID_FIELD"},
    {[](v1::Evidence& e) { e.set_expires_on("长期"); }, "expiresOn INVALID_FIELD"},
    {[](v1::Evidence& e) { e.set_expires_on("2026-01-30"); }, "expiresOn INVALID_FIELD"},
    {[](v1::Evidence& e) { e.set_size(-1); }, "size INVALID_FIELD"},
    {[](v1::Evidence& e) { e.clear_scenarios(); }, "scenarios FIELD_REQUIRED"},
    {[](v1::Evidence& e) { e.add_scenarios("x"); }, "scenarios[1] UNKNOWN_SCENARIO"},
    {[](v1::Evidence& e) { e.add_scenarios("场景a"); }, "scenarios[1] DUPLICATE_SCENARIO"},
    {[](v1::Evidence& e) { e.set_name(" "); }, "name FIELD_REQUIRED"},
    {[](v1::Evidence& e) { e.set_name(std::string(201, 'n')); }, "name TOO_LARGE"},
    {[](v1::Evidence& e) { e.set_name("fdp.\u202Eexe"); }, "name CHARACTER_NOT_ALLOWED"},
    {[](v1::Evidence& e) { e.set_location(std::string(501, 'l')); }, "location TOO_LARGE"},
    {[](v1::Evidence& e) { e.set_location("a\r\nb"); }, "location CHARACTER_NOT_ALLOWED"},
};

TEST_F(DraftEvidenceTest, WhatIsWrongIsSaidAndNothingIsAdded) {
  for (const WrongCase& wrong : kWrong) {
    v1::Evidence evidence = Sound();
    wrong.change(evidence);
    EXPECT_THAT(ViolationsOf(Add(evidence).status()),
                ElementsAre(absl::StrCat("evidence.", wrong.violation)));
  }
  EXPECT_EQ(record_.assessment().evidence_size(), 0);
  EXPECT_EQ(record_.version(), 1);
}

TEST_F(DraftEvidenceTest, AtMost500AreTakenAndARemovedOneMakesRoomUnderANewNumber) {
  for (int i = 0; i < kMaxEvidence; ++i) ASSERT_OK(Add(Sound()));
  EXPECT_THAT(Add(Sound()), HasReason(Reason::TOO_MANY));
  ASSERT_OK(RemoveEvidence(record_, 500, kNow));
  const auto added = Add(Sound());
  ASSERT_OK(added);
  EXPECT_EQ(added->evidence(), 501);
  // Once more changes nothing; what never was is not found.
  const std::string before = record_.SerializeAsString();
  EXPECT_OK(RemoveEvidence(record_, 500, kNow + absl::Hours(1)));
  for (const int never : {-1, 0, 502}) {
    EXPECT_THAT(RemoveEvidence(record_, never, kNow), HasReason(Reason::EVIDENCE_NOT_FOUND));
  }
  EXPECT_EQ(record_.SerializeAsString(), before);
}

}  // namespace
}  // namespace zhiping::assessment
