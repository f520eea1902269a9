#include "common/criteria/score.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <utility>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace zhiping::criteria {
namespace {

// Codes are at most rank 16 + 2 = 18: five bits, or three if there are at most five levels.
constexpr int kMostPlanes = 5;
constexpr int kFewPlanes = 3;
static_assert(CodeOfRank(kMaxLevels) < 1 << kMostPlanes);
static_assert(CodeOfRank(kMostRanks) == (1 << kMostPlanes) - 1);

// As many answers as are read at once.
#ifdef __SSE2__
class Block {
 public:
  static constexpr int kAnswers = 16;

  explicit Block(const uint8_t* answers)
      : bytes_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(answers))) {}

  // Bit b of each answer.
  uint64_t Plane(int b) const { return _mm_movemask_epi8(_mm_slli_epi16(bytes_, 7 - b)); }
  // Every answer has the bits of this one and of the other.
  void Add(const Block& other) { bytes_ = _mm_or_si128(bytes_, other.bytes_); }
  bool IsBelow(int power_of_two) const {
    const __m128i high = _mm_and_si128(bytes_, _mm_set1_epi8(static_cast<char>(-power_of_two)));
    return _mm_movemask_epi8(_mm_cmpeq_epi8(high, _mm_setzero_si128())) == 0xffff;
  }

 private:
  __m128i bytes_;
};
#else
class Block {
 public:
  static constexpr int kAnswers = 8;

  explicit Block(const uint8_t* answers) {
    static_assert(std::endian::native == std::endian::little, "answer i is byte i of the word");
    std::memcpy(&bytes_, answers, sizeof bytes_);
  }

  // Bit b of each answer, gathered into the highest byte.
  uint64_t Plane(int b) const { return ((bytes_ >> b & kEveryByte) * 0x0102040810204080) >> 56; }
  // Every answer has the bits of this one and of the other.
  void Add(const Block& other) { bytes_ |= other.bytes_; }
  bool IsBelow(int power_of_two) const {
    return (bytes_ & (kEveryByte * (0xff & -power_of_two))) == 0;
  }

 private:
  static constexpr uint64_t kEveryByte = 0x0101010101010101;
  uint64_t bytes_;
};
#endif

constexpr uint8_t kNoAnswers[Block::kAnswers] = {};

// The bit planes of up to 64 answers: bit i of planes[b] is bit b of answer i.
template <int kPlanes>
struct Planes {
  uint64_t planes[kPlanes] = {};
  Block all{kNoAnswers};

  // Adds a block; answers that were added before may be among it.
  void Add(const Block& block, int first) {
    all.Add(block);
    for (int b = 0; b < kPlanes; ++b) planes[b] |= block.Plane(b) << first;
  }

  void AddAll(const uint8_t* answers, int count) {
    constexpr int kSize = Block::kAnswers;
    for (int i = 0; i + kSize <= count; i += kSize) Add(Block(answers + i), i);
    if (count % kSize == 0) return;
    if (count > kSize) {
      Add(Block(answers + count - kSize), count - kSize);
    } else {
      uint8_t block[kSize] = {};
      std::memcpy(block, answers, count);
      Add(Block(block), 0);
    }
  }

  // Whether every answer fits into the planes.
  bool Fit() const { return all.IsBelow(1 << kPlanes); }

  // The answers whose code is at least kCode. Bits that are no answers are code 0.
  template <int kCode>
  uint64_t AtLeast() const {
    if constexpr (kCode >= 1 << kPlanes) return 0;
    uint64_t at_least = ~uint64_t{0};
    for (int b = 0; b < kPlanes; ++b) {
      at_least = (kCode >> b & 1) != 0 ? at_least & planes[b] : at_least | planes[b];
    }
    return at_least;
  }
};

// Puts the scenarios at a rank or above into states[rank × stride], for every rank. Returns those
// at a rank that does not exist for them. Written out for each rank, so that no code is compared
// bit by bit.
template <int kPlanes, int... kRanks>
inline uint64_t LoadRanks(const Planes<kPlanes>& planes, const uint64_t* existing, int stride,
                          uint64_t* states, std::integer_sequence<int, kRanks...>) {
  uint64_t wrong = 0;
  ((states[(kRanks + 1) * stride] = planes.template AtLeast<CodeOfRank(kRanks + 1)>(),
    wrong |= (planes.template AtLeast<CodeOfRank(kRanks + 1)>() ^
              planes.template AtLeast<CodeOfRank(kRanks + 2)>()) &
             ~existing[kRanks * stride]),
   ...);
  return wrong;
}

