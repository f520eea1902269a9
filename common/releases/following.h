// What a follower of one programme knows and runs: a state machine without threads, clocks or I/O.
// States come in from anywhere and in any order; releases are loaded by whoever drives it.
//
// Invariants: the revision applied never goes down; a revision never stands for two digests; what
// is applied was loaded.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/criteria/criteria.h"
#include "common/releases/snapshot.h"
#include "common/releases/state.h"

namespace zhiping::releases {

// A release that has to be loaded.
struct WantedRelease {
  std::string digest;
  int32_t revision;
  // At which its signature is judged: when it comes into force.
  absl::Time in_force_from;
};

class Following {
 public:
  explicit Following(std::string programme) : programme_(std::move(programme)) {}

  const std::string& programme() const { return programme_; }

  // Takes a state that is at least as new as the one held; an older one with the same revision
  // changes nothing. `now`, `steady`: both clocks at this moment. `asked`: the steady clock when
  // the catalogue was asked for it; absent if it is no answer of the catalogue's.
  //
  // Errors, after which the held state is the same: REVISION_BEHIND; REVISION_CONFLICT.
  absl::Status Offer(SignedState state, absl::Time now, absl::Duration steady,
                     std::optional<absl::Duration> asked = std::nullopt);

  // The releases that a start from the held state needs and that are not loaded: what is in force
  // first. As long as nothing is known, also what a start may run instead.
  std::vector<WantedRelease> Wanted(absl::Time now) const;

  // A wanted release, loaded; or why it must not be applied.
  void Loaded(const std::string& digest, std::shared_ptr<const criteria::Criteria> criteria);
  void Refused(const std::string& digest, absl::Status why);
  bool IsRefused(const std::string& digest) const { return refused_.count(digest) > 0; }

  // Applies what is in force at `now`, if it is loaded, and takes over its confirmation. As long as
  // nothing is known, the highest earlier revision that is loaded will do; its confirmation is
  // superseded. Whether anything changed.
  bool Apply(absl::Time now);

  // When the pending activation comes into force; absent if there is none, or it is applied.
  std::optional<absl::Time> NextInstant() const;

  // Whether there is something to answer with: a release, or the certainty that there is none.
  bool known() const { return known_; }
  // REQUIRES: known().
  const ReleaseInForce& in_force() const { return applied_; }
  // The loaded releases.
  const Snapshot::Available& loaded() const { return loaded_; }
  // Null before the first.
  const SignedState* held() const { return held_.has_value() ? &held_->signed_state : nullptr; }
  // Digests of withdrawn releases, for ever, whatever the held state lists.
  std::set<std::string> withdrawn() const;
  // An earlier state with withdrawals that the held one does not list; null if there is none.
  const SignedState* unlisted() const { return unlisted_.empty() ? nullptr : &unlisted_.front(); }
  // The activation that should run at `now` and is refused; null if there is none.
  const catalogue::v1::Activation* RefusedActivation(absl::Time now) const;
  // The pending activation, if it is refused: known before it is late. Null if it is not.
  const catalogue::v1::Activation* RefusedPending() const;
  // REQUIRES: one of the two gave an activation with this digest.
  const absl::Status& WhyRefused(const std::string& digest) const { return refused_.at(digest); }

 private:
  struct Held {
    SignedState signed_state;
    Confirmation confirmation;
  };

  // An activation that a state named, and when that was confirmed last.
  struct Candidate {
    std::string digest;
    absl::Time in_force_from;
    // It was no pending one: in force whatever our clock says.
    bool was_current = false;
    Confirmation confirmation;

    bool IsInForce(absl::Time now) const { return was_current || in_force_from <= now; }
  };

  absl::Status CheckDigests(const catalogue::v1::ActivationState& state) const;
  absl::Status CheckDigest(const catalogue::v1::Activation& activation) const;
  absl::Status CheckRevision(const catalogue::v1::ActivationState& state) const;
  // Keeps the held state for its withdrawals, as far as `next`, which takes its place, does not
  // list them; and drops those that need not be kept any more.
  void KeepWithdrawn(const catalogue::v1::ActivationState& next);
  // As what a start may run.
  void Remember(const catalogue::v1::ActivationState& state, const Confirmation& confirmation);
  // Runs the highest candidate that is in force and loaded; whether there is one.
  bool ApplyCandidate(absl::Time now);
  void Run(std::shared_ptr<const criteria::Criteria> criteria, int32_t revision,
           const Confirmation& confirmation);
  // Whether a state with the revision of the held one was confirmed after it. REQUIRES: one is
  // held.
  bool IsLater(absl::Time confirmed_at, absl::Time now, std::optional<absl::Duration> asked) const;
  // What is applied is as fresh as the held state. Whether that is new.
  bool Confirm();
  // Drops the releases that neither run nor are about to; whoever pins one finds it again.
  void DropOthers();

  const std::string programme_;
  std::optional<Held> held_;
  // Each has withdrawals that neither the held state nor those before it list.
  std::vector<SignedState> unlisted_;
  // What all states named, by revision; empty from the moment on when there is something to answer
  // with.
  std::map<int32_t, Candidate> candidates_;
  Snapshot::Available loaded_;
  std::map<std::string, absl::Status> refused_;
  bool known_ = false;
  ReleaseInForce applied_;
};

}  // namespace zhiping::releases
