#include "common/envelope/signer.h"

#include <openssl/crypto.h>
#include <sys/stat.h>

#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/envelope/command.h"
#include "common/files/file.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/status/system_error.h"

namespace zhiping::envelope {
namespace {

constexpr size_t kMaxKeyFileBytes = 64 << 10;

class KeySigner final : public Signer {
 public:
  explicit KeySigner(Key key) : key_(std::move(key)) {}
  const std::string& key_id() const override { return key_.id(); }
  absl::StatusOr<std::string> Sign(absl::string_view message) const override {
    return key_.Sign(message);
  }

 private:
  const Key key_;
};

class CommandSigner final : public Signer {
 public:
  CommandSigner(std::vector<std::string> command, Key key, absl::Duration timeout)
      : command_(std::move(command)), key_(std::move(key)), timeout_(timeout) {}

  const std::string& key_id() const override { return key_.id(); }

  absl::StatusOr<std::string> Sign(absl::string_view message) const override {
    const CommandResult result = RunCommand(command_, message, timeout_);
    if (result.start_error != 0) {
      const auto why = SystemErrorText(result.start_error);
      return Failed(absl::StrCat("不能启动，", why.zh()),
                    absl::StrCat("it cannot be started, ", why.en()), result);
    }
    if (result.timed_out) {
      return Failed(absl::StrCat("在 ", absl::FormatDuration(timeout_), " 内没有完成"),
                    absl::StrCat("it did not end within ", absl::FormatDuration(timeout_)), result);
    }
    if (result.exit_code != 0) {
      return Failed(absl::StrCat("退出码为 ", result.exit_code),
                    absl::StrCat("it exited with ", result.exit_code), result);
    }
    std::string signature;
    if (!absl::Base64Unescape(absl::StripAsciiWhitespace(result.output), &signature) ||
        !key_.Verify(message, signature)) {
      return Failed(absl::StrCat("输出不是密钥 ", key_.id(), " 的 base64 签名"),
                    absl::StrCat("what it printed is not a signature by ", key_.id(), " in base64"),
                    result);
    }
    return signature;
  }

 private:
  absl::Status Failed(absl::string_view zh, absl::string_view en,
                      const CommandResult& result) const {
    const std::string& program = command_.front();
    return MakeError(
        absl::StatusCode::kInternal, Reason::SIGNING_FAILED,
        absl::StrCat("签名命令 ", program, " 失败：", zh, "。", result.error),
        absl::StrCat("The signing command ", program, " failed: ", en, ". ", result.error),
        {{"keyId", key_.id()}});
  }

  const std::vector<std::string> command_;
  const Key key_;
  const absl::Duration timeout_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Signer>> ReadKeyFile(const std::string& path) {
  struct stat about {};
  // ReadFile says what is wrong with a folder.
  if (stat(path.c_str(), &about) == 0 && !S_ISDIR(about.st_mode) &&
      (about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, Reason::FILE_UNREADABLE,
        absl::StrCat("密钥文件“", path, "”其他用户也能读取；请运行 chmod 600 ", path, "。"),
        absl::StrCat("The key file \"", path, "\" may be read by others; run chmod 600 ", path,
                     "."),
        {{"path", path}});
  }
  ASSIGN_OR_RETURN(std::string pem, ReadFile(path, kMaxKeyFileBytes));
  absl::StatusOr<Key> key = Key::FromPrivatePem(pem);
  OPENSSL_cleanse(pem.data(), pem.size());
  RETURN_IF_ERROR(key.status());
  return std::make_unique<KeySigner>(*std::move(key));
}

absl::Status WriteKeyFile(const Key& key, const std::string& path) {
  return WriteFile(path, key.PrivatePem(), Overwrite::kNever, /*secret=*/true);
}

std::unique_ptr<Signer> NewCommandSigner(std::vector<std::string> command, Key public_key,
                                         absl::Duration timeout) {
  return std::make_unique<CommandSigner>(std::move(command), std::move(public_key), timeout);
}

absl::StatusOr<Envelope> SignPayload(Purpose::Value purpose, absl::string_view payload,
                                     const std::vector<const Signer*>& signers) {
  if (payload.size() > kMaxPayloadBytes) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::TOO_LARGE,
                     "要签名的内容超过 64 MiB。", "What is to be signed is larger than 64 MiB.");
  }
  if (signers.size() > kMaxSignatures) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::TOO_LARGE,
                     absl::StrCat("签名最多 ", kMaxSignatures, " 个。"),
                     absl::StrCat("There may be at most ", kMaxSignatures, " signatures."));
  }
  std::set<std::string> key_ids;
  for (const auto* signer : signers) {
    if (key_ids.insert(signer->key_id()).second) continue;
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::DUPLICATE_ID,
                     absl::StrCat("密钥 ", signer->key_id(), " 给出了两次，每把密钥只能签一次。"),
                     absl::StrCat("Key ", signer->key_id(), " is given twice; a key signs once."),
                     {{"keyId", signer->key_id()}});
  }
  Envelope envelope;
  envelope.payload_type = PayloadType(purpose);
  envelope.payload = std::string(payload);
  const std::string message = PreAuthEncoding(envelope.payload_type, payload);
  for (const auto* signer : signers) {
    ASSIGN_OR_RETURN(std::string bytes, signer->Sign(message));
    envelope.signatures.push_back({signer->key_id(), std::move(bytes)});
  }
  return envelope;
}

}  // namespace zhiping::envelope
