// B1: scoring one assessment in process, beside an honest one-pass loop over the same tables.
#include <benchmark/benchmark.h>

#include "common/criteria/score.h"
#include "tests/edition_folder.h"
#include "tests/oracle/random_criteria.h"

namespace zhiping::criteria {
namespace {

constexpr int kAssessments = 1024;

struct Assessments {
  std::shared_ptr<const Criteria> criteria;
  std::vector<std::vector<uint8_t>> answers;
  std::vector<std::vector<int32_t>> facts;
};

const Assessments& Sample() {
  static const Assessments* const sample = [] {
    auto* made = new Assessments;
    made->criteria = *CompileEdition2026();
    oracle::Random random(7);
    for (int i = 0; i < kAssessments; ++i) {
      made->answers.push_back(oracle::RandomAnswers(*made->criteria, random));
      made->facts.push_back(oracle::RandomFacts(*made->criteria, random));
    }
    return made;
  }();
  return *sample;
}

void BM_Score(benchmark::State& state) {
  const Assessments& sample = Sample();
  Tally tally = sample.criteria->NewTally();
  int i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(Score(*sample.criteria, sample.answers[i], sample.facts[i], tally));
    benchmark::ClobberMemory();
    i = (i + 1) % kAssessments;
  }
}
BENCHMARK(BM_Score);

// What anyone would write first: one pass over the scenarios with plain tables, then the
// conditions.
class OnePass {
 public:
  // The same numbers as in Tally, one for each measure and node.
  struct Result {
    int32_t points = 0, applicable_max_points = 0, built = 0, applicable = 0, missing = 0,
            typical_covered = 0;
    std::vector<int32_t> segment_points, segment_applicable_max_points, level_counts, measures;
    std::vector<uint8_t> nodes;
  };

  Result NewResult() const {
    Result result;
    result.segment_points.resize(criteria_.segment_count());
    result.segment_applicable_max_points.resize(criteria_.segment_count());
    result.level_counts.resize(criteria_.level_count());
    result.measures.resize(criteria_.measures().size());
    result.nodes.resize(criteria_.nodes().size());
    return result;
  }

  // Whether the engine found the same.
  bool Agrees(const Result& result, const Tally& tally) const {
    bool same = result.points == tally.points &&
                result.applicable_max_points == tally.applicable_max_points &&
                result.built == tally.built && result.applicable == tally.applicable &&
                result.missing == tally.missing &&
                result.typical_covered == tally.typical_covered &&
                result.segment_points == tally.segment_points &&
                result.segment_applicable_max_points == tally.segment_applicable_max_points &&
                result.level_counts == tally.level_counts;
    for (size_t m = 0; m < result.measures.size(); ++m) {
      same &= result.measures[m] == criteria_.ValueOf(tally, static_cast<int>(m));
    }
    for (size_t n = 0; n < result.nodes.size(); ++n) {
      same &= result.nodes[n] == criteria_.StatusOf(tally, static_cast<int>(n));
    }
    return same;
  }

  explicit OnePass(const Criteria& criteria) : criteria_(criteria) {
    for (int i = 0; i < criteria.scenario_count(); ++i) {
      segment_.push_back(criteria.FindSegment(criteria.edition().scenarios(i).segment()));
      typical_.push_back(criteria.edition().scenarios(i).typical_scenarios_size());
      highest_.push_back(criteria.HighestRank(i));
    }
    // Per measure and scenario: the weight with which a scenario in the measure's state counts.
    for (const Measure& measure : criteria.measures()) {
      std::vector<std::pair<int32_t, int32_t>> rows(criteria.scenario_count());
      for (int t = measure.terms.begin; t < measure.terms.end; ++t) {
        const Term& term = criteria.terms()[t];
        for (int i = 0; i < criteria.scenario_count(); ++i) {
          if ((criteria.masks()[term.mask] >> i & 1) != 0) {
            rows[i] = {term.state, rows[i].second + term.multiplier};
          }
        }
      }
      rows_.push_back(std::move(rows));
    }
  }

