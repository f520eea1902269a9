// Criteria: a release compiled for scoring. Thread-safe and logically immutable.
//
//   auto criteria = Criteria::Compile(release, digest);
//   Tally tally = (*criteria)->NewTally();
//   if (!Score(**criteria, answers, facts, tally)) …  // answers: one byte a scenario
//
// Scenarios, levels, segments, facts, tiers and conditions are numbered from 0 in the order of the
// edition and the rulebook; a *rank* is a level's number plus 1.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/criteria/program.h"
#include "zhiping/catalogue/v1/release.pb.h"

namespace zhiping::criteria {

inline constexpr int kMaxScenarios = 4096;
inline constexpr int kMaxLevels = 16;
// Ranks that fit into the five bits in which Score reads an answer.
inline constexpr int kMostRanks = 29;
// Bound of thresholds, n, d, weights and points.
inline constexpr int32_t kMaxNumber = 1'000'000;

// One byte for each scenario: these, or rank + 2 for a claimed level.
inline constexpr uint8_t kMissing = 0;
inline constexpr uint8_t kNone = 1;
inline constexpr uint8_t kNotApplicable = 2;
inline constexpr uint8_t CodeOfRank(int rank) { return static_cast<uint8_t>(rank + 2); }
// 0 for missing, none and not_applicable.
inline constexpr int RankOfCode(uint8_t code) { return code > 2 ? code - 2 : 0; }

// Ids that an answer may have besides those of levels.
inline constexpr char kNoneId[] = "none";
inline constexpr char kNotApplicableId[] = "not_applicable";

// Value of a fact that was not given.
inline constexpr int32_t kFactMissing = INT32_MIN;

// How a rule stands, as a single bit each, so that sets of them can be joined.
enum Status : uint8_t { kMet = 1, kNotMet = 2, kUndetermined = 4 };

// multiplier × how many scenarios of the mask are in a state: state 0 is "applicable", state r is
// "claimed at rank r or above". The mask covers words [first_word, first_word + word_count).
struct Term {
  int32_t state;
  int32_t multiplier;
  int32_t first_word;
  int32_t word_count;
  // Into Criteria::masks.
  int32_t mask;
};

// A number that conditions compare. kLinear: constant + its terms. kSegments: how many of its terms
// (multiplier 1) count at least `each`. kFact: the fact of that number.
struct Measure {
  enum Kind : uint8_t { kLinear, kSegments, kFact };
  Kind kind = kLinear;
  // kLinear: it depends on no answer.
  bool constant_only = false;
  int32_t constant = 0;
  int32_t each = 0;
  int32_t fact = -1;
  Range terms;
};

// A condition, or the implied all_of over a tier's conditions or advice. A node's parts come after
// it.
struct Node {
  enum Kind : uint8_t { kAtLeast, kRatio, kAllOf, kAnyOf, kReadings };
  Kind kind = kAllOf;
  int32_t measure = -1;
  int32_t denominator = -1;
  int64_t n = 0;
  int64_t d = 1;
  // Into Criteria::parts: numbers of nodes.
  Range parts;
  // Null for the implied all_of.
  const catalogue::v1::Condition* condition = nullptr;
};

struct TierNodes {
  // Node of all conditions; -1 if the tier has none.
  int32_t conditions = -1;
  // Node of all advice; -1 if the tier has none.
  int32_t advice = -1;
};

// What scoring one assessment gives, as plain numbers. Belongs to the Criteria that made it; may be
// used again and again.
struct Tally {
  int32_t points = 0;
  int32_t applicable_max_points = 0;
  int32_t built = 0;
  int32_t applicable = 0;
  int32_t missing = 0;
  int32_t typical_covered = 0;
  std::vector<int32_t> segment_points;
  std::vector<int32_t> segment_applicable_max_points;
  // Claimed exactly at the level.
  std::vector<int32_t> level_counts;
  // Values that measures take and statuses that nodes have: see Criteria::ValueOf and StatusOf.
  std::vector<int32_t> values;
  std::vector<uint8_t> statuses;
  // Bit masks of the scenarios by state, as Term says, and of those that are missing.
  std::vector<uint64_t> states;
  std::vector<uint64_t> missing_scenarios;
};

class Criteria {
 public:
  // Errors: INVALID_RELEASE with everything that validation finds.
  static absl::StatusOr<std::shared_ptr<const Criteria>> Compile(catalogue::v1::Release release,
                                                                 std::string digest);

  Criteria(const Criteria&) = delete;
  Criteria& operator=(const Criteria&) = delete;

