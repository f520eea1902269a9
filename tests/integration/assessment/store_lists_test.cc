// What lists hold, and in which order: compared with a slow reading of all rows.
#include <algorithm>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/assessment/store.h"
#include "tests/integration/assessment/store_under_test.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Records = std::vector<v1::SubmissionRecord>;

// Enterprises 0 … 19 are enrolled with platform `a` if even, with `b` if 7.
bool Enrolled(int enterprise, const std::string& platform) {
  return platform == "a" ? enterprise % 2 == 0 : platform == "b" && enterprise == 7;
}

bool Contains(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

std::string Name(const v1::SubmissionRecord& record) {
  const v1::SubmissionKey& key = record.submission().key();
  return absl::StrCat(key.enterprise(), "/", key.campaign(), "/", key.number());
}

std::vector<std::string> Names(const std::vector<ListedSubmission>& listed) {
  std::vector<std::string> names;
  for (const auto& one : listed) names.push_back(Name(one.record));
  return names;
}

class StoreListsTest : public StoreTest {
 protected:
  static constexpr int kEnterprises = 20;

  // Submissions of few different instants, so that ties are many.
  void Fill() {
    std::vector<v1::EnterpriseRecord> enterprises;
    for (int i = 0; i < kEnterprises; ++i) {
      v1::EnterpriseRecord& record = enterprises.emplace_back(EnterpriseOf(i, UnitOf(i)));
      record.mutable_enterprise()->set_is_test(i == 5);
      for (const std::string platform : {"a", "b"}) {
        if (!Enrolled(i, platform)) continue;
        v1::Enrolment& enrolment = *record.mutable_enterprise()->add_enrolments();
        enrolment.set_issuer("issuer");
        enrolment.set_subject(platform);
      }
    }
    Save(enterprises);
    for (int i = 0; i < 200; ++i) {
      const int enterprise = i % kEnterprises;
      const std::string campaign = absl::StrCat("c", i / kEnterprises % 3);
      v1::SubmissionRecord record =
          SubmissionOf(KeyOf(enterprise, campaign, 1 + i / 60), UnitOf(enterprise));
      v1::Submission& submission = *record.mutable_submission();
      v1::SubmissionStanding& standing = *submission.mutable_standing();
      submission.mutable_content()->set_programme(campaign == "c2" ? "p2" : "p1");
      submission.mutable_content()->mutable_snapshot()->set_is_test(enterprise == 5);
      *submission.mutable_content()->mutable_submitted_at() =
          ToTimestamp(kNow + absl::Seconds(Random(8)));
      standing.set_state(static_cast<v1::SubmissionState::Value>(1 + Random(8)));
      standing.set_effective(Random(2) == 0);
      if (standing.state() == v1::SubmissionState::UNDER_REVIEW) {
        standing.set_stage(static_cast<v1::Stage::Value>(1 + Random(3)));
        standing.set_unit(standing.stage() == v1::Stage::PROVINCE ? "jiangsu" : UnitOf(enterprise));
        if (Random(3) > 0) *standing.mutable_due_at() = ToTimestamp(kNow + absl::Hours(Random(3)));
      }
      if (Random(3) == 0) {
        v1::Objection& objection = *standing.add_objections();
        objection.set_unit("jiangsu");
        objection.set_stage(v1::Stage::PROVINCE);
        objection.set_decided(Random(2) == 0);
      }
      if (Random(2) == 0) {
        record.mutable_taken_by()->set_issuer("issuer");
        record.mutable_taken_by()->set_subject(Random(2) == 0 ? "li" : "wang");
        *record.mutable_taken_until() = ToTimestamp(kNow + absl::Hours(Random(3) - 1));
      }
      all_.push_back(std::move(record));
    }
    Save(all_);
  }

  static std::string UnitOf(int enterprise) { return absl::StrCat("unit-", enterprise % 4); }
  int Random(int below) { return std::uniform_int_distribution(0, below - 1)(random_); }

  template <typename Has>
  Records Matching(const Has& has) {
    Records records;
    std::copy_if(all_.begin(), all_.end(), std::back_inserter(records), has);
    return records;
  }

  std::mt19937 random_{20261126};
  Records all_;
};

ON_BOTH_DATABASES(StoreListsTest);

bool Reaches(const identity::FilesInReach& reach, const v1::SubmissionRecord& record) {
  const auto& submission = record.submission();
  const int enterprise = std::stoi(submission.key().enterprise().substr(8));
  return reach.all || submission.key().enterprise() == reach.enterprise ||
         Contains(reach.units, submission.content().snapshot().units(0)) ||
         Contains(reach.programmes, "*") ||
         Contains(reach.programmes, submission.content().programme()) ||
         (reach.platform.known() && Enrolled(enterprise, reach.platform.subject));
}

TEST_P(StoreListsTest, SubmissionsAreThoseThatThePlainReadingGives) {
  Fill();
  std::vector<identity::FilesInReach> reaches(10);
  reaches[1].all = true;
  reaches[2].enterprise = UsccOf(3);
  reaches[3].units = {"unit-1"};
  reaches[4].units = {"unit-0", "unit-2", "unit-9"};
  reaches[5].programmes = {"p2"};
  reaches[6].programmes = {"*"};
  reaches[7].platform = {"issuer", "a"};
  reaches[8] = {.all = false,
                .enterprise = UsccOf(2),
                .units = {"unit-3"},
                .programmes = {"p2"},
                .platform = {"issuer", "b"}};
  reaches[9].platform = {"issuer", "nobody"};
  int compared = 0;
  for (const auto& reach : reaches) {
    for (int variant = 0; variant < 24; ++variant) {
      SubmissionQuery query;
      query.reach = reach;
      if (variant % 2 == 1) query.campaign = "c1";
      if (variant / 2 % 2 == 1) query.enterprise = UsccOf(2);
      if (variant / 4 % 3 == 1) query.state = v1::SubmissionState::CONFIRMED;
      if (variant / 4 % 3 == 2) query.state = v1::SubmissionState::REJECTED;
      query.effective_only = variant >= 12;
      Records expected = Matching([&](const v1::SubmissionRecord& record) {
        const auto& submission = record.submission();
        const auto state = submission.standing().state();
        const bool counts = state == v1::SubmissionState::CONFIRMED ||
                            state == v1::SubmissionState::COMPLETE ||
                            state == v1::SubmissionState::UNDER_REVIEW;
        return Reaches(reach, record) &&
               (query.campaign.empty() || submission.key().campaign() == query.campaign) &&
               (query.enterprise.empty() || submission.key().enterprise() == query.enterprise) &&
               (query.state == 0 || state == query.state) &&
               (!query.effective_only ||
                (submission.standing().effective() && (query.state == 0 || counts)));
      });
      std::sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) {
        const auto order = [](const v1::SubmissionRecord& record) {
          const auto& key = record.submission().key();
          return std::tuple(record.submission().content().submitted_at().seconds(),
                            key.enterprise(), key.campaign(), key.number());
        };
        return order(a) > order(b);
      });
      std::vector<std::string> names;
      for (const auto& record : expected) names.push_back(Name(record));
      const auto listed = AllPages(
          [&](const rpc::Page& page) { return store_->ListSubmissions(Soon(), query, page); }, 7);
      EXPECT_EQ(Names(listed), names) << variant;
      compared += static_cast<int>(names.size());
    }
  }
  EXPECT_GT(compared, 1000);
}

