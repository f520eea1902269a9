// What happens with the files of enterprises beyond the round: answers that are carried over, other
// releases, the same file at several enterprises, exports, and signatures that are added. Over gRPC
// on both databases.
#include "common/envelope/envelope.h"
#include "common/receipts/signed_receipt.h"
#include "common/releases/seed.h"
#include "tests/integration/assessment/audit_entries.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class FilesTest : public testing::TestWithParam<sql::Engine> {
 protected:
  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  const CallerOf enterprise_ = fixture_.EnterpriseOf();

  absl::StatusOr<v1::Assessment> CarryOver(const v1::AssessmentKey& key,
                                           const v1::SubmissionKey& from) {
    v1::CreateAssessmentRequest request;
    *request.mutable_key() = key;
    *request.mutable_carry_over() = from;
    request.set_request_id(NewRequestId());
    const auto response = service_.As(fixture_.EnterpriseOf(key.enterprise()),
                                      &AssessmentStub::CreateAssessment, request);
    if (!response.ok()) return response.status();
    return response->assessment();
  }
  static v1::SubmissionKey DraftOf(const v1::AssessmentKey& key) {
    v1::SubmissionKey draft;
    draft.set_enterprise(key.enterprise());
    draft.set_campaign(key.campaign());
    return draft;
  }
  absl::StatusOr<v1::Campaign> CreateCampaign(const std::string& id,
                                              const criteria::Criteria& criteria) {
    return fixture_.Create(NewCampaign(criteria, v1::ReviewPolicy::ALL, id));
  }
  // Always open, without a release of its own.
  absl::StatusOr<v1::Campaign> CreateEndless(const std::string& id) {
    v1::Campaign campaign = NewCampaign(service_.criteria(), v1::ReviewPolicy::NONE, id);
    campaign.clear_closes_at();
    campaign.clear_release_digest();
    return fixture_.Create(campaign);
  }
  // Opened, with the file, filled in and submitted.
  v1::SubmissionKey SubmitWithFile(const std::string& uscc, const std::string& unit,
                                   const std::string& sha256) {
    v1::Enterprise enterprise = NewEnterprise(uscc);
    enterprise.set_review_unit(unit);
    enterprise.set_name(absl::StrCat("在", unit));
    EXPECT_OK(fixture_.Register(enterprise));
    const v1::AssessmentKey key = fixture_.KeyOf(uscc);
    EXPECT_OK(fixture_.Open(key));
    EXPECT_OK(fixture_.AddEvidence(key, sha256));
    const auto filled = fixture_.Fill(*fixture_.Get(key));
    EXPECT_OK(filled);
    const auto submitted = fixture_.Submit(fixture_.Submission(key, filled->etag()));
    EXPECT_OK(submitted);
    return submitted.ok() ? submitted->submission().key() : v1::SubmissionKey();
  }
  // What the audit log has of files: `Method reason`.
  std::vector<std::string> Audited(AuditEntry::Kind kind) {
    std::vector<std::string> audited;
    for (const AuditEntry& entry : AuditEntries(service_, kind)) {
      if (entry.subject().kind() != "submission") continue;
      EXPECT_EQ(entry.subject().enterprise(), kUscc);
      audited.push_back(absl::StrCat(MethodOf(entry), " ", entry.reason()));
    }
    return audited;
  }
};

