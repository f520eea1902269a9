// VerifyReceipt over real gRPC.
#include "common/receipts/receipt_no.h"
#include "tests/integration/scoring/service_under_test.h"
#include "tests/unit/receipts/sample_receipt.h"

namespace zhiping::scoring {
namespace {

using assessment::v1::Receipt;
using envelope::Purpose;

class VerifyReceiptTest : public testing::Test {
 protected:
  absl::StatusOr<v1::VerifyReceiptResponse> Verify(const std::string& json,
                                                   const std::string& receipt_no = "") {
    v1::VerifyReceiptRequest request;
    request.set_receipt(json);
    request.set_receipt_no(receipt_no);
    return service_.VerifyReceipt(request);
  }
  std::string Signed(const Receipt& receipt) const {
    return key_.Envelope(Purpose::RECEIPT, receipts::SerializeReceipt(receipt));
  }

  const receipts::FreshKey key_;
  ServiceUnderTest service_{{}, {}, {}, key_.TrustFor("*")};
  const Receipt receipt_ = receipts::SampleReceipt(service_.criteria(), Receipt::DECISION);
};

TEST_F(VerifyReceiptTest, AGenuineReceiptIsValidWithWhatComesOut) {
  const auto verified = Verify(Signed(receipt_));
  ASSERT_OK(verified);
  EXPECT_TRUE(verified->valid());
  EXPECT_FALSE(verified->has_refusal());
  EXPECT_EQ(verified->receipt_no(), receipts::ReceiptNo(receipts::SerializeReceipt(receipt_)));
  EXPECT_THAT(verified->key_ids(), testing::ElementsAre(key_.key.id()));
  EXPECT_EQ(verified->result().index().numerator(),
            receipt_.content().result().index().numerator());
  EXPECT_TRUE(verified->has_reviewed_result());
  EXPECT_NE(verified->result().freshness(), common::v1::Freshness::FRESHNESS_UNSPECIFIED);
}

TEST_F(VerifyReceiptTest, AnotherResultUnderAGoodSignatureIsNotValid) {
  Receipt forged = receipt_;
  forged.mutable_content()->mutable_result()->set_built(33);
  const auto verified = Verify(Signed(forged));
  ASSERT_OK(verified);
  EXPECT_FALSE(verified->valid());
  ASSERT_EQ(verified->differences_size(), 1);
  EXPECT_EQ(verified->differences(0).field(), "content.result.built");
}

// A forged receipt is an answer: it is no denied call of whoever asks about it.
TEST_F(VerifyReceiptTest, AReceiptThatIsNotBelievedIsAnAnswerThatSaysWhy) {
  const auto unknown =
      Verify(receipts::FreshKey().Envelope(Purpose::RECEIPT, receipts::SerializeReceipt(receipt_)));
  ASSERT_OK(unknown);
  EXPECT_FALSE(unknown->valid());
  EXPECT_EQ(unknown->refusal().reason(), Reason::UNKNOWN_KEY);
  EXPECT_FALSE(unknown->has_receipt());
  const auto newer = Verify(key_.Envelope(
      Purpose::RECEIPT, receipts::SerializeReceipt(receipt_) + std::string("\x98\x06\x01", 3)));
  ASSERT_OK(newer);
  EXPECT_EQ(newer->refusal().reason(), Reason::UNKNOWN_FIELD);
}

TEST_F(VerifyReceiptTest, WhatIsNoReceiptIsAnError) {
  EXPECT_THAT(Verify("{}"), HasReason(Reason::MALFORMED));
  EXPECT_THAT(Verify(Signed(receipt_), "nonsense"), HasReason(Reason::MALFORMED));
  Receipt elsewhere = receipt_;
  elsewhere.mutable_content()->set_release_digest("sha256:" + std::string(64, '0'));
  EXPECT_THAT(Verify(Signed(elsewhere)), HasReason(Reason::RELEASE_NOT_FOUND));
}

TEST_F(VerifyReceiptTest, TheNumberOnThePaperIsCompared) {
  const auto other = Verify(Signed(receipt_), "7k3qd 8m2xv");
  ASSERT_OK(other);
  EXPECT_FALSE(other->valid());
  EXPECT_EQ(other->differences(0).field(), "receipt_no");
}

}  // namespace
}  // namespace zhiping::scoring
