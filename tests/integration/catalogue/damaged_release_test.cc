// What the store holds under a digest is not what the digest says; on both databases.
#include "absl/time/clock.h"
#include "common/criteria/release.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::catalogue {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Admin = v1::CatalogueAdminService::Stub;
using Public = v1::CatalogueService::Stub;

class DamagedReleaseTest : public testing::TestWithParam<sql::Engine> {
 protected:
  DamagedReleaseTest() {
    options_.database.database = sql::NewSetting(GetParam());
    options_.signing = NewSigning();
    options_.redis.address = "";
    Start();
  }

  void Start() {
    catalogue_.reset();
    catalogue_ = std::make_unique<CatalogueUnderTest>(options_);
  }
  // Past the service; what it may have compiled is forgotten.
  void Change(const std::string& statement, std::vector<sql::Value> parameters) {
    catalogue_.reset();
    ASSERT_OK(sql::Execute(*sql::OpenOrDie(options_.database.database), statement,
                           std::move(parameters)));
    Start();
  }
  // The bytes of another release.
  void Damage(const std::string& digest, const std::string& other) {
    Change(
        "UPDATE release SET bytes = (SELECT bytes FROM release WHERE digest = $2) WHERE digest = "
        "$1",
        {digest, other});
  }
  absl::StatusOr<v1::ImportEditionResponse> ImportAgain(const std::string& change,
                                                        bool validate_only = false) {
    auto request = Edition2026(change);
    request.set_validate_only(validate_only);
    return Call<v1::ImportEditionResponse>(catalogue_->admin(), &Admin::ImportEdition, request);
  }
  absl::StatusOr<v1::GetEditionResponse> GetEdition(const std::string& digest) {
    v1::GetEditionRequest request;
    request.set_programme(kProgramme);
    request.set_release_digest(digest);
    return Call<v1::GetEditionResponse>(catalogue_->stub(), &Public::GetEdition, request);
  }
  std::string DigestOfBlob(const std::string& digest) {
    v1::GetBlobRequest request;
    request.set_digest(digest);
    const auto blob = Call<v1::GetBlobResponse>(catalogue_->stub(), &Public::GetBlob, request);
    if (!blob.ok()) return blob.status().ToString();
    return criteria::DigestOf(envelope::ParseEnvelope(blob->envelope())->payload);
  }
  absl::StatusOr<std::string> Resign(const std::string& digest) {
    v1::ResignReleaseRequest request;
    request.set_digest(digest);
    request.mutable_actor()->set_name("王五");
    request.mutable_actor()->set_reason("数据库受损");
    request.set_request_id(NewRequestId());
    const auto response =
        Call<v1::ResignReleaseResponse>(catalogue_->admin(), &Admin::ResignRelease, request);
    if (!response.ok()) return response.status();
    return response->cause();
  }
  int LoggedImports(const std::string& digest) {
    const auto log = Call<v1::ListLogEntriesResponse>(catalogue_->admin(), &Admin::ListLogEntries,
                                                      v1::ListLogEntriesRequest());
    EXPECT_OK(log);
    return log.ok() ? static_cast<int>(absl::c_count_if(
                          log->entries(),
                          [&](const auto& entry) {
                            return entry.event().release_imported().digest() == digest;
                          }))
                    : 0;
  }

  CatalogueOptions options_;
  std::unique_ptr<CatalogueUnderTest> catalogue_;
};

TEST_P(DamagedReleaseTest, ACandidateIsNotSignedUntilItIsImportedAgain) {
  const std::string first = catalogue_->Import();
  ASSERT_OK(catalogue_->Publish(Publication(first)));
  const std::string candidate = catalogue_->Import("改");
  Damage(candidate, first);
  const auto refused = catalogue_->Publish(Publication(candidate));
  EXPECT_THAT(refused, HasReason(Reason::DIGEST_MISMATCH));
  EXPECT_THAT(DetailOf(refused.status()).message().zh(), HasSubstr("再导入一次"));
  EXPECT_EQ(catalogue_->Activation()->state().current().digest(), first);
  EXPECT_THAT(DigestOfBlob(candidate), HasSubstr("NOT_FOUND"));

  EXPECT_EQ(catalogue_->Import("改"), candidate);
  EXPECT_EQ(LoggedImports(candidate), 2);
  // What is intact is not imported again.
  EXPECT_EQ(catalogue_->Import("改"), candidate);
  EXPECT_EQ(LoggedImports(candidate), 2);
  ASSERT_OK(catalogue_->Publish(Publication(candidate)));
  EXPECT_EQ(DigestOfBlob(candidate), candidate);
}

TEST_P(DamagedReleaseTest, WhatIsPublishedIsReadByNobodyUntilItIsImportedAgain) {
  const std::string first = catalogue_->Import();
  ASSERT_OK(catalogue_->Publish(Publication(first)));
  const std::string second = catalogue_->Import("改");
  ASSERT_OK(catalogue_->Publish(Publication(second)));
  Damage(first, second);
  EXPECT_THAT(GetEdition(first), HasReason(Reason::DIGEST_MISMATCH));
  v1::DiffReleasesRequest diff;
  diff.set_from_digest(first);
  diff.set_to_digest(second);
  EXPECT_THAT(Call<v1::DiffReleasesResponse>(catalogue_->stub(), &Public::DiffReleases, diff),
              HasReason(Reason::DIGEST_MISMATCH));
  // What was signed is whole.
  EXPECT_EQ(DigestOfBlob(first), first);
  EXPECT_EQ(*Resign(first), "");

  for (const bool validate_only : {true, false}) {
    EXPECT_THAT(GetEdition(first), HasReason(Reason::DIGEST_MISMATCH));
    const auto again = ImportAgain("", validate_only);
    ASSERT_OK(again);
    EXPECT_TRUE(again->published());
    ASSERT_EQ(again->findings_size(), 1);
    EXPECT_EQ(again->findings(0).reason(), "DIGEST_MISMATCH");
    EXPECT_EQ(again->findings(0).severity(), v1::Finding::WARNING);
  }
  EXPECT_OK(GetEdition(first));
  EXPECT_THAT(ImportAgain("")->findings(), IsEmpty());
}

TEST_P(DamagedReleaseTest, AnEnvelopeOfAnotherReleaseIsSignedAgain) {
  const std::string first = catalogue_->Import();
  ASSERT_OK(catalogue_->Publish(Publication(first)));
  const std::string second = catalogue_->Import("改");
  ASSERT_OK(catalogue_->Publish(Publication(second)));
  const std::string other_envelope =
      "UPDATE release SET envelope = (SELECT envelope FROM release WHERE digest = $2) "
      "WHERE digest = $1";
  Change(other_envelope, {first, second});
  EXPECT_EQ(DigestOfBlob(first), second);
  EXPECT_EQ(*Resign(first), "DIGEST_MISMATCH");
  EXPECT_EQ(DigestOfBlob(first), first);
  // Whatever puts it in force does the same.
  Change(other_envelope, {first, second});
  ASSERT_OK(catalogue_->RollBack(Rollback()));
  EXPECT_EQ(DigestOfBlob(first), first);
}

ON_BOTH_DATABASES(DamagedReleaseTest);

}  // namespace
}  // namespace zhiping::catalogue
