#include "common/identity/key_set.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/identity/token_signer.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::identity {
namespace {

using nlohmann::json;

json Jwk(TokenAlgorithm::Value algorithm, const std::string& id) {
  json jwk = TokenSigner::Generate(algorithm)->PublicJwk();
  jwk["kid"] = id;
  return jwk;
}

absl::StatusOr<KeySet> Parse(const json& keys) {
  return KeySet::Parse(json{{"keys", keys}}.dump());
}

TEST(KeySetTest, FindsTheKeysOfAnAlgorithm) {
  json any_rsa = Jwk(TokenAlgorithm::RS256, "b");
  any_rsa.erase("alg");
  const auto keys = Parse({Jwk(TokenAlgorithm::RS256, "a"), any_rsa,
                           Jwk(TokenAlgorithm::ES256, "c"), Jwk(TokenAlgorithm::ES384, "d")});
  ASSERT_OK(keys);
  EXPECT_EQ(keys->Find(TokenAlgorithm::RS256, "a").size(), 1);
  EXPECT_EQ(keys->Find(TokenAlgorithm::RS256, "b").size(), 1);
  EXPECT_EQ(keys->Find(TokenAlgorithm::PS256, "a").size(), 0);
  EXPECT_EQ(keys->Find(TokenAlgorithm::PS256, "b").size(), 1);
  EXPECT_EQ(keys->Find(TokenAlgorithm::ES256, "c").size(), 1);
  EXPECT_EQ(keys->Find(TokenAlgorithm::ES256, "d").size(), 0);
  EXPECT_EQ(keys->Find(TokenAlgorithm::RS256, "z").size(), 0);
  // Without an id: only if it is the only one.
  EXPECT_EQ(keys->Find(TokenAlgorithm::ES256, "").size(), 1);
  EXPECT_EQ(keys->Find(TokenAlgorithm::RS256, "").size(), 0);
}

TEST(KeySetTest, LeavesOutWhatIsForSomethingElse) {
  json encrypting = Jwk(TokenAlgorithm::RS256, "a");
  encrypting["use"] = "enc";
  json signing_only = Jwk(TokenAlgorithm::ES256, "b");
  signing_only["key_ops"] = {"sign"};
  const auto keys = Parse({encrypting,
                           signing_only,
                           {{"kty", "OKP"}, {"crv", "Ed25519"}},
                           {{"kty", "oct"}, {"k", "c2VjcmV0"}},
                           Jwk(TokenAlgorithm::ES256, "e")});
  ASSERT_OK(keys);
  EXPECT_EQ(keys->size(), 1);
}

TEST(KeySetTest, AnRsaKeyHas2048To8192Bits) {
  const auto rsa = [](size_t bytes) {
    return Parse({{{"kty", "RSA"},
                   {"kid", "a"},
                   {"e", "AQAB"},
                   {"n", absl::WebSafeBase64Escape(std::string(bytes, '\xff'))}}});
  };
  for (const size_t bytes : {256, 1024}) EXPECT_OK(rsa(bytes)) << bytes;
  for (const size_t bytes : {128, 255, 1025, 2048}) {
    EXPECT_THAT(rsa(bytes), HasReason(Reason::KEY_SET_INVALID)) << bytes;
  }
}

TEST(KeySetTest, RefusesWhatIsNoKeySet) {
  json private_key = json::parse(TokenSigner::Generate(TokenAlgorithm::ES256)->PrivateJwk());
  json too_many = json::array();
  const json key = Jwk(TokenAlgorithm::ES256, "a");
  for (int i = 0; i <= kMaxKeys; ++i) too_many.push_back(key);
  json off_the_curve = key;
  off_the_curve["x"] = key["y"];
  // No base64url has that length.
  json too_short = key;
  too_short["x"] = "AQABA";
  for (const json& keys :
       {json::array(), json{too_short}, json::object(), json{1}, json{"a"}, json{private_key, key},
        too_many, json{{{"kty", "RSA"}, {"n", "AQAB"}, {"e", "AQAB"}}}, json{{{"kty", "RSA"}}},
        json{off_the_curve}, json{{{"kty", "oct"}, {"k", "c2VjcmV0"}}}}) {
    EXPECT_THAT(Parse(keys), HasReason(Reason::KEY_SET_INVALID)) << keys.dump().substr(0, 200);
  }
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[]"), std::string("{\"keys\":"),
        std::string(R"({"keys":[],"keys":[]})"),
        absl::StrCat(R"({"keys":[{"kty":)", std::string(50'000, '['), std::string(50'000, ']'),
                     "}]}"),
        absl::StrCat(R"({"keys":[],"x":")", std::string(kMaxKeySetBytes, 'x'), "\"}")}) {
    EXPECT_THAT(KeySet::Parse(text), HasReason(Reason::KEY_SET_INVALID)) << text.substr(0, 100);
  }
}

}  // namespace
}  // namespace zhiping::identity
