#include "common/identity/token_verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/hmac.h>
#include <sys/stat.h>

#include <atomic>
#include <cstdio>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/files/file.h"
#include "common/identity/token_signer.h"
#include "common/time/timestamp.h"
#include "google/protobuf/util/json_util.h"
#include "tests/processes/scripted_server.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::identity {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kIssuer[] = "https://sso.example/realms/province";

class SetClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixMicros(now_.load()); }
  absl::Duration Steady() const override { return absl::Microseconds(now_.load()); }
  void Advance(absl::Duration by) { now_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<int64_t> now_ = absl::ToUnixMicros(absl::FromUnixSeconds(1'800'000'000));
};

json KeySetOf(const std::vector<const TokenSigner*>& signers) {
  json keys = json::array();
  for (const TokenSigner* signer : signers) keys.push_back(signer->PublicJwk());
  return {{"keys", keys}};
}

class TokenVerifierTest : public testing::Test {
 protected:
  TokenVerifierTest() {
    WriteKeys(KeySetOf({&rs256_, &es256_}).dump());
    WriteIdentity("");
  }

  std::string Path(const std::string& name) const {
    return absl::StrCat(testing::TempDir(), "/",
                        testing::UnitTest::GetInstance()->current_test_info()->name(), "/", name);
  }
  void WriteKeys(const std::string& text) {
    ASSERT_OK(WriteFile(Path("jwks.json"), text, Overwrite::kReplace));
  }
  void WriteIdentity(const std::string& more) {
    ASSERT_OK(WriteFile(Path("identity.txtpb"),
                        absl::StrCat(R"(
issuers {
  issuer: ")",
                                     kIssuer, R"("
  audiences: "zhiping"
  algorithms: RS256
  algorithms: ES256
  jwks_file: "jwks.json"
  refresh_seconds: 1
  skew_seconds: 30
  may_grant: VIEWER may_grant: REVIEWER may_grant: OPERATOR may_grant: AUDITOR
  )",
                                     more, "}\n"),
                        Overwrite::kReplace));
  }
  std::unique_ptr<TokenVerifier> Open() {
    auto verifier =
        TokenVerifier::Open({.identity_file = Path("identity.txtpb")}, clock_,
                            [this](const std::string& issuer, const KeysReading& reading) {
                              absl::MutexLock lock(&mutex_);
                              if (reading.is_news) observed_.push_back(reading.status);
                            });
    EXPECT_OK(verifier);
    return *std::move(verifier);
  }

  int64_t Seconds() const { return absl::ToUnixSeconds(clock_.Now()); }
  json Claims() const {
    return {{"iss", kIssuer},       {"sub", "7001"},
            {"aud", "zhiping"},     {"exp", Seconds() + 300},
            {"name", "王审核"},     {"roles", {"reviewer", "offline_access"}},
            {"review_unit", "jsg"}, {"programmes", {"jiangsu-ai"}}};
  }
  json With(const std::string& name, const json& value) const {
    json claims = Claims();
    claims[name] = value;
    return claims;
  }
  json Without(const std::string& name) const {
    json claims = Claims();
    claims.erase(name);
    return claims;
  }

  std::vector<absl::Status> observed() {
    absl::MutexLock lock(&mutex_);
    return observed_;
  }

  // Verifies until the outcome is the expected one, or so much has passed.
  template <typename Matcher>
  void ExpectSoon(TokenVerifier& verifier, const std::string& token, const Matcher& matcher,
                  absl::Duration within = absl::Seconds(10)) {
    const absl::Time give_up = absl::Now() + within;
    while (!testing::Value(ToStatus(verifier.Verify(token)), matcher) && absl::Now() < give_up) {
      absl::SleepFor(absl::Milliseconds(20));
    }
    EXPECT_THAT(ToStatus(verifier.Verify(token)), matcher);
  }

  SetClock clock_;
  const TokenSigner rs256_ = *TokenSigner::Generate(TokenAlgorithm::RS256);
  const TokenSigner es256_ = *TokenSigner::Generate(TokenAlgorithm::ES256);
  const TokenSigner stranger_ = *TokenSigner::Generate(TokenAlgorithm::ES256);
  absl::Mutex mutex_;
  std::vector<absl::Status> observed_ ABSL_GUARDED_BY(mutex_);
};

// A token with any header and any signature, as an attacker makes one.
std::string Forge(const json& header, const std::string& payload, const std::string& signature) {
  return absl::StrCat(absl::WebSafeBase64Escape(header.dump()), ".",
                      absl::WebSafeBase64Escape(payload), ".",
                      absl::WebSafeBase64Escape(signature));
}

TEST_F(TokenVerifierTest, SaysWhoIsCalling) {
  const auto verifier = Open();
  for (const TokenSigner* signer : {&rs256_, &es256_}) {
    const auto caller = verifier->Verify(*signer->Sign(Claims()));
    ASSERT_OK(caller);
    EXPECT_EQ((*caller)->issuer, kIssuer);
    EXPECT_EQ((*caller)->subject, "7001");
    EXPECT_EQ((*caller)->name, "王审核");
    EXPECT_EQ((*caller)->roles, Roles({Role::REVIEWER}));
    EXPECT_EQ((*caller)->review_unit, "jsg");
    EXPECT_THAT((*caller)->programmes, ElementsAre("jiangsu-ai"));
    EXPECT_TRUE((*caller)->MayIn("jiangsu-ai"));
    EXPECT_FALSE((*caller)->MayIn("another"));
  }
}

TEST_F(TokenVerifierTest, AUsccIsReadAsItIsKept) {
  const auto verifier = Open();
  const struct {
    const char* written;
    const char* kept;
  } cases[] = {{"91110000600037341l", "91110000600037341L"},
               {" ９１１１００００６０００３７３４１Ｌ\u3000", "91110000600037341L"},
               {" ", ""},
               // What can be none is shown to people.
               {" 9111l", "9111l"}};
  for (const auto& [written, kept] : cases) {
    const auto caller = verifier->Verify(*es256_.Sign(With("uscc", written)));
    ASSERT_OK(caller);
    EXPECT_EQ((*caller)->uscc, kept);
  }
}

TEST_F(TokenVerifierTest, AProgrammeWithoutANameIsNoRight) {
  const auto verifier = Open();
  for (const json& programmes : {json::array({""}), json::array({" ", "jiangsu-ai"})}) {
    const auto caller = verifier->Verify(*es256_.Sign(With("programmes", programmes)));
    ASSERT_OK(caller);
    EXPECT_EQ((*caller)->programmes.size(), programmes.size() - 1) << programmes.dump();
  }
}

TEST_F(TokenVerifierTest, RefusesATokenOfAnotherOrForAnother) {
  const auto verifier = Open();
  EXPECT_THAT(verifier->Verify(*es256_.Sign(With("iss", "https://elsewhere"))),
              HasReason(Reason::UNKNOWN_ISSUER));
  EXPECT_THAT(verifier->Verify(*es256_.Sign(Without("iss"))), HasReason(Reason::UNKNOWN_ISSUER));
  EXPECT_THAT(verifier->Verify(*es256_.Sign(With("aud", "another"))),
              HasReason(Reason::TOKEN_WRONG_AUDIENCE));
  EXPECT_THAT(verifier->Verify(*es256_.Sign(Without("aud"))),
              HasReason(Reason::TOKEN_WRONG_AUDIENCE));
  EXPECT_OK(verifier->Verify(*es256_.Sign(With("aud", {"another", "zhiping"}))));
  EXPECT_THAT(verifier->Verify(*stranger_.Sign(Claims())), HasReason(Reason::UNKNOWN_TOKEN_KEY));
}

TEST_F(TokenVerifierTest, JudgesTimesWithTheSkew) {
  const auto verifier = Open();
  const std::string token = *es256_.Sign(With("nbf", Seconds() + 60));
  EXPECT_THAT(verifier->Verify(token), HasReason(Reason::TOKEN_NOT_YET_VALID));
  clock_.Advance(absl::Seconds(30));
  EXPECT_OK(verifier->Verify(token));
  clock_.Advance(absl::Seconds(299));
  EXPECT_OK(verifier->Verify(token));
  clock_.Advance(absl::Seconds(1));
  // Kept or not, it has expired.
  EXPECT_THAT(verifier->Verify(token), HasReason(Reason::TOKEN_EXPIRED));
  for (const json& wrong : {json("soon"), json(-1), json(1e300), json(nullptr), json::array()}) {
    EXPECT_THAT(verifier->Verify(*es256_.Sign(With("exp", wrong))),
                HasReason(Reason::TOKEN_CLAIM_INVALID))
        << wrong;
  }
}

// Whoever wrote it learns what to mend: signing in again would give another such token.
TEST_F(TokenVerifierTest, SaysThatATokenNeverExpires) {
  const auto verifier = Open();
  const absl::Status refused = ToStatus(verifier->Verify(*es256_.Sign(Without("exp"))));
  EXPECT_THAT(refused, HasReason(Reason::TOKEN_CLAIM_INVALID));
  EXPECT_THAT(DetailOf(refused).message().zh(), HasSubstr("缺少声明 /exp"));
  EXPECT_THAT(DetailOf(refused).message().en(), HasSubstr("no claim /exp"));
}

// What a token allows, with the skew, is what a Timestamp can say.
TEST_F(TokenVerifierTest, ATokenMayCountUntilTheEndOfTheYear9999) {
  const auto verifier = Open();
  const auto caller = verifier->Verify(*es256_.Sign(With("exp", int64_t{253402300799})));
  ASSERT_OK(caller);
  std::string text;
  EXPECT_TRUE(
      google::protobuf::util::MessageToJsonString(ToTimestamp((*caller)->expires), &text).ok());
  EXPECT_EQ(text, R"("9999-12-31T23:59:59.999Z")");
}

TEST_F(TokenVerifierTest, RefusesWhatIsNotSigned) {
  const auto verifier = Open();
  const std::string payload = Claims().dump();
  const std::string key_id = es256_.PublicJwk()["kid"];
  for (const char* signature : {"", "x"}) {
    EXPECT_THAT(verifier->Verify(Forge({{"alg", "none"}}, payload, signature)),
                HasReason(Reason::TOKEN_ALGORITHM_REFUSED));
  }
  EXPECT_THAT(verifier->Verify(Forge({{"alg", "ES256"}, {"kid", key_id}}, payload, "x")),
              HasReason(Reason::TOKEN_BAD_SIGNATURE));
  EXPECT_THAT(
      verifier->Verify(Forge({{"alg", "ES256"}, {"kid", key_id}}, payload, std::string(64, '\0'))),
      HasReason(Reason::TOKEN_BAD_SIGNATURE));
  std::string changed = *es256_.Sign(Claims());
  changed[changed.find('.') + 5] ^= 1;
  EXPECT_FALSE(verifier->Verify(changed).ok());
}

// The public key is known to everybody; as the secret of an HMAC it would sign whatever they like.
TEST_F(TokenVerifierTest, RefusesAnHmacWithThePublicKey) {
  const auto verifier = Open();
  const std::string secret = rs256_.PublicJwk()["n"];
  const json header = {{"alg", "HS256"}, {"kid", rs256_.PublicJwk()["kid"]}};
  const std::string signing = Forge(header, Claims().dump(), "");
  const absl::string_view input = absl::string_view(signing).substr(0, signing.size() - 1);
  uint8_t mac[32];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const uint8_t*>(input.data()), input.size(), mac, &size);
  EXPECT_THAT(verifier->Verify(
                  Forge(header, Claims().dump(), std::string(reinterpret_cast<char*>(mac), size))),
              HasReason(Reason::TOKEN_ALGORITHM_REFUSED));
}

TEST_F(TokenVerifierTest, RefusesAlgorithmsThatTheIssuerDoesNotUse) {
  const TokenSigner es384 = *TokenSigner::Generate(TokenAlgorithm::ES384);
  WriteKeys(KeySetOf({&rs256_, &es256_, &es384}).dump());
  const auto verifier = Open();
  EXPECT_THAT(verifier->Verify(*es384.Sign(Claims())), HasReason(Reason::TOKEN_ALGORITHM_REFUSED));
}

TEST_F(TokenVerifierTest, RefusesATokenThatWasCutOffOrHasAByteMore) {
  const auto verifier = Open();
  for (const TokenSigner* const signer : {&es256_, &rs256_}) {
    const std::string token = *signer->Sign(Claims());
    ASSERT_OK(verifier->Verify(token));
    for (size_t size = 0; size < token.size(); ++size) {
      EXPECT_FALSE(verifier->Verify(token.substr(0, size)).ok()) << size;
      for (const char c : {'A', '.', '=', '\0'}) {
        EXPECT_FALSE(verifier->Verify(std::string(token).insert(size, 1, c)).ok()) << size << c;
      }
    }
  }
}

TEST_F(TokenVerifierTest, RefusesWhatIsNoToken) {
  const auto verifier = Open();
  for (const std::string& text :
       {std::string(), std::string("x"), std::string("..."), std::string("a.b.c"),
        std::string("a.b.c.d"), std::string(100, '.'), std::string("\0\0\0", 3),
        Forge({{"alg", "ES256"}}, "no JSON", "x"), Forge({{"alg", "ES256"}}, "[]", "x"),
        Forge({{"alg", "ES256"}}, R"({"iss":"a","iss":"b"})", "x"), Forge(json::array(), "{}", "x"),
        Forge({{"typ", "JWT"}}, "{}", "x")}) {
    EXPECT_EQ(ToStatus(verifier->Verify(text)).code(), absl::StatusCode::kUnauthenticated) << text;
  }
  EXPECT_THAT(verifier->Verify(std::string(kMaxTokenBytes + 1, 'x')), HasReason(Reason::TOO_LARGE));
  const ErrorDetail twice = DetailOf(
      ToStatus(verifier->Verify(Forge({{"alg", "ES256"}}, R"({"iss":"a","iss":"b"})", "x"))));
  EXPECT_EQ(twice.reason(), Reason::TOKEN_MALFORMED);
  EXPECT_EQ(twice.message().zh(), "令牌格式不正确：声明中，JSON 成员“iss”在同一对象中出现了两次。");
  EXPECT_EQ(
      twice.message().en(),
      "The token is malformed: in its claims: The JSON member \"iss\" is twice in one object.");
  EXPECT_THAT(
      verifier->Verify(Forge({{"alg", "ES256"}, {"crit", {"b64"}}, {"b64", false}}, "{}", "x")),
      HasReason(Reason::TOKEN_ALGORITHM_REFUSED));
}

TEST_F(TokenVerifierTest, RefusesClaimsOfTheWrongKind) {
  const auto verifier = Open();
  EXPECT_THAT(verifier->Verify(*es256_.Sign(Without("sub"))),
              HasReason(Reason::TOKEN_CLAIM_INVALID));
  EXPECT_THAT(verifier->Verify(*es256_.Sign(With("sub", 7001))),
              HasReason(Reason::TOKEN_CLAIM_INVALID));
  const absl::Status too_long =
      ToStatus(verifier->Verify(*es256_.Sign(With("sub", std::string(256, 'x')))));
  EXPECT_THAT(too_long, HasReason(Reason::TOKEN_CLAIM_INVALID));
  EXPECT_EQ(DetailOf(too_long).message().zh(), "令牌的声明 /sub 过长：至多 255 字节。");
  EXPECT_THAT(DetailOf(ToStatus(verifier->Verify(
                           *es256_.Sign(With("roles", std::vector<std::string>(201, "viewer"))))))
                  .message()
                  .zh(),
              HasSubstr("至多 200 个，每个至多 255 字节"));
  for (const char* const forged :
       {"好人\n 9 2026-11-26 17:59:00", "\x1b[2J", "a\u0085b", "\u202e"}) {
    EXPECT_THAT(verifier->Verify(*es256_.Sign(With("name", forged))),
                HasReason(Reason::TOKEN_CLAIM_INVALID))
        << forged;
  }
  EXPECT_THAT(verifier->Verify(*es256_.Sign(With("sub", std::string("a\0b", 3)))),
              HasReason(Reason::TOKEN_CLAIM_INVALID));
  EXPECT_THAT(verifier->Verify(*es256_.Sign(With("roles", {1}))),
              HasReason(Reason::TOKEN_CLAIM_INVALID));
  EXPECT_THAT(verifier->Verify(*es256_.Sign(With("programmes", json::object()))),
              HasReason(Reason::TOKEN_CLAIM_INVALID));
}

// Who it is is known, so that its calls are denied under its name.
TEST_F(TokenVerifierTest, KnowsWhoHoldsRolesThatExcludeOneAnother) {
  const auto verifier = Open();
  const auto caller = verifier->Verify(*es256_.Sign(With("roles", {"operator", "auditor"})));
  ASSERT_OK(caller);
  EXPECT_THAT(CheckSeparation((*caller)->roles), HasReason(Reason::ROLES_CONFLICT));
  EXPECT_OK(CheckSeparation({Role::AUDITOR, Role::VIEWER}));
}

TEST_F(TokenVerifierTest, GrantsNoRoleThatTheIssuerMayNotGrant) {
  const auto verifier = Open();
  const auto caller = verifier->Verify(*es256_.Sign(With("roles", {"security-admin", "viewer"})));
  ASSERT_OK(caller);
  EXPECT_EQ((*caller)->roles, Roles({Role::VIEWER}));
}

TEST_F(TokenVerifierTest, FollowsTheClaimsMapping) {
  WriteIdentity(R"(claims {
    subject { pointer: "/user/id" }
    roles {
      pointer: "/realm_access/roles"
      values { from: "jx_shenhe" to: "reviewer" }
      values { from: "jx_shenhe" to: "viewer" }
    }
    review_unit { pointer: "/org~1unit" values { from: "3201" to: "nanjing" } }
  })");
  const auto verifier = Open();
  json claims = Without("sub");
  claims["user"] = {{"id", "u-9"}};
  claims["realm_access"] = {{"roles", {"jx_shenhe", "operator", "unknown"}}};
  claims["org/unit"] = "3201";
  const auto caller = verifier->Verify(*es256_.Sign(claims));
  ASSERT_OK(caller);
  EXPECT_EQ((*caller)->subject, "u-9");
  EXPECT_EQ((*caller)->roles, Roles({Role::REVIEWER, Role::VIEWER}));
  EXPECT_EQ((*caller)->review_unit, "nanjing");
}

