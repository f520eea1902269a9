// Keys, signed releases and their verification, through the real program.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "common/criteria/release.h"
#include "common/envelope/envelope.h"
#include "common/envelope/signer.h"
#include "tests/integration/ctl/run_ctl.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using envelope::Purpose;
using testing::HasSubstr;
using Json = nlohmann::json;

Json Parse(const std::string& text) {
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

// A key, a trust file and a signed release of the 2026 edition, in the folder of the test.
class SigningTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = ScratchFolder();
    Generate("key", {});
    const Outcome built = Build({"--key", folder_ + "/key"});
    ASSERT_EQ(built.exit_code, 0) << built.err;
  }

  Outcome Generate(const std::string& name, std::vector<std::string> more) const {
    more.insert(more.begin(), {"key", "generate", "--out", absl::StrCat(folder_, "/", name),
                               "--trust-file", trust_});
    return RunCtl(more);
  }

  Outcome Build(std::vector<std::string> more) const {
    more.insert(more.begin(),
                {"edition", "build", kEdition, "--label", "2026-1", "--out", release_, "--json"});
    return RunCtl(more);
  }

  Outcome Verify(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"verify", release_, "--trust-file", trust_, "--json"});
    return RunCtl(more);
  }

  // Neither verify nor score accepts the release, for that reason.
  void ExpectRefused(Reason::Value reason) const {
    const Outcome verified = Verify();
    EXPECT_EQ(verified.exit_code, 1);
    EXPECT_EQ(Reason::Value_Name(ErrorOf(verified).reason()), Reason::Value_Name(reason));
    EXPECT_NE(ErrorOf(verified).message().zh(), "");
    EXPECT_NE(ErrorOf(verified).message().en(), "");
    const Outcome scored = Score();
    EXPECT_EQ(scored.exit_code, 1);
    EXPECT_EQ(Reason::Value_Name(ErrorOf(scored).reason()), Reason::Value_Name(reason));
  }

  Outcome Score() const {
    return RunCtl({"score", "--answers", kSampleAnswers, "--offline", release_, "--trust-file",
                   trust_, "--json"});
  }

  // Changes the trust file's text; the new text has to be another.
  void EditTrust(const std::string& from, const std::string& to) const {
    const std::string text = ReadWhole(trust_);
    ASSERT_THAT(text, HasSubstr(from));
    Scratch("trust.txtpb", absl::StrReplaceAll(text, {{from, to}}));
  }

  // Replaces the release by another payload with a good signature.
  void SignAnew(const std::string& payload, Purpose::Value purpose = Purpose::RELEASE) const {
    const auto signer = envelope::ReadKeyFile(folder_ + "/key");
    ASSERT_OK(signer);
    const auto envelope = envelope::SignPayload(purpose, payload, {signer->get()});
    ASSERT_OK(envelope);
    Scratch("seed/2026-1.release.json", envelope::SerializeEnvelope(*envelope));
  }

  envelope::Envelope ReadRelease() const {
    const auto envelope = envelope::ParseEnvelope(ReadWhole(release_));
    EXPECT_OK(envelope);
    return *envelope;
  }

  std::string folder_;
  const std::string trust_ = ScratchFolder() + "/trust.txtpb";
  const std::string release_ = ScratchFolder() + "/seed/2026-1.release.json";
};

TEST_F(SigningTest, AReleaseVerifiesAndScoresLikeItsFolder) {
  const Outcome verified = Verify();
  EXPECT_EQ(verified.exit_code, 0) << verified.out;
  const Json json = Parse(verified.out);
  EXPECT_EQ(json["purpose"], "release");
  EXPECT_EQ(json["label"], "2026-1");
  EXPECT_EQ(json["keyIds"].size(), 1u);
  Json of_release = Parse(Score().out);
  EXPECT_EQ(of_release["releaseDigest"], json["payloadDigest"]);
  EXPECT_EQ(of_release["releaseLabel"], "2026-1");
  Json of_folder =
      Parse(RunCtl({"score", "--answers", kSampleAnswers, "--offline", kEdition, "--json"}).out);
  for (Json* result : {&of_release, &of_folder}) {
    result->erase("releaseDigest");
    result->erase("releaseLabel");
  }
  EXPECT_EQ(of_release, of_folder);
  EXPECT_THAT(RunCtl({"verify", release_, "--trust-file", trust_, "--lang", "zh"}).out,
              HasSubstr("签名有效，可以信任；可用于评分"));
}