// Fills tally.states from the answers. Returns false if an answer is none, or of a level that does
// not exist.
template <int kPlanes>
inline bool LoadStates(const Criteria& criteria, const uint8_t* answers, int words, Tally& tally) {
  constexpr int kRanks = RankOfCode((1 << kPlanes) - 1);
  const int count = criteria.scenario_count();
  uint64_t* const states = tally.states.data();
  const uint64_t* const existing = criteria.existing_masks().data();
  uint64_t wrong = 0;
  for (int w = 0; w < words; ++w) {
    const int in_word = std::min(64, count - 64 * w);
    const uint64_t used = ~uint64_t{0} >> (64 - in_word);
    Planes<kPlanes> planes;
    planes.AddAll(answers + 64 * w, in_word);
    if (!planes.Fit()) return false;
    wrong |= LoadRanks(planes, existing + w, words, states + w,
                       std::make_integer_sequence<int, kRanks>());
    states[w] = used & ~(planes.template AtLeast<kNotApplicable>() ^
                         planes.template AtLeast<CodeOfRank(1)>());
    tally.missing_scenarios[w] = used & ~planes.template AtLeast<kNone>();
  }
  return wrong == 0;
}

// The states of an assessment and how many scenarios of a mask are in one of them.
template <bool kOneWord>
class Counter {
 public:
  Counter(const Criteria& criteria, const Tally& tally)
      : masks_(criteria.program().masks.data()),
        words_(criteria.program().words.data()),
        states_(tally.states.data()),
        word_count_(kOneWord ? 1 : criteria.word_count()) {}

  int32_t Count(int state, int mask) const {
    if constexpr (kOneWord) return std::popcount(states_[state] & words_[mask]);
    const Program::Mask& where = masks_[mask];
    const uint64_t* const in_state = states_ + state * word_count_ + where.first_word;
    const uint64_t* const words = words_ + where.begin;
    int32_t count = 0;
    for (int w = 0; w < where.word_count; ++w) count += std::popcount(in_state[w] & words[w]);
    return count;
  }

  // How many scenarios are in `mask`, of word_count words.
  int32_t CountAll(const uint64_t* mask) const {
    int32_t count = 0;
    for (int w = 0; w < word_count_; ++w) count += std::popcount(mask[w]);
    return count;
  }
  int32_t CountAll(int state) const { return CountAll(states_ + state * word_count_); }

  // Writes a sum for each segment and returns the sum of them all.
  int32_t SumSegments(const Program& program, const std::vector<Program::Column>& columns,
                      std::vector<int32_t>& of_segments) const {
    switch (columns.size()) {
      case 1:
        return SumColumns<1, false>(program, columns.data(), of_segments);
      case 2:
        return SumColumns<2, false>(program, columns.data(), of_segments);
      case 3:
        return SumColumns<3, false>(program, columns.data(), of_segments);
      default:
        break;
    }
    int32_t sum = SumColumns<4, false>(program, columns.data(), of_segments);
    for (size_t c = 4; c < columns.size(); ++c) {
      sum += SumColumns<1, true>(program, &columns[c], of_segments);
    }
    return sum;
  }

 private:
  // Several columns at once, so that each segment is written once.
  template <int kColumns, bool kAdd>
  int32_t SumColumns(const Program& program, const Program::Column* columns,
                     std::vector<int32_t>& of_segments) const {
    int states[kColumns], masks[kColumns];
    for (int c = 0; c < kColumns; ++c) {
      states[c] = columns[c].state;
      masks[c] = columns[c].first;
    }
    const int32_t* const multipliers = program.multipliers.data();
    int32_t sum = 0;
    for (int32_t& of_segment : of_segments) {
      int32_t added = 0;
      for (int c = 0; c < kColumns; ++c) {
        added += multipliers[masks[c]] * Count(states[c], masks[c]);
        ++masks[c];
      }
      of_segment = kAdd ? of_segment + added : added;
      sum += added;
    }
    return sum;
  }

  const Program::Mask* masks_;
  const uint64_t* words_;
  const uint64_t* states_;
  int word_count_;
};

