// Writes the rulebook of the 2026 edition as a Rego policy with its data, for the comparison of B1:
//   rego_files FOLDER   →   policy.rego, data.json, inputs.json, expected.json, one.json
// inputs.json has the golden vectors and random assessments, expected.json what the engine says.
#include <fstream>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/criteria/answers.h"
#include "common/criteria/score.h"
#include "nlohmann/json.hpp"
#include "tests/edition_folder.h"
#include "tests/oracle/random_criteria.h"

namespace zhiping::criteria {
namespace {

using nlohmann::json;

constexpr int kRandomCases = 200;

constexpr char kRules[] = R"(package zhiping

ranks := {id: data.rank[answer] | some id, answer in input.answers}

segment_points := {s: sum([p | some id in ids; p := data.weight[id] * data.level_points[ranks[id]]]) |
	some s, ids in data.segments
}

segment_applicable_max_points := {s: sum([data.max_points[id] |
	some id in ids
	input.answers[id] != "not_applicable"
]) |
	some s, ids in data.segments
}

counts := {level: count([1 | some answer in input.answers; answer == level]) |
	some level in data.answers
}

at_least(value, _) := "undetermined" if value == null

at_least(value, n) := "met" if {
	value != null
	value >= n
}

at_least(value, n) := "not met" if {
	value != null
	value < n
}

ratio(value, denominator, _, _) := "undetermined" if value == null

ratio(value, denominator, _, _) := "undetermined" if {
	value != null
	denominator in {null, 0}
}

ratio(value, denominator, n, d) := at_least(value * d, n * denominator) if {
	value != null
	not denominator in {null, 0}
}

all_of(parts) := "not met" if {
	"not met" in parts
} else := "undetermined" if {
	"undetermined" in parts
} else := "met"

any_of(parts) := "met" if {
	"met" in parts
} else := "undetermined" if {
	"undetermined" in parts
} else := "not met"

readings(parts) := "undetermined" if {
	"undetermined" in parts
} else := "undetermined" if {
	"met" in parts
	"not met" in parts
} else := parts[0]

result := {
	"points": sum([p | some p in segment_points]),
	"applicable_max_points": sum([p | some p in segment_applicable_max_points]),
	"segment_points": segment_points,
	"segment_applicable_max_points": segment_applicable_max_points,
	"counts": counts,
	"typical": sum([data.typical[id] | some id, rank in ranks; rank > 0]),
	"nodes": nodes,
}

results := [r | some one in data.inputs; r := result with input as one]

)";

// The rules of the tiers.
class RulesWriter {
 public:
  explicit RulesWriter(const Criteria& criteria) : criteria_(criteria) {}

  std::string Write() {
    for (size_t n = 0; n < criteria_.nodes().size(); ++n) WriteNode(static_cast<int>(n));
    absl::StrAppend(&text_, "nodes := [", absl::StrJoin(names_, ", "), "]\n");
    return text_;
  }

 private:
  static std::string NameOf(int node) { return absl::StrCat("node_", node); }

  void WriteNode(int number) {
    const Node& node = criteria_.nodes()[number];
    std::string rule;
    if (node.kind == Node::kAtLeast) {
      const auto& at_least = node.condition->at_least();
      rule = absl::StrCat("at_least(", Value(at_least.measure()), ", ", at_least.threshold(), ")");
    } else if (node.kind == Node::kRatio) {
      const auto& ratio = node.condition->ratio_at_least();
      rule = absl::StrCat("ratio(", Value(ratio.numerator()), ", ", Value(ratio.denominator()),
                          ", ", ratio.n(), ", ", ratio.d(), ")");
    } else {
      std::vector<std::string> parts;
      for (int p = node.parts.begin; p < node.parts.end; ++p) {
        parts.push_back(NameOf(criteria_.parts()[p]));
      }
      const char* const join = node.kind == Node::kAllOf   ? "all_of"
                               : node.kind == Node::kAnyOf ? "any_of"
                                                           : "readings";
      rule = absl::StrCat(join, "([", absl::StrJoin(parts, ", "), "])");
    }
    absl::StrAppend(&text_, NameOf(number), " := ", rule, "\n\n");
    names_.push_back(NameOf(number));
  }