TEST_F(SigningTest, BothAlgorithmsMaySignTheSameRelease) {
  ASSERT_EQ(Generate("sm2", {"--algorithm", "sm2"}).exit_code, 0);
  ASSERT_EQ(Build({"--key", folder_ + "/key", "--key", folder_ + "/sm2"}).exit_code, 0);
  EXPECT_EQ(Parse(Verify().out)["keyIds"].size(), 2u);
}

TEST_F(SigningTest, OneFlippedBitIsNoticed) {
  envelope::Envelope envelope = ReadRelease();
  for (const size_t at : {size_t{0}, envelope.payload.size() / 2, envelope.payload.size() - 1}) {
    envelope::Envelope flipped = envelope;
    flipped.payload[at] = static_cast<char>(flipped.payload[at] ^ 1);
    Scratch("seed/2026-1.release.json", envelope::SerializeEnvelope(flipped));
    ExpectRefused(Reason::BAD_SIGNATURE);
  }
  envelope.signatures[0].bytes[0] = static_cast<char>(envelope.signatures[0].bytes[0] ^ 1);
  Scratch("seed/2026-1.release.json", envelope::SerializeEnvelope(envelope));
  ExpectRefused(Reason::BAD_SIGNATURE);
}

TEST_F(SigningTest, ATruncatedFileIsMalformed) {
  const std::string json = ReadWhole(release_);
  Scratch("seed/2026-1.release.json", json.substr(0, json.size() / 2));
  ExpectRefused(Reason::MALFORMED);
}

TEST_F(SigningTest, AnUnknownFieldIsRefusedThoughSigned) {
  // Field 99, a varint: what a newer edition format could bring.
  SignAnew(ReadRelease().payload + std::string("\x98\x06\x01", 3));
  ExpectRefused(Reason::UNKNOWN_FIELD);
}

TEST_F(SigningTest, AVectorWithAnotherResultIsRefusedThoughSigned) {
  auto release = criteria::ParseRelease(ReadRelease().payload);
  ASSERT_OK(release);
  auto& points = *release->mutable_rulebook()->mutable_level_points(2);
  points.set_points(points.points() + 1);
  const std::string bytes = criteria::SerializeRelease(*release);
  SignAnew(bytes);
  ExpectRefused(Reason::VECTOR_MISMATCH);
  SignAnew(bytes, Purpose::CANDIDATE);
  EXPECT_EQ(ErrorOf(Verify()).reason(), Reason::KEY_NOT_FOR_PURPOSE);
  EditTrust("purposes: RELEASE", "purposes: [RELEASE, CANDIDATE]");
  EXPECT_EQ(ErrorOf(Verify()).reason(), Reason::VECTOR_MISMATCH);
}

TEST_F(SigningTest, WhatNoEngineCompilesIsRefusedThoughSigned) {
  const std::string good = ReadRelease().payload;
  auto release = criteria::ParseRelease(good);
  ASSERT_OK(release);
  release->mutable_edition()->mutable_scenarios(0)->set_segment("nowhere");
  SignAnew(criteria::SerializeRelease(*release));
  ExpectRefused(Reason::INVALID_RELEASE);
  EXPECT_EQ(RunCtl({"verify", release_, "--trust-file", trust_, "--lang", "en"}).out, "");
  // The same key, and content that is sound; a candidate too, though nobody answers from it.
  EditTrust("purposes: RELEASE", "purposes: [RELEASE, CANDIDATE]");
  for (const auto purpose : {Purpose::RELEASE, Purpose::CANDIDATE}) {
    SignAnew(good, purpose);
    const Outcome verified = RunCtl({"verify", release_, "--trust-file", trust_, "--lang", "en"});
    EXPECT_EQ(verified.exit_code, 0) << verified.err;
    EXPECT_THAT(verified.out, HasSubstr("be scored with"));
  }
}

TEST_F(SigningTest, AnUnknownKeyCountsForNothing) {
  std::filesystem::remove(trust_);
  ASSERT_EQ(Generate("other", {}).exit_code, 0);
  ExpectRefused(Reason::UNKNOWN_KEY);
}

