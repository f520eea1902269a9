#include "common/criteria/program.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "common/criteria/criteria.h"

namespace zhiping::criteria {
namespace {

// Numbers for things, each distinct one once, in the order of arrival.
template <typename Thing>
class Numbering {
 public:
  int32_t NumberOf(const Thing& thing) {
    const auto [found, is_new] = numbers_.try_emplace(thing, static_cast<int32_t>(things_.size()));
    if (is_new) things_.push_back(thing);
    return found->second;
  }
  const std::vector<Thing>& things() const { return things_; }
  int32_t size() const { return static_cast<int32_t>(things_.size()); }

 private:
  std::map<Thing, int32_t> numbers_;
  std::vector<Thing> things_;
};

// A mask with its empty words around it taken away.
struct MaskWords {
  int32_t first_word = 0;
  std::vector<uint64_t> words;
  bool operator<(const MaskWords& other) const {
    return std::tie(first_word, words) < std::tie(other.first_word, other.words);
  }
};

class ProgramMaker {
 public:
  explicit ProgramMaker(const Criteria& criteria) : criteria_(criteria) {}

  Program Run() {
    program_.points = MakeColumns(criteria_.segment_points_terms());
    program_.max_points = MakeColumns(criteria_.segment_max_terms());
    FindValues();
    PlaceValues();
    FindLeaves();
    PlaceNodes();
    return std::move(program_);
  }

 private:
  using CountKey = std::pair<int32_t, MaskWords>;
  // Constant, then multiplier and count of each term.
  using SumKey = std::vector<int32_t>;
  // `each`, then the counts.
  using ReachedKey = std::vector<int32_t>;
  enum ValueKind { kFactValue, kCountValue, kSumValue, kReachedValue };
  using Value = std::pair<ValueKind, int32_t>;
  using AtLeastKey = std::pair<int32_t, int64_t>;
  using RatioKey = std::tuple<int32_t, int32_t, int64_t, int64_t>;
  // Kind, then the slots of its parts.
  using JoinKey = std::vector<int32_t>;

  MaskWords WordsOf(const Term& term) const {
    const auto begin = criteria_.masks().begin() + term.mask;
    return {term.first_word, {begin, begin + term.word_count}};
  }

  int32_t AddMask(MaskWords mask) {
    if (mask.words.empty() && criteria_.word_count() == 1) mask.words.push_back(0);
    program_.masks.push_back({mask.first_word, static_cast<int32_t>(mask.words.size()),
                              static_cast<int32_t>(program_.words.size())});
    program_.words.insert(program_.words.end(), mask.words.begin(), mask.words.end());
    return static_cast<int32_t>(program_.masks.size()) - 1;
  }

  // As many columns of a state as the segment with the most terms in it has, but one in any case;
  // where a segment has fewer, it adds nothing.
  std::vector<Program::Column> MakeColumns(const std::vector<Range>& of_segments) {
    std::vector<Program::Column> columns;
    for (int32_t state = 0; state <= criteria_.level_count(); ++state) {
      for (int32_t nth = 0; HasNth(of_segments, state, nth); ++nth) {
        columns.push_back(AddColumn(of_segments, state, nth));
      }
    }
    if (columns.empty()) columns.push_back(AddColumn(of_segments, 0, 0));
    return columns;
  }

  bool HasNth(const std::vector<Range>& of_segments, int32_t state, int32_t nth) const {
    return std::any_of(of_segments.begin(), of_segments.end(),
                       [&](const Range& range) { return FindTerm(range, state, nth) != nullptr; });
  }

  Program::Column AddColumn(const std::vector<Range>& of_segments, int32_t state, int32_t nth) {
    const Program::Column column{state, static_cast<int32_t>(program_.masks.size())};
    for (const Range& range : of_segments) {
      const Term* const term = FindTerm(range, state, nth);
      AddMask(term == nullptr ? MaskWords{} : WordsOf(*term));
      program_.multipliers.push_back(term == nullptr ? 0 : term->multiplier);
    }
    return column;
  }