TEST_P(StoreListsTest, TheQueueIsWhatThePlainReadingGives) {
  Fill();
  int compared = 0;
  for (int variant = 0; variant < 48; ++variant) {
    QueueQuery query;
    query.now = kNow;
    query.units = variant % 2 == 0 ? std::vector<std::string>{"jiangsu", "unit-0"}
                                   : std::vector<std::string>{"jiangsu"};
    if (variant / 2 % 2 == 1) query.campaign = "c1";
    if (variant / 4 % 2 == 1) query.stage = v1::Stage::PROVINCE;
    query.free_only = variant / 8 % 3 == 1;
    if (variant / 8 % 3 == 2) query.taken_by = {"issuer", "li"};
    query.objections = variant >= 24;
    Records expected = Matching([&](const v1::SubmissionRecord& record) {
      const auto& standing = record.submission().standing();
      const bool objects = !standing.objections().empty() && !standing.objections(0).decided();
      const auto stage = query.objections ? v1::Stage::PROVINCE : standing.stage();
      const bool taken = FromTimestamp(record.taken_until()) > kNow;
      return !record.submission().content().snapshot().is_test() &&
             (query.objections ? objects
                               : standing.state() == v1::SubmissionState::UNDER_REVIEW &&
                                     Contains(query.units, standing.unit())) &&
             (query.campaign.empty() || record.submission().key().campaign() == query.campaign) &&
             (query.stage == 0 || stage == query.stage) && (!query.free_only || !taken) &&
             (!query.taken_by.known() || (taken && record.taken_by().subject() == "li"));
    });
    std::sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) {
      const auto order = [](const v1::SubmissionRecord& record) {
        const auto& key = record.submission().key();
        const auto& standing = record.submission().standing();
        return std::tuple(!standing.has_due_at(), standing.due_at().seconds(),
                          record.submission().content().submitted_at().seconds(), key.enterprise(),
                          key.campaign(), key.number());
      };
      return order(a) < order(b);
    });
    std::vector<std::string> names;
    for (const auto& record : expected) names.push_back(Name(record));
    const auto listed =
        AllPages([&](const rpc::Page& page) { return store_->ListQueue(Soon(), query, page); }, 3);
    EXPECT_EQ(Names(listed), names) << variant;
    compared += static_cast<int>(names.size());
  }
  EXPECT_GT(compared, 100);
  EXPECT_EQ(store_->ListQueue(Soon(), {}, {})->total, 0);
}

