#include "common/receipts/receipt_no.h"

#include "tests/unit/status_matchers.h"

namespace zhiping::receipts {
namespace {

// SHA-256 of "abc" is ba7816bf 8f01cf… : 10111 01001 11100 00001 01101 01111 11100 01111 00000
// 00111.
TEST(ReceiptNoTest, IsTheFirstFiftyBitsOfTheDigestInCrockfordsBase32) {
  EXPECT_EQ(ReceiptNo("abc"), "Q9W1D-FWF07");
}

TEST(ReceiptNoTest, EverySpellingOfPeopleIsUnderstood) {
  for (const char* typed : {"7K3QD-8M2XV", "7k3qd8m2xv", " 7K3QD 8M2XV ", "7-K-3QD8M2XV"}) {
    const auto parsed = ParseReceiptNo(typed);
    ASSERT_OK(parsed) << typed;
    EXPECT_EQ(*parsed, "7K3QD-8M2XV");
  }
  EXPECT_EQ(*ParseReceiptNo("oOiIlL0123"), "00111-10123");
}

TEST(ReceiptNoTest, AnythingElseIsRefusedWithAnExample) {
  for (const char* typed :
       {"", "7K3QD-8M2X", "7K3QD-8M2XVV", "UUUUU-UUUUU", "7K3QD_8M2XV", "7K3QD-8M2X\xEF\xBC\xB6"}) {
    const auto parsed = ParseReceiptNo(typed);
    EXPECT_THAT(parsed, HasReason(Reason::MALFORMED)) << typed;
    EXPECT_THAT(DetailOf(parsed.status()).message().zh(), testing::HasSubstr("7K3QD-8M2XV"));
  }
}

}  // namespace
}  // namespace zhiping::receipts
