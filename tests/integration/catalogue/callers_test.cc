// Who changes the catalogue, where callers are identified: over gRPC on both databases.
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/rpc/test_issuer.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::catalogue {
namespace {

using Admin = v1::CatalogueAdminService::Stub;

class CallersTest : public testing::TestWithParam<sql::Engine> {
 protected:
  CallersTest() {
    CatalogueOptions options;
    options.database.database = sql::NewSetting(GetParam());
    options.signing = NewSigning();
    options.redis.address = "";
    rpc::AccessOptions access;
    access.identity_file = issuer_.identity_file();
    catalogue_ = std::make_unique<CatalogueUnderTest>(options, "127.0.0.1:0", access);
  }

  // Of `subject`, who has the roles for that programme.
  std::string Token(const std::string& subject, const std::vector<std::string>& roles,
                    const std::string& programme = kProgramme) const {
    auto claims = rpc::TestIssuer::Claims(roles);
    claims["sub"] = subject;
    claims["name"] = "张三";
    claims["programmes"] = {programme};
    return *issuer_.signer().Sign(claims);
  }

  template <typename Response, typename Method, typename Request>
  absl::StatusOr<Response> As(const std::string& token, Method method, const Request& request) {
    const auto context = rpc::NewContext(absl::Seconds(20));
    context->AddMetadata("authorization", absl::StrCat("Bearer ", token));
    Response response;
    const absl::Status status =
        rpc::FromGrpcStatus((catalogue_->admin().*method)(context.get(), request, &response));
    if (!status.ok()) return status;
    return response;
  }

  absl::StatusOr<v1::ImportEditionResponse> Import(const std::string& token,
                                                   const std::string& change = "") {
    auto request = Edition2026(change);
    request.mutable_actor()->clear_name();
    return As<v1::ImportEditionResponse>(token, &Admin::ImportEdition, request);
  }
  static v1::PublishReleaseRequest PublicationOf(const std::string& digest) {
    auto request = Publication(digest);
    request.mutable_actor()->clear_name();
    return request;
  }
  auto Publish(const std::string& token, const v1::PublishReleaseRequest& request) {
    return As<v1::PublishReleaseResponse>(token, &Admin::PublishRelease, request);
  }

  const rpc::TestIssuer issuer_{processes::NewFolder()};
  std::unique_ptr<CatalogueUnderTest> catalogue_;
  const std::string editor_ = Token("1", {"criteria-editor"});
  const std::string approver_ = Token("2", {"criteria-approver"});
};

TEST_P(CallersTest, WhatATokenSaysIsRecorded) {
  const auto imported = Import(editor_);
  ASSERT_OK(imported);
  const auto published = Publish(approver_, PublicationOf(imported->digest()));
  ASSERT_OK(published);
  EXPECT_THAT(published->activation().approvers(),
              testing::ElementsAre("bootstrap:张三 <2@https://issuer.example>"));
}

TEST_P(CallersTest, NobodyPublishesWhatTheyImported) {
  const std::string both = Token("1", {"criteria-editor", "criteria-approver"});
  const auto imported = Import(both);
  ASSERT_OK(imported);
  EXPECT_THAT(Publish(both, PublicationOf(imported->digest())), HasReason(Reason::SAME_PERSON));
  // To import again what another imported makes nobody its importer.
  ASSERT_OK(Import(Token("3", {"criteria-editor"})));
  EXPECT_THAT(Publish(both, PublicationOf(imported->digest())), HasReason(Reason::SAME_PERSON));
  EXPECT_OK(Publish(Token("3", {"criteria-approver"}), PublicationOf(imported->digest())));
}

TEST_P(CallersTest, WhoIsIdentifiedStatesNoName) {
  const auto imported = Import(editor_);
  ASSERT_OK(imported);
  auto request = PublicationOf(imported->digest());
  request.mutable_actor()->set_name("李四");
  const auto refused = Publish(approver_, request);
  EXPECT_THAT(refused, HasReason(Reason::INVALID_FIELD));
  EXPECT_EQ(DetailOf(refused.status()).violations(0).field(), "actor.name");
}

TEST_P(CallersTest, OfAnotherProgrammeNothingIsToldAndNothingChanged) {
  const auto imported = Import(editor_);
  ASSERT_OK(imported);
  const std::string elsewhere = Token("2", {"criteria-approver"}, "another");
  const auto unknown = Publish(approver_, PublicationOf(criteria::DigestOf("nothing")));
  const auto hidden = Publish(elsewhere, PublicationOf(imported->digest()));
  EXPECT_THAT(unknown, HasReason(Reason::RELEASE_NOT_FOUND));
  EXPECT_THAT(hidden, HasReason(Reason::RELEASE_NOT_FOUND));
  EXPECT_THAT(Import(Token("1", {"criteria-editor"}, "another")), HasReason(Reason::OUTSIDE_SCOPE));
  EXPECT_FALSE(catalogue_->store()
                   .FindRelease(absl::Now() + absl::Seconds(10), imported->digest())
                   ->published());
}

TEST_P(CallersTest, WhatIsPublishedForAnotherProgrammeIsNotSignedOrExplainedByOthers) {
  const auto imported = Import(editor_);
  ASSERT_OK(imported);
  ASSERT_OK(Publish(approver_, PublicationOf(imported->digest())));
  v1::ResignReleaseRequest resigning;
  resigning.mutable_actor()->set_reason("测试");
  v1::PublishNotesRequest notes;
  const std::string text = *criteria::ReadEdition2026().notes;
  const auto resign = [&](const std::string& token, const std::string& digest) {
    resigning.set_digest(digest);
    resigning.set_request_id(NewRequestId());
    return As<v1::ResignReleaseResponse>(token, &Admin::ResignRelease, resigning);
  };
  const auto publish_notes = [&](const std::string& token, const std::string& of) {
    notes.set_notes(of);
    notes.set_request_id(NewRequestId());
    return As<v1::PublishNotesResponse>(token, &Admin::PublishNotes, notes);
  };
  // Whoever has no programme at all hears so, whatever is there.
  for (const auto& [programme, reason] :
       {std::pair("another", Reason::RELEASE_NOT_FOUND), std::pair("", Reason::OUTSIDE_SCOPE)}) {
    EXPECT_THAT(resign(Token("2", {"criteria-approver"}, programme), imported->digest()),
                HasReason(reason));
    EXPECT_THAT(publish_notes(Token("1", {"criteria-editor"}, programme), text), HasReason(reason));
  }
  EXPECT_OK(resign(approver_, imported->digest()));
  // The first version: nothing was published by the others.
  const auto published = publish_notes(editor_, text);
  ASSERT_OK(published);
  EXPECT_EQ(published->version(), 1);
}

TEST_P(CallersTest, TheLogAndTheProgrammesAreThoseOfTheCallersRights) {
  const auto imported = Import(editor_);
  ASSERT_OK(imported);
  ASSERT_OK(Publish(approver_, PublicationOf(imported->digest())));
  // Of no programme.
  ASSERT_OK(catalogue_->store().Change(sql::Soon(), [](StoreTransaction& transaction) {
    v1::CatalogueEvent event;
    event.mutable_instance_forgotten()->set_instance("scoring-1");
    return transaction.Append(event, absl::Now());
  }));
  ASSERT_OK(Publish(approver_, PublicationOf(Import(editor_, "改")->digest())));
  v1::ListLogEntriesRequest request;
  const auto log = [&](const std::string& token, const std::string& programme) {
    request.set_programme(programme);
    return As<v1::ListLogEntriesResponse>(token, &Admin::ListLogEntries, request);
  };
  const auto programmes = [&](const std::string& token) {
    return As<v1::ListProgrammesResponse>(token, &Admin::ListProgrammes,
                                          v1::ListProgrammesRequest());
  };
  const std::string elsewhere = Token("5", {"criteria-editor"}, "another");
  EXPECT_THAT(log(elsewhere, kProgramme), HasReason(Reason::OUTSIDE_SCOPE));
  EXPECT_THAT(log(elsewhere, ""), HasReason(Reason::OUTSIDE_SCOPE));
  EXPECT_EQ(log(elsewhere, "another")->total_size(), 0);
  EXPECT_TRUE(log(elsewhere, "another")->entries().empty());
  EXPECT_EQ(programmes(elsewhere)->total_size(), 0);
  EXPECT_TRUE(programmes(elsewhere)->programmes().empty());

  // The whole log takes rights for all programmes.
  EXPECT_THAT(log(editor_, ""), HasReason(Reason::OUTSIDE_SCOPE));
  for (const std::string& all :
       {Token("6", {"auditor"}, "another"), Token("6", {"criteria-editor"}, "*")}) {
    EXPECT_EQ(log(all, "")->entries_size(), 5);
    EXPECT_EQ(programmes(all)->programmes_size(), 1);
  }
  EXPECT_EQ(programmes(editor_)->programmes_size(), 1);
  const auto whole = log(editor_, kProgramme);
  ASSERT_OK(whole);
  EXPECT_EQ(whole->total_size(), 4);
  const auto positions = [](const v1::ListLogEntriesResponse& response) {
    std::vector<int64_t> found;
    for (const auto& entry : response.entries()) found.push_back(entry.position());
    return found;
  };
  EXPECT_THAT(positions(*whole), testing::ElementsAre(1, 2, 4, 5));
  request.set_page_size(2);
  request.set_skip(1);
  const auto first = log(editor_, kProgramme);
  ASSERT_OK(first);
  EXPECT_THAT(positions(*first), testing::ElementsAre(2, 4));
  EXPECT_EQ(first->total_size(), 4);
  request.clear_skip();
  request.set_page_token(first->next_page_token());
  const auto second = log(editor_, kProgramme);
  ASSERT_OK(second);
  EXPECT_THAT(positions(*second), testing::ElementsAre(5));
  EXPECT_EQ(second->next_page_token(), "");
  // A page token is of the programme that it was given for.
  EXPECT_THAT(log(Token("6", {"auditor"}), ""), HasReason(Reason::INVALID_PAGE_TOKEN));
}

TEST_P(CallersTest, NobodyGetsTheAnswerToAnothersRequest) {
  const auto imported = Import(editor_);
  ASSERT_OK(imported);
  const auto request = PublicationOf(imported->digest());
  ASSERT_OK(Publish(approver_, request));
  EXPECT_OK(Publish(approver_, request));
  EXPECT_THAT(Publish(Token("4", {"criteria-approver"}), request),
              HasReason(Reason::REQUEST_ID_REUSED));
}

ON_BOTH_DATABASES(CallersTest);

}  // namespace
}  // namespace zhiping::catalogue
