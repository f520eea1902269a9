#include "common/criteria/score.h"

#include <bit>
#include <cstring>

namespace zhiping::criteria {
namespace {

static_assert(std::endian::native == std::endian::little,
              "LoadPlanes reads eight answers as one little-endian word");

// Codes are at most rank 16 + 2 = 18: five bits.
constexpr int kPlanes = 5;
constexpr uint64_t kEveryByte = 0x0101010101010101;

// Bit `plane` of each of eight bytes, gathered into the low eight bits.
inline uint64_t Gather(uint64_t bytes, int plane) {
  return ((bytes >> plane & kEveryByte) * 0x0102040810204080) >> 56;
}

// Turns up to 64 answers into bit planes: bit i of planes[b] is bit b of answers[i]. Returns false
// if a byte does not fit into the planes.
template <int kUsedPlanes>
inline bool LoadPlanes(const uint8_t* answers, int count, uint64_t* planes) {
  uint64_t all = 0;
  for (int b = 0; b < kUsedPlanes; ++b) planes[b] = 0;
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    uint64_t bytes;
    std::memcpy(&bytes, answers + i, 8);
    all |= bytes;
    for (int b = 0; b < kUsedPlanes; ++b) planes[b] |= Gather(bytes, b) << i;
  }
  if (i < count) {
    uint64_t bytes = 0;
    for (int k = i; k < count; ++k) bytes |= uint64_t{answers[k]} << (8 * (k - i));
    all |= bytes;
    for (int b = 0; b < kUsedPlanes; ++b) planes[b] |= Gather(bytes, b) << i;
  }
  return (all & (kEveryByte * (0xff & ~((1 << kUsedPlanes) - 1)))) == 0;
}

// Scenarios whose code is at least `code`.
template <int kUsedPlanes>
inline uint64_t AtLeast(const uint64_t* planes, int code) {
  uint64_t at_least = ~uint64_t{0};
  for (int b = 0; b < kUsedPlanes; ++b) {
    at_least = (code >> b & 1) != 0 ? at_least & planes[b] : at_least | planes[b];
  }
  return at_least;
}

// Fills tally.states from the answers. Returns false if an answer is none, or of a level that does
// not exist.
template <int kUsedPlanes>
bool LoadStates(const Criteria& criteria, const uint8_t* answers, Tally& tally) {
  const int count = criteria.scenario_count();
  const int words = criteria.word_count();
  const int levels = criteria.level_count();
  uint64_t* const states = tally.states.data();
  const uint64_t* const existing = criteria.existing_masks().data();
  uint64_t wrong = 0;
  for (int w = 0; w < words; ++w) {
    const int in_word = std::min(64, count - 64 * w);
    const uint64_t used = in_word == 64 ? ~uint64_t{0} : (uint64_t{1} << in_word) - 1;
    uint64_t planes[kPlanes];
    if (!LoadPlanes<kUsedPlanes>(answers + 64 * w, in_word, planes)) return false;
    wrong |= AtLeast<kUsedPlanes>(planes, CodeOfRank(levels) + 1) *
             static_cast<uint64_t>((CodeOfRank(levels) + 1) >> kUsedPlanes == 0);
    uint64_t above = 0;
    for (int rank = levels; rank >= 1; --rank) {
      const uint64_t at_least = AtLeast<kUsedPlanes>(planes, CodeOfRank(rank));
      wrong |= at_least & ~above & ~existing[(rank - 1) * words + w];
      states[rank * words + w] = at_least;
      above = at_least;
    }
    const uint64_t answered = AtLeast<kUsedPlanes>(planes, kNone);
    const uint64_t not_applicable = AtLeast<kUsedPlanes>(planes, kNotApplicable) & ~above;
    states[w] = used & ~not_applicable;
    states[(levels + 1) * words + w] = used & ~answered;
  }
  return wrong == 0;
}

template <bool kOneWord>
inline int32_t CountTerm(const Criteria& criteria, const uint64_t* states, const Term& term) {
  const uint64_t* const masks = criteria.masks().data() + term.mask;
  if constexpr (kOneWord) {
    return std::popcount(states[term.state] & masks[0]);
  } else {
    const uint64_t* const state = states + term.state * criteria.word_count() + term.first_word;
    int32_t count = 0;
    for (int w = 0; w < term.word_count; ++w) count += std::popcount(state[w] & masks[w]);
    return count;
  }
}

template <bool kOneWord>
inline int32_t SumTerms(const Criteria& criteria, const uint64_t* states, Range range) {
  const Term* const terms = criteria.terms().data();
  int32_t sum = 0;
  for (int t = range.begin; t < range.end; ++t) {
    sum += terms[t].multiplier * CountTerm<kOneWord>(criteria, states, terms[t]);
  }
  return sum;
}

template <bool kOneWord>
int32_t Count(const uint64_t* state, int words) {
  if constexpr (kOneWord) return std::popcount(*state);
  int32_t count = 0;
  for (int w = 0; w < words; ++w) count += std::popcount(state[w]);
  return count;
}

template <bool kOneWord>
void FillCounts(const Criteria& criteria, Tally& tally) {
  const uint64_t* const states = tally.states.data();
  const int words = criteria.word_count();
  const int levels = criteria.level_count();
  int32_t points = 0;
  int32_t applicable_max = 0;
  for (int s = 0; s < criteria.segment_count(); ++s) {
    const int32_t of_segment =
        SumTerms<kOneWord>(criteria, states, criteria.segment_points_terms()[s]);
    const int32_t max_of_segment =
        SumTerms<kOneWord>(criteria, states, criteria.segment_max_terms()[s]);
    tally.segment_points[s] = of_segment;
    tally.segment_applicable_max_points[s] = max_of_segment;
    points += of_segment;
    applicable_max += max_of_segment;
  }
  tally.points = points;
  tally.applicable_max_points = applicable_max;
  int32_t above = 0;
  for (int rank = levels; rank >= 1; --rank) {
    const int32_t at_least = Count<kOneWord>(states + rank * words, words);
    tally.level_counts[rank - 1] = at_least - above;
    above = at_least;
  }
  tally.built = above;
  tally.applicable = Count<kOneWord>(states, words);
  tally.missing = Count<kOneWord>(states + (levels + 1) * words, words);
  tally.typical_covered = SumTerms<kOneWord>(criteria, states, criteria.typical_terms());
}

template <bool kOneWord>
void FillMeasures(const Criteria& criteria, const int32_t* facts, Tally& tally) {
  const uint64_t* const states = tally.states.data();
  const Measure* const measures = criteria.measures().data();
  const int count = static_cast<int>(criteria.measures().size());
  for (int m = 0; m < count; ++m) {
    const Measure& measure = measures[m];
    if (measure.kind == Measure::kFact) {
      tally.measures[m] = facts[measure.fact];
    } else if (measure.kind == Measure::kLinear) {
      tally.measures[m] = measure.constant + SumTerms<kOneWord>(criteria, states, measure.terms);
    } else {
      int32_t segments = 0;
      for (int t = measure.terms.begin; t < measure.terms.end; ++t) {
        segments += CountTerm<kOneWord>(criteria, states, criteria.terms()[t]) >= measure.each;
      }
      tally.measures[m] = segments;
    }
  }
}

// Which status follows from the statuses of the parts, joined: index is 8 × (kind − kAllOf) + join.
constexpr uint8_t M = kMet, N = kNotMet, U = kUndetermined;
constexpr uint8_t kJoined[3 * 8] = {
    0, M, N, N, U, U, N, N,  // all_of
    0, M, N, M, U, M, U, M,  // any_of
    0, M, N, U, U, U, U, U,  // readings
};

inline uint8_t LeafStatus(const Node& node, const int32_t* measures) {
  const int64_t value = measures[node.measure];
  if (node.kind == Node::kAtLeast) {
    return value == kFactMissing ? kUndetermined : value >= node.n ? kMet : kNotMet;
  }
  const int64_t denominator = measures[node.denominator];
  if (value == kFactMissing || denominator == kFactMissing || denominator == 0) {
    return kUndetermined;
  }
  return value * node.d >= node.n * denominator ? kMet : kNotMet;
}

void FillNodes(const Criteria& criteria, Tally& tally) {
  const Node* const nodes = criteria.nodes().data();
  const int32_t* const parts = criteria.parts().data();
  const int32_t* const measures = tally.measures.data();
  uint8_t* const statuses = tally.nodes.data();
  for (int i = static_cast<int>(criteria.nodes().size()) - 1; i >= 0; --i) {
    const Node& node = nodes[i];
    if (node.kind <= Node::kRatio) {
      statuses[i] = LeafStatus(node, measures);
      continue;
    }
    uint8_t joined = 0;
    for (int p = node.parts.begin; p < node.parts.end; ++p) joined |= statuses[parts[p]];
    statuses[i] = kJoined[8 * (node.kind - Node::kAllOf) + joined];
  }
}

}  // namespace

bool Score(const Criteria& criteria, absl::Span<const uint8_t> answers,
           absl::Span<const int32_t> facts, Tally& tally) {
  const bool three_planes = CodeOfRank(criteria.level_count()) < 8;
  const bool valid = three_planes ? LoadStates<3>(criteria, answers.data(), tally)
                                  : LoadStates<kPlanes>(criteria, answers.data(), tally);
  if (!valid) return false;
  if (criteria.word_count() == 1) {
    FillCounts<true>(criteria, tally);
    FillMeasures<true>(criteria, facts.data(), tally);
  } else {
    FillCounts<false>(criteria, tally);
    FillMeasures<false>(criteria, facts.data(), tally);
  }
  FillNodes(criteria, tally);
  return true;
}

}  // namespace zhiping::criteria
