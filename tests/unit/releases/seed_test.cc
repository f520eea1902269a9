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
using testing::HasSubstr;

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
}

// Whoever edits it by hand hears where it is wrong, in both languages.
TEST_F(SeedTest, SeedJsonIsReadStrictly) {
  WriteRelease(bytes_);
  constexpr char kEntry[] = R"("programme":"small","releaseDigest":"sha256:01")";
  const struct {
    std::string text, zh, en;
    Reason::Value reason = Reason::MALFORMED;
  } cases[] = {
      {"[", "JSON 在第 1 行第 2 列中断", "ends in line 1, column 2"},
      {"{programmes: []}", "第 1 行第 2 列的“programmes”", "Line 1, column 2: \"programmes\""},
      {absl::StrCat("{\"programmes\":\n[{", kEntry, "},]}"), "第 2 行", "Line 2, column "},
      {R"({"programmes":[],"programmes":[]})", "“programmes”在同一对象中出现了两次",
       "\"programmes\" is twice"},
      {absl::StrCat(R"({"programmes":[{"programme":"other",)", kEntry, "}]}"),
       "“programme”在同一对象中出现了两次", "\"programme\" is twice"},
      {"[]", "$ 应为对象", "$ should be an object"},
      {R"({"programs":[]})", "$.programs 无法识别", "$.programs is unknown"},
      {R"({"programmes":{}})", "programmes 应为列表", "programmes should be a list"},
      {R"({"programmes":[1]})", "programmes[0] 应为对象", "programmes[0] should be an object"},
      {absl::StrCat(R"({"programmes":[{"digest":"",)", kEntry, "}]}"),
       "programmes[0].digest 无法识别", "programmes[0].digest is unknown"},
      {R"({"programmes":[{"programme":1,"releaseDigest":"sha256:01"}]})",
       "programmes[0].programme 应为字符串", "programmes[0].programme should be a string"},
      {R"({"programmes":[{"programme":"small","releaseDigest":""}]})",
       "programmes[0].releaseDigest 没有填写", "programmes[0].releaseDigest is missing",
       Reason::FIELD_REQUIRED},
      {R"({"programmes":[{"releaseDigest":"sha256:01"}]})", "programmes[0].programme 没有填写",
       "programmes[0].programme is missing", Reason::FIELD_REQUIRED},
      {absl::StrCat(R"({"programmes":[{)", kEntry, "},{", kEntry, "}]}"),
       "评测体系 small 出现了两次", "Programme small is there twice", Reason::DUPLICATE_ID},
  };
  for (const auto& wrong : cases) {
    SCOPED_TRACE(wrong.text);
    Write("seed.json", wrong.text);
    const auto snapshot = Read();
    ASSERT_THAT(snapshot, HasReason(wrong.reason));
    const auto message = DetailOf(snapshot.status()).message();
    EXPECT_THAT(message.zh(), HasSubstr(absl::StrCat(folder_, "/seed.json：")));
    EXPECT_THAT(message.zh(), HasSubstr(wrong.zh));
    EXPECT_THAT(message.en(), HasSubstr(wrong.en));
  }
  // All at once.
  Write("seed.json", R"({"programmes":[{"programme":"small"},{"releaseDigest":2}]})");
  const auto detail = DetailOf(Read().status());
  ASSERT_EQ(detail.violations_size(), 3);
  EXPECT_EQ(detail.violations(1).field(), "programmes[1].programme");
}

}  // namespace
}  // namespace zhiping::releases