TEST_F(TokenVerifierTest, KeysRotateAndARevokedOneStopsCounting) {
  const auto verifier = Open();
  const std::string with_old = *es256_.Sign(Claims());
  const std::string with_new = *stranger_.Sign(Claims());
  EXPECT_OK(verifier->Verify(with_old));
  EXPECT_THAT(verifier->Verify(with_new), HasReason(Reason::UNKNOWN_TOKEN_KEY));
  WriteKeys(KeySetOf({&es256_, &stranger_}).dump());
  ExpectSoon(*verifier, with_new, IsOk());
  EXPECT_OK(verifier->Verify(with_old));
  WriteKeys(KeySetOf({&stranger_}).dump());
  // After refresh_seconds, and what a busy machine takes.
  ExpectSoon(*verifier, with_old, HasReason(Reason::UNKNOWN_TOKEN_KEY), absl::Seconds(2));
  EXPECT_OK(verifier->Verify(with_new));
}

TEST_F(TokenVerifierTest, TheLastGoodKeysStay) {
  const auto verifier = Open();
  const std::string token = *es256_.Sign(Claims());
  const std::string another = *stranger_.Sign(Claims());
  WriteKeys("no JSON");
  const absl::Time give_up = absl::Now() + absl::Seconds(10);
  while (observed().size() < 2 && absl::Now() < give_up) absl::SleepFor(absl::Milliseconds(20));
  ASSERT_EQ(observed().size(), 2);
  EXPECT_OK(observed().front());
  EXPECT_THAT(observed().back(), HasReason(Reason::KEY_SET_INVALID));
  EXPECT_OK(verifier->Verify(token));
  WriteKeys(KeySetOf({&stranger_}).dump());
  ExpectSoon(*verifier, another, IsOk());
  ASSERT_EQ(observed().size(), 3);
  EXPECT_OK(observed().back());
  // Other keys are told of, though the ones before were good.
  WriteKeys(KeySetOf({&es256_}).dump());
  ExpectSoon(*verifier, token, IsOk());
  ASSERT_EQ(observed().size(), 4);
  EXPECT_OK(observed().back());
}

