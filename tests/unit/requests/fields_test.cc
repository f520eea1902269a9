#include "common/requests/fields.h"

#include "tests/unit/status_matchers.h"

namespace zhiping {
namespace {

template <typename Check>
absl::Status StatusOf(const Check& check) {
  Violations violations;
  check(violations);
  return violations.ToStatus();
}

absl::Status RequestId(absl::string_view id) {
  return StatusOf([&](Violations& violations) { CheckRequestId(id, violations); });
}

absl::Status Slug(absl::string_view slug) {
  return StatusOf([&](Violations& violations) { CheckSlug(slug, "programme", violations); });
}

TEST(FieldsTest, RequestIdsAreUuidsOfVersion4InLowerCase) {
  EXPECT_OK(RequestId("6f1c1d9e-3f55-4a07-9b0e-0d1f6e3a5c77"));
  EXPECT_THAT(RequestId(""), HasReason(Reason::FIELD_REQUIRED));
  for (const char* wrong :
       {"6F1C1D9E-3F55-4A07-9B0E-0D1F6E3A5C77", "6f1c1d9e-3f55-1a07-9b0e-0d1f6e3a5c77",
        "6f1c1d9e-3f55-4a07-cb0e-0d1f6e3a5c77", "6f1c1d9e3f554a079b0e0d1f6e3a5c77",
        "6f1c1d9e-3f55-4a07-9b0e-0d1f6e3a5c77 "}) {
    EXPECT_THAT(RequestId(wrong), HasReason(Reason::INVALID_FIELD)) << wrong;
  }
}

TEST(FieldsTest, SlugsAreShortAndOfFewCharacters) {
  EXPECT_OK(Slug("jiangsu-ai"));
  EXPECT_OK(Slug(std::string(64, 'a')));
  EXPECT_THAT(Slug(""), HasReason(Reason::FIELD_REQUIRED));
  for (const std::string& wrong : {std::string(65, 'a'), std::string("A"), std::string("江苏"),
                                   std::string("a b"), std::string("a\0", 2)}) {
    EXPECT_THAT(Slug(wrong), HasReason(Reason::INVALID_FIELD)) << wrong;
  }
}

TEST(FieldsTest, LengthsAreCountedInCharacters) {
  EXPECT_EQ(Characters("企业𠀀a"), 4u);
  Violations violations;
  EXPECT_TRUE(CheckLength("企业名称", 4, "name", violations));
  EXPECT_FALSE(CheckLength("企业名称等", 4, "name", violations));
  EXPECT_THAT(violations.ToStatus(), HasReason(Reason::TOO_LARGE));
}

TEST(FieldsTest, InstantsAreOfFourDigitYears) {
  google::protobuf::Timestamp instant;
  instant.set_seconds(253'402'300'799);
  Violations violations;
  EXPECT_TRUE(ReadInstant(true, instant, "at", violations).has_value());
  EXPECT_FALSE(ReadInstant(false, instant, "at", violations).has_value());
  EXPECT_TRUE(violations.empty());
  instant.set_seconds(253'402'300'800);
  EXPECT_FALSE(ReadInstant(true, instant, "at", violations).has_value());
  EXPECT_THAT(violations.ToStatus(), HasReason(Reason::INVALID_FIELD));
}

}  // namespace
}  // namespace zhiping