  // A rule of its own for each distinct measure, so that it is evaluated once.
  std::string Value(const catalogue::v1::Measure& measure) {
    const auto [found, is_new] =
        values_.try_emplace(measure.SerializeAsString(), absl::StrCat("value_", values_.size()));
    if (is_new) absl::StrAppend(&text_, found->second, " := ", Expression(measure), "\n\n");
    return found->second;
  }

  std::string Expression(const catalogue::v1::Measure& measure) const {
    using Rule = catalogue::v1::Measure;
    switch (measure.measure_case()) {
      case Rule::kScenarios:
        return absl::StrCat("count(", Ids(measure.scenarios()), ")");
      case Rule::kApplicable:
        return absl::StrCat("count([1 | some id in ", Ids(measure.applicable()),
                            "; input.answers[id] != \"not_applicable\"])");
      case Rule::kCount:
        return absl::StrCat("count([1 | some id in ", Ids(measure.count().set()),
                            "; ranks[id] >= ", RankOf(measure.count().at_least()), "])");
      case Rule::kTypical:
        return absl::StrCat("sum([data.typical[id] | some id in ", Ids(measure.typical().set()),
                            "; ranks[id] >= ", RankOf(measure.typical().at_least()), "])");
      case Rule::kPoints:
        return absl::StrCat("sum([p | some id in ", Ids(measure.points()),
                            "; p := data.weight[id] * data.level_points[ranks[id]]])");
      case Rule::kMaxPoints:
        return absl::StrCat("sum([data.max_points[id] | some id in ", Ids(measure.max_points()),
                            "])");
      case Rule::kSegments:
        return absl::StrCat("count([1 | some s in ",
                            json(std::vector<std::string>(measure.segments().segments().begin(),
                                                          measure.segments().segments().end()))
                                .dump(),
                            "; count([1 | some id in data.segments[s]; ranks[id] >= ",
                            RankOf(measure.segments().at_least()),
                            "]) >= ", measure.segments().each(), "])");
      case Rule::kFact:
        return absl::StrCat("input.facts[\"", measure.fact(), "\"]");
      case Rule::MEASURE_NOT_SET:
        break;
    }
    return "null";
  }

  std::string Ids(const catalogue::v1::ScenarioSet& set) const {
    if (set.has_all()) return "data.scenarios";
    std::vector<std::string> ids(set.scenarios().ids().begin(), set.scenarios().ids().end());
    for (const auto& scenario : criteria_.edition().scenarios()) {
      for (const std::string& segment : set.segments().ids()) {
        if (scenario.segment() == segment) ids.push_back(scenario.id());
      }
    }
    return json(ids).dump();
  }

  int RankOf(const std::string& level) const { return criteria_.FindLevel(level) + 1; }

