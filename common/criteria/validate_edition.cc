#include <set>

#include "absl/strings/str_cat.h"
#include "common/criteria/criteria.h"
#include "common/criteria/validate_parts.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Edition;
using catalogue::v1::OfficialText;
using catalogue::v1::Relation;
using catalogue::v1::Scenario;

constexpr size_t kMaxIdLength = 64;

bool IsSlug(const std::string& id) {
  if (id.empty() || id.size() > kMaxIdLength || id.front() == '-' || id.back() == '-') return false;
  return id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

class EditionValidator {
 public:
  EditionValidator(const Edition& edition, Findings& findings)
      : edition_(edition), findings_(findings) {}

  void Run() {
    CheckHead();
    CheckCounts();
    std::set<std::string> levels = CheckTerms(edition_.levels(), "levels");
    for (const char* reserved : {kNoneId, kNotApplicableId}) {
      if (levels.count(reserved) > 0) {
        findings_.Error("levels", Reason::INVALID_ID,
                        absl::StrCat("“", reserved, "”是保留的答案，不能用作等级标识。"),
                        absl::StrCat("\"", reserved, "\" is a reserved answer, not a level id."));
      }
    }
    segments_ = CheckTerms(edition_.segments(), "segments");
    CheckNamesDiffer(edition_.segments(), "segments");
    typical_scenarios_ = CheckTerms(edition_.typical_scenarios(), "typical_scenarios");
    CheckNamesDiffer(edition_.typical_scenarios(), "typical_scenarios");
    CheckScenarios();
    CheckUnused();
  }

 private:
  void CheckHead() {
    CheckId(edition_.id(), "id");
    CheckId(edition_.programme(), "programme");
    if (edition_.year() < 2000 || edition_.year() > 9999) {
      findings_.Error("year", Reason::NUMBER_OUT_OF_RANGE, "年份应在 2000 至 9999 之间。",
                      "The year should be 2000 to 9999.");
    }
    CheckText(edition_.title(), "title");
  }

  void CheckCounts() {
    CheckCount(edition_.levels_size(), kMaxLevels, "levels");
    CheckCount(edition_.scenarios_size(), kMaxScenarios, "scenarios");
    CheckCount(edition_.segments_size(), kMaxScenarios, "segments");
  }

  void CheckCount(int count, int most, const char* field) {
    if (count >= 1 && count <= most) return;
    findings_.Error(field, Reason::NUMBER_OUT_OF_RANGE,
                    absl::StrCat("有 ", count, " 项，应为 1 至 ", most, " 项。"),
                    absl::StrCat("There are ", count, "; there should be 1 to ", most, "."));
  }

  void CheckId(const std::string& id, const std::string& field) {
    if (IsSlug(id)) return;
    findings_.Error(
        field, Reason::INVALID_ID,
        absl::StrCat("标识“", id, "”应由小写字母、数字和中间的连字符组成，最多 64 个字符。"),
        absl::StrCat("The id \"", id, "\" should consist of a-z, 0-9 and inner hyphens, ",
                     "at most 64 characters."));
  }

  void CheckText(const OfficialText& text, const std::string& field) {
    if (!text.text().empty()) return;
    findings_.Error(absl::StrCat(field, ".text"), Reason::EMPTY_TEXT, "文字为空。",
                    "The text is empty.");
  }

  void CheckNew(const std::string& value, const std::string& field, Reason::Value reason,
                std::set<std::string>& seen) {
    if (seen.insert(value).second) return;
    findings_.Error(field, reason, absl::StrCat("“", value, "”重复出现。"),
                    absl::StrCat("\"", value, "\" appears twice."));
  }

  // Levels, segments and typical scenarios: an id and a name each. Returns the ids, which are
  // unique.
  template <typename Terms>
  std::set<std::string> CheckTerms(const Terms& terms, const std::string& list) {
    std::set<std::string> ids;
    for (int i = 0; i < terms.size(); ++i) {
      const std::string field = absl::StrCat(list, "[", i, "]");
      CheckId(terms[i].id(), field + ".id");
      CheckNew(terms[i].id(), field + ".id", Reason::DUPLICATE_ID, ids);
      CheckText(terms[i].name(), field + ".name");
    }
    return ids;
  }

  // Names that nobody types: of those that are looked up, ValidateEditionNames judges.
  template <typename Terms>
  void CheckNamesDiffer(const Terms& terms, const std::string& list) {
    std::set<std::string> names;
    for (int i = 0; i < terms.size(); ++i) {
      const std::string& name = terms[i].name().text();
      if (name.empty()) continue;
      CheckNew(name, absl::StrCat(list, "[", i, "].name"), Reason::DUPLICATE_NAME, names);
    }
  }

  void CheckScenarios() {
    std::set<std::string> ids;
    for (int i = 0; i < edition_.scenarios_size(); ++i) {
      const Scenario& scenario = edition_.scenarios(i);
      const std::string field = absl::StrCat("scenarios[", i, "]");
      CheckId(scenario.id(), field + ".id");
      CheckNew(scenario.id(), field + ".id", Reason::DUPLICATE_ID, ids);
      CheckText(scenario.name(), field + ".name");
      CheckSegment(i, field);
      CheckCells(scenario, field);
      CheckTypical(scenario, field);
      CheckRelations(scenario, field);
    }
  }

  void CheckSegment(int i, const std::string& field) {
    const std::string& segment = edition_.scenarios(i).segment();
    if (segments_.count(segment) == 0) {
      findings_.Error(field + ".segment", Reason::UNKNOWN_SEGMENT,
                      absl::StrCat("没有环节“", segment, "”。"),
                      absl::StrCat("There is no segment \"", segment, "\"."));
    }
    const bool begins = i == 0 || edition_.scenarios(i - 1).segment() != segment;
    if (begins && !used_segments_.insert(segment).second) {
      findings_.Error(
          field + ".segment", Reason::SEGMENT_SPLIT,
          absl::StrCat("环节“", segment, "”的场景没有排在一起。"),
          absl::StrCat("The scenarios of segment \"", segment, "\" do not stand together."));
    }
  }

  void CheckCells(const Scenario& scenario, const std::string& field) {
    if (scenario.cells_size() != edition_.levels_size()) {
      findings_.Error(field + ".cells", Reason::LEVEL_WITHOUT_TEXT,
                      absl::StrCat("有 ", scenario.cells_size(), " 格，应为每个等级一格，共 ",
                                   edition_.levels_size(), " 格。"),
                      absl::StrCat("There are ", scenario.cells_size(), " cells; there should be ",
                                   edition_.levels_size(), ", one for each level."));
      return;
    }
    bool any = false;
    for (int k = 0; k < scenario.cells_size(); ++k) {
      const auto& cell = scenario.cells(k);
      const std::string cell_field = absl::StrCat(field, ".cells[", k, "]");
      if (cell.level() != edition_.levels(k).id()) {
        findings_.Error(
            cell_field + ".level", Reason::LEVEL_WITHOUT_TEXT,
            absl::StrCat("应为等级“", edition_.levels(k).id(), "”，各格须按等级顺序排列。"),
            absl::StrCat("Should be level \"", edition_.levels(k).id(),
                         "\": cells follow the order of the levels."));
      }
      if (cell.has_absent()) continue;
      any = true;
      if (!cell.has_text() || cell.text().text().empty()) {
        findings_.Error(cell_field + ".text", Reason::LEVEL_WITHOUT_TEXT,
                        "可填报的等级没有文字；不存在的等级应写 absent。",
                        "A claimable level has no text; a level that does not exist is `absent`.");
      }
    }
    if (!any) {
      findings_.Error(field + ".cells", Reason::SCENARIO_WITHOUT_LEVEL, "该场景没有任何等级。",
                      "The scenario has no level.");
    }
  }

  void CheckTypical(const Scenario& scenario, const std::string& field) {
    for (int k = 0; k < scenario.typical_scenarios_size(); ++k) {
      const std::string& id = scenario.typical_scenarios(k);
      const std::string entry = absl::StrCat(field, ".typical_scenarios[", k, "]");
      if (typical_scenarios_.count(id) == 0) {
        findings_.Error(entry, Reason::UNKNOWN_TYPICAL_SCENARIO,
                        absl::StrCat("没有典型场景“", id, "”。"),
                        absl::StrCat("There is no typical scenario \"", id, "\"."));
      } else {
        CheckNew(id, entry, Reason::TYPICAL_SCENARIO_TWICE, used_typical_);
      }
    }
  }

  void CheckRelations(const Scenario& scenario, const std::string& field) {
    for (int k = 0; k < scenario.relations_size(); ++k) {
      const Relation& relation = scenario.relations(k);
      const bool changes =
          relation.kind() == Relation::TIGHTENED || relation.kind() == Relation::RELAXED;
      const std::set<std::string> from(relation.from().begin(), relation.from().end());
      const bool twice = static_cast<int>(from.size()) < relation.from_size();
      const bool right = !twice && (changes                                    ? from.empty()
                                    : relation.kind() == Relation::SPLIT_FROM  ? from.size() == 1
                                    : relation.kind() == Relation::MERGED_FROM ? from.size() >= 2
                                                                               : false);
      const std::string entry = absl::StrCat(field, ".relations[", k, "]");
      if (!right) {
        findings_.Error(
            entry, Reason::INVALID_RELATION,
            "TIGHTENED、RELAXED 不带 from；SPLIT_FROM 带一个；MERGED_FROM 至少带两个，且不重复。",
            "TIGHTENED and RELAXED take no `from`, SPLIT_FROM one, MERGED_FROM at least two that "
            "differ.");
      }
      if (edition_.has_correction()) {
        findings_.Error(entry, Reason::INVALID_RELATION, "勘误不改变要求，不能声明与上一版的关系。",
                        "A correction changes no requirement: it declares no relations.");
      }
    }
  }

  void CheckUnused() {
    for (int i = 0; i < edition_.segments_size(); ++i) {
      if (used_segments_.count(edition_.segments(i).id()) > 0) continue;
      findings_.Error(
          absl::StrCat("segments[", i, "]"), Reason::SEGMENT_EMPTY,
          absl::StrCat("环节“", edition_.segments(i).id(), "”没有场景。"),
          absl::StrCat("Segment \"", edition_.segments(i).id(), "\" has no scenarios."));
    }
    for (int i = 0; i < edition_.typical_scenarios_size(); ++i) {
      const std::string& id = edition_.typical_scenarios(i).id();
      if (used_typical_.count(id) > 0) continue;
      findings_.Error(absl::StrCat("typical_scenarios[", i, "]"), Reason::TYPICAL_SCENARIO_UNUSED,
                      absl::StrCat("典型场景“", id, "”不属于任何场景。"),
                      absl::StrCat("Typical scenario \"", id, "\" belongs to no scenario."));
    }
  }

  const Edition& edition_;
  Findings& findings_;
  std::set<std::string> segments_, typical_scenarios_, used_segments_, used_typical_;
};

}  // namespace

void ValidateEdition(const Edition& edition, Findings& findings) {
  EditionValidator(edition, findings).Run();
}

}  // namespace zhiping::criteria
