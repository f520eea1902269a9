// Campaigns over gRPC on both databases: made, changed and deleted, their windows, target lists,
// periods, and releases that are pinned, changed by two people, and withdrawn.
#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const CallerOf kColleague = {"colleague", {"campaign-officer"}};

class CampaignsTest : public testing::TestWithParam<sql::Engine> {
 protected:
  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  const v1::AssessmentKey key_ = fixture_.KeyOf();

  absl::StatusOr<v1::UpdateCampaignResponse> Update(const v1::Campaign& sent,
                                                    const std::vector<std::string>& paths) {
    v1::UpdateCampaignRequest request;
    *request.mutable_campaign() = sent;
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    return service_.As(kOfficer, &CampaignStub::UpdateCampaign, request);
  }
  absl::StatusOr<v1::DeleteCampaignResponse> Delete(const v1::Campaign& campaign) {
    v1::DeleteCampaignRequest request;
    request.set_campaign(campaign.campaign());
    request.set_etag(campaign.etag());
    return service_.As(kOfficer, &CampaignStub::DeleteCampaign, request);
  }
  absl::StatusOr<v1::GetCampaignResponse> Get(const std::string& id = kCampaign2026) {
    v1::GetCampaignRequest request;
    request.set_campaign(id);
    return service_.As(fixture_.EnterpriseOf(), &CampaignStub::GetCampaign, request);
  }
  absl::StatusOr<v1::RepinCampaignResponse> Repin(const std::string& digest) {
    v1::RepinCampaignRequest request;
    request.set_campaign(kCampaign2026);
    request.set_release_digest(digest);
    request.set_reason("规则说明有误");
    request.set_request_id(NewRequestId());
    return service_.As(kOfficer, &CampaignStub::RepinCampaign, request);
  }
  absl::StatusOr<v1::ApproveRepinResponse> ApproveRepin(const CallerOf& caller,
                                                        const std::string& digest) {
    v1::ApproveRepinRequest request;
    request.set_campaign(kCampaign2026);
    request.set_release_digest(digest);
    request.set_request_id(NewRequestId());
    return service_.As(caller, &CampaignStub::ApproveRepin, request);
  }
  absl::StatusOr<v1::ImportTargetsResponse> ImportTargets(const std::vector<v1::Target>& targets) {
    v1::ImportTargetsRequest request;
    request.set_campaign(kCampaign2026);
    for (const v1::Target& target : targets) *request.add_targets() = target;
    return service_.As(kOfficer, &CampaignStub::ImportTargets, request);
  }
  static v1::Target TargetOf(const std::string& uscc, v1::Channel::Value channel) {
    v1::Target target;
    target.set_enterprise(uscc);
    target.set_channel(channel);
    return target;
  }
  static std::vector<v1::ImportedRow::Outcome> Outcomes(
      const absl::StatusOr<v1::ImportTargetsResponse>& imported) {
    EXPECT_OK(imported);
    std::vector<v1::ImportedRow::Outcome> outcomes;
    if (!imported.ok()) return outcomes;
    for (const v1::ImportedRow& row : imported->rows()) outcomes.push_back(row.outcome());
    return outcomes;
  }
  absl::StatusOr<v1::PreviewResponse> Preview() {
    v1::PreviewRequest request;
    *request.mutable_key() = key_;
    return service_.As(fixture_.EnterpriseOf(), &AssessmentStub::Preview, request);
  }
};

TEST_P(CampaignsTest, EverythingThatIsWrongIsSaidAtOnceAndNothingIsMade) {
  v1::Campaign campaign = NewCampaign(service_.criteria());
  campaign.set_campaign("Jiangsu 2026");
  campaign.set_year(1999);
  campaign.mutable_title()->clear_zh();
  *campaign.mutable_closes_at() = campaign.opens_at();
  campaign.set_release_digest("sha256:12");
  campaign.mutable_review()->set_per_mille(5);
  campaign.set_appeal_days(-1);
  campaign.mutable_commitment()->set_version(std::string(41, 'x'));
  const auto refused = fixture_.Create(campaign);
  for (const char* field :
       {"campaign.campaign", "campaign.closesAt", "campaign.releaseDigest", "campaign.review"}) {
    EXPECT_THAT(refused, IsRefused(field, Reason::INVALID_FIELD)) << field;
  }
  EXPECT_THAT(refused, IsRefused("campaign.title.zh", Reason::FIELD_REQUIRED));
  EXPECT_THAT(refused, IsRefused("campaign.commitment.version", Reason::TOO_LARGE));
  EXPECT_EQ(ViolationsTotal(DetailOf(refused.status())), 8);
  EXPECT_THAT(Get(), IsRefused("", Reason::CAMPAIGN_NOT_FOUND));

  campaign = NewCampaign(service_.criteria());
  campaign.set_release_digest(absl::StrCat("sha256:", std::string(64, '0')));
  EXPECT_THAT(fixture_.Create(campaign), IsRefused("", Reason::RELEASE_NOT_FOUND));
  campaign = NewCampaign(service_.criteria());
  campaign.set_programme("other");
  EXPECT_FALSE(fixture_.Create(campaign).ok());
  EXPECT_EQ(service_.Head().position, 0);
}

