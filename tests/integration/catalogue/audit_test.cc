// What the catalogue writes into its audit log, and who may read it: over gRPC on both databases.
#include "common/audit/audit_log.h"
#include "common/time/timestamp.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/rpc/test_issuer.h"
#include "tests/integration/sql/database_under_test.h"
#include "zhiping/common/v1/operations_service.grpc.pb.h"

namespace zhiping::catalogue {
namespace {

using audit::AuditEntry;
using common::v1::ExportAuditResponse;
using common::v1::ListAuditEntriesRequest;
using common::v1::ListAuditEntriesResponse;
using common::v1::OperationsService;
using Admin = v1::CatalogueAdminService::Stub;
using Operations = OperationsService::Stub;

class AuditTest : public testing::TestWithParam<sql::Engine> {
 protected:
  AuditTest() {
    options_.database.database = sql::NewSetting(GetParam());
    options_.signing = NewSigning();
    options_.redis.address = "";
    options_.instance_lease = absl::Seconds(1);
    Start();
  }
  void Start() {
    catalogue_ = nullptr;
    rpc::AccessOptions access;
    access.identity_file = issuer_.identity_file();
    catalogue_ = std::make_unique<CatalogueUnderTest>(options_, "127.0.0.1:0", access);
    operations_ = OperationsService::NewStub(
        rpc::NewChannel(absl::StrCat("127.0.0.1:", catalogue_->port()), {}));
  }

  std::string Token(const std::string& subject, const std::vector<std::string>& roles) const {
    auto claims = rpc::TestIssuer::Claims(roles);
    claims["sub"] = subject;
    claims["name"] = "张三";
    claims["programmes"] = {kProgramme};
    claims["review_unit"] = "nanjing";
    return *issuer_.signer().Sign(claims);
  }

  std::unique_ptr<grpc::ClientContext> ContextOf(const std::string& token) const {
    auto context = rpc::NewContext(absl::Seconds(20));
    context->AddMetadata("authorization", absl::StrCat("Bearer ", token));
    return context;
  }
  template <typename Response, typename Stub, typename Method, typename Request>
  absl::StatusOr<Response> As(const std::string& token, Stub& stub, Method method,
                              const Request& request) const {
    Response response;
    const absl::Status status =
        rpc::FromGrpcStatus((stub.*method)(ContextOf(token).get(), request, &response));
    if (!status.ok()) return status;
    return response;
  }

  std::string Import(const std::string& change = "") {
    auto request = Edition2026(change);
    request.mutable_actor()->clear_name();
    request.mutable_actor()->set_reason("新年版");
    const auto imported =
        As<v1::ImportEditionResponse>(editor_, catalogue_->admin(), &Admin::ImportEdition, request);
    EXPECT_OK(imported);
    return imported.ok() ? imported->digest() : "";
  }
  absl::StatusOr<v1::PublishReleaseResponse> Publish(const std::string& token,
                                                     v1::PublishReleaseRequest request) {
    request.mutable_actor()->clear_name();
    return As<v1::PublishReleaseResponse>(token, catalogue_->admin(), &Admin::PublishRelease,
                                          request);
  }
  absl::StatusOr<ListAuditEntriesResponse> List(const ListAuditEntriesRequest& request = {}) const {
    return As<ListAuditEntriesResponse>(auditor_, *operations_, &Operations::ListAuditEntries,
                                        request);
  }
  // Kind, method, subject of the caller, subject matter and reason of each entry.
  static std::vector<std::string> Texts(const absl::StatusOr<ListAuditEntriesResponse>& list) {
    EXPECT_OK(list);
    std::vector<std::string> texts;
    for (const auto& listed : list->entries()) {
      const AuditEntry& entry = listed.entry();
      texts.push_back(absl::StrCat(AuditEntry::Kind_Name(entry.kind()), " ",
                                   entry.method().substr(entry.method().rfind('/')), " ",
                                   entry.caller().subject(), " ", entry.subject().kind(), " ",
                                   entry.reason()));
    }
    return texts;
  }

