#include "common/envelope/trust.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/envelope/signer.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::envelope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kProgramme[] = "programme";

class KeyOf final : public Signer {
 public:
  explicit KeyOf(KeyAlgorithm::Value algorithm) : key(*Key::Generate(algorithm)) {}
  const std::string& key_id() const override { return key.id(); }
  absl::StatusOr<std::string> Sign(absl::string_view message) const override {
    return key.Sign(message);
  }
  const Key key;
};

absl::Time At(const std::string& text) {
  absl::Time time;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, nullptr));
  return time;
}

const absl::Time kNow = At("2026-06-01T12:00:00+08:00");

class TrustTest : public testing::Test {
 protected:
  std::string Entry(const KeyOf& key, const std::string& more = "") {
    return absl::StrReplaceAll(TrustEntry(key.key, {Purpose::RELEASE}, {kProgramme}, "more"),
                               {{"comment: \"more\"", more}});
  }
  Envelope Signed(const std::vector<const Signer*>& signers,
                  Purpose::Value purpose = Purpose::RELEASE) {
    return *SignPayload(purpose, "payload", signers);
  }
  absl::StatusOr<std::vector<std::string>> Verify(const std::string& trust_text,
                                                  const Envelope& envelope,
                                                  Purpose::Value purpose = Purpose::RELEASE,
                                                  absl::string_view programme = kProgramme,
                                                  absl::Time instant = kNow) {
    const auto trust = Trust::Parse(trust_text);
    EXPECT_OK(trust);
    return (*trust)->Verify(envelope, purpose, programme, instant);
  }

  const KeyOf ed25519_{KeyAlgorithm::ED25519};
  const KeyOf sm2_{KeyAlgorithm::SM2};
  const KeyOf stranger_{KeyAlgorithm::ED25519};
};

TEST_F(TrustTest, ASignatureOfATrustedKeyCounts) {
  for (const KeyOf* key : {&ed25519_, &sm2_}) {
    const auto keys = Verify(Entry(*key), Signed({key}));
    ASSERT_OK(keys);
    EXPECT_THAT(*keys, ElementsAre(key->key_id()));
  }
}

TEST_F(TrustTest, AnyBitThatIsChangedIsSeen) {
  for (const KeyOf* key : {&ed25519_, &sm2_}) {
    const Envelope envelope = Signed({key});
    for (size_t i = 0; i < envelope.payload.size() * 8; ++i) {
      Envelope changed = envelope;
      changed.payload[i / 8] = static_cast<char>(changed.payload[i / 8] ^ (1 << i % 8));
      EXPECT_THAT(Verify(Entry(*key), changed), HasReason(Reason::BAD_SIGNATURE));
    }
    for (size_t i = 0; i < envelope.signatures[0].bytes.size(); ++i) {
      Envelope changed = envelope;
      changed.signatures[0].bytes[i] = static_cast<char>(changed.signatures[0].bytes[i] ^ 0x10);
      EXPECT_THAT(Verify(Entry(*key), changed), HasReason(Reason::BAD_SIGNATURE));
    }
    Envelope longer = envelope;
    longer.payload += "x";
    EXPECT_THAT(Verify(Entry(*key), longer), HasReason(Reason::BAD_SIGNATURE));
    Envelope renamed = envelope;
    renamed.signatures[0].key_id += "0";
    EXPECT_THAT(Verify(Entry(*key), renamed), HasReason(Reason::UNKNOWN_KEY));
    Envelope retyped = envelope;
    retyped.payload_type = PayloadType(Purpose::NOTES);
    EXPECT_THAT(Verify(Entry(*key), retyped), HasReason(Reason::WRONG_PAYLOAD_TYPE));
    EXPECT_THAT(
        Verify(absl::StrReplaceAll(Entry(*key), {{"RELEASE", "NOTES"}}), retyped, Purpose::NOTES),
        HasReason(Reason::BAD_SIGNATURE));
  }
}

TEST_F(TrustTest, EveryReasonIsSaid) {
  const Envelope envelope = Signed({&ed25519_});
  EXPECT_THAT(Verify(Entry(stranger_), envelope), HasReason(Reason::UNKNOWN_KEY));
  EXPECT_THAT(Verify(Entry(ed25519_), Signed({&ed25519_}, Purpose::RECEIPT), Purpose::RECEIPT),
              HasReason(Reason::KEY_NOT_FOR_PURPOSE));
  EXPECT_THAT(Verify(Entry(ed25519_), envelope, Purpose::RELEASE, "other"),
              HasReason(Reason::KEY_NOT_FOR_PROGRAMME));
  EXPECT_THAT(Verify(Entry(ed25519_), envelope, Purpose::ACTIVATION),
              HasReason(Reason::WRONG_PAYLOAD_TYPE));
  EXPECT_OK(Verify(TrustEntry(ed25519_.key, {Purpose::RELEASE}, {"*"}, ""), envelope,
                   Purpose::RELEASE, "other"));
}