TEST_P(CampaignsTest, AnIdStaysTakenWhenItsCampaignIsDeleted) {
  const auto created = fixture_.Create(NewCampaign(service_.criteria()));
  ASSERT_OK(created);
  EXPECT_EQ(created->release_label(), "2026-1");
  EXPECT_THAT(fixture_.Create(NewCampaign(service_.criteria())),
              IsRefused("", Reason::CAMPAIGN_EXISTS));
  v1::Campaign stale = *created;
  stale.set_etag("0");
  EXPECT_THAT(Delete(stale), IsRefused("", Reason::STALE_ETAG));
  ASSERT_OK(Delete(*created));
  EXPECT_THAT(Get(), IsRefused("", Reason::CAMPAIGN_NOT_FOUND));
  EXPECT_THAT(Delete(*created), IsRefused("", Reason::CAMPAIGN_NOT_FOUND));
  EXPECT_THAT(Repin(service_.second().digest()), IsRefused("", Reason::CAMPAIGN_NOT_FOUND));
  v1::ListTargetsRequest targets;
  targets.set_campaign(kCampaign2026);
  EXPECT_THAT(service_.As(kOfficer, &CampaignStub::ListTargets, targets),
              IsRefused("", Reason::CAMPAIGN_NOT_FOUND));
  EXPECT_THAT(fixture_.Create(NewCampaign(service_.criteria())),
              IsRefused("", Reason::CAMPAIGN_EXISTS));
  ASSERT_OK(fixture_.Register());
  EXPECT_THAT(fixture_.Open(key_), IsRefused("", Reason::CAMPAIGN_NOT_FOUND));
  const auto listed =
      service_.As(kOfficer, &CampaignStub::ListCampaigns, v1::ListCampaignsRequest());
  ASSERT_OK(listed);
  EXPECT_EQ(listed->campaigns_size(), 0);
}

TEST_P(CampaignsTest, WhatAnUpdateMaySetAndWhatNot) {
  const auto created = fixture_.Create(NewCampaign(service_.criteria()));
  ASSERT_OK(created);
  v1::Campaign sent = *created;
  sent.mutable_title()->set_zh("2026 年度自评测");
  sent.mutable_review()->set_mode(v1::ReviewPolicy::CITED);
  sent.set_year(2027);
  sent.set_release_digest(service_.second().digest());
  auto updated = Update(sent, {"title", "review"});
  ASSERT_OK(updated);
  v1::Campaign present = updated->campaign();
  EXPECT_EQ(present.title().zh(), "2026 年度自评测");
  EXPECT_EQ(present.review().mode(), v1::ReviewPolicy::CITED);
  EXPECT_EQ(present.year(), 2026);
  EXPECT_THAT(Update(sent, {"title"}), IsRefused("", Reason::STALE_ETAG));
  const auto head = service_.Head();
  for (const char* path : {"programme", "release_digest", "year", "campaign", "nonsense"}) {
    EXPECT_THAT(Update(present, {path}), IsRefused("updateMask", Reason::INVALID_FIELD)) << path;
  }
  EXPECT_THAT(Update(present, {}), IsRefused("updateMask", Reason::FIELD_REQUIRED));
  sent = present;
  sent.clear_closes_at();
  EXPECT_THAT(Update(sent, {"closes_at"}), IsRefused("campaign.closesAt", Reason::INVALID_FIELD));
  sent = present;
  sent.mutable_commitment()->mutable_text()->set_zh("另一段承诺。");
  EXPECT_THAT(Update(sent, {"commitment"}),
              IsRefused("campaign.commitment.version", Reason::INVALID_FIELD));
  EXPECT_EQ(service_.Head(), head);

  ASSERT_OK(fixture_.Register());
  ASSERT_OK(fixture_.Open(key_));
  EXPECT_THAT(Delete(present), IsRefused("", Reason::CAMPAIGN_IN_USE));
  ASSERT_OK(fixture_.Submit(fixture_.Submission(key_, fixture_.Fill(*fixture_.Get(key_))->etag())));
  sent = present;
  sent.mutable_review()->set_mode(v1::ReviewPolicy::ALL);
  EXPECT_THAT(Update(sent, {"review"}), IsRefused("", Reason::CAMPAIGN_IN_USE));
  sent = present;
  sent.set_appeal_days(20);
  updated = Update(sent, {"appeal_days"});
  ASSERT_OK(updated);
  EXPECT_EQ(updated->campaign().appeal_days(), 20);
}

