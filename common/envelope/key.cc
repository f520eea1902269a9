#include "common/envelope/key.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace zhiping::envelope {
namespace {

// GM/T 0009: the user id where none was agreed.
constexpr absl::string_view kSm2UserId = "1234567812345678";
constexpr char kEd25519Name[] = "ED25519";
constexpr char kSm2Name[] = "SM2";

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

absl::Status NotAKey() {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::MALFORMED,
                   "不是 Ed25519 或 SM2 密钥。", "Not an Ed25519 or SM2 key.");
}

// A context that signs or verifies one message. With SM2 the user id is set explicitly: OpenSSL's
// default is none.
struct Operation {
  // REQUIRES: key is of the algorithm.
  Operation(EVP_PKEY* key, KeyAlgorithm::Value algorithm)
      : context(EVP_MD_CTX_new()), digest(algorithm == KeyAlgorithm::SM2 ? EVP_sm3() : nullptr) {
    if (algorithm != KeyAlgorithm::SM2) return;
    parameters.reset(EVP_PKEY_CTX_new(key, nullptr));
    ready = EVP_PKEY_CTX_set1_id(parameters.get(), kSm2UserId.data(),
                                 static_cast<int>(kSm2UserId.size())) == 1;
    EVP_MD_CTX_set_pkey_ctx(context.get(), parameters.get());
  }

  // Freed after the context that refers to it.
  KeyContext parameters;
  DigestContext context;
  const EVP_MD* digest;
  bool ready = true;
};

}  // namespace

absl::StatusOr<Key> Key::FromHandle(Handle handle) {
  if (handle == nullptr) return NotAKey();
  Key key;
  if (EVP_PKEY_is_a(handle.get(), kEd25519Name) == 1) {
    key.algorithm_ = KeyAlgorithm::ED25519;
  } else if (EVP_PKEY_is_a(handle.get(), kSm2Name) == 1) {
    key.algorithm_ = KeyAlgorithm::SM2;
  } else {
    return NotAKey();
  }
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(handle.get(), &der);
  if (size <= 0) return NotAKey();
  const std::string spki(reinterpret_cast<char*>(der), size);
  OPENSSL_free(der);
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(Bytes(spki), spki.size(), reinterpret_cast<unsigned char*>(hash.data()));
  key.id_ = absl::StrCat(absl::AsciiStrToLower(KeyAlgorithm::Value_Name(key.algorithm_)), "-",
                         absl::BytesToHexString(hash.substr(0, 8)));
  key.public_base64_ = absl::Base64Escape(spki);
  key.handle_ = std::move(handle);
  return key;
}

absl::StatusOr<Key> Key::Generate(KeyAlgorithm::Value algorithm) {
  const char* name = algorithm == KeyAlgorithm::SM2 ? kSm2Name : kEd25519Name;
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, name, nullptr));
  EVP_PKEY* key = nullptr;
  if (context == nullptr || EVP_PKEY_keygen_init(context.get()) != 1 ||
      EVP_PKEY_generate(context.get(), &key) != 1) {
    return absl::InternalError(absl::StrCat("OpenSSL could not generate a key of type ", name));
  }
  return FromHandle(Handle(key, EVP_PKEY_free));
}

absl::StatusOr<Key> Key::FromPrivatePem(absl::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // Without a callback OpenSSL would ask for a password on the terminal.
  const auto no_password = [](char*, int, int, void*) { return -1; };
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr);
  if (key == nullptr) return NotAKey();
  return FromHandle(Handle(key, EVP_PKEY_free));
}

absl::StatusOr<Key> Key::FromPublicBase64(absl::string_view base64) {
  std::string der;
  if (!absl::Base64Unescape(base64, &der)) return NotAKey();
  const unsigned char* at = Bytes(der);
  EVP_PKEY* key = d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size()));
  if (key == nullptr) return NotAKey();
  Handle handle(key, EVP_PKEY_free);
  if (at != Bytes(der) + der.size()) return NotAKey();
  return FromHandle(std::move(handle));
}

std::string Key::PrivatePem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), handle_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<size_t>(size)};
}

absl::StatusOr<std::string> Key::Sign(absl::string_view message) const {
  const Operation operation(handle_.get(), algorithm_);
  size_t size = 0;
  std::string signature;
  if (operation.ready &&
      EVP_DigestSignInit(operation.context.get(), nullptr, operation.digest, nullptr,
                         handle_.get()) == 1 &&
      EVP_DigestSign(operation.context.get(), nullptr, &size, Bytes(message), message.size()) ==
          1) {
    signature.resize(size);
    if (EVP_DigestSign(operation.context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                       &size, Bytes(message), message.size()) == 1) {
      signature.resize(size);
      return signature;
    }
  }
  return MakeError(absl::StatusCode::kInternal, Reason::SIGNING_FAILED, "签名失败。",
                   "Signing failed.", {{"keyId", id_}});
}

bool Key::Verify(absl::string_view message, absl::string_view signature) const {
  const Operation operation(handle_.get(), algorithm_);
  return operation.ready &&
         EVP_DigestVerifyInit(operation.context.get(), nullptr, operation.digest, nullptr,
                              handle_.get()) == 1 &&
         EVP_DigestVerify(operation.context.get(), Bytes(signature), signature.size(),
                          Bytes(message), message.size()) == 1;
}

}  // namespace zhiping::envelope
