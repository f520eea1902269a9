// What Score runs: the terms, measures and nodes of a Criteria laid out for it, with everything
// that is the same only once. Made when a release is compiled; used by score.cc only, but for the
// slots.
#pragma once

#include <cstdint>
#include <vector>

namespace zhiping::criteria {

class Criteria;

struct Range {
  int32_t begin = 0;
  int32_t end = 0;
};

struct Program {
  // The words of a mask, without the empty ones around them. In an edition of one word, mask i is
  // words[i].
  struct Mask {
    int32_t first_word;
    int32_t word_count;
    int32_t begin;
  };
  // One term of every segment: segment s adds multipliers[first + s] × the scenarios of masks[first
  // + s] in the state.
  struct Column {
    int32_t state;
    int32_t first;
  };
  // Values that count the scenarios of masks[first_mask], masks[first_mask + 1], … in the state.
  struct Counts {
    int32_t state;
    int32_t first_mask;
    Range values;
  };
  // Adds multiplier × a count to a sum.
  struct SumTerm {
    int32_t sum;
    int32_t multiplier;
    int32_t count;
  };
  // How many of some counts are at least `each`.
  struct Reached {
    int32_t each;
    Range counts;
  };
  struct AtLeast {
    int32_t value;
    int64_t threshold;
  };
  // value / denominator ≥ n / d.
  struct Ratio {
    int32_t value;
    int32_t denominator;
    int64_t n;
    int64_t d;
  };
  // Four parts always, so that Score has no loop to leave: fewer are repeated, and more are joined
  // four by four, which gives the same since every kind of join is associative and idempotent.
  struct Join {
    static constexpr int kParts = 4;
    // A Node::Kind, less kAllOf.
    int32_t kind;
    int32_t parts[kParts];
  };

  std::vector<uint64_t> words;
  std::vector<Mask> masks;
  std::vector<int32_t> multipliers;
  // At least one each.
  std::vector<Column> points, max_points;

  // Tally::values: the facts, then the counts, the sums, and how many were reached.
  std::vector<Counts> counts;
  // The constant of each sum.
  std::vector<int32_t> sums;
  std::vector<SumTerm> sum_terms;
  std::vector<Reached> reached;
  std::vector<int32_t> reached_counts;
  int32_t first_sum = 0;
  int32_t value_count = 0;

  // Tally::statuses: those that compare a value, or a ratio, then those that join others, each
  // after its parts. A ratio to a constant is a value and a threshold.
  std::vector<AtLeast> at_leasts;
  std::vector<Ratio> ratios;
  std::vector<Join> joins;
  int32_t first_join = 0;
  int32_t status_count = 0;

  // Where the results are: by measure and by node.
  std::vector<int32_t> value_of_measure;
  std::vector<int32_t> status_of_node;
  int32_t typical_value = 0;
};

// REQUIRES: the criteria's terms, measures and nodes are complete.
Program MakeProgram(const Criteria& criteria);

}  // namespace zhiping::criteria