// As they were stored before 0005_test_enterprises.sql.
TEST_P(StoreListsTest, WhatATestHandedInIsInTheQueueOnceItIsNoTestAnyMore) {
  v1::EnterpriseRecord enterprise = EnterpriseOf(5, "unit-1");
  enterprise.mutable_enterprise()->set_is_test(true);
  Save({enterprise});
  v1::SubmissionRecord record = SubmissionOf(KeyOf(5), "unit-1");
  v1::Submission& submission = *record.mutable_submission();
  submission.mutable_content()->mutable_snapshot()->set_is_test(true);
  submission.mutable_standing()->set_state(v1::SubmissionState::UNDER_REVIEW);
  submission.mutable_standing()->set_unit("unit-1");
  Save({record});
  const std::vector<sql::Statement> as_before = {{"UPDATE submission SET queue_unit = ''", {}}};
  ASSERT_OK(database_->Apply(Soon(), as_before));
  QueueQuery query;
  query.now = kNow;
  query.units = {"unit-1"};
  EXPECT_EQ(store_->ListQueue(Soon(), query, {})->total, 0);
  enterprise.mutable_enterprise()->set_is_test(false);
  Save({enterprise});
  EXPECT_THAT(Names(store_->ListQueue(Soon(), query, {})->items), ElementsAre(Name(record)));
}

TEST_P(StoreListsTest, ASubmissionIsFoundByItsReceiptNumber) {
  Fill();
  SubmissionQuery query;
  query.reach.all = true;
  query.receipt_no = all_[42].submission().receipt_no();
  EXPECT_THAT(Names(store_->ListSubmissions(Soon(), query, {})->items),
              ElementsAre(Name(all_[42])));
  // Outside of the reach it is not.
  query.reach = {};
  query.reach.units = {"elsewhere"};
  EXPECT_THAT(store_->ListSubmissions(Soon(), query, {})->items, IsEmpty());
}

TEST_P(StoreListsTest, EntriesAreLeftOutBeforeTheFirst) {
  Fill();
  SubmissionQuery query;
  query.reach.all = true;
  rpc::Page page;
  const auto all =
      store_->ListSubmissions(Soon(), query, {.size = 1000, .skip = 0, .position = {}});
  const auto some = store_->ListSubmissions(Soon(), query, {.size = 2, .skip = 3, .position = {}});
  ASSERT_OK(all);
  ASSERT_OK(some);
  EXPECT_THAT(Names(some->items),
              ElementsAre(Name(all->items[3].record), Name(all->items[4].record)));
  EXPECT_EQ(some->total, all->total);
}