  void Run(const uint8_t* answers, const int32_t* facts, Result& tally) const {
    const int count = criteria_.scenario_count();
    std::fill(tally.segment_points.begin(), tally.segment_points.end(), 0);
    std::fill(tally.segment_applicable_max_points.begin(),
              tally.segment_applicable_max_points.end(), 0);
    std::fill(tally.level_counts.begin(), tally.level_counts.end(), 0);
    std::fill(tally.measures.begin(), tally.measures.end(), 0);
    tally.points = tally.applicable_max_points = tally.built = tally.applicable = tally.missing =
        tally.typical_covered = 0;
    const int measures = static_cast<int>(criteria_.measures().size());
    for (int i = 0; i < count; ++i) {
      const uint8_t code = answers[i];
      const int rank = RankOfCode(code);
      tally.missing += code == kMissing;
      if (code != kNotApplicable) {
        ++tally.applicable;
        tally.segment_applicable_max_points[segment_[i]] += highest_[i];
        tally.applicable_max_points += highest_[i];
      }
      if (rank == 0) continue;
      ++tally.built;
      tally.typical_covered += typical_[i];
      ++tally.level_counts[rank - 1];
      tally.points += rank;
      tally.segment_points[segment_[i]] += rank;
      for (int m = 0; m < measures; ++m) {
        const auto& [state, weight] = rows_[m][i];
        if (rank >= state) tally.measures[m] += weight;
      }
    }
    for (int m = 0; m < measures; ++m) {
      const Measure& measure = criteria_.measures()[m];
      if (measure.kind == Measure::kFact) tally.measures[m] = facts[measure.fact];
      if (measure.constant_only) tally.measures[m] = measure.constant;
    }
    for (int n = static_cast<int>(criteria_.nodes().size()) - 1; n >= 0; --n) {
      tally.nodes[n] = StatusOf(criteria_.nodes()[n], tally);
    }
  }

 private:
  uint8_t StatusOf(const Node& node, const Result& tally) const {
    if (node.kind <= Node::kRatio) {
      const int64_t value = tally.measures[node.measure];
      if (value == kFactMissing) return kUndetermined;
      if (node.kind == Node::kAtLeast) return value >= node.n ? kMet : kNotMet;
      const int64_t denominator = tally.measures[node.denominator];
      if (denominator == kFactMissing || denominator == 0) return kUndetermined;
      return value * node.d >= node.n * denominator ? kMet : kNotMet;
    }
    bool any_met = false, any_not_met = false, any_undetermined = false;
    for (int p = node.parts.begin; p < node.parts.end; ++p) {
      const uint8_t status = tally.nodes[criteria_.parts()[p]];
      any_met |= status == kMet;
      any_not_met |= status == kNotMet;
      any_undetermined |= status == kUndetermined;
    }
    if (node.kind == Node::kAllOf)
      return any_not_met ? kNotMet : any_undetermined ? kUndetermined : kMet;
    if (node.kind == Node::kAnyOf)
      return any_met ? kMet : any_undetermined ? kUndetermined : kNotMet;
    if (any_undetermined || (any_met && any_not_met)) return kUndetermined;
    return any_met ? kMet : kNotMet;
  }

  const Criteria& criteria_;
  std::vector<int> segment_, typical_, highest_;
  std::vector<std::vector<std::pair<int32_t, int32_t>>> rows_;
};

void BM_OnePassLoop(benchmark::State& state) {
  const Assessments& sample = Sample();
  const OnePass loop(*sample.criteria);
  OnePass::Result result = loop.NewResult();
  Tally checked = sample.criteria->NewTally();
  for (int i = 0; i < kAssessments; ++i) {
    loop.Run(sample.answers[i].data(), sample.facts[i].data(), result);
    Score(*sample.criteria, sample.answers[i], sample.facts[i], checked);
    if (!loop.Agrees(result, checked)) {
      state.SkipWithError("the loop and the engine disagree");
      return;
    }
  }
  int i = 0;
  for (auto _ : state) {
    loop.Run(sample.answers[i].data(), sample.facts[i].data(), result);
    benchmark::ClobberMemory();
    i = (i + 1) % kAssessments;
  }
}
BENCHMARK(BM_OnePassLoop);

}  // namespace
}  // namespace zhiping::criteria

BENCHMARK_MAIN();
