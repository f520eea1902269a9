// Releases whose signatures count no more when they are put in force again; on both databases.
#include "absl/time/clock.h"
#include "common/criteria/release.h"
#include "common/releases/seed.h"
#include "common/time/timestamp.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::catalogue {
namespace {

using envelope::Purpose;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Admin = v1::CatalogueAdminService::Stub;
using Public = v1::CatalogueService::Stub;

class ResigningTest : public testing::TestWithParam<sql::Engine> {
 protected:
  ResigningTest() {
    options_.database.database = sql::NewSetting(GetParam());
    options_.redis.address = "";
    EXPECT_OK(envelope::WriteKeyFile(*states_, folder_ + "/states.pem"));
    EXPECT_OK(envelope::WriteKeyFile(*old_, folder_ + "/old.pem"));
    EXPECT_OK(envelope::WriteKeyFile(*new_, folder_ + "/new.pem"));
    options_.signing.activation_keys = {folder_ + "/states.pem"};
    options_.signing.trust_file = folder_ + "/trust.txtpb";
  }

  // Two releases by the key that is revoked later.
  void PublishTwo() {
    Start("old", Releases(*old_, "*"));
    first_ = catalogue_->Import();
    ASSERT_OK(catalogue_->Publish(Publication(first_)));
    second_ = catalogue_->Import("改");
    ASSERT_OK(catalogue_->Publish(Publication(second_)));
  }
  // With that key for releases, and a trust file with these entries.
  void Start(const std::string& key, const std::string& entries) {
    catalogue_.reset();
    options_.signing.release_keys = {absl::StrCat(folder_, "/", key, ".pem")};
    ASSERT_OK(WriteFile(
        options_.signing.trust_file,
        absl::StrCat(envelope::TrustEntry(*states_, {Purpose::ACTIVATION}, {"*"}, "states"),
                     entries),
        Overwrite::kReplace));
    catalogue_ = std::make_unique<CatalogueUnderTest>(options_);
  }
  static std::string Releases(const envelope::Key& key, const std::string& programme) {
    return envelope::TrustEntry(key, {Purpose::RELEASE, Purpose::NOTES}, {programme}, "releases");
  }
  std::string Revoked() const {
    std::string entry = Releases(*old_, "*");
    return entry.insert(entry.rfind('}'), "  revoked_at: \"2026-01-01T00:00:00Z\"\n");
  }
  // What a follower makes of the release now.
  absl::Status Verify(const std::string& digest) {
    v1::GetBlobRequest request;
    request.set_digest(digest);
    const auto blob = Call<v1::GetBlobResponse>(catalogue_->stub(), &Public::GetBlob, request);
    if (!blob.ok()) return blob.status();
    const auto envelope = envelope::ParseEnvelope(blob->envelope());
    if (!envelope.ok()) return envelope.status();
    EXPECT_EQ(criteria::DigestOf(envelope->payload), digest);
    const auto trust = releases::ReadTrustFile(options_.signing.trust_file);
    return (*trust)->Verify(*envelope, Purpose::RELEASE, kProgramme, absl::Now()).status();
  }
  // By 王五; what was wrong with the signatures before.
  absl::StatusOr<std::string> Resign(const std::string& digest) {
    v1::ResignReleaseRequest request;
    request.set_digest(digest);
    request.mutable_actor()->set_name("王五");
    request.mutable_actor()->set_reason("密钥作废");
    request.set_request_id(NewRequestId());
    const auto response =
        Call<v1::ResignReleaseResponse>(catalogue_->admin(), &Admin::ResignRelease, request);
    if (!response.ok()) return response.status();
    EXPECT_EQ(response->programme(), kProgramme);
    EXPECT_THAT(response->release_label(), testing::StartsWith("2026-"));
    return response->cause();
  }
  v1::ReleaseSummary Summary(const std::string& digest) {
    v1::GetReleaseRequest request;
    request.set_digest(digest);
    const auto release =
        Call<v1::GetReleaseResponse>(catalogue_->stub(), &Public::GetRelease, request);
    EXPECT_OK(release);
    return release.value_or(v1::GetReleaseResponse()).release();
  }
  // In the log of changes: `2026-1 KEY_REVOKED 张三`.
  std::vector<std::string> LoggedResignings() {
    const auto log = Call<v1::ListLogEntriesResponse>(catalogue_->admin(), &Admin::ListLogEntries,
                                                      v1::ListLogEntriesRequest());
    EXPECT_OK(log);
    std::vector<std::string> resignings;
    if (!log.ok()) return resignings;
    for (const auto& entry : log->entries()) {
      const auto& event = entry.event();
      if (!event.has_release_resigned()) continue;
      EXPECT_EQ(event.programme(), kProgramme);
      resignings.push_back(absl::StrCat(event.release_resigned().label(), " ",
                                        event.release_resigned().cause(), " ", event.actor()));
    }
    return resignings;
  }