  // The nth term of the state; null if there are fewer.
  const Term* FindTerm(const Range& range, int32_t state, int32_t nth) const {
    for (int32_t t = range.begin; t < range.end; ++t) {
      const Term& term = criteria_.terms()[t];
      if (term.state == state && nth-- == 0) return &term;
    }
    return nullptr;
  }

  int32_t CountOf(const Term& term) { return counts_.NumberOf({term.state, WordsOf(term)}); }

  // The number of scenarios in one mask is a count; anything else is a sum of counts.
  Value SumOf(int32_t constant, const Range& range) {
    if (constant == 0 && range.end - range.begin == 1) {
      const Term& term = criteria_.terms()[range.begin];
      if (term.multiplier == 1) return {kCountValue, CountOf(term)};
    }
    SumKey key = {constant};
    for (int32_t t = range.begin; t < range.end; ++t) {
      const Term& term = criteria_.terms()[t];
      key.push_back(term.multiplier);
      key.push_back(CountOf(term));
    }
    return {kSumValue, sums_.NumberOf(key)};
  }

  Value ReachedOf(const Measure& measure) {
    ReachedKey key = {measure.each};
    for (int32_t t = measure.terms.begin; t < measure.terms.end; ++t) {
      key.push_back(CountOf(criteria_.terms()[t]));
    }
    return {kReachedValue, reached_.NumberOf(key)};
  }

  void FindValues() {
    for (const Measure& measure : criteria_.measures()) {
      if (measure.kind == Measure::kFact) {
        values_.emplace_back(kFactValue, measure.fact);
      } else if (measure.kind == Measure::kLinear) {
        values_.push_back(SumOf(measure.constant, measure.terms));
      } else {
        values_.push_back(ReachedOf(measure));
      }
    }
    typical_ = SumOf(0, criteria_.typical_terms());
  }

  void PlaceValues() {
    PlaceCounts();
    program_.first_sum = criteria_.fact_count() + counts_.size();
    for (const SumKey& key : sums_.things()) {
      const int32_t slot = program_.first_sum + static_cast<int32_t>(program_.sums.size());
      program_.sums.push_back(key[0]);
      for (size_t i = 1; i < key.size(); i += 2) {
        program_.sum_terms.push_back({slot, key[i], slot_of_count_[key[i + 1]]});
      }
    }
    for (const ReachedKey& key : reached_.things()) {
      const auto begin = static_cast<int32_t>(program_.reached_counts.size());
      for (size_t i = 1; i < key.size(); ++i) {
        program_.reached_counts.push_back(slot_of_count_[key[i]]);
      }
      program_.reached.push_back(
          {key[0], {begin, static_cast<int32_t>(program_.reached_counts.size())}});
    }
    program_.value_count = program_.first_sum + sums_.size() + reached_.size();
    for (const Value& value : values_) program_.value_of_measure.push_back(SlotOf(value));
    program_.typical_value = SlotOf(typical_);
  }

  // Counts of the same state stand together.
  void PlaceCounts() {
    slot_of_count_.resize(counts_.size());
    int32_t slot = criteria_.fact_count();
    for (int32_t state = 0; state <= criteria_.level_count(); ++state) {
      Program::Counts group{state, static_cast<int32_t>(program_.masks.size()), {slot, slot}};
      for (int32_t i = 0; i < counts_.size(); ++i) {
        if (counts_.things()[i].first != state) continue;
        AddMask(counts_.things()[i].second);
        slot_of_count_[i] = slot++;
      }
      group.values.end = slot;
      if (group.values.end > group.values.begin) program_.counts.push_back(group);
    }
  }

  int32_t SlotOf(const Value& value) const {
    const auto [kind, number] = value;
    if (kind == kFactValue) return number;
    if (kind == kCountValue) return slot_of_count_[number];
    return program_.first_sum + (kind == kSumValue ? 0 : sums_.size()) + number;
  }