TEST_F(TokenVerifierTest, APipeInPlaceOfTheKeysStopsNothing) {
  const auto verifier = Open();
  const std::string another = *stranger_.Sign(Claims());
  ASSERT_EQ(std::remove(Path("jwks.json").c_str()), 0);
  ASSERT_EQ(mkfifo(Path("jwks.json").c_str(), 0600), 0);
  const absl::Time give_up = absl::Now() + absl::Seconds(10);
  while (observed().size() < 2 && absl::Now() < give_up) absl::SleepFor(absl::Milliseconds(20));
  ASSERT_EQ(observed().size(), 2);
  EXPECT_THAT(observed().back(), HasReason(Reason::FILE_UNREADABLE));
  WriteKeys(KeySetOf({&stranger_}).dump());
  ExpectSoon(*verifier, another, IsOk());
}

TEST_F(TokenVerifierTest, DoesNotStartWithSettingsThatAreWrong) {
  const auto open = [&] {
    return TokenVerifier::Open({.identity_file = Path("identity.txtpb")}, clock_,
                               [](const std::string&, const KeysReading&) {});
  };
  WriteKeys("{}");
  EXPECT_THAT(open(), HasReason(Reason::KEY_SET_INVALID));
  WriteKeys(KeySetOf({&es256_}).dump());
  EXPECT_OK(open());
  ASSERT_OK(WriteFile(Path("identity.txtpb"), R"(
issuers { issuer: "a" jwks_url: "http://sso.example/keys" refresh_seconds: 7200 skew_seconds: 600
  may_grant: ROLE_UNSPECIFIED
  claims { roles { pointer: "roles" values { from: "x" to: "king" } } } }
issuers { issuer: "a" }
)",
                      Overwrite::kReplace));
  const ErrorDetail detail = DetailOf(open().status());
  std::vector<std::string> fields;
  for (const FieldViolation& violation : detail.violations()) fields.push_back(violation.field());
  EXPECT_THAT(
      fields,
      ElementsAre("issuers[0].audiences", "issuers[0].algorithms", "issuers[0].may_grant",
                  "issuers[0].jwks_url", "issuers[0].refresh_seconds", "issuers[0].skew_seconds",
                  "issuers[0].claims.roles.pointer", "issuers[0].claims.roles.values",
                  "issuers[1].audiences", "issuers[1].algorithms", "issuers[1].may_grant",
                  "issuers[1].jwks_file", "issuers[1].issuer"))
      << detail.DebugString();
  // As a template leaves them whose variables are not set.
  ASSERT_OK(WriteFile(Path("identity.txtpb"), R"(
issuers { issuer: " " audiences: "b" audiences: "" algorithms: ES256 may_grant: VIEWER
  jwks_file: ""
  claims { roles { values { from: "" to: "" } } uscc { values { from: "x" } } } }
)",
                      Overwrite::kReplace));
  std::vector<std::string> empty;
  const ErrorDetail unset = DetailOf(open().status());
  for (const FieldViolation& violation : unset.violations()) empty.push_back(violation.field());
  EXPECT_THAT(empty, ElementsAre("issuers[0].issuer", "issuers[0].audiences[1]",
                                 "issuers[0].jwks_file", "issuers[0].claims.roles.values[0].from",
                                 "issuers[0].claims.roles.values[0].to",
                                 "issuers[0].claims.uscc.values[0].to"))
      << unset.DebugString();
  // What a URL begins with does not say where it leads.
  for (const char* const url :
       {"http://127.0.0.1:x@sso.example/keys", "http://127.0.0.1:80@sso.example/keys",
        "http://localhost.example/keys", "http://127.0.0.1@sso.example/keys"}) {
    ASSERT_OK(WriteFile(Path("identity.txtpb"),
                        absl::StrCat("issuers { issuer: \"a\" audiences: \"b\" algorithms: ES256 "
                                     "may_grant: VIEWER jwks_url: \"",
                                     url, "\" }"),
                        Overwrite::kReplace));
    const ErrorDetail refused = DetailOf(open().status());
    ASSERT_EQ(refused.violations_size(), 1) << url << refused.DebugString();
    EXPECT_EQ(refused.violations(0).field(), "issuers[0].jwks_url");
  }
}