TEST_F(SigningTest, AKeyForAnotherPurposeOrProgrammeCountsForNothing) {
  EditTrust("purposes: RELEASE", "purposes: NOTES");
  ExpectRefused(Reason::KEY_NOT_FOR_PURPOSE);
  EditTrust("purposes: NOTES", "purposes: RELEASE");
  EditTrust("programmes: \"*\"", "programmes: \"other\"");
  ExpectRefused(Reason::KEY_NOT_FOR_PROGRAMME);
}

TEST_F(SigningTest, DatesAndRevocationCount) {
  const std::string key = "purposes: RELEASE";
  EditTrust(key, absl::StrCat(key, " not_after: \"2026-01-01T00:00:00+08:00\""));
  ExpectRefused(Reason::KEY_EXPIRED);
  EXPECT_EQ(Verify({"--at", "2025-12-31T23:59:59+08:00"}).exit_code, 0);
  EXPECT_EQ(Verify({"--at", "2026-01-01T00:00:00+08:00"}).exit_code, 1);
  EditTrust("not_after", "revoked_at");
  ExpectRefused(Reason::KEY_REVOKED);
  EXPECT_EQ(Verify({"--at", "2025-12-31T23:59:59+08:00"}).exit_code, 1);
}

TEST_F(SigningTest, AnotherPurposeThanAskedIsRefused) {
  EXPECT_EQ(ErrorOf(Verify({"--purpose", "notes"})).reason(), Reason::WRONG_PAYLOAD_TYPE);
  EXPECT_EQ(Verify({"--purpose", "release"}).exit_code, 0);
  EXPECT_EQ(ErrorOf(Verify({"--programme", "other"})).reason(), Reason::UNKNOWN_PROGRAMME);
  EXPECT_EQ(Verify({"--purpose", "nonsense"}).exit_code, 2);
  EXPECT_EQ(Verify({"--at", "yesterday"}).exit_code, 2);
  SignAnew(ReadRelease().payload, Purpose::CANDIDATE);
  EXPECT_EQ(ErrorOf(Score()).reason(), Reason::WRONG_PAYLOAD_TYPE);
}

TEST_F(SigningTest, AReleaseIsNeverReadWithoutATrustFile) {
  const Outcome outcome =
      RunCtl({"score", "--answers", kSampleAnswers, "--offline", release_, "--json"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(ErrorOf(outcome).message().zh(), HasSubstr("--trust-file"));
}

TEST_F(SigningTest, TheSeedNamesTheReleaseAndKeepsOtherProgrammes) {
  Scratch("seed/seed.json",
          R"({"programmes": [{"programme": "other", "releaseDigest": "sha256:01"},
                             {"programme": "jiangsu-ai", "releaseDigest": "sha256:02"}]})");
  ASSERT_EQ(Build({"--key", folder_ + "/key", "--seed"}).exit_code, 0);
  const Json seed = Parse(ReadWhole(folder_ + "/seed/seed.json"));
  EXPECT_EQ(seed["programmes"].size(), 2u);
  EXPECT_EQ(seed["programmes"][0]["releaseDigest"], "sha256:01");
  EXPECT_EQ(seed["programmes"][1]["releaseDigest"], Parse(Verify().out)["payloadDigest"]);
  // What no service would read is not written anew; it is read as services do.
  for (
      const char* wrong :
      {"not json", R"({programmes: []})",
       R"({"programmes": [{"programme": "a", "programme": "b", "releaseDigest": "sha256:01"}]})"}) {
    const std::string path = Scratch("seed/seed.json", wrong);
    EXPECT_EQ(ErrorOf(Build({"--key", folder_ + "/key", "--seed"})).reason(), Reason::MALFORMED);
    EXPECT_EQ(ReadWhole(path), wrong);
  }
}

