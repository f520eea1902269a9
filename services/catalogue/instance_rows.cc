#include "services/catalogue/instance_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/time/timestamp.h"

namespace zhiping::catalogue {
namespace {

// Whoever is not heard again within this does not run: reports come every 5 s.
constexpr absl::Duration kForgotten = absl::Minutes(1);

}  // namespace

std::string ProcessOf(const v1::SubscribeRequest& record) {
  const auto& instance = record.instance();
  return OtherKeyOf(instance.id(), absl::ToUnixMillis(FromTimestamp(instance.started_at())));
}

InstanceRows::Place InstanceRows::PlaceOf(const v1::SubscribeRequest& record, bool begins,
                                          absl::Duration received,
                                          const std::vector<StoredInstance>& rows) {
  const absl::Duration now = clock_.Steady();
  std::erase_if(displaced_, [&](const auto& one) { return now - one.second > kForgotten; });
  const std::string& id = record.instance().id();
  if (rows.empty()) return {id};
  const std::string process = ProcessOf(record);
  for (const StoredInstance& row : rows) {
    if (ProcessOf(row.record) != process) continue;
    displaced_.erase(process);
    return {row.key, &row};
  }
  // The row of the id alone is anybody's, others are of the process that they name.
  if (begins) {
    const StoredInstance& silent = LongestSilent(rows);
    return {silent.key == id ? id : process, &silent};
  }
  const auto [displaced, is_new] = displaced_.try_emplace(process, now);
  if (is_new || received - displaced->second < kStillThere) return {};
  const bool taken =
      std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.key == id; });
  return {taken ? process : id};
}

const StoredInstance& InstanceRows::LongestSilent(const std::vector<StoredInstance>& rows) {
  const StoredInstance* found = nullptr;
  absl::Duration longest;
  for (const StoredInstance& row : rows) {
    const absl::Duration lasts = watch_.See(row.key, row.last_seen).lasts;
    if (found != nullptr && lasts <= longest) continue;
    found = &row;
    longest = lasts;
  }
  return *found;
}

}  // namespace zhiping::catalogue