TEST_P(CampaignsTest, OutsideOfTheWindowNothingIsOpenedOrChanged) {
  ASSERT_OK(fixture_.Register());
  v1::Campaign campaign = NewCampaign(service_.criteria());
  *campaign.mutable_opens_at() = ToTimestamp(absl::Now() + absl::Hours(1));
  auto present = *fixture_.Create(campaign);
  EXPECT_THAT(fixture_.Open(key_), IsRefused("", Reason::OUTSIDE_WINDOW));
  *present.mutable_opens_at() = ToTimestamp(absl::Now() - absl::Hours(2));
  present = Update(present, {"opens_at"})->campaign();
  const auto draft = fixture_.Open(key_);
  ASSERT_OK(draft);
  const auto filled = fixture_.Fill(*draft);
  ASSERT_OK(filled);
  *present.mutable_closes_at() = ToTimestamp(absl::Now() - absl::Hours(1));
  present = Update(present, {"closes_at"})->campaign();
  const auto head = service_.Head();
  EXPECT_THAT(fixture_.Fill(*fixture_.Get(key_), 1), IsRefused("", Reason::ASSESSMENT_CLOSED));
  EXPECT_THAT(fixture_.AddEvidence(key_, std::string(64, 'a')),
              IsRefused("", Reason::ASSESSMENT_CLOSED));
  EXPECT_THAT(fixture_.Submit(fixture_.Submission(key_, filled->etag())),
              IsRefused("", Reason::ASSESSMENT_CLOSED));
  v1::AssessmentKey other = fixture_.KeyOf(UsccNumber(1));
  ASSERT_OK(fixture_.Register(NewEnterprise(UsccNumber(1))));
  EXPECT_THAT(fixture_.Open(other), IsRefused("", Reason::OUTSIDE_WINDOW));
  EXPECT_EQ(service_.Head().position, head.position + 1);
  EXPECT_EQ(fixture_.Get(key_)->etag(), filled->etag());
  EXPECT_EQ(fixture_.Get(key_)->state(), v1::Assessment::CLOSED);
}