TEST_F(SigningTest, AnotherReleaseIsNeverReplaced) {
  const std::string before = ReadWhole(release_);
  const Outcome outcome = RunCtl({"edition", "build", kEdition, "--label", "2026-2", "--key",
                                  folder_ + "/key", "--out", release_, "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(ErrorOf(outcome).reason(), Reason::FILE_UNWRITABLE);
  EXPECT_EQ(ReadWhole(release_), before);
}

TEST_F(SigningTest, WhatCannotBeBuiltWritesNothing) {
  const std::string out = folder_ + "/new/2026-1.release.json";
  const std::string key = folder_ + "/key";
  const auto build = [&](const std::string& edition, const std::string& label,
                         const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"edition", "build", edition, "--label",
                                          label,     "--out", out,     "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = RunCtl(arguments);
    EXPECT_NE(outcome.exit_code, 0);
    EXPECT_FALSE(std::filesystem::exists(out));
    return ErrorOf(outcome).reason();
  };
  EXPECT_EQ(build(kEdition, "2025-1", {"--key", key}), Reason::INVALID_FIELD);
  EXPECT_EQ(build(kEdition, "2026-1", {"--key", key, "--key", key}), Reason::DUPLICATE_ID);
  EXPECT_EQ(build(kEdition, "2026-1", {}), Reason::WRONG_USAGE);
  EXPECT_EQ(build(kEdition, "2026-1", {"--key", folder_ + "/none"}), Reason::FILE_UNREADABLE);
  EXPECT_EQ(build(kEdition, "2026-1", {"--key", trust_}), Reason::FILE_UNREADABLE);
  Scratch("empty/edition.txtpb", "id: \"x\"\n");
  EXPECT_NE(build(folder_ + "/empty", "2026-1", {"--key", key}), Reason::INTERNAL_ERROR);
  const auto signer = envelope::ReadKeyFile(key);
  ASSERT_OK(signer);
  const Json entry = Parse(Generate("second", {"--json"}).out);
  EXPECT_EQ(build(kEdition, "2026-1",
                  {"--signing-command", "false", "--signing-public-key", entry["publicKey"]}),
            Reason::SIGNING_FAILED);
}

TEST_F(SigningTest, ACommandSignsWithAKeyThatIsNeverRead) {
  const Json key = Parse(Generate("held", {"--json"}).out);
  const std::string script =
      Scratch("sign", absl::StrCat("#!/bin/sh\nset -e\ncat > '", folder_, "/message'\n",
                                   "openssl pkeyutl -sign -rawin -inkey '", folder_, "/held' -in '",
                                   folder_, "/message' | base64 --wrap=0\n"));
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  const Outcome built =
      RunCtl({"edition", "build", kEdition, "--label", "2026-1", "--out", release_,
              "--signing-command", script, "--signing-public-key", key["publicKey"], "--json"},
             {{"PATH", "/usr/bin:/bin"}});
  ASSERT_EQ(built.exit_code, 0) << built.out;
  EXPECT_EQ(Parse(Verify().out)["keyIds"][0], key["keyId"]);
}

TEST_F(SigningTest, AKeyIsNeverReplacedAndOnlyItsOwnerReadsIt) {
  const std::string trust = ReadWhole(trust_);
  const Outcome again = Generate("key", {"--json"});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_EQ(ErrorOf(again).reason(), Reason::FILE_UNWRITABLE);
  EXPECT_EQ(ReadWhole(trust_), trust);
  const auto permissions = std::filesystem::status(folder_ + "/key").permissions();
  EXPECT_EQ(permissions & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(SigningTest, AnUnwritableTrustFileLeavesNoKeyBehind) {
  const Outcome outcome =
      RunCtl({"key", "generate", "--out", folder_ + "/lost", "--trust-file", folder_, "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/lost"));
  Scratch("broken.txtpb", "keys { nonsense }");
  const Outcome broken = RunCtl({"key", "generate", "--out", folder_ + "/lost", "--trust-file",
                                 folder_ + "/broken.txtpb", "--json"});
  EXPECT_EQ(ErrorOf(broken).reason(), Reason::MALFORMED);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/lost"));
}

TEST_F(SigningTest, PurposesAlgorithmsAndProgrammesAreChecked) {
  EXPECT_EQ(Generate("a", {"--algorithm", "rsa"}).exit_code, 2);
  EXPECT_EQ(Generate("a", {"--purposes", "release,poetry"}).exit_code, 2);
  const Json key = Parse(
      Generate("a", {"--purposes", "release,notes", "--programmes", "jiangsu-ai", "--json"}).out);
  EXPECT_EQ(key["purposes"], (Json{"release", "notes"}));
  EXPECT_EQ(key["programmes"], (Json{"jiangsu-ai"}));
}

// An unset variable of a script makes no key for more than was meant.
TEST_F(SigningTest, WhatIsGivenAndEmptyOrNoProgrammeMakesNoKey) {
  const std::string trust = ReadWhole(trust_);
  const struct {
    std::vector<std::string> arguments;
    const char *zh, *en;
  } cases[] = {
      {{"--purposes", ""}, "--purposes 的值是空的", "--purposes is given without a value"},
      {{"--purposes", " ,"}, "--purposes 的值是空的", "--purposes is given without a value"},
      {{"--programmes", ""}, "--programmes 的值是空的", "--programmes is given without a value"},
      {{"--algorithm", ""}, "--algorithm 的值是空的", "--algorithm is given without a value"},
      {{"--programmes", "A B"}, "而不是“A B”", "not \"A B\""},
      {{"--programmes", "jiangsu-ai,江苏"}, "而不是“江苏”", "not \"江苏\""},
  };
  for (const auto& [arguments, zh, en] : cases) {
    std::vector<std::string> all = arguments;
    all.emplace_back("--json");
    const Outcome outcome = Generate("none", all);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.out;
    EXPECT_THAT(ErrorOf(outcome).message().zh(), HasSubstr(zh));
    EXPECT_THAT(ErrorOf(outcome).message().en(), HasSubstr(en));
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/none"));
  EXPECT_EQ(ReadWhole(trust_), trust);
  EXPECT_EQ(Generate("all", {"--programmes", "*"}).exit_code, 0);
}

TEST_F(SigningTest, ALabelOfAnotherYearIsToldTheEditionsYear) {
  const auto label = [&](const std::string& text) {
    return ErrorOf(RunCtl({"edition", "build", kEdition, "--label", text, "--out", folder_ + "/x",
                           "--key", folder_ + "/key", "--json"}))
        .message()
        .zh();
  };
  EXPECT_THAT(label("2025-1"), HasSubstr("而这个年版的年份是 2026"));
  EXPECT_THAT(label("first"), HasSubstr("应为“年份-次数”"));
}

TEST_F(SigningTest, AnUnknownPayloadTypeIsSaidToBeUnknown) {
  envelope::Envelope envelope = ReadRelease();
  envelope.payload_type = "application/vnd.other.v1";
  Scratch("seed/2026-1.release.json", envelope::SerializeEnvelope(envelope));
  const Outcome outcome = Verify();
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(ErrorOf(outcome).reason(), Reason::WRONG_PAYLOAD_TYPE);
  EXPECT_THAT(ErrorOf(outcome).message().zh(), HasSubstr("“application/vnd.other.v1”无法识别"));
}

TEST_F(SigningTest, AFullWidthCharacterInATrustFileIsNamedWithItsPlace) {
  EditTrust("purposes: RELEASE", "purposes：RELEASE");
  ExpectRefused(Reason::MALFORMED);
  EXPECT_EQ(Verify().err, "");
  EXPECT_THAT(ErrorOf(Verify()).message().zh(), HasSubstr("列是“：”：引号之外只能用半角字符"));
  EXPECT_THAT(ErrorOf(Verify()).message().en(), HasSubstr("column 11 is \"：\""));
  EXPECT_EQ(ErrorOf(Generate("other", {"--json"})).reason(), Reason::MALFORMED);
  EditTrust("purposes：RELEASE", "purposes: RELEASE");
  Scratch("trust.txtpb", absl::StrCat("\xEF\xBB\xBF", ReadWhole(trust_)));
  EXPECT_EQ(Verify().exit_code, 0);
}

TEST_F(SigningTest, AWrongInstantInATrustFileNamesFieldAndKeyOnce) {
  EditTrust("purposes: RELEASE", "purposes: RELEASE not_after: \"2027-01-01\"");
  const std::string said = RunCtl({"verify", release_, "--trust-file", trust_, "--lang", "zh"}).err;
  EXPECT_THAT(ErrorOf(Verify()).message().zh(), HasSubstr("第 1 把密钥（ed25519-"));
  EXPECT_THAT(said, HasSubstr("not_after"));
  EXPECT_EQ(said.find("INVALID_FIELD"), said.rfind("INVALID_FIELD")) << said;
}

TEST_F(SigningTest, AFolderIsNoKey) {
  EXPECT_THAT(ErrorOf(Build({"--key", folder_})).message().zh(), HasSubstr("文件夹，不是文件"));
}

}  // namespace
}  // namespace zhiping::ctl
