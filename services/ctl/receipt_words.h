// The words of receipts, as reports and pages print them.
#pragma once

#include <string>

#include "services/ctl/screen.h"
#include "zhiping/assessment/v1/receipt.pb.h"
#include "zhiping/assessment/v1/submission.pb.h"

namespace zhiping::ctl {

// 提交回执, 审核回执.
std::string ReceiptKindName(assessment::v1::Receipt::Kind kind, const Screen& screen);

// 核验状态: 企业自评, … Unspecified, as in the receipt of a submission, is 企业自评.
std::string AssuranceName(assessment::v1::Assurance::Value assurance, const Screen& screen);

// 已提交, 审核中, …
std::string SubmissionStateName(assessment::v1::SubmissionState::Value state, const Screen& screen);

// 县级, 市级, 省级.
std::string StageName(assessment::v1::Stage::Value stage, const Screen& screen);

// 审核通过, 退回企业, …
std::string DecisionKindName(assessment::v1::Decision::Kind kind, const Screen& screen);

// 企业申报, 平台导入, 审核认定.
std::string FactSourceName(assessment::v1::FactSource::Value source, const Screen& screen);

// 逐级推荐, 直报省级.
std::string ChannelName(assessment::v1::Channel::Value channel, const Screen& screen);

// 2026年版第1次发布; in English from the label: `release 1 of the 2026 edition`.
std::string ReleaseName(const assessment::v1::Receipt& receipt, const Screen& screen);

// `58.59%（58/99）`.
std::string IndexText(const common::v1::Ratio& index, const Screen& screen);

}  // namespace zhiping::ctl
