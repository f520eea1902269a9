#include "common/envelope/key.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>

#include "absl/strings/escaping.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::envelope {
namespace {

constexpr KeyAlgorithm::Value kAlgorithms[] = {KeyAlgorithm::ED25519, KeyAlgorithm::SM2};

// DER headers of a SubjectPublicKeyInfo.
const std::string kEd25519Header = absl::HexStringToBytes("302a300506032b6570032100");
const std::string kSm2Header =
    absl::HexStringToBytes("3059301306072a8648ce3d020106082a811ccf5501822d03420004");

absl::StatusOr<Key> PublicKey(const std::string& header, const char* hex) {
  return Key::FromPublicBase64(absl::Base64Escape(header + absl::HexStringToBytes(hex)));
}

// DER of an ECDSA signature with these numbers.
std::string DerSignature(const char* r_hex, const char* s_hex) {
  BIGNUM* r = nullptr;
  BIGNUM* s = nullptr;
  BN_hex2bn(&r, r_hex);
  BN_hex2bn(&s, s_hex);
  ECDSA_SIG* signature = ECDSA_SIG_new();
  ECDSA_SIG_set0(signature, r, s);
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature, &der);
  std::string bytes(reinterpret_cast<char*>(der), size);
  OPENSSL_free(der);
  ECDSA_SIG_free(signature);
  return bytes;
}

TEST(Key, SignsAndVerifies) {
  for (const auto algorithm : kAlgorithms) {
    const auto key = Key::Generate(algorithm);
    ASSERT_OK(key);
    const auto signature = key->Sign("message");
    ASSERT_OK(signature);
    EXPECT_TRUE(key->Verify("message", *signature));
    EXPECT_FALSE(key->Verify("messagf", *signature));
    EXPECT_FALSE(key->Verify("message", ""));
    EXPECT_FALSE(key->Verify("message", *signature + "x"));
    for (size_t i = 0; i < signature->size(); ++i) {
      std::string damaged = *signature;
      damaged[i] = static_cast<char>(damaged[i] ^ 1);
      EXPECT_FALSE(key->Verify("message", damaged)) << i;
    }
  }
}

TEST(Key, IsTheSameAfterWritingAndReading) {
  for (const auto algorithm : kAlgorithms) {
    const auto key = Key::Generate(algorithm);
    ASSERT_OK(key);
    const auto again = Key::FromPrivatePem(key->PrivatePem());
    ASSERT_OK(again);
    EXPECT_EQ(again->algorithm(), algorithm);
    EXPECT_EQ(again->id(), key->id());
    const auto verifier = Key::FromPublicBase64(key->public_base64());
    ASSERT_OK(verifier);
    EXPECT_EQ(verifier->id(), key->id());
    EXPECT_TRUE(verifier->Verify("message", *again->Sign("message")));
  }
}

// RFC 8032, 7.1, test 2.
TEST(Key, AcceptsThePublishedEd25519Signature) {
  const auto key =
      PublicKey(kEd25519Header, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  ASSERT_OK(key);
  EXPECT_TRUE(key->Verify(
      absl::HexStringToBytes("72"),
      absl::HexStringToBytes("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                             "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")));
}

// GB/T 32918.5, appendix A.2: recommended curve, user id 1234567812345678.
TEST(Key, AcceptsThePublishedSm2Signature) {
  const auto key = PublicKey(kSm2Header,
                             "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
                             "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13");
  ASSERT_OK(key);
  const std::string signature =
      DerSignature("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3",
                   "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA");
  EXPECT_TRUE(key->Verify("message digest", signature));
  EXPECT_FALSE(key->Verify("message digesT", signature));
}

TEST(Key, OthersAreRefused) {
  EXPECT_THAT(Key::FromPrivatePem(""), HasReason(Reason::MALFORMED));
  EXPECT_THAT(Key::FromPrivatePem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
              HasReason(Reason::MALFORMED));
  // P-256 is neither of the two algorithms.
  EXPECT_THAT(
      Key::FromPublicBase64(
          "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/"
          "hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q=="),
      HasReason(Reason::MALFORMED));
  EXPECT_THAT(Key::FromPublicBase64("not base64!"), HasReason(Reason::MALFORMED));
  const auto key = Key::Generate(KeyAlgorithm::ED25519);
  std::string der;
  ASSERT_TRUE(absl::Base64Unescape(key->public_base64(), &der));
  EXPECT_THAT(Key::FromPublicBase64(absl::Base64Escape(der + "x")), HasReason(Reason::MALFORMED));
}

}  // namespace
}  // namespace zhiping::envelope
