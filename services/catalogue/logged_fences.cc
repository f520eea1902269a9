#include "services/catalogue/logged_fences.h"

#include <algorithm>
#include <map>
#include <string>

#include "common/status/status_macros.h"

namespace zhiping::catalogue {

absl::Status TakeLoggedFences(Store& store, absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto programmes, store.Versions(deadline));
  std::map<std::string, int32_t> fenced;
  for (const auto& [programme, version] : programmes) {
    ASSIGN_OR_RETURN(const History history, store.ReadHistory(deadline, programme));
    if (history.fenced_revision == kFencedByLog) fenced[programme] = 0;
  }
  if (fenced.empty()) return absl::OkStatus();
  const auto take = [&](const v1::CatalogueEvent& event, const sql::LogEntry&) {
    const auto marked = fenced.find(event.programme());
    if (marked != fenced.end() && event.has_revision_fenced()) {
      marked->second = std::max(marked->second, event.revision_fenced().above());
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(store.ReadChanges(deadline, take));
  return store.Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
    for (const auto& [programme, above] : fenced) {
      RETURN_IF_ERROR(transaction.SetLoggedFence(programme, above));
    }
    return absl::OkStatus();
  });
}

}  // namespace zhiping::catalogue
