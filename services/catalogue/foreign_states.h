// Validly signed states that this store did not issue: found in Redis or reported by an instance.
// After a revision that it does not know the catalogue signs nothing more of the programme until an
// operator has decided. What such a state lists as withdrawn is withdrawn here too.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/rpc/log.h"
#include "common/time/clock.h"
#include "services/catalogue/signing.h"
#include "services/catalogue/store.h"

namespace zhiping::catalogue {

// Thread-safe.
class ForeignStates {
 public:
  // `recorded` is called after something was: what the catalogue signs has changed, if it still
  // does. All outlive this.
  ForeignStates(Store& store, const Signing& signing, const Clock& clock, const rpc::Log& log,
                std::function<void()> recorded)
      : store_(store),
        signing_(signing),
        clock_(clock),
        log_(log),
        recorded_(std::move(recorded)) {}

  // Looks at the envelope of a state; blocks. What is not validly signed says nothing. `known`: the
  // history as it was read last, which saves reading it again for states that belong to it. Whether
  // the state names what is not of that history, an activation or a withdrawal: another replica may
  // have issued it since, or it is foreign, and recorded. Errors: those of the database.
  absl::StatusOr<bool> Check(absl::Time deadline, absl::string_view envelope, const History& known);

 private:
  absl::Status Record(absl::Time deadline, const v1::ActivationState& state);
  absl::Status RecordWithdrawn(StoreTransaction& transaction, const std::string& programme,
                               const std::vector<std::string>& digests);
  // history.met, which is new.
  absl::Status RecordMet(StoreTransaction& transaction, const History& history);

  Store& store_;
  const Signing& signing_;
  const Clock& clock_;
  const rpc::Log& log_;
  const std::function<void()> recorded_;
};

}  // namespace zhiping::catalogue
