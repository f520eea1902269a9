#include "services/ctl/enterprise_fields.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "services/ctl/command_line.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

using assessment::v1::Enterprise;

// A whole number, with or without separators of thousands.
bool ReadNumber(const std::string& text, int32_t& number) {
  return absl::SimpleAtoi(Spelled(absl::StrReplaceAll(text, {{",", ""}, {"，", ""}})), &number);
}

bool SetEmployees(const std::string& text, Enterprise& enterprise) {
  auto& size = *enterprise.mutable_size();
  if (text.empty()) return size.clear_employees(), true;
  int32_t number = 0;
  if (!ReadNumber(text, number)) return false;
  size.set_employees(number);
  return true;
}

bool SetRevenue(const std::string& text, Enterprise& enterprise) {
  auto& size = *enterprise.mutable_size();
  if (text.empty()) return size.clear_revenue(), true;
  int32_t number = 0;
  if (!ReadNumber(text, number)) return false;
  size.set_revenue(number);
  return true;
}

bool SetSize(const std::string& text, Enterprise& enterprise) {
  constexpr std::pair<absl::string_view, absl::string_view> kSizes[] = {
      {"大型", "large"}, {"中型", "medium"}, {"小型", "small"}, {"微型", "micro"}};
  std::string id = text;
  for (const auto& [name, known] : kSizes) {
    if (text == name) id = std::string(known);
  }
  enterprise.mutable_size()->set_override(id);
  return true;
}

bool SetTest(const std::string& text, Enterprise& enterprise) {
  const bool yes =
      text == "是" || absl::EqualsIgnoreCase(text, "yes") || absl::EqualsIgnoreCase(text, "true");
  const bool no = text.empty() || text == "否" || absl::EqualsIgnoreCase(text, "no") ||
                  absl::EqualsIgnoreCase(text, "false");
  enterprise.set_is_test(yes);
  return yes || no;
}

// `suzhou-2:苏州二厂:320508；…`
bool SetPlants(const std::string& text, Enterprise& enterprise) {
  enterprise.clear_plants();
  const std::string plain = absl::StrReplaceAll(text, {{"；", ";"}, {"：", ":"}});
  for (const absl::string_view part : absl::StrSplit(plain, ';', absl::SkipWhitespace())) {
    const std::vector<std::string> parts = absl::StrSplit(part, ':');
    if (parts.size() > 3) return false;
    auto& plant = *enterprise.add_plants();
    plant.set_plant(Spelled(parts[0]));
    if (parts.size() > 1) plant.set_name(Spelled(parts[1]));
    if (parts.size() > 2) plant.set_region(Spelled(parts[2]));
  }
  return true;
}

constexpr char kNumberZh[] = "应为整数";
constexpr char kNumberEn[] = "should be a whole number";

// clang-format off
constexpr EnterpriseField kFields[] = {
    {{"统一社会信用代码", "uscc", "信用代码"}, "uscc",
     [](const std::string& text, Enterprise& e) { return e.set_uscc(text), true; }},
    {{"企业名称", "name"}, "name",
     [](const std::string& text, Enterprise& e) { return e.set_name(text), true; }},
    {{"行政区划", "region", "所在地区"}, "region",
     [](const std::string& text, Enterprise& e) { return e.set_region(text), true; }},
    {{"审核单位", "reviewUnit"}, "review_unit",
     [](const std::string& text, Enterprise& e) { return e.set_review_unit(text), true; }},
    {{"行业大类", "industryDivision"}, "industry_division",
     [](const std::string& text, Enterprise& e) { return e.set_industry_division(text), true; }},
    {{"行业小类", "industryClass"}, "industry_class",
     [](const std::string& text, Enterprise& e) { return e.set_industry_class(text), true; }},
    {{"从业人员", "employees"}, "size.employees", &SetEmployees, kNumberZh, kNumberEn},
    {{"营业收入（万元）", "revenue", "营业收入(万元)"}, "size.revenue", &SetRevenue, kNumberZh, kNumberEn},
    {{"企业规模", "size"}, "size.override", &SetSize},
    {{"规模认定理由", "sizeReason"}, "size.override_reason",
     [](const std::string& text, Enterprise& e) { return e.mutable_size()->set_override_reason(text), true; }},
    {{"上级企业", "parentUscc"}, "parent_uscc",
     [](const std::string& text, Enterprise& e) { return e.set_parent_uscc(text), true; }},
    {{"承继企业", "predecessor"}, "predecessor",
     [](const std::string& text, Enterprise& e) { return e.set_predecessor(text), true; }},
    {{"联系人", "contactName"}, "contact.name",
     [](const std::string& text, Enterprise& e) { return e.mutable_contact()->set_name(text), true; }},
    {{"联系电话", "contactPhone"}, "contact.phone",
     [](const std::string& text, Enterprise& e) { return e.mutable_contact()->set_phone(text), true; }},
    {{"电子邮箱", "contactEmail"}, "contact.email",
     [](const std::string& text, Enterprise& e) { return e.mutable_contact()->set_email(text), true; }},
    {{"工厂", "plants"}, "plants", &SetPlants,
     "应写成“代号:名称:行政区划”，几个工厂用分号隔开", "should be ID:NAME:REGION, several with semicolons between"},
    {{"测试企业", "isTest"}, "is_test", &SetTest, "应为“是”或“否”", "should be yes or no"},
};
// clang-format on

