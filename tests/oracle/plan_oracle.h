// The least costly plan by trying every combination of answers. For small editions only.
#pragma once

#include <cstdint>
#include <vector>

#include "zhiping/catalogue/v1/release.pb.h"

namespace zhiping::oracle {

struct BestPlan {
  bool feasible = false;
  int64_t cost = 0;
  // The rank of every scenario afterwards.
  std::vector<int> ranks;
  // How many plans cost that much.
  int64_t optima = 0;
};

// `costs[scenario][rank]`; scenarios in `excluded` stay. Plans for the tier's conditions or advice.
BestPlan FindBestPlan(const catalogue::v1::Release& release, const std::vector<uint8_t>& answers,
                      const std::vector<int32_t>& facts, int tier, bool advice,
                      const std::vector<std::vector<int32_t>>& costs,
                      const std::vector<uint8_t>& excluded);

// Whether `after` meets what remains of the tier's conditions or advice when its conditions on
// facts are taken out as planning does: with their status under the answers `now`.
bool MeetsTarget(const catalogue::v1::Release& release, const std::vector<uint8_t>& now,
                 const std::vector<uint8_t>& after, const std::vector<int32_t>& facts, int tier,
                 bool advice);

}  // namespace zhiping::oracle
