#include "common/envelope/signer.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/envelope/command.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::envelope {
namespace {

constexpr absl::Duration kLong = absl::Minutes(1);

class SignerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "signer.XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  // The public key and message signed by the openssl program with the same key file.
  std::vector<std::string> OpensslCommand(const std::string& key_path) const {
    return {"sh", "-c",
            absl::StrCat("cat > ", Path("message"), " && openssl pkeyutl -sign -rawin -inkey ",
                         key_path, " -in ", Path("message"), " | openssl base64 -A")};
  }

  std::string folder_;
};

TEST_F(SignerTest, AKeyFileSignsAndIsForItsOwnerOnly) {
  const auto key = Key::Generate(KeyAlgorithm::SM2);
  ASSERT_OK(WriteKeyFile(*key, Path("key")));
  struct stat about {};
  ASSERT_EQ(stat(Path("key").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
  const auto signer = ReadKeyFile(Path("key"));
  ASSERT_OK(signer);
  EXPECT_TRUE(key->Verify("message", *(*signer)->Sign("message")));

  EXPECT_THAT(WriteKeyFile(*key, Path("key")), HasReason(Reason::FILE_UNWRITABLE));
  ASSERT_EQ(chmod(Path("key").c_str(), 0640), 0);
  EXPECT_THAT(ReadKeyFile(Path("key")), HasReason(Reason::FILE_UNREADABLE));
  EXPECT_THAT(ReadKeyFile(Path("none")), HasReason(Reason::FILE_UNREADABLE));
  EXPECT_THAT(ReadKeyFile(folder_), HasReason(Reason::FILE_UNREADABLE));
}

// The command is the openssl program: another implementation of Ed25519 signs.
TEST_F(SignerTest, ACommandSignsWithAKeyWeNeverSee) {
  const auto key = Key::Generate(KeyAlgorithm::ED25519);
  ASSERT_OK(WriteKeyFile(*key, Path("key")));
  const auto signer = NewCommandSigner(OpensslCommand(Path("key")), *key, kLong);
  const auto envelope = SignPayload(Purpose::RELEASE, std::string(3 << 20, 'x'), {signer.get()});
  ASSERT_OK(envelope);
  EXPECT_EQ(envelope->signatures[0].key_id, key->id());
  EXPECT_TRUE(key->Verify(PreAuthEncoding(envelope->payload_type, envelope->payload),
                          envelope->signatures[0].bytes));
}

TEST_F(SignerTest, ACommandThatFailsIsSaid) {
  const auto key = Key::Generate(KeyAlgorithm::ED25519);
  const auto fails = [&](const std::string& script, absl::Duration timeout) {
    const auto signer = NewCommandSigner({"sh", "-c", script}, *key, timeout);
    const auto signature = signer->Sign(std::string(1 << 20, 'x'));
    EXPECT_THAT(signature, HasReason(Reason::SIGNING_FAILED)) << script;
    return std::string(signature.status().message());
  };
  EXPECT_THAT(
      fails("echo 'token is locked' >&2; exit 3", kLong),
      testing::AllOf(testing::HasSubstr("exited with 3"), testing::HasSubstr("token is locked")));
  EXPECT_THAT(fails("cat > /dev/null; echo garbage", kLong), testing::HasSubstr("base64"));
  // A good signature, but of something else: made by another key.
  const auto other = Key::Generate(KeyAlgorithm::ED25519);
  ASSERT_OK(WriteKeyFile(*other, Path("other")));
  EXPECT_THAT(fails(OpensslCommand(Path("other"))[2], kLong),
              testing::HasSubstr("not a signature"));
  EXPECT_THAT(fails("kill -9 $$", kLong), testing::HasSubstr("exited with 137"));
  // Prints for ever.
  fails("yes", kLong);
  const auto missing = NewCommandSigner({"no-such-program"}, *key, kLong);
  const auto not_started = missing->Sign("x");
  EXPECT_THAT(not_started, HasReason(Reason::SIGNING_FAILED));
  EXPECT_THAT(DetailOf(not_started.status()).message().zh(),
              testing::HasSubstr("不能启动，文件不存在。"));
}

TEST_F(SignerTest, ACommandThatTakesTooLongIsEndedWithItsChildren) {
  const auto key = Key::Generate(KeyAlgorithm::ED25519);
  const std::string script =
      absl::StrCat("(sleep 1000 & echo $! > ", Path("child"), "; wait) & echo $! ; wait");
  const absl::Time start = absl::Now();
  const auto signer = NewCommandSigner({"sh", "-c", script}, *key, absl::Milliseconds(500));
  EXPECT_THAT(signer->Sign("x"), HasReason(Reason::SIGNING_FAILED));
  EXPECT_LT(absl::Now() - start, absl::Seconds(30));
  std::ifstream file(Path("child"));
  pid_t child = 0;
  ASSERT_TRUE(file >> child);
  // Killed; it may take a moment until somebody has waited for it.
  const absl::Time end = absl::Now() + absl::Seconds(30);
  const auto runs = [&] {
    std::ifstream status(absl::StrCat("/proc/", child, "/stat"));
    std::string number, name, state;
    return (status >> number >> name >> state) && state != "Z";
  };
  while (runs() && absl::Now() < end) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_FALSE(runs());
}

TEST_F(SignerTest, ACommandThatDoesNotReadItsInputIsNoError) {
  const CommandResult result =
      RunCommand({"sh", "-c", "exec <&-; echo done"}, std::string(8 << 20, 'x'), kLong);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output, "done\n");
}

TEST_F(SignerTest, WhatACommandReadsAndPrintsIsWhole) {
  std::string input(60'000, 'x');
  const CommandResult result = RunCommand({"cat"}, input, kLong);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output, input);
}

TEST(SignPayloadTest, MakesOnlyWhatParseEnvelopeReads) {
  const std::string path = testing::TempDir() + "/sign_payload_test.key";
  std::remove(path.c_str());
  ASSERT_OK(WriteKeyFile(*Key::Generate(KeyAlgorithm::ED25519), path));
  const auto signer = ReadKeyFile(path);
  ASSERT_OK(signer);
  EXPECT_OK(SignPayload(Purpose::RELEASE, "x", {signer->get()}));
  EXPECT_THAT(SignPayload(Purpose::RELEASE, "x", {signer->get(), signer->get()}),
              HasReason(Reason::DUPLICATE_ID));
  const std::vector<const Signer*> many(kMaxSignatures + 1, signer->get());
  EXPECT_THAT(SignPayload(Purpose::RELEASE, "x", many), HasReason(Reason::TOO_LARGE));
}

}  // namespace
}  // namespace zhiping::envelope