TEST_P(StoreListsTest, APositionThatIsNoneIsRefused) {
  Fill();
  SubmissionQuery query;
  query.reach.all = true;
  EXPECT_THAT(store_->ListSubmissions(
                  Soon(), query, {.size = 2, .skip = 0, .position = {"soon", "", "", "", "1"}}),
              HasReason(Reason::INVALID_PAGE_TOKEN));
}

TEST_P(StoreListsTest, EnterprisesAreFoundByUnitRegionPlatformAndText) {
  Fill();
  const auto found = [&](const EnterpriseQuery& query) {
    const auto all = AllPages(
        [&](const rpc::Page& page) { return store_->ListEnterprises(Soon(), query, page); }, 3);
    std::vector<int> numbers;
    for (const auto& record : all) {
      numbers.push_back(std::stoi(record.enterprise().uscc().substr(8)));
    }
    return numbers;
  };
  EnterpriseQuery query;
  EXPECT_THAT(found(query), IsEmpty());
  query.reach.units = {"unit-1"};
  // 5 is a test enterprise.
  EXPECT_THAT(found(query), ElementsAre(1, 9, 13, 17));
  query.with_tests = true;
  EXPECT_THAT(found(query), ElementsAre(1, 5, 9, 13, 17));
  query.reach.platform = {"issuer", "b"};
  EXPECT_THAT(found(query), ElementsAre(1, 5, 7, 9, 13, 17));
  query.units = {"unit-1", "unit-2"};
  EXPECT_THAT(found(query), ElementsAre(1, 5, 9, 13, 17));
  query.units.clear();
  // Whatever the programme.
  query.reach = {};
  query.reach.programmes = {"p1"};
  EXPECT_EQ(found(query).size(), 20U);
  query.name_part = "第1机";
  EXPECT_THAT(found(query), ElementsAre(1));
  query.uscc_prefix = UsccOf(4);
  EXPECT_THAT(found(query), ElementsAre(1, 4));
  query.name_part = "%";
  EXPECT_THAT(found(query), ElementsAre(4));
  query.name_part = "";
  EXPECT_THAT(found(query), ElementsAre(4));
  query.regions = {"320200"};
  EXPECT_THAT(found(query), IsEmpty());
  query.regions = {"320200", "320102"};
  EXPECT_THAT(found(query), ElementsAre(4));
}

TEST_P(StoreListsTest, AnEnrolmentThatWasTakenBackCountsNoMore) {
  v1::EnterpriseRecord record = EnterpriseOf(1);
  v1::Enrolment& enrolment = *record.mutable_enterprise()->add_enrolments();
  enrolment.set_issuer("issuer");
  enrolment.set_subject("a");
  Save({record});
  Save({SubmissionOf(KeyOf(1, "c1"), "unit-1")});
  EnterpriseQuery query;
  query.reach.platform = {"issuer", "a"};
  SubmissionQuery submissions;
  submissions.reach = query.reach;
  EXPECT_EQ(store_->ListEnterprises(Soon(), query, {})->total, 1);
  EXPECT_EQ(store_->ListSubmissions(Soon(), submissions, {})->total, 1);
  record.mutable_enterprise()->clear_enrolments();
  Save({record});
  EXPECT_EQ(store_->ListEnterprises(Soon(), query, {})->total, 0);
  EXPECT_EQ(store_->ListSubmissions(Soon(), submissions, {})->total, 0);
}