TEST_P(CampaignsTest, ACampaignMayBeForItsTargetListAlone) {
  using Row = v1::ImportedRow;
  v1::Campaign campaign = NewCampaign(service_.criteria());
  campaign.set_targets_only(true);
  ASSERT_OK(fixture_.Create(campaign));
  for (int i = 0; i < 3; ++i) ASSERT_OK(fixture_.Register(NewEnterprise(UsccNumber(i))));
  std::vector<v1::Target> targets = {TargetOf(UsccNumber(0), v1::Channel::STAGED),
                                     TargetOf(UsccNumber(1), v1::Channel::DIRECT),
                                     TargetOf(UsccNumber(9), v1::Channel::DIRECT),
                                     TargetOf("91320100MA1000I00X", v1::Channel::STAGED)};
  const auto imported = ImportTargets(targets);
  EXPECT_THAT(Outcomes(imported), ElementsAre(Row::ADDED, Row::ADDED, Row::REFUSED, Row::REFUSED));
  EXPECT_EQ(imported->rows(2).violations(0).reason(), "UNKNOWN_PLANT");
  EXPECT_EQ(imported->rows(3).violations(0).reason(), "INVALID_USCC");
  for (const int row : {2, 3}) EXPECT_EQ(imported->rows(row).violations(0).field(), "enterprise");
  const auto head = service_.Head();
  targets.resize(2);
  EXPECT_THAT(Outcomes(ImportTargets(targets)), ElementsAre(Row::UNCHANGED, Row::UNCHANGED));
  EXPECT_EQ(service_.Head(), head);
  EXPECT_THAT(ImportTargets(std::vector<v1::Target>(1001, targets[0])),
              IsRefused("targets", Reason::TOO_LARGE));
  v1::ListTargetsRequest list;
  list.set_campaign(kCampaign2026);
  const auto listed = service_.As(kOfficer, &CampaignStub::ListTargets, list);
  ASSERT_OK(listed);
  ASSERT_EQ(listed->targets_size(), 2);
  EXPECT_EQ(listed->targets(1).channel(), v1::Channel::DIRECT);

  EXPECT_THAT(fixture_.Open(fixture_.KeyOf(UsccNumber(2))), IsRefused("", Reason::NOT_A_TARGET));
  const auto staged = fixture_.SubmitNew(fixture_.KeyOf(UsccNumber(0)));
  ASSERT_OK(staged);
  EXPECT_EQ(staged->submission().standing().unit(), "nanjing-gulou");
  const auto direct = fixture_.SubmitNew(fixture_.KeyOf(UsccNumber(1)));
  ASSERT_OK(direct);
  EXPECT_EQ(direct->submission().standing().stage(), v1::Stage::PROVINCE);
  EXPECT_EQ(direct->submission().standing().unit(), "jiangsu");
  const auto city =
      service_.As(ReviewerOf("nanjing"), &ReviewStub::ListQueue, v1::ListQueueRequest());
  ASSERT_OK(city);
  ASSERT_EQ(city->submissions_size(), 1);
  EXPECT_EQ(city->submissions(0).key().enterprise(), UsccNumber(0));
}