TEST_P(FilesTest, AnswersAreCarriedOverFromASubmissionAndFromADraft) {
  ASSERT_OK(fixture_.Register());
  ASSERT_OK(CreateCampaign(kCampaign2026, service_.criteria()));
  ASSERT_OK(CreateCampaign("same", service_.criteria()));
  ASSERT_OK(CreateCampaign("next", service_.second()));
  const auto submitted = fixture_.SubmitNew(fixture_.KeyOf());
  ASSERT_OK(submitted);
  const v1::SubmissionKey& from = submitted->submission().key();
  const auto& given = submitted->submission().content().answers();

  v1::SubmissionKey without_plant = from;
  without_plant.clear_plant();
  const auto same = CarryOver(fixture_.KeyOf(kUscc, "same"), without_plant);
  ASSERT_OK(same);
  EXPECT_EQ(same->answered(), 33);
  for (int i = 0; i < same->answers_size(); ++i) {
    const v1::DraftAnswer& answer = same->answers(i);
    EXPECT_EQ(answer.answer().level(), given[i].level());
    EXPECT_EQ(answer.carried_from().source().number(), 1);
    EXPECT_EQ(answer.carried_from().source().campaign(), kCampaign2026);
    EXPECT_EQ(answer.carried_from().release_digest(), service_.criteria().digest());
  }
  // To another release, from a draft that has carried them over itself.
  const auto next =
      CarryOver(fixture_.KeyOf(kUscc, "next"), DraftOf(fixture_.KeyOf(kUscc, "same")));
  ASSERT_OK(next);
  EXPECT_EQ(next->release_digest(), service_.second().digest());
  EXPECT_EQ(next->answered() + next->to_confirm(), 33);
  // Where a person gave it.
  EXPECT_EQ(next->answers(0).carried_from().source().campaign(), kCampaign2026);
  EXPECT_OK(fixture_.Submit(fixture_.Submission(next->key(), next->etag())));
}

TEST_P(FilesTest, OnlyTheEnterprisesOwnAndItsPredecessorsAreCarriedOver) {
  const std::string successor = UsccNumber(1);
  const std::string stranger = UsccNumber(2);
  ASSERT_OK(fixture_.Register());
  v1::Enterprise enterprise = NewEnterprise(successor);
  enterprise.set_predecessor(kUscc);
  ASSERT_OK(fixture_.Register(enterprise));
  ASSERT_OK(fixture_.Register(NewEnterprise(stranger)));
  ASSERT_OK(CreateCampaign(kCampaign2026, service_.criteria()));
  const auto submitted = fixture_.SubmitNew(fixture_.KeyOf());
  ASSERT_OK(submitted);
  v1::SubmissionKey from = submitted->submission().key();
  const auto head = service_.Head();
  EXPECT_THAT(CarryOver(fixture_.KeyOf(stranger), from), IsRefused("", Reason::NOTHING_TO_CARRY));
  v1::SubmissionKey absent = from;
  absent.set_number(2);
  EXPECT_THAT(CarryOver(fixture_.KeyOf(successor), absent),
              IsRefused("", Reason::NOTHING_TO_CARRY));
  absent.set_number(0);
  absent.set_campaign("another");
  EXPECT_THAT(CarryOver(fixture_.KeyOf(successor), absent),
              IsRefused("", Reason::NOTHING_TO_CARRY));
  EXPECT_EQ(service_.Head(), head);
  const auto carried = CarryOver(fixture_.KeyOf(successor), from);
  ASSERT_OK(carried);
  EXPECT_EQ(carried->answered(), 33);
  EXPECT_EQ(carried->answers(0).carried_from().source().enterprise(), kUscc);
  // Which its predecessor is told: those are its answers.
  EXPECT_THAT(Audited(AuditEntry::ACCESS), ElementsAre("CreateAssessment "));
  v1::ListAccessesRequest list;
  list.set_enterprise(kUscc);
  const auto told = service_.As(enterprise_, &AssessmentStub::ListAccesses, list);
  ASSERT_OK(told);
  ASSERT_EQ(told->accesses_size(), 1);
  EXPECT_EQ(told->accesses(0).method(), "CreateAssessment");
}