  const rpc::TestIssuer issuer_{processes::NewFolder()};
  CatalogueOptions options_;
  std::unique_ptr<CatalogueUnderTest> catalogue_;
  std::unique_ptr<Operations> operations_;
  const std::string editor_ = Token("1", {"criteria-editor"});
  const std::string approver_ = Token("2", {"criteria-approver"});
  const std::string operator_ = Token("3", {"operator"});
  const std::string auditor_ = Token("4", {"auditor"});
};

TEST_P(AuditTest, EveryAdministrativeActIsThere) {
  const std::string first = Import();
  ASSERT_OK(Publish(approver_, Publication(first)));
  ASSERT_OK(Publish(approver_, Publication(Import("改"))));
  auto rollback = Rollback();
  rollback.mutable_actor()->clear_name();
  ASSERT_OK(As<v1::RollBackResponse>(approver_, catalogue_->admin(), &Admin::RollBack, rollback));
  v1::ResignReleaseRequest resign;
  resign.set_digest(first);
  resign.mutable_actor()->set_reason("换密钥");
  resign.set_request_id(NewRequestId());
  ASSERT_OK(
      As<v1::ResignReleaseResponse>(approver_, catalogue_->admin(), &Admin::ResignRelease, resign));
  v1::FenceRevisionRequest fence;
  fence.set_programme(kProgramme);
  fence.set_above(100);
  fence.mutable_actor()->set_reason("恢复后");
  fence.set_request_id(NewRequestId());
  ASSERT_OK(
      As<v1::FenceRevisionResponse>(operator_, catalogue_->admin(), &Admin::FenceRevision, fence));
  v1::PublishNotesRequest notes;
  notes.set_notes(*criteria::ReadEdition2026().notes);
  notes.mutable_actor()->set_reason("说明");
  notes.set_request_id(NewRequestId());
  ASSERT_OK(
      As<v1::PublishNotesResponse>(editor_, catalogue_->admin(), &Admin::PublishNotes, notes));
  EXPECT_THAT(Texts(List()),
              testing::ElementsAre("ADMINISTRATIVE /ImportEdition 1 release 新年版",
                                   "ADMINISTRATIVE /PublishRelease 2 release 测试",
                                   "ADMINISTRATIVE /ImportEdition 1 release 新年版",
                                   "ADMINISTRATIVE /PublishRelease 2 release 测试",
                                   "ADMINISTRATIVE /RollBack 2 release 测试",
                                   "ADMINISTRATIVE /ResignRelease 2 release 换密钥",
                                   "ADMINISTRATIVE /FenceRevision 3 programme 恢复后",
                                   "ADMINISTRATIVE /PublishNotes 1 edition 说明"));
  const AuditEntry entry = List()->entries(1).entry();
  EXPECT_EQ(entry.method(), "/zhiping.catalogue.v1.CatalogueAdminService/PublishRelease");
  EXPECT_EQ(entry.caller().issuer(), "https://issuer.example");
  EXPECT_EQ(entry.caller().name(), "张三");
  EXPECT_EQ(entry.caller().roles(0), common::v1::Role::CRITERIA_APPROVER);
  EXPECT_EQ(entry.subject().id(), first);
  EXPECT_EQ(entry.outcome(), "OK");
}

TEST_P(AuditTest, AForgottenInstanceIsThere) {
  StoredInstance lost;
  lost.record = Hello("scoring-1");
  lost.last_seen = absl::Now();
  lost.key = "scoring-1";
  ASSERT_OK(catalogue_->store().Change(
      sql::Soon(), [&](StoreTransaction& transaction) { return transaction.SaveInstance(lost); }));
  v1::ForgetInstanceRequest forget;
  forget.set_instance("scoring-1");
  EXPECT_TRUE(processes::Eventually([&] {
    return As<v1::ForgetInstanceResponse>(operator_, catalogue_->admin(), &Admin::ForgetInstance,
                                          forget)
        .ok();
  }));
  EXPECT_THAT(Texts(List()), testing::ElementsAre("ADMINISTRATIVE /ForgetInstance 3 instance "));
}

TEST_P(AuditTest, WhatWasNotDoneIsNotThereAndARetryIsNoSecondAct) {
  auto publication = Publication(Import());
  ASSERT_OK(Publish(approver_, publication));
  ASSERT_OK(Publish(approver_, publication));
  // Refused within the transaction.
  auto withdrawn = Publication(publication.digest());
  withdrawn.set_cancel_pending_revision(7);
  EXPECT_FALSE(Publish(approver_, withdrawn).ok());
  // To import what is there, or only to validate, changes nothing.
  Import("改");
  Import("改");
  auto validate = Edition2026("又改");
  validate.mutable_actor()->clear_name();
  validate.set_validate_only(true);
  ASSERT_OK(
      As<v1::ImportEditionResponse>(editor_, catalogue_->admin(), &Admin::ImportEdition, validate));
  EXPECT_EQ(Texts(List()).size(), 3u);
}

TEST_P(AuditTest, DeniedCallsAreThereAlsoWhereTheAnswerHidesWhy) {
  const std::string digest = Import();
  auto claims = rpc::TestIssuer::Claims({"criteria-approver"});
  claims["sub"] = "5";
  claims["programmes"] = {"another"};
  EXPECT_THAT(Publish(*issuer_.signer().Sign(claims), Publication(digest)),
              HasReason(Reason::RELEASE_NOT_FOUND));
  EXPECT_THAT(Publish(Token("6", {"viewer"}), Publication(digest)),
              HasReason(Reason::ROLE_REQUIRED));
  EXPECT_THAT(Publish(Token("1", {"criteria-approver"}), Publication(digest)),
              HasReason(Reason::SAME_PERSON));
  // The end of the catalogue writes the present minute.
  Start();
  ListAuditEntriesRequest denied;
  denied.set_kind(AuditEntry::DENIED);
  const auto list = List(denied);
  ASSERT_OK(list);
  std::map<std::string, std::string> outcomes;
  for (const auto& listed : list->entries()) {
    EXPECT_EQ(listed.entry().count(), 1);
    outcomes[listed.entry().caller().subject()] = listed.entry().outcome();
  }
  EXPECT_THAT(outcomes, testing::ElementsAre(testing::Pair("1", "SAME_PERSON"),
                                             testing::Pair("5", "OUTSIDE_SCOPE"),
                                             testing::Pair("6", "ROLE_REQUIRED")));
}

TEST_P(AuditTest, ListsArePagedAndFiltered) {
  for (const char* change : {"", "一", "二", "三", "四"}) Import(change);
  ListAuditEntriesRequest request;
  request.set_page_size(2);
  std::vector<int64_t> positions;
  do {
    const auto page = List(request);
    ASSERT_OK(page);
    EXPECT_LE(page->entries_size(), 2);
    for (const auto& listed : page->entries()) positions.push_back(listed.position());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(positions, testing::ElementsAre(1, 2, 3, 4, 5));

  ListAuditEntriesRequest nobody;
  nobody.set_subject("2");
  EXPECT_TRUE(Texts(List(nobody)).empty());
  ListAuditEntriesRequest future;
  *future.mutable_from() = ToTimestamp(absl::Now() + absl::Hours(1));
  EXPECT_TRUE(Texts(List(future)).empty());
  ListAuditEntriesRequest past;
  *past.mutable_until() = ToTimestamp(absl::Now() - absl::Hours(1));
  EXPECT_TRUE(Texts(List(past)).empty());
  ListAuditEntriesRequest wrong;
  wrong.set_page_token("x");
  EXPECT_THAT(List(wrong), HasReason(Reason::INVALID_PAGE_TOKEN));
  ListAuditEntriesRequest too_many;
  too_many.set_page_size(1001);
  EXPECT_THAT(List(too_many), HasReason(Reason::INVALID_FIELD));
}

TEST_P(AuditTest, AnExportVerifies) {
  for (const char* change : {"", "一", "二"}) Import(change);
  common::v1::ExportAuditRequest request;
  for (const int64_t from : {0, 2, 4}) {
    request.set_from_position(from);
    const auto context = ContextOf(auditor_);
    const auto stream = operations_->ExportAudit(context.get(), request);
    std::vector<common::v1::AuditRecord> records;
    ExportAuditResponse response;
    while (stream->Read(&response)) {
      records.insert(records.end(), response.records().begin(), response.records().end());
    }
    ASSERT_OK(rpc::FromGrpcStatus(stream->Finish()));
    ASSERT_EQ(records.size(), from == 0 ? 3u : from == 2 ? 2u : 0u);
    if (from > 0) continue;
    int64_t position = 0;
    std::string hash = sql::FirstHash();
    for (const auto& record : records) {
      ASSERT_OK(sql::CheckEntry("audit", position, hash,
                                {record.position(), record.previous_hash(), record.hash(),
                                 record.instant_micros(), record.entry_bytes()}));
      position = record.position();
      hash = record.hash();
    }
  }
}

TEST_P(AuditTest, TheServiceSaysWhoItTakesTheCallerFor) {
  const auto who = As<common::v1::WhoAmIResponse>(editor_, *operations_, &Operations::WhoAmI,
                                                  common::v1::WhoAmIRequest());
  ASSERT_OK(who);
  EXPECT_EQ(who->subject(), "1");
  EXPECT_EQ(who->issuer(), "https://issuer.example");
  EXPECT_EQ(who->name(), "张三");
  EXPECT_THAT(who->roles(), testing::ElementsAre(common::v1::Role::CRITERIA_EDITOR));
  EXPECT_THAT(who->programmes(), testing::ElementsAre(kProgramme));
  EXPECT_EQ(who->review_unit(), "nanjing");
  EXPECT_GT(FromTimestamp(who->expires_at()), absl::Now());
  EXPECT_FALSE(who->review_unit_invalid());
  EXPECT_FALSE(who->unauthenticated());
}

ON_BOTH_DATABASES(AuditTest);

}  // namespace
}  // namespace zhiping::catalogue