TEST_P(CampaignsTest, TwoPeopleChangeTheReleaseAndOpenDraftsFollow) {
  const std::string& first = service_.criteria().digest();
  const std::string& second = service_.second().digest();
  ASSERT_OK(fixture_.Register());
  ASSERT_OK(fixture_.Register(NewEnterprise(UsccNumber(1))));
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  const auto filled = fixture_.Fill(*fixture_.Open(key_));
  ASSERT_OK(filled);
  const v1::AssessmentKey idle = fixture_.KeyOf(UsccNumber(1));
  ASSERT_OK(fixture_.Open(idle));

  EXPECT_THAT(Repin(""), IsRefused("releaseDigest", Reason::FIELD_REQUIRED));
  EXPECT_THAT(Repin(first), IsRefused("releaseDigest", Reason::INVALID_FIELD));
  EXPECT_THAT(ApproveRepin(kColleague, second), IsRefused("", Reason::NO_REPIN_PENDING));
  const auto asked = Repin(second);
  ASSERT_OK(asked);
  EXPECT_EQ(asked->campaign().release_digest(), first);
  EXPECT_EQ(asked->campaign().pending_repin().release_label(), "2026-2");
  EXPECT_EQ(fixture_.Get(key_)->release_digest(), first);
  EXPECT_THAT(ApproveRepin(kOfficer, second), IsRefused("", Reason::SAME_PERSON));
  EXPECT_THAT(ApproveRepin(kColleague, first), IsRefused("", Reason::NO_REPIN_PENDING));
  const auto approved = ApproveRepin(kColleague, second);
  ASSERT_OK(approved);
  EXPECT_EQ(approved->campaign().release_digest(), second);
  EXPECT_EQ(approved->campaign().repins(), 1);
  EXPECT_FALSE(approved->campaign().has_pending_repin());
  EXPECT_THAT(ApproveRepin(kColleague, second), IsRefused("", Reason::NO_REPIN_PENDING));

  // At once for whoever uses it: what is shown, previewed and submitted is of the new release.
  EXPECT_THAT(fixture_.Submit(fixture_.Submission(key_, filled->etag())),
              IsRefused("", Reason::STALE_ETAG));
  const auto draft = fixture_.Get(key_);
  ASSERT_OK(draft);
  EXPECT_EQ(draft->release_digest(), second);
  EXPECT_EQ(draft->answered() + draft->to_confirm(), 33);
  ASSERT_EQ(draft->release_changes_size(), 1);
  EXPECT_EQ(draft->release_changes(0).cause(), v1::ReleaseChange::REPIN);
  const auto preview = Preview();
  ASSERT_OK(preview);
  EXPECT_EQ(preview->etag(), draft->etag());
  EXPECT_THAT(preview->to_confirm(), IsEmpty());
  const auto submitted = fixture_.Submit(fixture_.Submission(key_, preview->etag()));
  ASSERT_OK(submitted);
  EXPECT_EQ(submitted->submission().content().release_digest(), second);

  // By and by for what nobody uses.
  v1::AssessmentKey normal = idle;
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  std::string stored;
  while (stored != second && absl::Now() < deadline) {
    const auto record = service_.store().FindAssessment(deadline, normal);
    ASSERT_OK(record);
    stored = (*record)->assessment().release_digest();
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_EQ(stored, second);
}

TEST_P(CampaignsTest, NothingIsSubmittedUnderAReleaseThatWasWithdrawn) {
  ASSERT_OK(fixture_.Register());
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  const auto filled = fixture_.Fill(*fixture_.Open(key_));
  ASSERT_OK(filled);
  service_.releases().PutInForce(1);
  service_.releases().Withdraw(service_.criteria().digest());
  const auto head = service_.Head();
  EXPECT_THAT(fixture_.Submit(fixture_.Submission(key_, filled->etag())),
              IsRefused("", Reason::RELEASE_WITHDRAWN));
  EXPECT_THAT(fixture_.Create(NewCampaign(service_.criteria(), v1::ReviewPolicy::ALL, "another")),
              IsRefused("", Reason::RELEASE_WITHDRAWN));
  EXPECT_EQ(service_.Head(), head);
  EXPECT_EQ(fixture_.Get(key_)->etag(), filled->etag());
  ASSERT_OK(Repin(service_.second().digest()));
  ASSERT_OK(ApproveRepin(kColleague, service_.second().digest()));
  EXPECT_THAT(Repin(service_.criteria().digest()), IsRefused("", Reason::RELEASE_WITHDRAWN));
  EXPECT_OK(fixture_.Submit(fixture_.Submission(key_, Preview()->etag())));
}

TEST_P(CampaignsTest, APeriodIsClosedOnce) {
  auto campaign = fixture_.Create(NewCampaign(service_.criteria()));
  ASSERT_OK(campaign);
  const auto close = [&](v1::PeriodClosed::Kind kind, const std::string& month,
                         const std::string& id = NewRequestId()) {
    v1::ClosePeriodRequest request;
    request.set_campaign(kCampaign2026);
    request.set_kind(kind);
    request.set_month(month);
    request.set_request_id(id);
    return service_.As(kOfficer, &CampaignStub::ClosePeriod, request);
  };
  const std::string id = NewRequestId();
  const auto closed = close(v1::PeriodClosed::MONTH, "2020-01", id);
  ASSERT_OK(closed);
  EXPECT_EQ(closed->period().period(), "2020-01");
  EXPECT_EQ(service_.Head().position, 2);
  const auto again = close(v1::PeriodClosed::MONTH, "2020-01", id);
  ASSERT_OK(again);
  EXPECT_EQ(again->SerializeAsString(), closed->SerializeAsString());
  EXPECT_THAT(close(v1::PeriodClosed::MONTH, "2020-01"), IsRefused("", Reason::PERIOD_CLOSED));
  for (const char* month : {"2199-01", "2019-12", "2020-13", "2020-1", "", "2020-01-01"}) {
    EXPECT_THAT(close(v1::PeriodClosed::MONTH, month), IsRefused("month", Reason::INVALID_FIELD))
        << month;
  }
  EXPECT_THAT(close(v1::PeriodClosed::KIND_UNSPECIFIED, ""),
              IsRefused("kind", Reason::FIELD_REQUIRED));
  EXPECT_THAT(close(v1::PeriodClosed::SUBMISSION_CLOSE, ""), IsRefused("", Reason::OUTSIDE_WINDOW));
  EXPECT_EQ(service_.Head().position, 2);
  *campaign->mutable_closes_at() = ToTimestamp(absl::Now() - absl::Hours(1));
  ASSERT_OK(Update(*campaign, {"closes_at"}));
  ASSERT_OK(close(v1::PeriodClosed::SUBMISSION_CLOSE, ""));
  EXPECT_THAT(close(v1::PeriodClosed::SUBMISSION_CLOSE, ""), IsRefused("", Reason::PERIOD_CLOSED));
}

ON_BOTH_DATABASES(CampaignsTest);

}  // namespace
}  // namespace zhiping::assessment