TEST_P(FilesTest, ADraftWithoutAnEndGoesToTheReleaseInForceWhenAsked) {
  ASSERT_OK(fixture_.Register());
  ASSERT_OK(CreateEndless("always"));
  const v1::AssessmentKey key = fixture_.KeyOf(kUscc, "always");
  const auto draft = fixture_.Open(key);
  ASSERT_OK(draft);
  EXPECT_EQ(draft->release_digest(), service_.criteria().digest());
  const auto filled = fixture_.Fill(*draft);
  ASSERT_OK(filled);
  const auto rebase = [&](const std::string& etag, const std::string& id = NewRequestId()) {
    v1::RebaseRequest request;
    *request.mutable_key() = key;
    request.set_etag(etag);
    request.set_request_id(id);
    return service_.As(enterprise_, &AssessmentStub::Rebase, request);
  };
  // Nothing to do is no error.
  const auto same = rebase(filled->etag());
  ASSERT_OK(same);
  EXPECT_EQ(same->assessment().etag(), filled->etag());
  service_.releases().PutInForce(1);
  EXPECT_EQ(fixture_.Get(key)->release_digest(), service_.criteria().digest());
  EXPECT_THAT(rebase("1"), IsRefused("", Reason::STALE_ETAG));
  const std::string id = NewRequestId();
  const auto rebased = rebase(filled->etag(), id);
  ASSERT_OK(rebased);
  EXPECT_EQ(rebased->assessment().release_digest(), service_.second().digest());
  EXPECT_EQ(rebased->assessment().answered() + rebased->assessment().to_confirm(), 33);
  ASSERT_EQ(rebased->assessment().release_changes_size(), 1);
  EXPECT_EQ(rebased->assessment().release_changes(0).cause(), v1::ReleaseChange::REBASE);
  const auto again = rebase(filled->etag(), id);
  ASSERT_OK(again);
  EXPECT_EQ(again->SerializeAsString(), rebased->SerializeAsString());
  EXPECT_EQ(fixture_.Get(key)->etag(), rebased->assessment().etag());
}

TEST_P(FilesTest, TheSameFileElsewhereIsNamedOnlyWithinTheReviewersUnits) {
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  const std::string shared(64, 'a');
  const v1::SubmissionKey file = SubmitWithFile(UsccNumber(0), "nanjing-gulou", shared);
  SubmitWithFile(UsccNumber(1), "nanjing-gulou", shared);
  SubmitWithFile(UsccNumber(2), "nanjing-xuanwu", shared);
  SubmitWithFile(UsccNumber(3), "suzhou-gusu", shared);
  SubmitWithFile(UsccNumber(4), "nanjing-gulou", std::string(64, 'b'));
  const struct {
    const char* unit;
    std::vector<std::string> named;
    int elsewhere;
  } kCases[] = {
      {"nanjing-gulou", {UsccNumber(1)}, 2},
      {"nanjing", {UsccNumber(1), UsccNumber(2)}, 1},
      {"jiangsu", {UsccNumber(1), UsccNumber(2), UsccNumber(3)}, 0},
  };
  v1::ListEvidenceMatchesRequest request;
  *request.mutable_submission() = file;
  for (const auto& [unit, named, elsewhere] : kCases) {
    SCOPED_TRACE(unit);
    const auto matched = service_.As(ReviewerOf(unit), &ReviewStub::ListEvidenceMatches, request);
    ASSERT_OK(matched);
    ASSERT_EQ(matched->matches_size(), 1);
    EXPECT_EQ(matched->matches(0).evidence().sha256(), shared);
    EXPECT_EQ(matched->matches(0).elsewhere(), elsewhere);
    std::vector<std::string> others;
    for (const auto& other : matched->matches(0).others()) {
      others.push_back(other.key().enterprise());
      EXPECT_FALSE(other.enterprise_name().empty());
    }
    EXPECT_EQ(others, named);
  }
  for (const char* stranger : {"suzhou-gusu", "nanjing-xuanwu"}) {
    EXPECT_THAT(service_.As(ReviewerOf(stranger), &ReviewStub::ListEvidenceMatches, request),
                IsRefused("", Reason::SUBMISSION_NOT_FOUND));
  }
  const auto queue =
      service_.As(ReviewerOf("nanjing-gulou"), &ReviewStub::ListQueue, v1::ListQueueRequest());
  ASSERT_OK(queue);
  std::vector<std::string> marked;
  for (const auto& one : queue->submissions()) {
    if (one.evidence_matches()) marked.push_back(one.key().enterprise());
  }
  EXPECT_THAT(marked, UnorderedElementsAre(UsccNumber(0), UsccNumber(1)));
}

