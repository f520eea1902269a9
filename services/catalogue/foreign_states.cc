#include "services/catalogue/foreign_states.h"

#include <optional>

#include "common/releases/state.h"
#include "common/status/status_macros.h"

namespace zhiping::catalogue {
namespace {

// The activation of the state that cannot be of the history; null: none.
const v1::Activation* ForeignIn(const v1::ActivationState& state, const History& history) {
  for (const v1::Activation* activation : {&state.pending(), &state.current()}) {
    if (activation->revision() != 0 && IsForeign(history, *activation) != Foreign::kNo) {
      return activation;
    }
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<bool> ForeignStates::Check(absl::Time deadline, absl::string_view envelope,
                                          const History& known) {
  const auto opened = releases::OpenState(envelope, known.programme, signing_.trust());
  if (!opened.ok()) return false;
  const v1::ActivationState& state = opened->state;
  if (ForeignIn(state, known) == nullptr && UnknownWithdrawals(known, state).empty()) return false;
  RETURN_IF_ERROR(Record(deadline, state));
  return true;
}

absl::Status ForeignStates::Record(absl::Time deadline, const v1::ActivationState& state) {
  std::vector<std::string> withdrawn;
  std::optional<MetRevision> met;
  const auto record = [&](StoreTransaction& transaction) -> absl::Status {
    met.reset();
    // Another replica may have issued it, or met it, since the history was read.
    ASSIGN_OR_RETURN(History history, transaction.Lock(state.programme()));
    withdrawn = UnknownWithdrawals(history, state);
    RETURN_IF_ERROR(RecordWithdrawn(transaction, state.programme(), withdrawn));
    const v1::Activation* const foreign = ForeignIn(state, history);
    if (foreign == nullptr) return absl::OkStatus();
    const bool known_already =
        history.met.revision > foreign->revision() ||
        (history.met.revision == foreign->revision() && history.met.digest == foreign->digest());
    if (known_already) return absl::OkStatus();
    met = history.met = {foreign->revision(), foreign->digest(), clock_.Now()};
    return RecordMet(transaction, history);
  };
  RETURN_IF_ERROR(store_.Change(deadline, record));
  for (const std::string& digest : withdrawn) {
    log_.Write(rpc::Severity::kError, "foreign_withdrawal_met",
               {{"programme", state.programme()}, {"digest", digest}});
  }
  if (met.has_value()) {
    log_.Write(rpc::Severity::kError, "foreign_revision_met",
               {{"programme", state.programme()},
                {"revision", static_cast<int64_t>(met->revision)},
                {"digest", met->digest}});
  }
  if (met.has_value() || !withdrawn.empty()) recorded_();
  return absl::OkStatus();
}

absl::Status ForeignStates::RecordWithdrawn(StoreTransaction& transaction,
                                            const std::string& programme,
                                            const std::vector<std::string>& digests) {
  const absl::Time now = clock_.Now();
  for (const std::string& digest : digests) {
    RETURN_IF_ERROR(transaction.AddMetWithdrawal(programme, digest, now));
    v1::CatalogueEvent event;
    event.set_programme(programme);
    event.mutable_release_withdrawn()->set_digest(digest);
    RETURN_IF_ERROR(transaction.Append(event, now));
  }
  return absl::OkStatus();
}

absl::Status ForeignStates::RecordMet(StoreTransaction& transaction, const History& history) {
  RETURN_IF_ERROR(transaction.SetMet(history.programme, history.met));
  v1::CatalogueEvent event;
  event.set_programme(history.programme);
  auto& met = *event.mutable_revision_met();
  met.set_revision(history.met.revision);
  met.set_digest(history.met.digest);
  met.set_kind(std::string(WhyNotSigning(history)));
  return transaction.Append(event, history.met.since);
}

}  // namespace zhiping::catalogue
