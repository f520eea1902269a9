#include "services/ctl/receipt_words.h"

#include "absl/strings/str_cat.h"
#include "common/receipts/receipt.h"
#include "services/ctl/table.h"

namespace zhiping::ctl {

using assessment::v1::Assurance;
using assessment::v1::Channel;
using assessment::v1::Decision;
using assessment::v1::FactSource;
using assessment::v1::Receipt;
using assessment::v1::Stage;
using assessment::v1::SubmissionState;

std::string ReceiptKindName(Receipt::Kind kind, const Screen& screen) {
  return std::string(kind == Receipt::DECISION ? screen.Say("审核回执", "receipt of a decision")
                                               : screen.Say("提交回执", "receipt of a submission"));
}

std::string AssuranceName(Assurance::Value assurance, const Screen& screen) {
  switch (assurance) {
    case Assurance::COUNTY_REVIEWED:
      return std::string(screen.Say("县级已审核", "reviewed by the county"));
    case Assurance::CITY_REVIEWED:
      return std::string(screen.Say("市级已审核", "reviewed by the city"));
    case Assurance::PROVINCE_CONFIRMED:
      return std::string(screen.Say("省级已确认", "confirmed by the province"));
    default:
      return std::string(screen.Say("企业自评", "self-evaluated"));
  }
}

std::string SubmissionStateName(SubmissionState::Value state, const Screen& screen) {
  switch (state) {
    case SubmissionState::COMPLETE:
      return std::string(screen.Say("已提交", "submitted"));
    case SubmissionState::UNDER_REVIEW:
      return std::string(screen.Say("审核中", "under review"));
    case SubmissionState::RETURNED:
      return std::string(screen.Say("已退回", "returned"));
    case SubmissionState::REJECTED:
      return std::string(screen.Say("不予通过", "rejected"));
    case SubmissionState::CONFIRMED:
      return std::string(screen.Say("省级已确认", "confirmed by the province"));
    case SubmissionState::WITHDRAWN:
      return std::string(screen.Say("已撤回", "withdrawn"));
    case SubmissionState::SUPERSEDED:
      return std::string(screen.Say("已被替代", "superseded"));
    case SubmissionState::REVOKED:
      return std::string(screen.Say("已撤销", "revoked"));
    default:
      return "";
  }
}

std::string StageName(Stage::Value stage, const Screen& screen) {
  switch (stage) {
    case Stage::COUNTY:
      return std::string(screen.Say("县级", "county"));
    case Stage::CITY:
      return std::string(screen.Say("市级", "city"));
    case Stage::PROVINCE:
      return std::string(screen.Say("省级", "province"));
    default:
      return "";
  }
}

std::string DecisionKindName(Decision::Kind kind, const Screen& screen) {
  switch (kind) {
    case Decision::APPROVED:
      return std::string(screen.Say("审核通过", "approved"));
    case Decision::RETURNED_TO_ENTERPRISE:
      return std::string(screen.Say("退回企业", "returned to the enterprise"));
    case Decision::RETURNED_TO_PREVIOUS_STAGE:
      return std::string(screen.Say("退回上一级", "returned to the previous stage"));
    case Decision::REJECTED:
      return std::string(screen.Say("不予通过", "rejected"));
    case Decision::RECALLED:
      return std::string(screen.Say("撤回决定", "decision recalled"));
    case Decision::REVOKED:
      return std::string(screen.Say("撤销", "revoked"));
    case Decision::OBJECTION_UPHELD:
      return std::string(screen.Say("异议成立", "objection upheld"));
    case Decision::OBJECTION_DISMISSED:
      return std::string(screen.Say("异议不成立", "objection dismissed"));
    default:
      return "";
  }
}

std::string FactSourceName(FactSource::Value source, const Screen& screen) {
  switch (source) {
    case FactSource::DECLARED:
      return std::string(screen.Say("企业申报", "declared"));
    case FactSource::IMPORTED:
      return std::string(screen.Say("平台导入", "imported"));
    case FactSource::REVIEWER:
      return std::string(screen.Say("审核认定", "by a reviewer"));
    default:
      return "";
  }
}

std::string ChannelName(Channel::Value channel, const Screen& screen) {
  return std::string(channel == Channel::DIRECT ? screen.Say("直报省级", "direct to the province")
                                                : screen.Say("逐级推荐", "stage by stage"));
}

std::string ReleaseName(const Receipt& receipt, const Screen& screen) {
  const std::string& label = receipt.content().release_label();
  const size_t hyphen = label.find('-');
  if (screen.language == Language::kChinese || hyphen == std::string::npos) {
    return receipt.release_text();
  }
  return absl::StrCat("release ", label.substr(hyphen + 1), " of the ", label.substr(0, hyphen),
                      " edition");
}

std::string IndexText(const common::v1::Ratio& index, const Screen& screen) {
  std::string fraction = absl::StrCat(index.numerator(), "/", index.denominator());
  if (!index.has_basis_points()) return fraction;
  return absl::StrCat(Percent(index.basis_points()), screen.Say("（", " ("), fraction,
                      screen.Say("）", ")"));
}

}  // namespace zhiping::ctl