TEST_F(TrustTest, DatesAreJudgedAtTheGivenInstant) {
  const Envelope envelope = Signed({&ed25519_});
  const std::string trust = Entry(ed25519_,
                                  "not_before: \"2026-01-01T00:00:00+08:00\" "
                                  "not_after: \"2027-01-01T00:00:00+08:00\"");
  const auto at = [&](const std::string& instant) {
    return Verify(trust, envelope, Purpose::RELEASE, kProgramme, At(instant));
  };
  EXPECT_THAT(at("2025-12-31T15:59:59.999Z"), HasReason(Reason::KEY_NOT_YET_VALID));
  EXPECT_OK(at("2025-12-31T16:00:00Z"));
  EXPECT_OK(at("2026-12-31T15:59:59.999Z"));
  EXPECT_THAT(at("2026-12-31T16:00:00Z"), HasReason(Reason::KEY_EXPIRED));
  EXPECT_THAT(DetailOf(at("2026-12-31T16:00:00Z").status()).message().zh(),
              HasSubstr("2027-01-01T00:00:00+08:00"));
}

TEST_F(TrustTest, ARevokedKeyCountsForNothingWhateverTheDate) {
  const std::string trust = Entry(ed25519_, "revoked_at: \"2026-07-01T00:00:00+08:00\"");
  EXPECT_THAT(Verify(trust, Signed({&ed25519_})), HasReason(Reason::KEY_REVOKED));
}

TEST_F(TrustTest, PolicyAnyNeedsOneSignatureAndAllOneOfEveryAlgorithm) {
  const std::string both = Entry(ed25519_) + Entry(sm2_);
  const std::string all = "policy: ALL " + both;
  EXPECT_OK(Verify(both, Signed({&ed25519_})));
  EXPECT_OK(Verify(both, Signed({&stranger_, &sm2_})));
  EXPECT_THAT(Verify(all, Signed({&ed25519_})), HasReason(Reason::UNKNOWN_KEY));
  const auto keys = Verify(all, Signed({&ed25519_, &sm2_}));
  ASSERT_OK(keys);
  EXPECT_THAT(*keys, ElementsAre(ed25519_.key_id(), sm2_.key_id()));
  // A second key of an algorithm need not sign as well, and one that may not sign is not asked.
  EXPECT_OK(Verify(all + Entry(stranger_), Signed({&ed25519_, &sm2_})));
  EXPECT_OK(
      Verify("policy: ALL " + Entry(ed25519_) + Entry(sm2_, "not_after: \"2020-01-01T00:00:00Z\""),
             Signed({&ed25519_})));
}

TEST_F(TrustTest, SaysWhatIsWrongWithEachSignature) {
  const auto keys = Verify(Entry(ed25519_, "not_after: \"2020-01-01T00:00:00Z\""),
                           Signed({&stranger_, &ed25519_}));
  EXPECT_THAT(keys, HasReason(Reason::KEY_EXPIRED));
  const ErrorDetail detail = DetailOf(keys.status());
  ASSERT_EQ(detail.violations_size(), 2);
  EXPECT_EQ(detail.violations(0).field(), "signatures[0]");
  EXPECT_EQ(detail.violations(0).reason(), Reason::UNKNOWN_KEY);
  EXPECT_EQ(detail.violations(1).field(), "signatures[1]");
  EXPECT_EQ(detail.violations(1).reason(), Reason::KEY_EXPIRED);
}

TEST_F(TrustTest, AllFaultsOfATrustFileAreFoundAtOnce) {
  const auto trust = Trust::Parse(
      "keys { key_id: \"a\" public_key: \"b\" purposes: RELEASE programmes: \"*\" }" +
      absl::StrReplaceAll(Entry(ed25519_, "not_before: \"yesterday\" not_after: \"2026-01-01\""),
                          {{"purposes: RELEASE", ""}, {"programmes: \"programme\"", ""}}) +
      absl::StrReplaceAll(
          Entry(ed25519_,
                "not_before: \"2026-01-02T00:00:00Z\" "
                "not_after: \"2026-01-01T00:00:00Z\" revoked_at: \"infinite-past\""),
          {{"algorithm: ED25519", "algorithm: SM2"}}));
  EXPECT_THAT(trust, HasReason(Reason::SEVERAL_VIOLATIONS));
  std::vector<std::string> fields;
  const ErrorDetail detail = DetailOf(trust.status());
  for (const auto& violation : detail.violations()) {
    fields.push_back(violation.field());
  }
  EXPECT_THAT(fields, ElementsAre("keys[0].public_key", "keys[1].purposes", "keys[1].programmes",
                                  "keys[1].not_before", "keys[1].not_after", "keys[2].algorithm",
                                  "keys[2].key_id", "keys[2].revoked_at", "keys[2].not_after"));
}

TEST_F(TrustTest, AFaultOfAKeyNamesFieldAndKey) {
  const auto trust = Trust::Parse(Entry(ed25519_, "not_after: \"2026-01-01\""));
  const ErrorDetail detail = DetailOf(trust.status());
  EXPECT_THAT(detail.message().zh(),
              HasSubstr(absl::StrCat("第 1 把密钥（", ed25519_.key_id(), "）的 not_after ")));
  EXPECT_THAT(detail.message().en(),
              HasSubstr(absl::StrCat("The not_after of key 1 (", ed25519_.key_id(), ") ")));
}

TEST_F(TrustTest, AFileThatIsNoTrustFileIsRefusedWithItsLine) {
  const auto trust = Trust::Parse("policy: ANY\nkey { }\n");
  EXPECT_THAT(trust, HasReason(Reason::MALFORMED));
  EXPECT_EQ(DetailOf(trust.status()).violations(0).field(), "line 2, column 5");
  EXPECT_THAT(Trust::Parse(""), HasReason(Reason::FIELD_REQUIRED));
}

}  // namespace
}  // namespace zhiping::envelope
