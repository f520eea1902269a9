#include "services/assessment/domain/closure.h"

#include "absl/strings/str_cat.h"
#include "common/time/timestamp.h"
#include "tests/unit/assessment/drafts.h"

namespace zhiping::assessment {
namespace {

using testing::HasSubstr;

v1::PersonRecord Officer() {
  v1::PersonRecord person;
  person.set_issuer("https://issuer.example");
  person.set_subject("officer");
  person.set_name("某批次管理员");
  return person;
}

absl::TimeZone Beijing() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Asia/Shanghai", &zone));
  return zone;
}

TEST(ClosureTest, ClosingAndReopeningLeaveTheDraftAsItIs) {
  auto record = Draft(*Small());
  const std::string before = record.SerializeAsString();
  ASSERT_OK(CloseAssessment("企业已注销", Officer(), kNow, Beijing(), record));
  EXPECT_EQ(record.assessment().closure().reason(), "企业已注销");
  EXPECT_EQ(FromTimestamp(record.assessment().closure().closed_at()), kNow);
  EXPECT_EQ(record.closed_by().subject(), "officer");
  ASSERT_OK(ReopenAssessment("恢复经营", record));
  EXPECT_EQ(record.SerializeAsString(), before);
}

TEST(ClosureTest, TheErrorSaysWhenAndWhyAndWhatToDoAndNotWho) {
  auto record = Draft(*Small());
  EXPECT_OK(CheckNotClosed(record, Beijing()));
  ASSERT_OK(CloseAssessment("企业已注销", Officer(), kNow, Beijing(), record));
  const absl::Status closed = CheckNotClosed(record, Beijing());
  EXPECT_EQ(closed.code(), absl::StatusCode::kFailedPrecondition);
  const ErrorDetail detail = DetailOf(closed);
  EXPECT_EQ(detail.reason(), Reason::ASSESSMENT_CLOSED);
  EXPECT_EQ(
      detail.message().zh(),
      "省级已于 2026-09-21 22:13（北京时间）结束该自评测的填报，草稿保留，但不能再修改或提交；"
      "已有的提交件不受影响，审核、撤回和异议照常。如需继续填报，请向省级批次管理员申请恢复。"
      "原因：企业已注销");
  for (const char* const part :
       {"The province closed this assessment at 2026-09-21 22:13 (Beijing time)",
        "neither edited nor submitted", "ask the province's campaign officer to reopen it",
        "Its reason: 企业已注销"}) {
    EXPECT_THAT(detail.message().en(), HasSubstr(part));
  }
  for (const std::string& text : {detail.message().zh(), detail.message().en()}) {
    EXPECT_THAT(text, testing::Not(HasSubstr("某批次管理员")));
  }
  // The same for whatever edits it, not that it is over.
  EXPECT_EQ(CheckOpen(record, v1::Assessment::CLOSED, Beijing()), closed);
}

TEST(ClosureTest, WhatIsClosedIsNotClosedAgainNorReopenedTwice) {
  auto record = Draft(*Small());
  EXPECT_THAT(ReopenAssessment("恢复", record), HasReason(Reason::WRONG_STATE));
  ASSERT_OK(CloseAssessment("企业已注销", Officer(), kNow, Beijing(), record));
  const std::string before = record.SerializeAsString();
  const absl::Status again =
      CloseAssessment("重复", Officer(), kNow + absl::Hours(1), Beijing(), record);
  EXPECT_THAT(again, HasReason(Reason::ASSESSMENT_CLOSED));
  EXPECT_THAT(DetailOf(again).message().zh(), HasSubstr("企业已注销"));
  EXPECT_EQ(record.SerializeAsString(), before);
  ASSERT_OK(ReopenAssessment("恢复", record));
  EXPECT_THAT(ReopenAssessment("恢复", record), HasReason(Reason::WRONG_STATE));
}

TEST(ClosureTest, AReasonHas1To500Characters) {
  auto record = Draft(*Small());
  const auto text = [](int characters) {
    std::string reason;
    for (int i = 0; i < characters; ++i) absl::StrAppend(&reason, "因");
    return reason;
  };
  const auto refused = [&](const std::string& reason, Reason::Value why) {
    for (const absl::Status& status : {CloseAssessment(reason, Officer(), kNow, Beijing(), record),
                                       ReopenAssessment(reason, record)}) {
      const ErrorDetail detail = DetailOf(status);
      ASSERT_EQ(detail.violations_size(), 1) << status;
      EXPECT_EQ(detail.violations(0).field(), "reason");
      EXPECT_EQ(detail.violations(0).reason(), why);
    }
  };
  refused("", Reason::FIELD_REQUIRED);
  refused(" \n", Reason::FIELD_REQUIRED);
  refused(text(501), Reason::TOO_LARGE);
  refused("甲\u202E乙", Reason::CHARACTER_NOT_ALLOWED);
  EXPECT_OK(CloseAssessment(text(500), Officer(), kNow, Beijing(), record));
}

}  // namespace
}  // namespace zhiping::assessment
