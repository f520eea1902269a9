// What reviewers learn, and what is audited of what they do, over gRPC on both databases. Who may
// decide in which state is in states_test.cc.
#include <set>

#include "absl/strings/str_replace.h"
#include "tests/integration/assessment/audit_entries.h"

namespace zhiping::assessment {
namespace {

using testing::Contains;
using testing::ElementsAre;

class ReviewsTest : public testing::TestWithParam<sql::Engine> {
 protected:
  ReviewsTest() {
    EXPECT_OK(fixture().Create(NewCampaign(service_->criteria())));
    for (const char* unit : {"nanjing-gulou", "suzhou-gusu"}) {
      v1::Enterprise enterprise = NewEnterprise(UsccNumber(static_cast<int>(files_.size())));
      enterprise.set_review_unit(unit);
      EXPECT_OK(fixture().Register(enterprise));
      const auto submitted = fixture().SubmitNew(fixture().KeyOf(enterprise.uscc()));
      EXPECT_OK(submitted);
      if (!submitted.ok()) continue;
      files_.push_back(submitted->submission().key());
      etag_ = submitted->submission().standing().etag();
    }
  }
  Fixture fixture() { return Fixture(*service_); }

  static v1::SubmissionKey Absent(v1::SubmissionKey key) {
    key.set_number(7);
    return key;
  }
  absl::StatusOr<v1::BatchApproveResponse> Approve(const CallerOf& reviewer,
                                                   const std::vector<v1::SubmissionKey>& keys) {
    v1::BatchApproveRequest request;
    request.set_request_id(NewRequestId());
    for (const v1::SubmissionKey& key : keys) {
      auto& file = *request.add_files();
      *file.mutable_submission() = key;
      file.set_etag(etag_);
    }
    return service_->As(reviewer, &ReviewStub::BatchApprove, request);
  }
  // With whether it is there left out.
  static std::string Said(const absl::Status& status) {
    return absl::StrReplaceAll(absl::StrCat(status.ToString(), DetailOf(status).ShortDebugString()),
                               {{"#7", "#1"}});
  }
  // `Method outcome reason` of all entries of the kind.
  std::vector<std::string> Audited(AuditEntry::Kind kind) {
    std::vector<std::string> audited;
    for (const AuditEntry& entry : AuditEntries(*service_, kind)) {
      if (kind != AuditEntry::DENIED && entry.subject().kind() != "submission") continue;
      audited.push_back(absl::StrCat(MethodOf(entry), " ", entry.outcome(), " ", entry.reason()));
    }
    return audited;
  }