TEST_P(StoreListsTest, APlatformGetsWhatWasSubmittedBeforeItWasEnrolledAndHowItStandsNow) {
  v1::EnterpriseRecord enterprise = EnterpriseOf(1);
  Save({enterprise});
  v1::SubmissionRecord before = SubmissionOf(KeyOf(1, "c1"), "unit-1");
  before.mutable_submission()->mutable_standing()->set_state(v1::SubmissionState::UNDER_REVIEW);
  Save({before});
  v1::Enrolment& enrolment = *enterprise.mutable_enterprise()->add_enrolments();
  enrolment.set_issuer("issuer");
  enrolment.set_subject("a");
  Save({enterprise});
  SubmissionQuery query;
  query.reach.platform = {"issuer", "a"};
  query.state = v1::SubmissionState::UNDER_REVIEW;
  EXPECT_THAT(Names(store_->ListSubmissions(Soon(), query, {})->items), ElementsAre(Name(before)));
  before.mutable_submission()->mutable_standing()->set_state(v1::SubmissionState::CONFIRMED);
  before.mutable_submission()->mutable_standing()->set_effective(true);
  ASSERT_OK(
      Change([&](StoreTransaction& transaction) { return transaction.SaveSubmission(before); }));
  EXPECT_THAT(store_->ListSubmissions(Soon(), query, {})->items, IsEmpty());
  query.state = v1::SubmissionState::CONFIRMED;
  query.effective_only = true;
  EXPECT_THAT(Names(store_->ListSubmissions(Soon(), query, {})->items), ElementsAre(Name(before)));
}