// The sides of the first sign of equality, which may be full-width; no name without one.
std::pair<std::string, std::string> SplitAssignment(absl::string_view text) {
  constexpr absl::string_view kWide = "＝";
  const size_t narrow = text.find('=');
  const size_t wide = text.find(kWide);
  const size_t at = std::min(narrow, wide);
  if (at == absl::string_view::npos) return {"", std::string(text)};
  return {std::string(text.substr(0, at)),
          std::string(text.substr(at + (at == narrow ? 1 : kWide.size())))};
}

// `size.overrideReason` for `size.override_reason`.
std::string JsonPath(absl::string_view path) {
  std::string json;
  for (size_t i = 0; i < path.size(); ++i) {
    const bool joined = path[i] == '_' && i + 1 < path.size();
    json.push_back(joined ? absl::ascii_toupper(path[++i]) : path[i]);
  }
  return json;
}

}  // namespace

absl::Span<const EnterpriseField> EnterpriseFields() { return kFields; }

const std::vector<CsvColumn>& EnterpriseColumns() {
  static const auto& columns = *[] {
    auto* const all = new std::vector<CsvColumn>;
    for (const EnterpriseField& field : kFields) all->push_back(field.column);
    return all;
  }();
  return columns;
}

int EnterpriseColumnOf(absl::string_view field) {
  for (size_t f = 0; f < EnterpriseFields().size(); ++f) {
    const std::string path = JsonPath(kFields[f].path);
    // Of plants, any part.
    if (field == path || absl::StartsWith(field, absl::StrCat(path, "[")))
      return static_cast<int>(f);
  }
  return -1;
}

absl::StatusOr<std::vector<std::string>> SetFields(const std::vector<std::string>& assignments,
                                                   Enterprise& enterprise) {
  std::vector<std::string> paths;
  for (const std::string& assignment : assignments) {
    const std::pair<std::string, std::string> sides = SplitAssignment(assignment);
    const std::string name = Spelled(sides.first);
    const auto* const field =
        std::find_if(std::begin(kFields), std::end(kFields), [&](const EnterpriseField& one) {
          return name == one.column.zh || absl::EqualsIgnoreCase(name, one.column.en);
        });
    if (field == std::end(kFields) || field == kFields) {
      const auto names = absl::MakeConstSpan(kFields).subspan(1);
      return WrongUsage(
          absl::StrCat("--set 应写成“字段=值”，字段可以是：",
                       absl::StrJoin(names, "、",
                                     [](std::string* out, const EnterpriseField& one) {
                                       absl::StrAppend(out, one.column.zh);
                                     }),
                       "；不能是“", assignment, "”。"),
          absl::StrCat("--set should be FIELD=VALUE with one of ",
                       absl::StrJoin(names, ", ",
                                     [](std::string* out, const EnterpriseField& one) {
                                       absl::StrAppend(out, one.column.en);
                                     }),
                       ", not \"", assignment, "\"."));
    }
    if (!field->set(Spelled(sides.second), enterprise)) {
      return WrongUsage(absl::StrCat("--set ", field->column.zh, " ", field->zh, "，而不是“",
                                     sides.second, "”。"),
                        absl::StrCat("--set ", field->column.en, " ", field->en, ", not \"",
                                     sides.second, "\"."));
    }
    paths.emplace_back(field->path);
  }
  return paths;
}

}  // namespace zhiping::ctl
