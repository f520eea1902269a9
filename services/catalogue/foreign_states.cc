#include "services/catalogue/foreign_states.h"

#include "common/releases/state.h"
#include "common/status/status_macros.h"

namespace zhiping::catalogue {

absl::StatusOr<bool> ForeignStates::Check(absl::Time deadline, absl::string_view envelope,
                                          const History& known) {
  const auto opened = releases::OpenState(envelope, known.programme, signing_.trust());
  if (!opened.ok()) return false;
  for (const v1::Activation* activation : {&opened->state.pending(), &opened->state.current()}) {
    if (activation->revision() == 0 || IsForeign(known, *activation) == Foreign::kNo) continue;
    RETURN_IF_ERROR(Record(deadline, known.programme, *activation));
    return true;
  }
  return false;
}

absl::Status ForeignStates::Record(absl::Time deadline, const std::string& programme,
                                   const v1::Activation& activation) {
  bool recorded = false;
  const auto record = [&](StoreTransaction& transaction) -> absl::Status {
    recorded = false;
    // Another replica may have issued it since the history was read.
    ASSIGN_OR_RETURN(History history, transaction.Lock(programme));
    const Foreign foreign = IsForeign(history, activation);
    const bool known_already = history.met.revision > activation.revision() ||
                               (history.met.revision == activation.revision() &&
                                history.met.digest == activation.digest());
    if (foreign == Foreign::kNo || known_already) return absl::OkStatus();
    recorded = true;
    history.met = {activation.revision(), activation.digest(), clock_.Now()};
    RETURN_IF_ERROR(transaction.SetMet(programme, history.met));
    v1::CatalogueEvent event;
    event.set_programme(programme);
    auto& met = *event.mutable_revision_met();
    met.set_revision(activation.revision());
    met.set_digest(activation.digest());
    met.set_kind(std::string(WhyNotSigning(history)));
    return transaction.Append(event, clock_.Now());
  };
  RETURN_IF_ERROR(store_.Change(deadline, record));
  if (!recorded) return absl::OkStatus();
  log_.Write(rpc::Severity::kError, "foreign_revision_met",
             {{"programme", programme},
              {"revision", static_cast<int64_t>(activation.revision())},
              {"digest", activation.digest()}});
  stopped_();
  return absl::OkStatus();
}

}  // namespace zhiping::catalogue