  const Criteria& criteria_;
  std::string text_ = kRules;
  std::vector<std::string> names_;
  std::map<std::string, std::string> values_;
};

json DataOf(const Criteria& criteria) {
  const auto& edition = criteria.edition();
  const auto& rulebook = criteria.rulebook();
  json data;
  data["answers"] = {"", kNoneId, kNotApplicableId};
  data["rank"] = {{"", 0}, {kNoneId, 0}, {kNotApplicableId, 0}};
  data["level_points"] = {0};
  for (int k = 0; k < criteria.level_count(); ++k) {
    data["answers"].push_back(edition.levels(k).id());
    data["rank"][edition.levels(k).id()] = k + 1;
    data["level_points"].push_back(0);
  }
  for (const auto& points : rulebook.level_points()) {
    data["level_points"][criteria.FindLevel(points.level()) + 1] = points.points();
  }
  for (int i = 0; i < criteria.scenario_count(); ++i) {
    const auto& scenario = edition.scenarios(i);
    data["scenarios"].push_back(scenario.id());
    data["segments"][scenario.segment()].push_back(scenario.id());
    data["weight"][scenario.id()] = rulebook.default_weight();
    data["typical"][scenario.id()] = scenario.typical_scenarios_size();
  }
  for (const auto& weight : rulebook.weights()) data["weight"][weight.scenario()] = weight.weight();
  for (int i = 0; i < criteria.scenario_count(); ++i) {
    const std::string& id = edition.scenarios(i).id();
    const int points = data["level_points"][criteria.HighestRank(i)];
    data["max_points"][id] = points * data["weight"][id].get<int>();
  }
  return data;
}

json InputOf(const Criteria& criteria, const Input& input) {
  json one;
  for (int i = 0; i < criteria.scenario_count(); ++i) {
    one["answers"][criteria.edition().scenarios(i).id()] =
        std::string(criteria.AnswerId(input.answers[i]));
  }
  for (int f = 0; f < criteria.fact_count(); ++f) {
    json& fact = one["facts"][criteria.rulebook().facts(f).name()];
    if (input.facts[f] != kFactMissing) fact = input.facts[f];
  }
  return one;
}

json ExpectedOf(const Criteria& criteria, const Input& input) {
  Tally tally = criteria.NewTally();
  if (!Score(criteria, input.answers, input.facts, tally)) std::abort();
  json one;
  one["points"] = tally.points;
  one["applicable_max_points"] = tally.applicable_max_points;
  for (int s = 0; s < criteria.segment_count(); ++s) {
    const std::string& id = criteria.edition().segments(s).id();
    one["segment_points"][id] = tally.segment_points[s];
    one["segment_applicable_max_points"][id] = tally.segment_applicable_max_points[s];
  }
  for (int k = 0; k < criteria.level_count(); ++k) {
    one["counts"][criteria.edition().levels(k).id()] = tally.level_counts[k];
  }
  const int total = criteria.scenario_count();
  one["counts"][""] = tally.missing;
  one["counts"][kNotApplicableId] = total - tally.applicable;
  one["counts"][kNoneId] = tally.applicable - tally.missing - tally.built;
  one["typical"] = tally.typical_covered;
  for (size_t n = 0; n < criteria.nodes().size(); ++n) {
    const uint8_t status = criteria.StatusOf(tally, static_cast<int>(n));
    one["nodes"].push_back(status == kMet ? "met" : status == kNotMet ? "not met" : "undetermined");
  }
  return one;
}

std::vector<Input> Cases(const Criteria& criteria) {
  std::vector<Input> cases;
  for (const auto& vector : criteria.release().vectors().vectors()) {
    absl::StatusOr<Input> input = ReadInput(criteria, vector.answers(), vector.facts());
    if (input.ok()) cases.push_back(*std::move(input));
  }
  oracle::Random random(7);
  for (int i = 0; i < kRandomCases; ++i) {
    cases.push_back(
        {oracle::RandomAnswers(criteria, random), oracle::RandomFacts(criteria, random)});
  }
  return cases;
}

int Run(const std::string& folder) {
  const auto criteria = CompileEdition2026();
  if (!criteria.ok()) return 1;
  json inputs, expected;
  for (const Input& input : Cases(**criteria)) {
    inputs["inputs"].push_back(InputOf(**criteria, input));
    expected.push_back(ExpectedOf(**criteria, input));
  }
  std::ofstream(folder + "/policy.rego") << RulesWriter(**criteria).Write();
  std::ofstream(folder + "/data.json") << DataOf(**criteria).dump();
  std::ofstream(folder + "/inputs.json") << inputs.dump();
  std::ofstream(folder + "/expected.json") << expected.dump();
  std::ofstream(folder + "/one.json") << inputs["inputs"].back().dump();
  return 0;
}

}  // namespace
}  // namespace zhiping::criteria

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: rego_files FOLDER\n";
    return 2;
  }
  return zhiping::criteria::Run(argv[1]);
}
