#include "services/assessment/domain/texts.h"

#include "absl/strings/str_cat.h"
#include "services/assessment/domain/etag.h"
#include "services/assessment/domain/field_mask.h"
#include "tests/unit/status_matchers.h"
#include "zhiping/assessment/v1/enterprise.pb.h"

namespace zhiping::assessment {
namespace {

absl::Status Check(absl::string_view text, Lines lines) {
  Violations violations;
  CheckRequiredText(text, 10, "name", violations, lines);
  return violations.ToStatus();
}

TEST(TextsTest, AreOfSoManyCharactersOnSoManyLines) {
  const Reason::Value fine = Reason::REASON_UNSPECIFIED;
  const Reason::Value refused = Reason::CHARACTER_NOT_ALLOWED;
  const struct {
    absl::string_view text;
    Reason::Value one_line;
    Reason::Value many_lines;
  } cases[] = {
      {"昆山某某有限公司", fine, fine},
      {"一二三四五六七八九十", fine, fine},
      {"一二三四五六七八九十一", Reason::TOO_LARGE, Reason::TOO_LARGE},
      {"", Reason::FIELD_REQUIRED, Reason::FIELD_REQUIRED},
      {" \u3000\n", Reason::FIELD_REQUIRED, Reason::FIELD_REQUIRED},
      {"一\n二", refused, fine},
      {"一\r\n二", refused, refused},
      {"一\t二", refused, refused},
      {absl::string_view("a\0b", 3), refused, refused},
      {"\x1B[2J", refused, refused},
      {"a\u007F", refused, refused},
      {"a\u0085", refused, refused},
      {"a\u2028b", refused, refused},
      // Right-to-left override, embedding, isolate.
      {"a\u202Eb", refused, refused},
      {"a\u202Bb", refused, refused},
      {"a\u2067b", refused, refused},
  };
  for (const auto& one : cases) {
    for (const Lines lines : {Lines::kOne, Lines::kMany}) {
      const Reason::Value expected = lines == Lines::kOne ? one.one_line : one.many_lines;
      if (expected == fine) {
        EXPECT_OK(Check(one.text, lines)) << one.text;
      } else {
        EXPECT_THAT(Check(one.text, lines), HasReason(expected)) << one.text;
      }
    }
  }
  EXPECT_THAT(std::string(Check("a\u202Eb", Lines::kOne).message()), testing::HasSubstr("U+202E"));
}

TEST(TextsTest, NamesHaveNothingThatNobodySees) {
  for (const char* unseen : {"\u00AD", "\u115F", "\u1160", "\u180E", "\u200B", "\u200C", "\u200D",
                             "\u2060", "\u3164", "\uFEFF", "\uFFA0"}) {
    Violations violations;
    CheckRequiredName(absl::StrCat("昆山", unseen, "某某有限公司"), 10, "name", violations);
    EXPECT_THAT(violations.ToStatus(), HasReason(Reason::CHARACTER_NOT_ALLOWED)) << unseen;
    CheckName(unseen, 10, "name", violations);
    EXPECT_EQ(violations.size(), 2);
  }
  Violations violations;
  CheckRequiredName("昆山某某（集团）有限公司", 20, "name", violations);
  CheckName("", 20, "name", violations);
  EXPECT_OK(violations.ToStatus());
  // Other texts may have joiners.
  CheckText("👨\u200D👩", 10, "text", violations);
  EXPECT_OK(violations.ToStatus());
}

TEST(TextsTest, ChineseIsRequiredAndEnglishIsNot) {
  Violations violations;
  common::v1::LocalText text;
  text.set_zh("标题");
  CheckLocalText(text, 10, "title", violations);
  EXPECT_TRUE(violations.empty());
  text.clear_zh();
  text.set_en("A title\x01");
  CheckLocalText(text, 10, "title", violations);
  const ErrorDetail detail = DetailOf(violations.ToStatus());
  ASSERT_EQ(detail.violations_size(), 2);
  EXPECT_EQ(detail.violations(0).field(), "title.zh");
  EXPECT_EQ(detail.violations(1).field(), "title.en");
}

TEST(EtagTest, OnlyThePresentVersionMayBeChanged) {
  EXPECT_OK(CheckEtag(EtagOf(7), 7, "etag"));
  EXPECT_THAT(CheckEtag(EtagOf(6), 7, "etag"), HasReason(Reason::STALE_ETAG));
  EXPECT_EQ(CheckEtag("x", 7, "etag").code(), absl::StatusCode::kAborted);
  EXPECT_THAT(CheckEtag("", 7, "etag"), HasReason(Reason::FIELD_REQUIRED));
}

TEST(FieldMaskTest, SetsWhatIsNamedAndNothingElse) {
  v1::Enterprise stored;
  stored.set_name("a");
  stored.mutable_size()->set_employees(5);
  stored.mutable_size()->set_revenue(7);
  stored.add_plants()->set_plant("main");
  v1::Enterprise sent;
  sent.set_name("b");
  sent.mutable_size()->set_employees(0);
  sent.add_plants()->set_plant("x");
  sent.add_plants()->set_plant("y");
  google::protobuf::FieldMask mask;
  for (const char* path : {"size.employees", "size.revenue", "plants"}) mask.add_paths(path);
  const v1::Enterprise changed = WithFields(stored, sent, mask);
  EXPECT_EQ(changed.name(), "a");
  EXPECT_TRUE(changed.size().has_employees());
  EXPECT_EQ(changed.size().employees(), 0);
  EXPECT_FALSE(changed.size().has_revenue());
  ASSERT_EQ(changed.plants_size(), 2);
  EXPECT_EQ(changed.plants(0).plant(), "x");
}

TEST(FieldMaskTest, RefusesWhatDoesNotExistOrCannotBeSet) {
  constexpr absl::string_view kSettable[] = {"name", "size"};
  for (const char* path : {"", "*", "uscc", "sizes", "size.none", "size.employees.x", "name.",
                           "name..", ".name", "."}) {
    google::protobuf::FieldMask mask;
    mask.add_paths(path);
    Violations violations;
    CheckMask(mask, kSettable, *v1::Enterprise::descriptor(), "updateMask", violations);
    EXPECT_THAT(violations.ToStatus(), HasReason(Reason::INVALID_FIELD)) << path;
  }
  Violations violations;
  CheckMask({}, kSettable, *v1::Enterprise::descriptor(), "updateMask", violations);
  EXPECT_THAT(violations.ToStatus(), HasReason(Reason::FIELD_REQUIRED));
  EXPECT_EQ(JsonPath("size.override_reason"), "size.overrideReason");
}

}  // namespace
}  // namespace zhiping::assessment