template <bool kOneWord>
inline void FillTotals(const Criteria& criteria, const Counter<kOneWord>& counter, Tally& tally) {
  const Program& program = criteria.program();
  const int levels = criteria.level_count();
  tally.points = counter.SumSegments(program, program.points, tally.segment_points);
  tally.applicable_max_points =
      counter.SumSegments(program, program.max_points, tally.segment_applicable_max_points);
  int32_t above = 0;
  for (int rank = levels; rank >= 1; --rank) {
    const int32_t at_least = counter.CountAll(rank);
    tally.level_counts[rank - 1] = at_least - above;
    above = at_least;
  }
  tally.built = above;
  tally.applicable = counter.CountAll(0);
  tally.missing = counter.CountAll(tally.missing_scenarios.data());
  tally.typical_covered = tally.values[program.typical_value];
}

template <bool kOneWord>
inline void FillValues(const Program& program, const Counter<kOneWord>& counter,
                       absl::Span<const int32_t> facts, int32_t* values) {
  for (size_t f = 0; f < facts.size(); ++f) values[f] = facts[f];
  for (const Program::Counts& counts : program.counts) {
    int32_t mask = counts.first_mask;
    for (int v = counts.values.begin; v < counts.values.end; ++v) {
      values[v] = counter.Count(counts.state, mask++);
    }
  }
  int32_t* next = values + program.first_sum;
  for (const int32_t constant : program.sums) *next++ = constant;
  for (const Program::SumTerm& term : program.sum_terms) {
    values[term.sum] += term.multiplier * values[term.count];
  }
  for (const Program::Reached& reached : program.reached) {
    int32_t value = 0;
    for (int c = reached.counts.begin; c < reached.counts.end; ++c) {
      value += values[program.reached_counts[c]] >= reached.each;
    }
    *next++ = value;
  }
}

// Which status follows from the statuses of the parts, joined.
constexpr uint8_t M = kMet, N = kNotMet, U = kUndetermined;
constexpr uint8_t kJoined[3][8] = {
    {0, M, N, N, U, U, N, N},  // all_of
    {0, M, N, M, U, M, U, M},  // any_of
    {0, M, N, U, U, U, U, U},  // readings
};

// Without branches, which would be guessed wrongly as often as answers differ. Only a missing fact
// is negative.
inline uint8_t StatusOf(bool unknown, bool met) {
  static_assert((kNotMet ^ 6) == kUndetermined);
  return static_cast<uint8_t>((kNotMet - met) ^ (-static_cast<int>(unknown) & 6));
}

inline void FillLeaves(const Program& program, const int32_t* values, uint8_t* next) {
  for (const Program::AtLeast& leaf : program.at_leasts) {
    const int32_t value = values[leaf.value];
    *next++ = StatusOf(value < 0, value >= leaf.threshold);
  }
  for (const Program::Ratio& leaf : program.ratios) {
    const int64_t value = values[leaf.value];
    const int64_t denominator = values[leaf.denominator];
    const bool unknown = (value < 0) | (denominator <= 0);
    *next++ = StatusOf(unknown, !unknown & (value * leaf.d >= leaf.n * denominator));
  }
}

inline void FillJoins(const Program& program, uint8_t* statuses) {
  uint8_t* next = statuses + program.first_join;
  for (const Program::Join& join : program.joins) {
    uint8_t joined = 0;
    for (const int32_t part : join.parts) joined |= statuses[part];
    *next++ = kJoined[join.kind][joined];
  }
}

template <bool kOneWord>
inline bool Run(const Criteria& criteria, absl::Span<const uint8_t> answers,
                absl::Span<const int32_t> facts, Tally& tally) {
  const int words = kOneWord ? 1 : criteria.word_count();
  const bool few_planes = CodeOfRank(criteria.level_count()) < 1 << kFewPlanes;
  const bool valid = few_planes ? LoadStates<kFewPlanes>(criteria, answers.data(), words, tally)
                                : LoadStates<kMostPlanes>(criteria, answers.data(), words, tally);
  if (!valid) return false;
  const Program& program = criteria.program();
  const Counter<kOneWord> counter(criteria, tally);
  FillValues(program, counter, facts, tally.values.data());
  FillLeaves(program, tally.values.data(), tally.statuses.data());
  // Between the leaves and what waits for them.
  FillTotals(criteria, counter, tally);
  FillJoins(program, tally.statuses.data());
  return true;
}

}  // namespace

bool Score(const Criteria& criteria, absl::Span<const uint8_t> answers,
           absl::Span<const int32_t> facts, Tally& tally) {
  return criteria.word_count() == 1 ? Run<true>(criteria, answers, facts, tally)
                                    : Run<false>(criteria, answers, facts, tally);
}

}  // namespace zhiping::criteria
