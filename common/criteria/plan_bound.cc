#include "common/criteria/plan_bound.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/numeric/int128.h"

namespace zhiping::criteria {
namespace {

// More prices make the bound tighter, and its table larger.
constexpr size_t kMostPrices = 64;

// a.first / a.second < b.first / b.second
bool LowerPrice(const std::pair<int64_t, int64_t>& a, const std::pair<int64_t, int64_t>& b) {
  return absl::int128(a.first) * b.second < absl::int128(b.first) * a.second;
}

using Prices = std::vector<std::pair<int64_t, int64_t>>;

// Whether every sum of the bound stays below 2^62. A rulebook with gains that large (points in the
// millions against a denominator in the millions) is planned for without this bound.
bool FitsInt64(const PlanProblem& problem, int leaf, const Prices& prices) {
  absl::int128 gain_weight = 0;
  absl::int128 cost_weight = 0;
  for (const auto& [gain, cost] : prices) {
    gain_weight = std::max(gain_weight, absl::int128(gain));
    cost_weight = std::max(cost_weight, absl::int128(cost));
  }
  absl::int128 gains = problem.leaves[leaf].needed < 0 ? 0 : problem.leaves[leaf].needed;
  absl::int128 costs = 0;
  for (const PlanGain& gain : problem.leaves[leaf].gains) {
    for (int64_t number : gain.gains) gains += number < 0 ? -number : number;
    for (const PlanOption& option : problem.options[gain.scenario]) costs += option.cost;
  }
  return gain_weight * gains + cost_weight * costs < absl::int128(int64_t{1} << 62);
}

}  // namespace

LeafBound::LeafBound(const PlanProblem& problem, int leaf) {
  const int count = static_cast<int>(problem.options.size());
  least_gain_.assign(count + 1, 0);
  greatest_gain_.assign(count + 1, 0);
  std::vector<const PlanGain*> of_scenario(count, nullptr);
  for (const PlanGain& gain : problem.leaves[leaf].gains) of_scenario[gain.scenario] = &gain;

  // The bound is concave in λ with its corners at cost / gain of single options.
  Prices prices;
  for (const PlanGain& gain : problem.leaves[leaf].gains) {
    for (size_t k = 0; k < gain.gains.size(); ++k) {
      if (gain.gains[k] > 0) {
        const int64_t cost = problem.options[gain.scenario][k].cost;
        const int64_t divisor = std::gcd(cost, gain.gains[k]);
        prices.emplace_back(cost / divisor, gain.gains[k] / divisor);
      }
    }
  }
  std::sort(prices.begin(), prices.end(), LowerPrice);
  prices.erase(std::unique(prices.begin(), prices.end(),
                           [](const auto& a, const auto& b) {
                             return !LowerPrice(a, b) && !LowerPrice(b, a);
                           }),
               prices.end());
  const size_t kept = FitsInt64(problem, leaf, prices) ? std::min(prices.size(), kMostPrices) : 0;
  for (size_t k = 0; k < kept; ++k) {
    const auto& price = prices[kept == 1 ? 0 : k * (prices.size() - 1) / (kept - 1)];
    gain_weights_.push_back(price.first);
    cost_weights_.push_back(price.second);
  }

  surplus_.assign((count + 1) * kept, 0);
  for (int i = count - 1; i >= 0; --i) {
    int64_t least = 0;
    int64_t greatest = 0;
    const PlanGain* const gain = of_scenario[i];
    for (size_t p = 0; p < kept; ++p) {
      int64_t best = 0;
      for (size_t k = 0; gain != nullptr && k < gain->gains.size(); ++k) {
        best = std::max(best, gain_weights_[p] * gain->gains[k] -
                                  cost_weights_[p] * problem.options[i][k].cost);
      }
      surplus_[i * kept + p] = surplus_[(i + 1) * kept + p] + best;
    }
    for (size_t k = 0; gain != nullptr && k < gain->gains.size(); ++k) {
      least = std::min(least, gain->gains[k]);
      greatest = std::max(greatest, gain->gains[k]);
    }
    least_gain_[i] = least_gain_[i + 1] + least;
    greatest_gain_[i] = greatest_gain_[i + 1] + greatest;
  }
}

int64_t LeafBound::Cost(int first, int64_t needed) const {
  if (needed <= 0) return 0;
  if (needed > greatest_gain_[first]) return kImpossible;
  const size_t prices = gain_weights_.size();
  const int64_t* const surplus = surplus_.data() + first * prices;
  if (prices == 0) return 0;
  const auto scaled = [&](size_t p) { return gain_weights_[p] * needed - surplus[p]; };
  // Concave in λ: it rises up to its highest price and falls from there.
  size_t first_price = 0;
  size_t last_price = prices - 1;
  while (first_price < last_price) {
    const size_t p = (first_price + last_price) / 2;
    const bool rises = absl::int128(scaled(p)) * cost_weights_[p + 1] <
                       absl::int128(scaled(p + 1)) * cost_weights_[p];
    (rises ? first_price : last_price) = rises ? p + 1 : p;
  }
  const int64_t best = scaled(first_price);
  return best <= 0 ? 0 : (best + cost_weights_[first_price] - 1) / cost_weights_[first_price];
}

}  // namespace zhiping::criteria