  const std::string database_ = sql::NewSetting(GetParam());
  std::unique_ptr<AssessmentUnderTest> service_ = std::make_unique<AssessmentUnderTest>(database_);
  // Of nanjing-gulou and suzhou-gusu; all have the same etag at first.
  std::vector<v1::SubmissionKey> files_;
  std::string etag_;
};

TEST_P(ReviewsTest, ABatchDoesNotTellWhetherAFileOutsideIsThere) {
  ASSERT_EQ(files_.size(), 2U);
  const CallerOf reviewer = ReviewerOf("nanjing-gulou");
  const v1::SubmissionKey inside = files_[0], outside = files_[1];
  const auto first = Approve(reviewer, {outside, Absent(inside)});
  EXPECT_THAT(first, IsRefused("", Reason::SUBMISSION_NOT_FOUND));
  EXPECT_EQ(Said(first.status()),
            Said(Approve(reviewer, {Absent(outside), Absent(inside)}).status()));
  const auto second = Approve(reviewer, {inside, outside});
  EXPECT_THAT(second, IsRefused("", Reason::SUBMISSION_NOT_FOUND));
  EXPECT_THAT(second, IsRefused("files[1].submission", Reason::SUBMISSION_NOT_FOUND));
  EXPECT_EQ(Said(second.status()), Said(Approve(reviewer, {inside, Absent(outside)}).status()));
  // All or none.
  EXPECT_OK(Approve(reviewer, {inside}));
  // The end writes the denied calls of the present minute.
  service_ = nullptr;
  service_ = std::make_unique<AssessmentUnderTest>(database_);
  EXPECT_THAT(Audited(AuditEntry::DENIED),
              testing::AllOf(Contains("BatchApprove OUTSIDE_SCOPE "),
                             testing::Each("BatchApprove OUTSIDE_SCOPE ")));
}

TEST_P(ReviewsTest, ABatchSaysOfEachFileWhyItMayNotBeApproved) {
  v1::Enterprise third = NewEnterprise(UsccNumber(2));
  ASSERT_OK(fixture().Register(third));
  const auto submitted = fixture().SubmitNew(fixture().KeyOf(third.uscc()));
  ASSERT_OK(submitted);
  const std::vector<v1::SubmissionKey> files = {files_[0], submitted->submission().key()};
  const CallerOf reviewer = ReviewerOf("nanjing-gulou");
  ASSERT_OK(fixture().Take(CallerOf{"colleague", {"reviewer"}, "", "nanjing-gulou"}, files[1]));
  const auto one = Approve(reviewer, files);
  EXPECT_THAT(one, IsRefused("files[1].submission", Reason::STALE_ETAG));
  EXPECT_EQ(DetailOf(one.status()).reason(), Reason::STALE_ETAG);
  EXPECT_THAT(DetailOf(one.status()).message().zh(),
              testing::StartsWith(absl::StrCat("第 2 份提交件 ", third.uscc(), "/main/")));
  // All or none.
  ASSERT_OK(Approve(reviewer, {files[0]}));
  const auto both = Approve(reviewer, files);
  EXPECT_THAT(both, IsRefused("", Reason::SEVERAL_VIOLATIONS));
  EXPECT_THAT(both, IsRefused("files[0].submission", Reason::WRONG_STAGE));
  EXPECT_THAT(both, IsRefused("files[1].submission", Reason::STALE_ETAG));
}

TEST_P(ReviewsTest, WhileAReleaseIsAwayNobodyElseLearnsWhatIsUnderIt) {
  ASSERT_EQ(files_.size(), 2U);
  service_->releases().Lose(service_->criteria().digest());
  const v1::SubmissionKey& file = files_[0];
  EXPECT_THAT(fixture().Take(ReviewerOf("nanjing-gulou"), file),
              IsRefused("", Reason::RELEASE_NOT_FOUND));
  const CallerOf stranger = ReviewerOf("suzhou");
  EXPECT_EQ(Said(fixture().Take(stranger, file).status()),
            Said(fixture().Take(stranger, Absent(file)).status()));
  EXPECT_EQ(Said(Approve(stranger, {file}).status()),
            Said(Approve(stranger, {Absent(file)}).status()));
  // Nor of a draft.
  v1::RemoveEvidenceRequest remove;
  *remove.mutable_key() = fixture().KeyOf(file.enterprise());
  EXPECT_THAT(service_->As(kPlatform, &AssessmentStub::RemoveEvidence, remove),
              IsRefused("", Reason::RELEASE_NOT_FOUND));
  EXPECT_THAT(
      service_->As(CallerOf{"other", {"platform"}}, &AssessmentStub::RemoveEvidence, remove),
      IsRefused("", Reason::ASSESSMENT_NOT_FOUND));
}

TEST_P(ReviewsTest, FindingsAssignmentsAndCitationsAreAudited) {
  ASSERT_EQ(files_.size(), 2U);
  const v1::SubmissionKey& file = files_[0];
  const CallerOf head = {"head", {"unit-head"}, "", "nanjing-gulou"};
  const CallerOf reviewer = ReviewerOf("nanjing-gulou");
  v1::AssignRequest assign;
  *assign.mutable_submission() = file;
  assign.set_issuer("https://issuer.example");
  assign.set_subject(reviewer.subject);
  const auto assigned = service_->As(head, &ReviewStub::Assign, assign);
  ASSERT_OK(assigned);
  v1::RecordFindingsRequest record;
  *record.mutable_submission() = file;
  record.set_etag(assigned->submission().standing().etag());
  record.set_request_id(NewRequestId());
  auto& finding = *record.add_findings();
  finding.set_scenario(service_->criteria().edition().scenarios(0).id());
  finding.set_level("none");
  finding.set_reason("现场没有看到");
  // Once more is the same.
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK(service_->As(reviewer, &ReviewStub::RecordFindings, record));
  }
  v1::CiteRequest cite;
  *cite.mutable_submission() = file;
  cite.set_application("A-1");
  v1::UnciteRequest uncite;
  *uncite.mutable_submission() = file;
  uncite.set_application("A-1");
  uncite.set_request_id(NewRequestId());
  // The second time nothing changes.
  for (int i = 0; i < 2; ++i) {
    cite.set_request_id(NewRequestId());
    ASSERT_OK(service_->As(kPlatform, &AssessmentStub::Cite, cite));
  }
  ASSERT_OK(service_->As(kPlatform, &AssessmentStub::Uncite, uncite));
  EXPECT_THAT(Audited(AuditEntry::DECISION), ElementsAre("RecordFindings OK "));
  EXPECT_THAT(Audited(AuditEntry::ADMINISTRATIVE),
              ElementsAre("Assign OK https://issuer.example reviewer-nanjing-gulou", "Cite OK A-1",
                          "Uncite OK A-1"));
}

// Who wrote what the enterprise gets, and who held a batch up no longer.
TEST_P(ReviewsTest, CommentsAreAuditedOnceAndTheirPeopleKept) {
  const v1::SubmissionKey& file = files_[0];
  const CallerOf reviewer = ReviewerOf("nanjing-gulou");
  const CallerOf colleague = {"colleague", {"reviewer"}, "", "nanjing-gulou"};
  v1::AddCommentRequest comment;
  *comment.mutable_submission() = file;
  comment.set_text("请补充合同");
  comment.set_request_id(NewRequestId());
  // Once more is the same.
  for (int i = 0; i < 2; ++i) ASSERT_OK(service_->As(reviewer, &ReviewStub::AddComment, comment));
  v1::ResolveCommentRequest resolve;
  *resolve.mutable_submission() = file;
  resolve.set_comment(1);
  ASSERT_OK(service_->As(colleague, &ReviewStub::ResolveComment, resolve));
  ASSERT_OK(service_->As(reviewer, &ReviewStub::ResolveComment, resolve));
  EXPECT_THAT(Audited(AuditEntry::ADMINISTRATIVE),
              ElementsAre("AddComment OK comment 1", "ResolveComment OK comment 1"));
  const auto kept = service_->store().FindSubmission(absl::Now() + absl::Seconds(20), file);
  ASSERT_OK(kept);
  ASSERT_EQ((*kept)->comment_people_size(), 1);
  EXPECT_EQ((*kept)->comment_people(0).written_by().subject(), reviewer.subject);
  EXPECT_EQ((*kept)->comment_people(0).resolved_by().subject(), "colleague");
}

TEST_P(ReviewsTest, TheContactIsForWhoeverReviewsAFileInHandWhereverTheEnterpriseHasGone) {
  const std::string& uscc = files_[0].enterprise();
  const CallerOf reviewer = ReviewerOf("nanjing-gulou");
  const auto phone = [&](const CallerOf& caller) {
    v1::GetEnterpriseRequest get;
    get.set_uscc(uscc);
    const auto got = service_->As(caller, &EnterpriseStub::GetEnterprise, get);
    return got.ok() ? got->enterprise().contact().phone()
                    : Reason::Value_Name(DetailOf(got.status()).reason());
  };
  const auto assign = [&](const std::string& subject) {
    v1::AssignRequest request;
    *request.mutable_submission() = files_[0];
    request.set_issuer("https://issuer.example");
    request.set_subject(subject);
    const CallerOf head = {"head", {"unit-head"}, "", "nanjing-gulou"};
    EXPECT_OK(service_->As(head, &ReviewStub::Assign, request));
  };
  // Neither an officer nor a reviewer of another unit, though they have it in hand.
  assign(kOfficer.subject);
  EXPECT_EQ(phone(kOfficer), "138****5678");
  assign("reviewer-suzhou");
  EXPECT_EQ(phone(ReviewerOf("suzhou")), "ENTERPRISE_NOT_FOUND");
  assign(reviewer.subject);
  EXPECT_EQ(phone(reviewer), "13812345678");
  v1::GetEnterpriseRequest get;
  get.set_uscc(uscc);
  const auto present = service_->As(kPlatform, &EnterpriseStub::GetEnterprise, get);
  ASSERT_OK(present);
  v1::UpdateEnterpriseRequest moving;
  *moving.mutable_enterprise() = present->enterprise();
  moving.mutable_enterprise()->set_review_unit("suzhou-gusu");
  moving.mutable_update_mask()->add_paths("review_unit");
  ASSERT_OK(service_->As(kPlatform, &EnterpriseStub::UpdateEnterprise, moving));
  EXPECT_EQ(phone(reviewer), "13812345678");
  v1::ReleaseRequest release;
  *release.mutable_submission() = files_[0];
  ASSERT_OK(service_->As(reviewer, &ReviewStub::Release, release));
  EXPECT_EQ(phone(reviewer), "ENTERPRISE_NOT_FOUND");
}

TEST_P(ReviewsTest, ARoleThatReachesNothingOfAFileShowsNothingOfIt) {
  const CallerOf reviewer = ReviewerOf("nanjing-gulou");
  ASSERT_OK(fixture().Take(reviewer, files_[0]));
  const auto name = [&](const CallerOf& caller) {
    v1::GetSubmissionRequest get;
    *get.mutable_submission() = files_[0];
    const auto got = service_->As(caller, &AssessmentStub::GetSubmission, get);
    EXPECT_OK(got) << caller.unit;
    return got.ok() ? got->submission().standing().taken().name() : "";
  };
  const auto platform = [](const char* role, const char* unit, const char* programme) {
    CallerOf caller = {"platform", {"platform", role}, "", unit, {}};
    if (*programme != '\0') caller.programmes.push_back(programme);
    return caller;
  };
  EXPECT_EQ(name(reviewer), "某reviewer-nanjing-gulou");
  EXPECT_EQ(name(kPlatform), "");
  EXPECT_EQ(name(platform("campaign-officer", "", "")), "");
  EXPECT_EQ(name(platform("campaign-officer", "", "another")), "");
  EXPECT_EQ(name(platform("reviewer", "xuzhou", "")), "");
  EXPECT_EQ(name(platform("reviewer", "nanjing", "")), "某reviewer-nanjing-gulou");
  for (const char* programme : {kProgramme, "*"}) {
    EXPECT_EQ(name(platform("campaign-officer", "", programme)), "某reviewer-nanjing-gulou");
  }
}

// An answer that is OK, and leaves out what the caller may not see.
TEST_P(ReviewsTest, ProbingIsAuditedAlsoWhereTheAnswerIsOk) {
  const CallerOf other = {"other", {"platform"}};
  v1::ListAssessmentsRequest list;
  list.set_enterprise(files_[0].enterprise());
  const auto listed = service_->As(other, &AssessmentStub::ListAssessments, list);
  ASSERT_OK(listed);
  EXPECT_EQ(listed->assessments_size(), 0);
  v1::ImportEnterprisesRequest import;
  import.set_validate_only(true);
  for (const int number : {0, 1, 7}) *import.add_enterprises() = NewEnterprise(UsccNumber(number));
  ASSERT_OK(service_->As(other, &EnterpriseStub::ImportEnterprises, import));
  v1::RegisterEnterpriseRequest registering;
  *registering.mutable_enterprise() = NewEnterprise(UsccNumber(0));
  registering.set_request_id(NewRequestId());
  EXPECT_THAT(service_->As(other, &EnterpriseStub::RegisterEnterprise, registering),
              IsRefused("", Reason::ENTERPRISE_EXISTS));
  // What is theirs, or nobody's, is not.
  const CallerOf stranger = {"stranger", {"platform"}};
  import.mutable_enterprises()->DeleteSubrange(0, 2);
  ASSERT_OK(service_->As(stranger, &EnterpriseStub::ImportEnterprises, import));
  ASSERT_OK(service_->As(kPlatform, &AssessmentStub::ListAssessments, list));
  // Denied calls are written when their minute is over, or the service ends.
  service_ = nullptr;
  service_ = std::make_unique<AssessmentUnderTest>(database_);
  std::set<std::string> denied;
  for (const AuditEntry& entry : AuditEntries(*service_, AuditEntry::DENIED)) {
    denied.insert(absl::StrCat(entry.caller().subject(), " ", MethodOf(entry)));
  }
  EXPECT_THAT(denied,
              testing::UnorderedElementsAre("other ListAssessments", "other ImportEnterprises",
                                            "other RegisterEnterprise"));
}

TEST_P(ReviewsTest, WhoFilledAFileInDoesNotDecideAboutIt) {
  const std::string uscc = UsccNumber(5);
  ASSERT_OK(fixture().Register(NewEnterprise(uscc)));
  const v1::AssessmentKey key = fixture().KeyOf(uscc);
  const auto filled = fixture().Fill(*fixture().Open(key));
  ASSERT_OK(filled);
  // One opens and fills it in, one adds a file, and another one submits.
  v1::AddEvidenceRequest evidence;
  *evidence.mutable_key() = key;
  evidence.mutable_evidence()->set_name("合同.pdf");
  evidence.mutable_evidence()->set_sha256(std::string(64, 'a'));
  evidence.mutable_evidence()->add_scenarios(service_->criteria().edition().scenarios(0).id());
  evidence.set_request_id(NewRequestId());
  const auto added = service_->As(CallerOf{"accountant", {"enterprise"}, uscc},
                                  &AssessmentStub::AddEvidence, evidence);
  ASSERT_OK(added);
  const auto submitted =
      service_->As(CallerOf{"director", {"enterprise"}, uscc}, &AssessmentStub::Submit,
                   fixture().Submission(key, added->etag()));
  ASSERT_OK(submitted);
  const v1::SubmissionKey& file = submitted->submission().key();
  for (const std::string& own :
       {fixture().EnterpriseOf(uscc).subject, std::string("accountant"), std::string("director")}) {
    const CallerOf reviewer = {own, {"reviewer"}, "", "nanjing-gulou"};
    EXPECT_THAT(fixture().Take(reviewer, file), IsRefused("", Reason::SAME_PERSON)) << own;
    EXPECT_THAT(Approve(reviewer, {file}), IsRefused("", Reason::SAME_PERSON)) << own;
  }
  EXPECT_OK(fixture().Take(ReviewerOf("nanjing-gulou"), file));
}

ON_BOTH_DATABASES(ReviewsTest);

}  // namespace
}  // namespace zhiping::assessment
