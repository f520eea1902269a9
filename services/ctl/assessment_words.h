// The words of assessments, campaigns and enterprises, as reports print them. Those of receipts are
// in receipt_words.h.
#pragma once

#include <string>

#include "services/ctl/screen.h"
#include "zhiping/assessment/v1/assessment.pb.h"
#include "zhiping/assessment/v1/campaign.pb.h"
#include "zhiping/assessment/v1/criteria_texts.pb.h"
#include "zhiping/assessment/v1/enterprise.pb.h"
#include "zhiping/assessment/v1/submission.pb.h"

namespace zhiping::ctl {

// 填报中, 审核中, 已结束.
std::string AssessmentStateName(assessment::v1::Assessment::State state, const Screen& screen);

// 已提交, 审核中（县级）, …: with the stage that decides next.
std::string StateText(assessment::v1::SubmissionState::Value state,
                      assessment::v1::Stage::Value stage, const Screen& screen);

// 待处理, 已同意, …
std::string ChangeStateName(assessment::v1::ChangeRequest::State state, const Screen& screen);

// 不审核, 引用时审核, 全部审核, 抽查 50‰.
std::string ReviewPolicyText(const assessment::v1::ReviewPolicy& policy, const Screen& screen);

// 大型, …; empty for an empty id.
std::string SizeName(const std::string& size, const Screen& screen);

// The name, and （测试） behind that of a test enterprise.
std::string EnterpriseName(const std::string& name, bool is_test, const Screen& screen);

// Heading of the column of that path of an enterprise.
std::string FieldName(const std::string& path, const Screen& screen);

// An answer's level in a scenario as people read it: 基础级, 未达级, 不适用; 未填写 for an empty
// one.
std::string LevelName(const std::string& level, const assessment::v1::ScenarioTexts& scenario,
                      const Screen& screen);

// Null if the texts have no such scenario.
const assessment::v1::ScenarioTexts* FindScenario(const assessment::v1::CriteriaTexts& texts,
                                                  absl::string_view id);
// Official name; the id where the texts do not have it.
std::string ScenarioName(const assessment::v1::CriteriaTexts& texts, const std::string& id);

// How many there are, and where fewer are shown, that there are more.
std::string TotalLine(int shown, int total, const Screen& screen);

}  // namespace zhiping::ctl
