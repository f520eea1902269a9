#include "services/ctl/enterprise_report.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ctl/assessment_words.h"
#include "services/ctl/display_width.h"
#include "services/ctl/table.h"

namespace zhiping::ctl {
namespace {

using assessment::v1::ChangeRequest;
using assessment::v1::Enterprise;

std::string Number(bool has, int32_t number, absl::string_view unit) {
  return has ? absl::StrCat(number, unit) : "";
}

std::string SizeText(const Enterprise& enterprise, const Screen& screen) {
  const auto& size = enterprise.size();
  if (size.override().empty()) return SizeName(size.computed(), screen);
  return absl::StrCat(SizeName(size.override(), screen), screen.Say("（认定：", " (set: "),
                      size.override_reason(), screen.Say("）", ")"));
}

std::string PlantsText(const Enterprise& enterprise, const Screen& screen) {
  std::vector<std::string> plants;
  for (const auto& plant : enterprise.plants()) {
    plants.push_back(absl::StrCat(plant.plant(), plant.name().empty() ? "" : " ", plant.name(),
                                  plant.region().empty() ? "" : " ", plant.region()));
  }
  return absl::StrJoin(plants, screen.Say("；", "; "));
}

std::string ContactText(const assessment::v1::Contact& contact) {
  std::vector<std::string> parts;
  for (const std::string* const part : {&contact.name(), &contact.phone(), &contact.email()}) {
    if (!part->empty()) parts.push_back(*part);
  }
  return absl::StrJoin(parts, "  ");
}

std::string ValueAt(const Enterprise& enterprise, absl::string_view path) {
  if (path == "name") return enterprise.name();
  if (path == "region") return enterprise.region();
  if (path == "review_unit") return enterprise.review_unit();
  if (path == "industry_division") return enterprise.industry_division();
  if (path == "industry_class") return enterprise.industry_class();
  if (path == "parent_uscc") return enterprise.parent_uscc();
  if (path == "predecessor") return enterprise.predecessor();
  return enterprise.size().override();
}

}  // namespace

std::string EnterpriseReport(const Enterprise& enterprise, const Zone& zone, const Screen& screen) {
  const auto field = [&](absl::string_view zh, absl::string_view en, std::string value) {
    return std::make_pair(std::string(screen.Say(zh, en)), std::move(value));
  };
  const auto& size = enterprise.size();
  std::string out = absl::StrCat(
      screen.Bold(enterprise.name()), "\n",
      Fields(
          {field("统一社会信用代码", "USCC", enterprise.uscc()),
           field("行政区划", "region", enterprise.region()),
           field("审核单位", "review unit", enterprise.review_unit()),
           field("行业大类", "industry division", enterprise.industry_division()),
           field("行业小类", "industry class", enterprise.industry_class()),
           field("从业人员", "employees",
                 Number(size.has_employees(), size.employees(), screen.Say(" 人", ""))),
           field("营业收入", "revenue",
                 Number(size.has_revenue(), size.revenue(), screen.Say(" 万元", " x 10,000 CNY"))),
           field("企业规模", "size", SizeText(enterprise, screen)),
           field("上级企业", "parent", enterprise.parent_uscc()),
           field("承继企业", "predecessor", enterprise.predecessor()),
           field("联系人", "contact", ContactText(enterprise.contact())),
           field("工厂", "plants", PlantsText(enterprise, screen)),
           field(
               "测试企业", "test enterprise",
               enterprise.is_test() ? std::string(screen.Say("是，不进入审核和统计", "yes")) : ""),
           field("更新时间", "updated", zone.FormatWithName(enterprise.updated_at(), screen)),
           field("版本", "etag", enterprise.etag())},
          screen));
  for (const auto& warning : enterprise.warnings()) {
    absl::StrAppend(&out,
                    Hang(screen.Say("提醒：", "Warning: "), screen.Say(warning), screen.width));
  }
  return out;
}

std::string EnterpriseList(const assessment::v1::ListEnterprisesResponse& list,
                           const Screen& screen) {
  if (list.enterprises().empty()) {
    return absl::StrCat(screen.Say("没有符合条件的企业。", "There is no such enterprise."), "\n");
  }
  Table table({{std::string(screen.Say("统一社会信用代码", "USCC"))},
               {std::string(screen.Say("行政区划", "region"))},
               {std::string(screen.Say("审核单位", "review unit"))},
               {std::string(screen.Say("行业", "industry"))},
               {std::string(screen.Say("规模", "size"))},
               {std::string(screen.Say("企业名称", "name"))}});
  for (const Enterprise& enterprise : list.enterprises()) {
    const auto& size = enterprise.size();
    table.AddRow({enterprise.uscc(), enterprise.region(), enterprise.review_unit(),
                  enterprise.industry_division(),
                  SizeName(size.override().empty() ? size.computed() : size.override(), screen),
                  EnterpriseName(enterprise.name(), enterprise.is_test(), screen)});
  }
  return absl::StrCat(table.Render(screen, 0),
                      TotalLine(list.enterprises_size(), list.total_size(), screen));
}

std::string ChangeRequestReport(const ChangeRequest& change, const Zone& zone,
                                const Screen& screen) {
  std::string out = absl::StrCat(
      screen.Bold(absl::StrCat(change.uscc(), screen.Say("  变更申请 ", "  change request "),
                               change.number(), "  ", ChangeStateName(change.state(), screen))),
      "\n");
  Table table({{std::string(screen.Say("字段", "field"))},
               {std::string(screen.Say("现值", "present"))},
               {std::string(screen.Say("申请改为", "asked for"))}});
  for (const std::string& path : change.fields().paths()) {
    const auto text = [&](const Enterprise& of) {
      const std::string value = ValueAt(of, path);
      return value.empty() ? "–" : value;
    };
    table.AddRow({FieldName(path, screen), text(change.present()), text(change.proposed())});
  }
  absl::StrAppend(&out, table.Render(screen, 2));
  const auto field = [&](absl::string_view zh, absl::string_view en, std::string value) {
    return std::make_pair(std::string(screen.Say(zh, en)), std::move(value));
  };
  absl::StrAppend(
      &out,
      Fields(
          {field("原因", "reason", change.reason()),
           field("受理单位", "receiving unit", change.unit()),
           field("申请时间", "requested", zone.FormatWithName(change.requested_at(), screen)),
           field("办理时间", "decided",
                 change.has_decided_at() ? zone.FormatWithName(change.decided_at(), screen) : ""),
           field("办理意见", "note", change.decision_note())},
          screen));
  return out;
}

}  // namespace zhiping::ctl