TEST_P(FilesTest, WhereNothingCountsTheAssessmentIsSaidToHaveNone) {
  ASSERT_OK(fixture_.Register());
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  v1::GetEffectiveResultRequest request;
  *request.mutable_key() = fixture_.KeyOf();
  const auto none = service_.As(enterprise_, &AssessmentStub::GetEffectiveResult, request);
  EXPECT_THAT(none, IsRefused("", Reason::SUBMISSION_NOT_FOUND));
  const auto message = DetailOf(none.status()).message();
  EXPECT_THAT(message.zh(), testing::HasSubstr("没有当前有效的提交件"));
  EXPECT_THAT(message.zh(), testing::Not(testing::HasSubstr("#")));
  // Others learn no more when there is one.
  ASSERT_OK(fixture_.SubmitNew(fixture_.KeyOf()));
  EXPECT_OK(service_.As(enterprise_, &AssessmentStub::GetEffectiveResult, request));
  const auto others =
      service_.As(ReviewerOf("suzhou"), &AssessmentStub::GetEffectiveResult, request);
  EXPECT_EQ(DetailOf(others.status()).message().zh(), message.zh());
}

// Clients take messages of 4 MiB.
TEST_P(FilesTest, AnExportThatIsTooLargeForClientsIsRefusedAndIsNoAccess) {
  ASSERT_OK(fixture_.Register());
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  const auto draft = fixture_.Open(fixture_.KeyOf());
  ASSERT_OK(draft);
  const auto filled = fixture_.Fill(*draft, 0, LongestRemark());
  ASSERT_OK(filled);
  const auto submitted = fixture_.Submit(fixture_.Submission(fixture_.KeyOf(), filled->etag()));
  ASSERT_OK(submitted);
  v1::ExportSubmissionsRequest request;
  for (int file = 0; file < 100; ++file) {
    *request.add_submissions() = submitted->submission().key();
  }
  request.set_purpose("现场核查");
  EXPECT_THAT(service_.As(ReviewerOf("nanjing-gulou"), &ReviewStub::ExportSubmissions, request),
              IsRefused("submissions", Reason::TOO_LARGE));
  v1::ListAccessesRequest list;
  list.set_enterprise(kUscc);
  EXPECT_EQ(service_.As(enterprise_, &AssessmentStub::ListAccesses, list)->accesses_size(), 0);
  request.mutable_submissions()->DeleteSubrange(10, 90);
  EXPECT_OK(service_.As(ReviewerOf("nanjing-gulou"), &ReviewStub::ExportSubmissions, request));
}