  // Whether the node compares one value with a number.
  bool IsAtLeast(const Node& node) const {
    if (node.kind == Node::kAtLeast) return true;
    return criteria_.measures()[node.denominator].constant_only &&
           criteria_.measures()[node.denominator].constant > 0;
  }

  AtLeastKey AtLeastOf(const Node& node) const {
    const int32_t value = program_.value_of_measure[node.measure];
    if (node.kind == Node::kAtLeast) return {value, node.n};
    // value × d ≥ n × constant, for whole numbers.
    const int64_t least = node.n * criteria_.measures()[node.denominator].constant;
    return {value, (least + node.d - 1) / node.d};
  }

  RatioKey RatioOf(const Node& node) const {
    return {program_.value_of_measure[node.measure], program_.value_of_measure[node.denominator],
            node.n, node.d};
  }

  void FindLeaves() {
    for (const Node& node : criteria_.nodes()) {
      if (node.kind > Node::kRatio) continue;
      IsAtLeast(node) ? at_leasts_.NumberOf(AtLeastOf(node)) : ratios_.NumberOf(RatioOf(node));
    }
  }

  // A node's parts come after it, so from the end they are known before it.
  void PlaceNodes() {
    program_.status_of_node.resize(criteria_.nodes().size());
    for (int i = static_cast<int>(criteria_.nodes().size()) - 1; i >= 0; --i) {
      program_.status_of_node[i] = StatusOf(criteria_.nodes()[i]);
    }
    for (const auto& [value, threshold] : at_leasts_.things()) {
      program_.at_leasts.push_back({value, threshold});
    }
    for (const auto& [value, denominator, n, d] : ratios_.things()) {
      program_.ratios.push_back({value, denominator, n, d});
    }
    for (const JoinKey& key : joins_.things()) {
      Program::Join& join = program_.joins.emplace_back();
      join.kind = key[0] - Node::kAllOf;
      for (size_t p = 0; p < Program::Join::kParts; ++p) {
        join.parts[p] = key[std::min(p + 1, key.size() - 1)];
      }
    }
    program_.first_join = first_join();
    program_.status_count = first_join() + joins_.size();
  }

  int32_t first_join() const { return at_leasts_.size() + ratios_.size(); }

  int32_t StatusOf(const Node& node) {
    if (node.kind <= Node::kRatio) {
      return IsAtLeast(node) ? at_leasts_.NumberOf(AtLeastOf(node))
                             : at_leasts_.size() + ratios_.NumberOf(RatioOf(node));
    }
    std::vector<int32_t> parts;
    for (int32_t p = node.parts.begin; p < node.parts.end; ++p) {
      parts.push_back(program_.status_of_node[criteria_.parts()[p]]);
    }
    std::sort(parts.begin(), parts.end());
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    // Whatever joins a single part says what the part says.
    while (parts.size() > 1) {
      const size_t first = parts.size() - std::min<size_t>(parts.size(), Program::Join::kParts);
      JoinKey key = {node.kind};
      key.insert(key.end(), parts.begin() + first, parts.end());
      parts.resize(first);
      parts.push_back(first_join() + joins_.NumberOf(key));
    }
    return parts[0];
  }

  const Criteria& criteria_;
  Program program_;
  Numbering<CountKey> counts_;
  Numbering<SumKey> sums_;
  Numbering<ReachedKey> reached_;
  std::vector<Value> values_;
  Value typical_;
  std::vector<int32_t> slot_of_count_;
  Numbering<AtLeastKey> at_leasts_;
  Numbering<RatioKey> ratios_;
  Numbering<JoinKey> joins_;
};

}  // namespace

Program MakeProgram(const Criteria& criteria) { return ProgramMaker(criteria).Run(); }

}  // namespace zhiping::criteria
