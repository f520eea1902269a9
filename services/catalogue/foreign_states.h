// Validly signed states that this store did not issue: found in Redis or reported by an instance.
// The catalogue then signs nothing more of the programme until an operator has decided.
#pragma once

#include <functional>
#include <string>

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
  // `stopped` is called when the catalogue has stopped signing for a programme. All outlive this.
  ForeignStates(Store& store, const Signing& signing, const Clock& clock, const rpc::Log& log,
                std::function<void()> stopped)
      : store_(store), signing_(signing), clock_(clock), log_(log), stopped_(std::move(stopped)) {}

  // Looks at the envelope of a state; blocks. What is not validly signed says nothing. `known`: the
  // history as it was read last, which saves reading it again for states that belong to it. Whether
  // the state names what is not of that history: another replica may have issued it since, or it is
  // foreign, and recorded. Errors: those of the database.
  absl::StatusOr<bool> Check(absl::Time deadline, absl::string_view envelope, const History& known);

 private:
  absl::Status Record(absl::Time deadline, const std::string& programme,
                      const v1::Activation& activation);

  Store& store_;
  const Signing& signing_;
  const Clock& clock_;
  const rpc::Log& log_;
  const std::function<void()> stopped_;
};

}  // namespace zhiping::catalogue
