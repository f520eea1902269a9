// The words of design.md's glossary as the reports print them, in both languages.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "services/ctl/screen.h"
#include "zhiping/catalogue/v1/catalogue_admin_service.pb.h"
#include "zhiping/common/v1/score_result.pb.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::ctl {

// An answer as it is shown: the level's name, 未达级, 不适用 or 未填写; in English the level's id.
std::string AnswerName(absl::string_view level, absl::string_view level_name, const Screen& screen);

// 「智能工厂层级：…」
std::string TierName(const common::v1::TierResult& tier, const Screen& screen);

// 「所列条件均已满足（仅供参考）」, 「有 n 项条件未满足」, 「资料不足或口径未定，暂不能判断」. It
// is a sentence, never a mark.
std::string TierStatus(const common::v1::TierResult& tier, const Screen& screen);

// 已满足, 未满足, 暂不能判断.
std::string ConditionStatus(common::v1::RuleStatus::Value status, const Screen& screen);

std::string FreshnessName(common::v1::Freshness::Value freshness, const Screen& screen);

// 已启用, 未跟上, 已拒绝, 失联.
std::string ConvergenceName(catalogue::v1::InstanceConvergence::Status status,
                            const Screen& screen);

// 发布, 回退, 重新签发: how an activation came about.
absl::string_view KindName(catalogue::v1::ActivationRecord::Kind kind, const Screen& screen);

// Whoever published something, as the catalogue recorded them: `张三（未认证）`.
std::string ActorName(absl::string_view recorded, const Screen& screen);

// `sha256:` and the first 12 digits.
std::string ShortDigest(absl::string_view digest);

// `发布版 2026-1 · sha256:… · 评分引擎 0.1.0 · 离线`: what a result rests on.
std::string Provenance(const common::v1::ScoreResult& result, const Screen& screen);

}  // namespace zhiping::ctl