  using KeyPtr = absl::StatusOr<envelope::Key>;
  const KeyPtr states_ = envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
  const KeyPtr old_ = envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
  const KeyPtr new_ = envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
  const std::string folder_ = processes::NewFolder();
  CatalogueOptions options_;
  std::unique_ptr<CatalogueUnderTest> catalogue_;
  std::string first_, second_;
};

TEST_P(ResigningTest, PuttingAReleaseInForceAgainSignsItWithTheKeyThatCounts) {
  PublishTwo();
  const auto published = Summary(first_);
  Start("new", Revoked() + Releases(*new_, "*"));
  EXPECT_THAT(Verify(first_), HasReason(Reason::KEY_REVOKED));
  const auto back = catalogue_->RollBack(Rollback());
  ASSERT_OK(back);
  EXPECT_EQ(back->activation().digest(), first_);
  EXPECT_OK(Verify(first_));
  EXPECT_EQ(Summary(first_).label(), published.label());
  EXPECT_EQ(FromTimestamp(Summary(first_).published_at()), FromTimestamp(published.published_at()));
  EXPECT_THAT(LoggedResignings(), ElementsAre("2026-1 KEY_REVOKED unauthenticated:李四"));
  // What is in force cannot be read by whoever starts now: publishing it again is the way out.
  ASSERT_OK(catalogue_->Publish(Publication(second_)));
  EXPECT_OK(Verify(second_));
  ASSERT_OK(catalogue_->Publish(Publication(first_)));
  EXPECT_THAT(LoggedResignings(), ElementsAre("2026-1 KEY_REVOKED unauthenticated:李四",
                                              "2026-2 KEY_REVOKED unauthenticated:张三"));
}

TEST_P(ResigningTest, WithoutAKeyThatCountsNothingIsPutInForce) {
  PublishTwo();
  Start("new", Revoked() + Releases(*new_, "another"));
  const absl::Status refusals[] = {catalogue_->RollBack(Rollback()).status(),
                                   catalogue_->Publish(Publication(first_)).status()};
  for (const absl::Status& refused : refusals) {
    EXPECT_THAT(refused, HasReason(Reason::KEY_NOT_FOR_PROGRAMME));
    EXPECT_THAT(DetailOf(refused).message().zh(), HasSubstr("--release-key"));
    EXPECT_THAT(DetailOf(refused).message().en(), HasSubstr("--release-key"));
  }
  EXPECT_EQ(catalogue_->Activation()->state().current().revision(), 2);
  EXPECT_THAT(LoggedResignings(), IsEmpty());
}

// Whatever is published can be signed again, and nothing else changes.
TEST_P(ResigningTest, WhatIsNotPutInForceIsSignedAgainWhenSomebodyAsks) {
  PublishTwo();
  auto scheduled = Publication(catalogue_->Import("又改"));
  *scheduled.mutable_in_force_from() = ToTimestamp(absl::Now() + absl::Hours(1));
  ASSERT_OK(catalogue_->Publish(scheduled));
  const std::string pending = scheduled.digest();
  Start("new", Revoked() + Releases(*new_, "*"));
  for (const std::string& digest : {first_, second_, pending}) {
    EXPECT_THAT(Verify(digest), HasReason(Reason::KEY_REVOKED));
    const auto cause = Resign(digest);
    ASSERT_OK(cause);
    EXPECT_EQ(*cause, "KEY_REVOKED");
    // Whoever pins it, and whoever starts now, accepts it.
    EXPECT_OK(Verify(digest));
    const auto again = Resign(digest);
    ASSERT_OK(again);
    EXPECT_EQ(*again, "");
  }
  const auto resigned = ElementsAre("2026-1 KEY_REVOKED unauthenticated:王五",
                                    "2026-2 KEY_REVOKED unauthenticated:王五",
                                    "2026-3 KEY_REVOKED unauthenticated:王五");
  EXPECT_THAT(LoggedResignings(), resigned);
  EXPECT_EQ(catalogue_->Activation()->state().current().revision(), 2);
  EXPECT_EQ(catalogue_->Activation()->state().pending().revision(), 3);
  // A rollback finds nothing to sign.
  auto rollback = Rollback();
  rollback.set_cancel_pending_revision(3);
  ASSERT_OK(catalogue_->RollBack(rollback));
  EXPECT_THAT(LoggedResignings(), resigned);
}

TEST_P(ResigningTest, WhatIsNotPublishedOrCannotBeSignedIsNotSignedAgain) {
  PublishTwo();
  EXPECT_THAT(Resign(catalogue_->Import("又改")), HasReason(Reason::RELEASE_NOT_FOUND));
  Start("new", Revoked() + Releases(*new_, "another"));
  EXPECT_THAT(Resign(first_), HasReason(Reason::KEY_NOT_FOR_PROGRAMME));
  EXPECT_THAT(LoggedResignings(), IsEmpty());
}

ON_BOTH_DATABASES(ResigningTest);

}  // namespace
}  // namespace zhiping::catalogue