  const catalogue::v1::Release& release() const { return release_; }
  const catalogue::v1::Edition& edition() const { return release_.edition(); }
  const catalogue::v1::Rulebook& rulebook() const { return release_.rulebook(); }
  const std::string& digest() const { return digest_; }

  int scenario_count() const { return release_.edition().scenarios_size(); }
  int level_count() const { return release_.edition().levels_size(); }
  int segment_count() const { return release_.edition().segments_size(); }
  int fact_count() const { return release_.rulebook().facts_size(); }
  int tier_count() const { return release_.rulebook().tiers_size(); }
  int word_count() const { return (scenario_count() + 63) / 64; }

  // Number of the thing with that id; -1 if there is none.
  int FindScenario(absl::string_view id) const { return Find(scenario_ids_, id); }
  int FindLevel(absl::string_view id) const;
  int FindSegment(absl::string_view id) const { return Find(segment_ids_, id); }
  int FindFact(absl::string_view name) const { return Find(fact_names_, name); }
  int FindTier(absl::string_view id) const { return Find(tier_ids_, id); }

  // The same by what people write: see names.h.
  int FindScenarioByAnyName(absl::string_view name) const;
  int FindFactByAnyName(absl::string_view name) const;
  int FindTierByAnyName(absl::string_view name) const;
  // The code of an answer.
  int FindAnswerCodeByAnyName(absl::string_view name) const;

  // Whether the level of this rank (1 … level_count) exists for the scenario.
  bool LevelExists(int scenario, int rank) const {
    return (existing_levels_[scenario] >> rank & 1) != 0;
  }
  // 1 … level_count.
  int HighestRank(int scenario) const { return highest_rank_[scenario]; }
  // The answer with the id (a level, `none`, `not_applicable`); -1 if it is none of these. Whether
  // the level exists for a scenario is not looked at.
  int FindAnswerCode(absl::string_view id) const;
  // The id of an answer; empty for missing.
  absl::string_view AnswerId(uint8_t code) const;

  int32_t max_points() const { return max_points_; }
  int32_t segment_max_points(int segment) const { return segment_max_points_[segment]; }

  // Sized for Score; everything 0.
  Tally NewTally() const;

  // The value of a measure; kFactMissing if unknown.
  int32_t ValueOf(const Tally& tally, int measure) const {
    return tally.values[program_.value_of_measure[measure]];
  }
  // The Status of a node.
  uint8_t StatusOf(const Tally& tally, int node) const {
    return tally.statuses[program_.status_of_node[node]];
  }

  // What the rulebook says, as numbers; and laid out for Score.
  const Program& program() const { return program_; }
  const std::vector<uint64_t>& masks() const { return masks_; }
  const std::vector<Term>& terms() const { return terms_; }
  const std::vector<Measure>& measures() const { return measures_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<int32_t>& parts() const { return parts_; }
  const std::vector<TierNodes>& tiers() const { return tiers_; }
  const std::vector<Range>& segment_points_terms() const { return segment_points_terms_; }
  const std::vector<Range>& segment_max_terms() const { return segment_max_terms_; }
  Range typical_terms() const { return typical_terms_; }
  // Scenarios for which the level of the rank exists: word_count words from (rank − 1) ×
  // word_count; empty for ranks above level_count, up to what five bits of an answer can say.
  const std::vector<uint64_t>& existing_masks() const { return existing_masks_; }

 private:
  friend class Compiler;
  using Index = absl::flat_hash_map<std::string, int>;

  Criteria() = default;
  static int Find(const Index& index, absl::string_view id);

  catalogue::v1::Release release_;
  std::string digest_;
  Index scenario_ids_, segment_ids_, fact_names_, tier_ids_;
  // By NameKey of every spelling; answer_names_ to codes.
  Index scenario_names_, answer_names_, tier_names_;
  std::vector<uint32_t> existing_levels_;
  std::vector<int> highest_rank_;
  int32_t max_points_ = 0;
  std::vector<int32_t> segment_max_points_;

  std::vector<uint64_t> masks_;
  std::vector<uint64_t> existing_masks_;
  std::vector<Term> terms_;
  std::vector<Measure> measures_;
  std::vector<Node> nodes_;
  std::vector<int32_t> parts_;
  std::vector<TierNodes> tiers_;
  std::vector<Range> segment_points_terms_;
  std::vector<Range> segment_max_terms_;
  Range typical_terms_;
  Program program_;
};

}  // namespace zhiping::criteria
