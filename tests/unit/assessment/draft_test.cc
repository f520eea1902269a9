// How a draft begins, and how it stands.
#include "services/assessment/domain/draft.h"

#include "absl/strings/str_cat.h"
#include "common/time/timestamp.h"
#include "tests/unit/assessment/drafts.h"

namespace zhiping::assessment {
namespace {

using State = v1::Assessment;
using Latest = v1::SubmissionState;

TEST(DraftTest, ANewDraftHasEveryScenarioOfTheEditionInItsOrderAndIsMissingAll) {
  const auto record = Draft(Edition2026());
  const v1::Assessment draft = ShownDraft(record, {}, {}, v1::Channel::DIRECT, kNow);
  EXPECT_EQ(draft.key().plant(), "main");
  EXPECT_EQ(draft.programme(), "jiangsu-ai");
  EXPECT_EQ(draft.release_digest(), Edition2026().digest());
  EXPECT_EQ(draft.release_label(), "2026-1");
  EXPECT_EQ(draft.channel(), v1::Channel::DIRECT);
  ASSERT_EQ(draft.answers_size(), 33);
  for (int i = 0; i < 33; ++i) {
    EXPECT_EQ(draft.answers(i).answer().scenario(), Edition2026().edition().scenarios(i).id());
    EXPECT_FALSE(draft.answers(i).etag().empty());
  }
  EXPECT_EQ(draft.state(), State::OPEN);
  EXPECT_EQ(draft.missing(), 33);
  EXPECT_EQ(draft.answered() + draft.to_confirm(), 0);
  EXPECT_EQ(draft.etag(), EtagOf(record));
}

TEST(DraftTest, AnswersAreCountedAsAnsweredToConfirmOrMissing) {
  const auto small = Small();
  auto record = Draft(*small);
  Answer(*small, record, "a", "l1");
  record.mutable_assessment()->mutable_answers(1)->set_to_confirm(true);
  const v1::Assessment draft = ShownDraft(record, {}, {}, v1::Channel::STAGED, kNow);
  EXPECT_EQ(absl::StrCat(draft.answered(), draft.to_confirm(), draft.missing()), "111");
  EXPECT_EQ(UnansweredOf(record).to_confirm, std::vector<std::string>{"b"});
  EXPECT_EQ(UnansweredOf(record).missing, std::vector<std::string>{"c"});
}

TEST(DraftTest, AnEtagOfAnotherVersionIsStale) {
  auto record = Draft(*Small());
  const std::string etag = EtagOf(record);
  EXPECT_OK(CheckEtag(record, etag));
  EXPECT_OK(CheckEtag(record, ""));
  MarkChanged(record, kNow);
  const absl::Status stale = CheckEtag(record, etag);
  EXPECT_THAT(stale, HasReason(Reason::STALE_ETAG));
  EXPECT_EQ(stale.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(MetadataOf(stale, "etag"), EtagOf(record));
}

// The window is [0 h, 10 h); a negative return_by is none.
struct StateCase {
  Latest::Value latest;
  int hour;
  int return_by;
  bool closed;
  State::State state;
};

constexpr StateCase kStates[] = {
    // Nothing was submitted.
    {Latest::SUBMISSION_STATE_UNSPECIFIED, -1, -1, false, State::CLOSED},
    {Latest::SUBMISSION_STATE_UNSPECIFIED, 0, -1, false, State::OPEN},
    {Latest::SUBMISSION_STATE_UNSPECIFIED, 9, -1, false, State::OPEN},
    {Latest::SUBMISSION_STATE_UNSPECIFIED, 10, -1, false, State::CLOSED},
    // Within the window everything but a review leaves it open.
    {Latest::COMPLETE, 5, -1, false, State::OPEN},
    {Latest::UNDER_REVIEW, 5, -1, false, State::LOCKED},
    {Latest::RETURNED, 5, 12, false, State::OPEN},
    {Latest::REJECTED, 5, -1, false, State::OPEN},
    {Latest::CONFIRMED, 5, -1, false, State::OPEN},
    {Latest::WITHDRAWN, 5, -1, false, State::OPEN},
    {Latest::SUPERSEDED, 5, -1, false, State::OPEN},
    {Latest::REVOKED, 5, -1, false, State::OPEN},
    // After it only until return_by.
    {Latest::UNDER_REVIEW, 11, -1, false, State::LOCKED},
    {Latest::RETURNED, 11, 12, false, State::OPEN},
    {Latest::WITHDRAWN, 11, 12, false, State::OPEN},
    {Latest::RETURNED, 12, 12, false, State::CLOSED},
    {Latest::CONFIRMED, 11, -1, false, State::CLOSED},
    {Latest::REVOKED, 11, -1, false, State::CLOSED},
    // A return_by within the window does not end it.
    {Latest::RETURNED, 5, 4, false, State::OPEN},
    // What the province closed stays closed.
    {Latest::SUBMISSION_STATE_UNSPECIFIED, 5, -1, true, State::CLOSED},
    {Latest::UNDER_REVIEW, 5, -1, true, State::CLOSED},
    {Latest::RETURNED, 11, 12, true, State::CLOSED},
};

// The latest one, and, unless it is that itself, a returned one before it.
std::vector<v1::SubmissionRecord> SubmissionsOf(const StateCase& given) {
  std::vector<v1::SubmissionRecord> submissions;
  const auto add = [&](Latest::Value state) -> v1::SubmissionStanding& {
    auto& standing = *submissions.emplace_back().mutable_submission()->mutable_standing();
    standing.set_state(state);
    return standing;
  };
  if (given.return_by >= 0) {
    *add(Latest::RETURNED).mutable_return_by() = ToTimestamp(kNow + absl::Hours(given.return_by));
  }
  const bool returned = given.return_by >= 0 && given.latest == Latest::RETURNED;
  if (given.latest != Latest::SUBMISSION_STATE_UNSPECIFIED && !returned) add(given.latest);
  return submissions;
}

TEST(DraftTest, TheStateFollowsFromTheLatestSubmissionTheWindowReturnByAndTheClosing) {
  v1::Campaign campaign;
  *campaign.mutable_opens_at() = ToTimestamp(kNow);
  *campaign.mutable_closes_at() = ToTimestamp(kNow + absl::Hours(10));
  for (const StateCase& given : kStates) {
    auto record = Draft(*Small());
    if (given.closed) record.mutable_assessment()->mutable_closure();
    const auto submissions = SubmissionsOf(given);
    const absl::Time now = kNow + absl::Hours(given.hour);
    EXPECT_EQ(StateAt(record, campaign, submissions, now), given.state)
        << Latest::Value_Name(given.latest) << " at " << given.hour << " h";
    const bool may_return = given.return_by > given.hour;
    EXPECT_EQ(ShownDraft(record, campaign, submissions, v1::Channel::STAGED, now).has_return_by(),
              may_return);
  }
}

TEST(DraftTest, ACampaignWithoutAnEndStaysOpen) {
  v1::Campaign campaign;
  *campaign.mutable_opens_at() = ToTimestamp(kNow);
  EXPECT_EQ(StateAt(Draft(*Small()), campaign, {}, kNow + absl::Hours(90'000)), State::OPEN);
}

TEST(DraftTest, OnlyAnOpenDraftMayBeEdited) {
  const auto record = Draft(*Small());
  const absl::TimeZone utc = absl::UTCTimeZone();
  EXPECT_OK(CheckOpen(record, State::OPEN, utc));
  EXPECT_THAT(CheckOpen(record, State::LOCKED, utc), HasReason(Reason::ASSESSMENT_LOCKED));
  EXPECT_THAT(CheckOpen(record, State::CLOSED, utc), HasReason(Reason::ASSESSMENT_CLOSED));
}

}  // namespace
}  // namespace zhiping::assessment
