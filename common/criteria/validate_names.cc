#include <map>

#include "absl/strings/str_cat.h"
#include "common/criteria/names.h"
#include "common/criteria/validate_parts.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Edition;
using catalogue::v1::Notes;
using catalogue::v1::Rulebook;

// Spellings that one look-up accepts: each means one thing, wherever it stands. Things with the
// same id are the same thing here, as the checks of ids report them.
class Spellings {
 public:
  explicit Spellings(const char* file) : file_(file) {}

  // Those of another file, whose own faults are reported there.
  void Know(const std::vector<Spelling>& spellings, const char* file) {
    for (const Spelling& spelling : spellings) {
      known_.try_emplace(NameKey(spelling.text), Known{spelling, file});
    }
  }

  void Check(const std::vector<Spelling>& spellings, Findings& findings) {
    for (const Spelling& spelling : spellings) {
      if (spelling.text.empty()) continue;
      const auto [known, is_new] =
          known_.try_emplace(NameKey(spelling.text), Known{spelling, file_});
      const Spelling& other = known->second.spelling;
      if (is_new || other.id == spelling.id) continue;
      const std::string place = absl::StrCat(known->second.file, " ", other.field);
      findings.Error(
          spelling.field, Reason::DUPLICATE_NAME,
          absl::StrCat("“", spelling.text, "”在这里指“", spelling.id, "”，",
                       other.field.empty() ? "但在任何年版中都" : absl::StrCat("在 ", place, " "),
                       "指“", other.id, "”；一种写法只能指一个。"),
          absl::StrCat("\"", spelling.text, "\" means \"", spelling.id, "\" here and \"", other.id,
                       "\" ",
                       other.field.empty() ? "under every edition" : absl::StrCat("in ", place),
                       "; a spelling may mean one thing only."));
    }
  }

 private:
  struct Known {
    Spelling spelling;
    const char* file;
  };
  const char* file_;
  std::map<std::string, Known> known_;
};

// What the values of a fact stand for: their labels in both languages.
std::vector<Spelling> LabelSpellings(const catalogue::v1::Fact& fact, const std::string& field) {
  std::vector<Spelling> spellings;
  for (int k = 0; k < fact.labels_size(); ++k) {
    const auto& label = fact.labels(k);
    const std::string value = absl::StrCat(label.value());
    const std::string text = absl::StrCat(field, ".labels[", k, "].text");
    spellings.push_back({label.text().zh(), value, text + ".zh"});
    spellings.push_back({label.text().en(), value, text + ".en"});
  }
  return spellings;
}

void CheckLabels(const catalogue::v1::Fact& fact, const std::string& field, Findings& findings) {
  Spellings(kRulebookFile).Check(LabelSpellings(fact, field), findings);
  std::map<int32_t, int> labels;
  for (int k = 0; k < fact.labels_size(); ++k) {
    const auto [first, is_new] = labels.try_emplace(fact.labels(k).value(), k);
    if (is_new) continue;
    const std::string& before = fact.labels(first->second).text().zh();
    const std::string& here = fact.labels(k).text().zh();
    findings.Error(absl::StrCat(field, ".labels[", k, "].value"), Reason::DUPLICATE_ID,
                   absl::StrCat("数值 ", fact.labels(k).value(), " 既是“", before, "”又是“", here,
                                "”；一个数值只能有一个名称。"),
                   absl::StrCat("The value ", fact.labels(k).value(), " is both \"", before,
                                "\" and \"", here, "\"; a value has one label."));
  }
}

}  // namespace

void ValidateEditionNames(const Edition& edition, Findings& findings) {
  Spellings(kEditionFile).Check(AnswerSpellings(edition), findings);
  Spellings(kEditionFile).Check(ScenarioSpellings(edition), findings);
}

void ValidateRulebookNames(const Rulebook& rulebook, Findings& findings) {
  for (int i = 0; i < rulebook.facts_size(); ++i) {
    CheckLabels(rulebook.facts(i), absl::StrCat("facts[", i, "]"), findings);
  }
  Spellings(kRulebookFile).Check(TierSpellings(rulebook), findings);
}

void ValidateEnglishNames(const Edition& edition, const Notes& notes, Findings& findings) {
  std::vector<Spelling> levels, scenarios;
  for (int i = 0; i < notes.levels_size(); ++i) {
    const auto& note = notes.levels(i);
    levels.push_back({note.name_en(), note.id(), absl::StrCat("levels[", i, "].name_en")});
  }
  for (int i = 0; i < notes.scenarios_size(); ++i) {
    const auto& note = notes.scenarios(i);
    scenarios.push_back(
        {note.name_en(), note.scenario(), absl::StrCat("scenarios[", i, "].name_en")});
  }
  Spellings answers_known(kNotesFile);
  answers_known.Know(AnswerSpellings(edition), kEditionFile);
  answers_known.Check(levels, findings);
  Spellings scenarios_known(kNotesFile);
  scenarios_known.Know(ScenarioSpellings(edition), kEditionFile);
  scenarios_known.Check(scenarios, findings);
}

}  // namespace zhiping::criteria