TEST_P(FilesTest, WhatAnExportIsForIsTold) {
  ASSERT_OK(fixture_.Register());
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  const auto submitted = fixture_.SubmitNew(fixture_.KeyOf());
  ASSERT_OK(submitted);
  const v1::SubmissionKey& key = submitted->submission().key();
  const CallerOf reviewer = ReviewerOf("nanjing-gulou");
  // Reading before is another access.
  v1::GetSubmissionRequest get;
  *get.mutable_submission() = key;
  ASSERT_OK(service_.As(reviewer, &AssessmentStub::GetSubmission, get));
  const auto exported = [&](const CallerOf& caller, const v1::SubmissionKey& file,
                            const std::string& purpose) {
    v1::ExportSubmissionsRequest request;
    *request.add_submissions() = key;
    *request.add_submissions() = file;
    request.set_purpose(purpose);
    return service_.As(caller, &ReviewStub::ExportSubmissions, request);
  };
  EXPECT_THAT(exported(reviewer, key, ""), IsRefused("purpose", Reason::FIELD_REQUIRED));
  v1::SubmissionKey absent = key;
  absent.set_number(2);
  EXPECT_THAT(exported(reviewer, absent, "核对"), IsRefused("", Reason::SUBMISSION_NOT_FOUND));
  EXPECT_THAT(exported(ReviewerOf("suzhou"), key, "核对"),
              IsRefused("", Reason::SUBMISSION_NOT_FOUND));
  const auto whole = exported(reviewer, key, "现场核查");
  ASSERT_OK(whole);
  ASSERT_EQ(whole->submissions_size(), 2);
  EXPECT_EQ(whole->submissions(0).content().answers_size(), 33);

  v1::ListAccessesRequest list;
  list.set_enterprise(kUscc);
  const auto accesses = service_.As(enterprise_, &AssessmentStub::ListAccesses, list);
  ASSERT_OK(accesses);
  std::vector<std::string> told;
  for (const v1::FileAccess& access : accesses->accesses()) {
    told.push_back(absl::StrCat(access.method(), " ", access.unit(), " ", access.purpose()));
  }
  EXPECT_THAT(told, UnorderedElementsAre("ExportSubmissions nanjing-gulou 现场核查",
                                         "GetSubmission nanjing-gulou "));

  EXPECT_THAT(Audited(AuditEntry::ACCESS),
              ElementsAre("GetSubmission ", "ExportSubmissions 现场核查"));
}

TEST_P(FilesTest, ThePlatformSignsAReceiptBesideTheService) {
  ASSERT_OK(fixture_.Register());
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  const auto submitted = fixture_.SubmitNew(fixture_.KeyOf());
  ASSERT_OK(submitted);
  const auto trust = *releases::ReadTrustFile(service_.trust_file());
  const auto envelope = envelope::ParseEnvelope(submitted->receipt());
  ASSERT_OK(envelope);
  const std::string signature = *service_.platform_key().Sign(
      envelope::PreAuthEncoding(envelope->payload_type, envelope->payload));
  const auto countersign = [&](const CallerOf& caller, const std::string& key_id,
                               const std::string& bytes) {
    v1::CountersignReceiptRequest request;
    *request.mutable_submission() = submitted->submission().key();
    request.set_key_id(key_id);
    request.set_signature(bytes);
    return service_.As(caller, &AssessmentStub::CountersignReceipt, request);
  };
  const auto kept = [&] {
    v1::GetReceiptRequest get;
    *get.mutable_submission() = submitted->submission().key();
    return service_.As(enterprise_, &AssessmentStub::GetReceipt, get)->receipt();
  };
  const std::string& key_id = service_.platform_key().id();
  EXPECT_THAT(countersign(kPlatform, "nobody", signature), HasReason(Reason::UNKNOWN_KEY));
  EXPECT_THAT(countersign(kPlatform, key_id, std::string(64, 'x')),
              HasReason(Reason::BAD_SIGNATURE));
  EXPECT_THAT(countersign(enterprise_, key_id, signature), HasReason(Reason::ROLE_REQUIRED));
  EXPECT_THAT(countersign({"other", {"platform"}}, key_id, signature),
              HasReason(Reason::SUBMISSION_NOT_FOUND));
  EXPECT_EQ(kept(), submitted->receipt());
  for (const int time : {1, 2}) {
    const auto signed_too = countersign(kPlatform, key_id, signature);
    ASSERT_OK(signed_too) << time;
    EXPECT_EQ(kept(), signed_too->receipt());
    const auto receipt = receipts::ReadReceipt(signed_too->receipt(), *trust);
    ASSERT_OK(receipt);
    EXPECT_THAT(receipt->key_ids, SizeIs(2));
    EXPECT_EQ(receipt->receipt_no, submitted->submission().receipt_no());
  }
  EXPECT_THAT(kept(), testing::Not(IsEmpty()));
  EXPECT_THAT(Audited(AuditEntry::ADMINISTRATIVE),
              testing::Contains(absl::StrCat("CountersignReceipt ", key_id)).Times(2));
}

ON_BOTH_DATABASES(FilesTest);

}  // namespace
}  // namespace zhiping::assessment
