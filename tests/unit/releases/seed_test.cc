#include "common/releases/seed.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/criteria/release.h"
#include "common/envelope/signer.h"
#include "tests/unit/criteria/small_criteria.h"
#include "tests/unit/releases/test_publisher.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::releases {
namespace {

using envelope::Purpose;
using envelope::SerializeEnvelope;
using envelope::SignPayload;

class SeedTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "seed.XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    trust_ = *envelope::Trust::Parse(TrustEntry(signer_.key, {Purpose::RELEASE}, {"small"}, ""));
    catalogue::v1::Release release = criteria::SmallRelease();
    release.set_label("2026-1");
    release.set_semantics(criteria::kLatestSemantics);
    bytes_ = criteria::SerializeRelease(release);
    digest_ = criteria::DigestOf(bytes_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& bytes) {
    std::ofstream(absl::StrCat(folder_, "/", name), std::ios::binary) << bytes;
  }
  void WriteRelease(const std::string& bytes, Purpose::Value purpose = Purpose::RELEASE) {
    Write("one.release.json", SerializeEnvelope(*SignPayload(purpose, bytes, {&signer_})));
  }
  void WriteSeed(const std::string& programme, const std::string& digest) {
    Write("seed.json", absl::StrCat(R"({"programmes":[{"programme":")", programme,
                                    R"(","releaseDigest":")", digest, R"("}]})"));
  }
  absl::StatusOr<std::shared_ptr<const Snapshot>> Read() {
    return ReadSeed(folder_, *trust_, absl::UnixEpoch());
  }

  KeySigner signer_;
  std::shared_ptr<const envelope::Trust> trust_;
  std::string folder_, bytes_, digest_;
};

TEST_F(SeedTest, NamesWhatIsInForceOffline) {
  WriteRelease(bytes_);
  WriteSeed("small", digest_);
  Write("notes.txt", "not a release");
  const auto snapshot = Read();
  ASSERT_OK(snapshot);
  const auto chosen = (*snapshot)->Choose({}, absl::ZeroDuration());
  ASSERT_OK(chosen);
  EXPECT_EQ(chosen->criteria->digest(), digest_);
  EXPECT_EQ(chosen->revision, 0);
  EXPECT_EQ(chosen->freshness, common::v1::Freshness::OFFLINE);
}

TEST_F(SeedTest, AReleaseWithOneChangedBitIsABadSignature) {
  WriteSeed("small", digest_);
  auto envelope = *SignPayload(Purpose::RELEASE, bytes_, {&signer_});
  for (size_t i = 0; i < bytes_.size(); i += 7) {
    envelope.payload = bytes_;
    envelope.payload[i] = static_cast<char>(envelope.payload[i] ^ 4);
    Write("one.release.json", SerializeEnvelope(envelope));
    ASSERT_THAT(Read(), HasReason(Reason::BAD_SIGNATURE)) << "byte " << i;
  }
}

TEST_F(SeedTest, AReleaseThatIsNotUnderstoodIsRefused) {
  WriteSeed("small", digest_);
  // Field 99 of the release.
  WriteRelease(bytes_ + std::string("\x9A\x06\x01x", 4));
  EXPECT_THAT(Read(), HasReason(Reason::UNKNOWN_FIELD));
  WriteRelease("damaged");
  EXPECT_THAT(Read(), HasReason(Reason::MALFORMED));
  WriteRelease(bytes_, Purpose::CANDIDATE);
  EXPECT_THAT(Read(), HasReason(Reason::WRONG_PAYLOAD_TYPE));
  Write("one.release.json", "{}");
  EXPECT_THAT(Read(), HasReason(Reason::MALFORMED));
}

TEST_F(SeedTest, AKeyForAnotherProgrammeIsRefused) {
  WriteSeed("small", digest_);
  WriteRelease(bytes_);
  trust_ = *envelope::Trust::Parse(TrustEntry(signer_.key, {Purpose::RELEASE}, {"other"}, ""));
  EXPECT_THAT(Read(), HasReason(Reason::KEY_NOT_FOR_PROGRAMME));
}

TEST_F(SeedTest, SeedJsonMustNameReleasesOfTheFolder) {
  EXPECT_THAT(Read(), HasReason(Reason::FILE_UNREADABLE));
  WriteRelease(bytes_);
  WriteSeed("small", "sha256:0");
  EXPECT_THAT(Read(), HasReason(Reason::RELEASE_NOT_FOUND));
  WriteSeed("other", digest_);
  EXPECT_THAT(Read(), HasReason(Reason::UNKNOWN_PROGRAMME));
  Write("seed.json", "{}");
  EXPECT_THAT(Read(), HasReason(Reason::FIELD_REQUIRED));
  Write("seed.json", "[");
  EXPECT_THAT(Read(), HasReason(Reason::MALFORMED));
  Write("seed.json", R"({"programs":[]})");
  EXPECT_THAT(Read(), HasReason(Reason::MALFORMED));
}

}  // namespace
}  // namespace zhiping::releases