// A sign-on that hangs holds up neither the start nor the tokens of others.
TEST_F(TokenVerifierTest, WaitsForNoSignOn) {
  absl::Notification answering;
  const processes::ScriptedServer sign_on([&](processes::Peer& peer) {
    peer.Receive();
    answering.WaitForNotificationWithTimeout(absl::Seconds(20));
    const std::string body = KeySetOf({&es256_}).dump();
    peer.Send(absl::StrCat("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ", body.size(),
                           "\r\n\r\n", body));
  });
  std::string identity = *ReadFile(Path("identity.txtpb"), 1 << 20);
  for (const char* const name : {"a", "b", "c"}) {
    absl::StrAppend(&identity, "issuers { issuer: \"", name,
                    "\" audiences: \"zhiping\" algorithms: ES256 may_grant: VIEWER jwks_url: "
                    "\"http://",
                    sign_on.address(), "/keys\" }\n");
  }
  ASSERT_OK(WriteFile(Path("identity.txtpb"), identity, Overwrite::kReplace));
  const auto verifier = Open();
  // Of the file alone: the others have not been read yet.
  EXPECT_EQ(observed().size(), 1);
  EXPECT_OK(verifier->Verify(*es256_.Sign(Claims())));
  const std::string token = *es256_.Sign(With("iss", "b"));
  const absl::Status refused = ToStatus(verifier->Verify(token));
  EXPECT_THAT(refused, HasReason(Reason::ISSUER_KEYS_UNAVAILABLE));
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(DetailOf(refused).metadata(0).key(), kRetryDelayMilliseconds);
  answering.Notify();
  ExpectSoon(*verifier, token, IsOk());
}

// A token is verified once and looked up afterwards.
TEST_F(TokenVerifierTest, KeepsWhatItVerified) {
  const auto verifier = Open();
  const std::string token = *rs256_.Sign(Claims());
  const auto first = verifier->Verify(token);
  ASSERT_OK(first);
  EXPECT_EQ(*first, *verifier->Verify(token));
}

TEST(TokenCacheTest, KeepsTheOnesThatWereUsedLast) {
  TokenCache cache(2);
  cache.Keep("a", {});
  cache.Keep("b", {});
  EXPECT_TRUE(cache.Find("a").has_value());
  cache.Keep("c", {});
  EXPECT_FALSE(cache.Find("b").has_value());
  EXPECT_TRUE(cache.Find("a").has_value());
  EXPECT_TRUE(cache.Find("c").has_value());
  cache.Drop("a");
  EXPECT_FALSE(cache.Find("a").has_value());
}

}  // namespace
}  // namespace zhiping::identity