TEST_P(StoreListsTest, OfManyEnterprisesThoseOfAPlatformAreFoundAtOnce) {
  Fill();
  std::vector<std::string> asked;
  EXPECT_THAT(*store_->EnrolledAmong(Soon(), {"issuer", "a"}, asked), IsEmpty());
  for (int i = 0; i < 7; ++i) asked.push_back(UsccOf(i));
  EXPECT_THAT(*store_->EnrolledAmong(Soon(), {"issuer", "a"}, asked),
              UnorderedElementsAre(UsccOf(0), UsccOf(2), UsccOf(4), UsccOf(6)));
  EXPECT_THAT(*store_->EnrolledAmong(Soon(), {"another", "a"}, asked), IsEmpty());
  EXPECT_THAT(*store_->EnrolledAmong(Soon(), {}, asked), IsEmpty());
  // Beyond what one statement takes.
  for (int i = 100; i < 40'000; ++i) asked.push_back(UsccOf(i));
  asked.push_back(UsccOf(8));
  EXPECT_THAT(*store_->EnrolledAmong(Soon(), {"issuer", "a"}, asked),
              UnorderedElementsAre(UsccOf(0), UsccOf(2), UsccOf(4), UsccOf(6), UsccOf(8)));
}

TEST_P(StoreListsTest, ChangeRequestsComeFromTheOldest) {
  const auto save = [&](int enterprise, int number, const std::string& unit, int minutes,
                        v1::ChangeRequest::State state) {
    v1::ChangeRequestRecord record;
    v1::ChangeRequest& request = *record.mutable_change_request();
    request.set_uscc(UsccOf(enterprise));
    request.set_number(number);
    request.set_unit(unit);
    request.set_state(state);
    *request.mutable_requested_at() = ToTimestamp(kNow + absl::Minutes(minutes));
    ASSERT_OK(Change(
        [&](StoreTransaction& transaction) { return transaction.SaveChangeRequest(record); }));
  };
  save(1, 1, "unit-1", 5, v1::ChangeRequest::ACCEPTED);
  save(1, 2, "unit-1", 7, v1::ChangeRequest::OPEN);
  save(2, 1, "unit-2", 6, v1::ChangeRequest::OPEN);
  save(3, 1, "unit-1", 6, v1::ChangeRequest::OPEN);
  const auto found = [&](const ChangeRequestQuery& query) {
    const auto all = AllPages(
        [&](const rpc::Page& page) { return store_->ListChangeRequests(Soon(), query, page); }, 1);
    std::vector<std::string> names;
    for (const auto& record : all) {
      names.push_back(absl::StrCat(record.change_request().uscc().back() - '0', "-",
                                   record.change_request().number()));
    }
    return names;
  };
  ChangeRequestQuery query;
  query.reach.all = true;
  EXPECT_THAT(found(query), ElementsAre("1-1", "2-1", "3-1", "1-2"));
  query.open_only = true;
  EXPECT_THAT(found(query), ElementsAre("2-1", "3-1", "1-2"));
  query.reach = {};
  query.reach.units = {"unit-1", "unit-9"};
  EXPECT_THAT(found(query), ElementsAre("3-1", "1-2"));
  query.enterprise = UsccOf(1);
  EXPECT_THAT(found(query), ElementsAre("1-2"));
  query = {};
  query.reach.enterprise = UsccOf(1);
  EXPECT_THAT(found(query), ElementsAre("1-1", "1-2"));
}

TEST_P(StoreListsTest, CampaignsComeFromTheLatestYear) {
  ASSERT_OK(Change([&](StoreTransaction& transaction) -> absl::Status {
    for (const auto& [name, year, programme, closes] :
         {std::tuple("b", 2026, "p1", 10), std::tuple("a", 2026, "p2", 0),
          std::tuple("c", 2027, "p1", 20), std::tuple("d", 2025, "p1", 5)}) {
      v1::CampaignRecord record;
      v1::Campaign& campaign = *record.mutable_campaign();
      campaign.set_campaign(name);
      campaign.set_year(year);
      campaign.set_programme(programme);
      *campaign.mutable_opens_at() = ToTimestamp(kNow);
      if (closes > 0) *campaign.mutable_closes_at() = ToTimestamp(kNow + absl::Hours(closes));
      RETURN_IF_ERROR(transaction.AddCampaign(record).status());
    }
    return absl::OkStatus();
  }));
  const auto found = [&](const CampaignQuery& query) {
    const auto all = AllPages(
        [&](const rpc::Page& page) { return store_->ListCampaigns(Soon(), query, page); }, 1);
    std::string names;
    for (const auto& record : all) names += record.campaign().campaign();
    return names;
  };
  EXPECT_EQ(found({}), "cabd");
  EXPECT_EQ(found({.programme = "p1", .open_at = {}}), "cbd");
  EXPECT_EQ(found({.programme = "", .open_at = kNow + absl::Hours(10)}), "ca");
  EXPECT_EQ(found({.programme = "", .open_at = kNow - absl::Seconds(1)}), "");
}

TEST_P(StoreListsTest, TargetsAndAssessmentsComeByTheirKeys) {
  ASSERT_OK(Change([&](StoreTransaction& transaction) -> absl::Status {
    for (const auto& [enterprise, plant, campaign] :
         {std::tuple(2, "main", "c1"), std::tuple(1, "second", "c1"), std::tuple(1, "main", "c2"),
          std::tuple(1, "main", "c1")}) {
      v1::Target target;
      target.set_enterprise(UsccOf(enterprise));
      target.set_plant(plant);
      RETURN_IF_ERROR(transaction.UpsertTarget(campaign, target));
      v1::AssessmentRecord record;
      v1::AssessmentKey& key = *record.mutable_assessment()->mutable_key();
      key.set_enterprise(UsccOf(enterprise));
      key.set_plant(plant);
      key.set_campaign(campaign);
      RETURN_IF_ERROR(transaction.SaveAssessment(record));
    }
    return absl::OkStatus();
  }));
  std::vector<std::string> targets;
  for (const auto& target : AllPages(
           [&](const rpc::Page& page) { return store_->ListTargets(Soon(), "c1", page); }, 1)) {
    targets.push_back(absl::StrCat(target.enterprise().back() - '0', target.plant()));
  }
  EXPECT_THAT(targets, ElementsAre("1main", "1second", "2main"));
  const auto assessments = [&](const std::string& plant) {
    std::vector<std::string> names;
    for (const auto& record : AllPages(
             [&](const rpc::Page& page) {
               return store_->ListAssessments(Soon(), UsccOf(1), plant, page);
             },
             1)) {
      names.push_back(record.assessment().key().campaign() + record.assessment().key().plant());
    }
    return names;
  };
  EXPECT_THAT(assessments(""), ElementsAre("c1main", "c1second", "c2main"));
  EXPECT_THAT(assessments("second"), ElementsAre("c1second"));
}

TEST_P(StoreListsTest, EvidenceMatchesOtherEnterprisesAndNoTests) {
  const auto with = [](v1::SubmissionRecord record, const std::vector<std::string>& files) {
    for (const std::string& sha256 : files) {
      record.mutable_submission()->mutable_content()->add_evidence()->set_sha256(sha256);
    }
    return record;
  };
  const auto mine = with(SubmissionOf(KeyOf(1, "c1", 1), "unit-1"), {"x", "y", "x", "z", "t"});
  auto test = with(SubmissionOf(KeyOf(5), "unit-1"), {"t"});
  test.mutable_submission()->mutable_content()->mutable_snapshot()->set_is_test(true);
  Save({mine, with(SubmissionOf(KeyOf(1, "c2", 1), "unit-1"), {"z"}), test,
        with(SubmissionOf(KeyOf(2), "unit-1"), {"x", "x"}),
        with(SubmissionOf(KeyOf(3, "c1"), "unit-2"), {"x", "y"}),
        with(SubmissionOf(KeyOf(3, "c2"), "unit-2"), {"x"})});
  const auto matches = store_->MatchEvidence(Soon(), mine, {"unit-1"});
  ASSERT_OK(matches);
  ASSERT_EQ(matches->size(), 2U);
  EXPECT_EQ((*matches)[0].sha256, "x");
  ASSERT_EQ((*matches)[0].others.size(), 1U);
  EXPECT_EQ(Name((*matches)[0].others[0]), Name(SubmissionOf(KeyOf(2))));
  EXPECT_EQ((*matches)[0].elsewhere, 1);
  EXPECT_EQ((*matches)[1].sha256, "y");
  EXPECT_THAT((*matches)[1].others, IsEmpty());
  EXPECT_EQ((*matches)[1].elsewhere, 1);
  EXPECT_EQ((*store_->MatchEvidence(Soon(), mine, {}))[0].elsewhere, 2);

  SubmissionQuery query;
  query.reach.all = true;
  std::vector<std::string> matching;
  const auto all = store_->ListSubmissions(Soon(), query, {});
  ASSERT_OK(all);
  for (const auto& listed : all->items) {
    if (listed.evidence_matches) matching.push_back(Name(listed.record));
  }
  // A test sees whom it matches, and is not seen.
  EXPECT_THAT(matching, UnorderedElementsAre(Name(mine), Name(test), Name(SubmissionOf(KeyOf(2))),
                                             Name(SubmissionOf(KeyOf(3, "c1"))),
                                             Name(SubmissionOf(KeyOf(3, "c2")))));
}

TEST_P(StoreListsTest, OpenDraftsUnderAReleaseAreFound) {
  const auto save = [&](int enterprise, const std::string& campaign, const std::string& digest,
                        bool closed = false) {
    v1::AssessmentRecord record;
    v1::AssessmentKey& key = *record.mutable_assessment()->mutable_key();
    key.set_enterprise(UsccOf(enterprise));
    key.set_campaign(campaign);
    record.mutable_assessment()->set_release_digest(digest);
    if (closed) record.mutable_assessment()->mutable_closure();
    ASSERT_OK(
        Change([&](StoreTransaction& transaction) { return transaction.SaveAssessment(record); }));
  };
  save(1, "c1", "b");
  save(2, "c1", "a");
  save(3, "c1", "c");
  save(4, "c1", "a");
  save(5, "c1", "a", true);
  save(6, "c2", "a");
  const auto found = [&](int limit) {
    std::vector<std::string> names;
    const auto drafts = store_->DraftsUnder(Soon(), "c1", "a", limit);
    EXPECT_OK(drafts);
    for (const v1::AssessmentKey& key : *drafts) {
      names.push_back(absl::StrCat(key.enterprise().back() - '0', key.plant(), key.campaign()));
    }
    return names;
  };
  EXPECT_THAT(found(1), ElementsAre("2mainc1"));
  EXPECT_THAT(found(9), ElementsAre("2mainc1", "4mainc1"));
}

}  // namespace
}  // namespace zhiping::assessment
