#include "services/ctl/words.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/criteria/criteria.h"
#include "common/criteria/release.h"

namespace zhiping::ctl {

using catalogue::v1::InstanceConvergence;
using common::v1::Freshness;
using common::v1::RuleStatus;

std::string AnswerName(absl::string_view level, absl::string_view level_name,
                       const Screen& screen) {
  if (level.empty()) return std::string(screen.Say("未填写", "not answered"));
  if (level == criteria::kNoneId) return std::string(screen.Say("未达级", level));
  if (level == criteria::kNotApplicableId) {
    return std::string(screen.Say("不适用", "not applicable"));
  }
  return std::string(screen.Say(level_name, level));
}

std::string TierName(const common::v1::TierResult& tier, const Screen& screen) {
  return absl::StrCat(screen.Say("智能工厂层级：", "Smart-factory tier: "),
                      screen.Say(tier.name()));
}

std::string TierStatus(const common::v1::TierResult& tier, const Screen& screen) {
  if (tier.conditions().empty()) {
    return std::string(
        screen.Say("评分规则没有列出条件", "The rulebook lists no conditions for it"));
  }
  int not_met = 0;
  int undetermined = 0;
  for (const auto& condition : tier.conditions()) {
    not_met += condition.status() == RuleStatus::NOT_MET ? 1 : 0;
    undetermined += condition.status() == RuleStatus::UNDETERMINED ? 1 : 0;
  }
  switch (tier.status()) {
    case RuleStatus::MET:
      return std::string(screen.Say("所列条件均已满足（仅供参考）",
                                    "All listed conditions are met (for reference only)"));
    case RuleStatus::NOT_MET: {
      std::string zh = absl::StrCat("有 ", not_met, " 项条件未满足");
      std::string en =
          absl::StrCat(not_met, not_met == 1 ? " condition is" : " conditions are", " not met");
      if (undetermined > 0) {
        absl::StrAppend(&zh, "，另有 ", undetermined, " 项暂不能判断");
        absl::StrAppend(&en, "; ", undetermined, " cannot be determined yet");
      }
      return std::string(screen.Say(zh, en));
    }
    default:
      return std::string(
          screen.Say("资料不足或口径未定，暂不能判断",
                     "Cannot be determined yet: data are missing or a wording is unsettled"));
  }
}

std::string ConditionStatus(RuleStatus::Value status, const Screen& screen) {
  switch (status) {
    case RuleStatus::MET:
      return std::string(screen.Say("已满足", "met"));
    case RuleStatus::NOT_MET:
      return std::string(screen.Say("未满足", "not met"));
    default:
      return std::string(screen.Say("暂不能判断", "undetermined"));
  }
}

std::string FreshnessName(Freshness::Value freshness, const Screen& screen) {
  switch (freshness) {
    case Freshness::FRESH:
      return std::string(screen.Say("已同步", "up to date"));
    case Freshness::STALE:
      return std::string(screen.Say("待同步", "not confirmed lately"));
    case Freshness::EXPIRED:
      return std::string(screen.Say("已过期", "expired"));
    case Freshness::OFFLINE:
      return std::string(screen.Say("离线", "offline"));
    default:
      return std::string(screen.Say("同步状态未知", "freshness unknown"));
  }
}

std::string ConvergenceName(InstanceConvergence::Status status, const Screen& screen) {
  switch (status) {
    case InstanceConvergence::APPLIED:
      return std::string(screen.Say("已启用", "applied"));
    case InstanceConvergence::BEHIND:
      return std::string(screen.Say("未跟上", "behind"));
    case InstanceConvergence::REFUSED:
      return std::string(screen.Say("已拒绝", "refused"));
    default:
      return std::string(screen.Say("失联", "unknown"));
  }
}

absl::string_view KindName(catalogue::v1::ActivationRecord::Kind kind, const Screen& screen) {
  using catalogue::v1::ActivationRecord;
  switch (kind) {
    case ActivationRecord::PUBLICATION:
      return screen.Say("发布", "publication");
    case ActivationRecord::ROLLBACK:
      return screen.Say("回退", "rollback");
    case ActivationRecord::REISSUE:
      return screen.Say("重新签发", "reissue");
    default:
      return "";
  }
}

std::string ActorName(absl::string_view recorded, const Screen& screen) {
  // As services/catalogue/domain/requests.h and publishing.cc record it.
  const bool first = absl::ConsumePrefix(&recorded, "bootstrap:");
  if (!absl::ConsumePrefix(&recorded, "unauthenticated:")) return std::string(recorded);
  return absl::StrCat(
      recorded, first ? screen.Say("（未认证，首次发布）", " (unauthenticated, first publication)")
                      : screen.Say("（未认证）", " (unauthenticated)"));
}

std::string ShortDigest(absl::string_view digest) {
  constexpr size_t kLength = 7 + 12;
  return digest.size() <= kLength ? std::string(digest)
                                  : absl::StrCat(digest.substr(0, kLength), "…");
}

std::string Provenance(const common::v1::ScoreResult& result, const Screen& screen) {
  const bool unpublished = result.release_label() == criteria::kUnpublishedLabel;
  std::string out = unpublished
                        ? std::string(screen.Say("未发布的年版文件夹", "Unpublished folder"))
                        : absl::StrCat(screen.Say("发布版 ", "Release "), result.release_label());
  absl::StrAppend(&out, " · ", ShortDigest(result.release_digest()));
  if (result.revision() > 0) {
    absl::StrAppend(&out, " · ", screen.Say("修订号 ", "revision "), result.revision());
  }
  absl::StrAppend(&out, " · ", screen.Say("评分引擎 ", "engine "), result.engine_version(), " · ",
                  FreshnessName(result.freshness(), screen));
  return out;
}

}  // namespace zhiping::ctl
