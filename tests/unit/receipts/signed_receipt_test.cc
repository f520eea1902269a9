// Which envelopes are receipts that may be believed.
#include "common/receipts/signed_receipt.h"

#include "absl/strings/str_replace.h"
#include "common/receipts/receipt_no.h"
#include "tests/edition_folder.h"
#include "tests/unit/receipts/sample_receipt.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::receipts {
namespace {

using envelope::Purpose;

class SignedReceiptTest : public testing::Test {
 protected:
  absl::StatusOr<SignedReceipt> Read(const std::string& payload,
                                     Purpose::Value purpose = Purpose::RECEIPT) const {
    return ReadReceipt(key_.Envelope(purpose, payload), *trust_);
  }

  const std::shared_ptr<const criteria::Criteria> criteria_ = *criteria::CompileEdition2026();
  const FreshKey key_;
  const std::shared_ptr<const envelope::Trust> trust_ =
      key_.TrustFor(criteria_->edition().programme());
  const Receipt receipt_ = SampleReceipt(*criteria_, Receipt::DECISION);
};

TEST_F(SignedReceiptTest, IsWhatWasMade) {
  const std::string payload = SerializeReceipt(receipt_);
  const auto read = Read(payload);
  ASSERT_OK(read);
  EXPECT_EQ(read->receipt.SerializeAsString(), receipt_.SerializeAsString());
  EXPECT_EQ(read->receipt_no, ReceiptNo(payload));
  EXPECT_EQ(read->digest, criteria::DigestOf(payload));
  EXPECT_THAT(read->key_ids, testing::ElementsAre(key_.key.id()));
  EXPECT_EQ(read->receipt.release_text(), "2026年版第1次发布");
}

TEST_F(SignedReceiptTest, NamesNobodyWhoDecided) {
  ASSERT_EQ(receipt_.decisions_size(), 1);
  EXPECT_EQ(receipt_.decisions(0).decided_by(), "");
  EXPECT_EQ(SerializeReceipt(receipt_).find("赵审核"), std::string::npos);
}

TEST_F(SignedReceiptTest, CountsAtTheInstantAtWhichItWasSigned) {
  const auto trust_until = [this](absl::Time not_after) {
    const std::string entry =
        envelope::TrustEntry(key_.key, {Purpose::RECEIPT}, {criteria_->edition().programme()}, "");
    return *envelope::Trust::Parse(absl::StrReplaceAll(
        entry, {{"purposes:",
                 absl::StrCat("not_after: \"", absl::FormatTime(not_after), "\" purposes:")}}));
  };
  const std::string json = key_.Envelope(Purpose::RECEIPT, SerializeReceipt(receipt_));
  const absl::Time signed_at = FromTimestamp(receipt_.signed_at());
  EXPECT_OK(ReadReceipt(json, *trust_until(signed_at + absl::Seconds(1))));
  EXPECT_THAT(ReadReceipt(json, *trust_until(signed_at)), HasReason(Reason::KEY_EXPIRED));
}

TEST_F(SignedReceiptTest, AnotherPurposeProgrammeOrKeyCountsForNothing) {
  const std::string payload = SerializeReceipt(receipt_);
  EXPECT_THAT(Read(payload, Purpose::RELEASE), HasReason(Reason::WRONG_PAYLOAD_TYPE));
  const std::string json = key_.Envelope(Purpose::RECEIPT, payload);
  EXPECT_THAT(ReadReceipt(json, *key_.TrustFor("other")), HasReason(Reason::KEY_NOT_FOR_PROGRAMME));
  EXPECT_THAT(ReadReceipt(json, *FreshKey().TrustFor("*")), HasReason(Reason::UNKNOWN_KEY));
}

TEST_F(SignedReceiptTest, WhoeverChangedBytesHearsOfTheSignature) {
  const auto genuine =
      envelope::ParseEnvelope(key_.Envelope(Purpose::RECEIPT, SerializeReceipt(receipt_)));
  ASSERT_OK(genuine);
  for (size_t at = 0; at < genuine->payload.size(); at += 97) {
    envelope::Envelope changed = *genuine;
    changed.payload[at] = static_cast<char>(changed.payload[at] ^ 1);
    EXPECT_THAT(ReadReceipt(envelope::SerializeEnvelope(changed), *trust_),
                HasReason(Reason::BAD_SIGNATURE));
  }
  envelope::Envelope cut = *genuine;
  cut.payload.resize(cut.payload.size() - 1);
  EXPECT_THAT(ReadReceipt(envelope::SerializeEnvelope(cut), *trust_),
              HasReason(Reason::BAD_SIGNATURE));
}

TEST_F(SignedReceiptTest, WhatIsNotUnderstoodIsRefusedThoughSigned) {
  const std::string payload = SerializeReceipt(receipt_);
  // Field 99, a varint: what a newer version could bring.
  EXPECT_THAT(Read(payload + std::string("\x98\x06\x01", 3)), HasReason(Reason::UNKNOWN_FIELD));
  Receipt changed = receipt_;
  ASSERT_TRUE(changed.mutable_content()->mutable_answers(3)->MergeFromString(
      std::string("\x98\x06\x01", 3)));
  const auto nested = Read(SerializeReceipt(changed));
  EXPECT_THAT(nested, HasReason(Reason::UNKNOWN_FIELD));
  EXPECT_THAT(DetailOf(nested.status()).message().zh(),
              testing::HasSubstr("content.answers[3].99"));
  changed = receipt_;
  changed.mutable_content()->mutable_facts(0)->set_source(
      static_cast<assessment::v1::FactSource::Value>(99));
  EXPECT_THAT(Read(SerializeReceipt(changed)), HasReason(Reason::UNKNOWN_FIELD));
  changed = receipt_;
  changed.mutable_findings(0)->clear_subject();
  EXPECT_THAT(Read(SerializeReceipt(changed)), HasReason(Reason::UNKNOWN_FIELD));
  EXPECT_THAT(Read("no receipt"), HasReason(Reason::MALFORMED));
}

TEST_F(SignedReceiptTest, WhatEveryReceiptHasMayNotBeMissing) {
  const std::pair<const char*, std::function<void(Receipt&)>> cases[] = {
      {"kind", [](Receipt& receipt) { receipt.clear_kind(); }},
      {"submission", [](Receipt& receipt) { receipt.clear_submission(); }},
      {"content.result", [](Receipt& receipt) { receipt.mutable_content()->clear_result(); }},
      {"signed_at", [](Receipt& receipt) { receipt.clear_signed_at(); }}};
  for (const auto& [field, change] : cases) {
    Receipt changed = receipt_;
    change(changed);
    const auto read = Read(SerializeReceipt(changed));
    EXPECT_THAT(read, HasReason(Reason::MALFORMED)) << field;
    EXPECT_THAT(DetailOf(read.status()).message().en(), testing::HasSubstr(field));
  }
}

}  // namespace
}  // namespace zhiping::receipts
