#include "common/releases/following.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::releases {
namespace {

using catalogue::v1::Activation;
using catalogue::v1::ActivationState;

// Whether any was not listed yet.
bool AddWithdrawn(const ActivationState& state, std::set<std::string>& listed) {
  const size_t before = listed.size();
  listed.insert(state.withdrawn().begin(), state.withdrawn().end());
  return listed.size() > before;
}

}  // namespace

absl::Status Following::CheckDigest(const Activation& activation) const {
  const auto conflicts = [&](int32_t revision, const std::string& digest) {
    return revision == activation.revision() && digest != activation.digest();
  };
  bool conflict =
      applied_.criteria != nullptr && conflicts(applied_.revision, applied_.criteria->digest());
  if (held_.has_value()) {
    const ActivationState& state = held_->signed_state.state;
    conflict |= conflicts(state.current().revision(), state.current().digest());
    conflict |= conflicts(state.pending().revision(), state.pending().digest());
  }
  const auto candidate = candidates_.find(activation.revision());
  conflict |=
      candidate != candidates_.end() && conflicts(candidate->first, candidate->second.digest);
  if (!conflict) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::REVISION_CONFLICT,
      absl::StrCat("修订号 ", activation.revision(), " 指向了两个不同的发布版。"),
      absl::StrCat("Revision ", activation.revision(), " stands for two different releases."),
      {{"revision", absl::StrCat(activation.revision())}, {"digest", activation.digest()}});
}

absl::Status Following::CheckDigests(const ActivationState& state) const {
  if (state.has_current()) RETURN_IF_ERROR(CheckDigest(state.current()));
  if (state.has_pending()) RETURN_IF_ERROR(CheckDigest(state.pending()));
  return absl::OkStatus();
}

absl::Status Following::CheckRevision(const ActivationState& state) const {
  if (!held_.has_value()) return absl::OkStatus();
  // Cancelling an activation takes a higher revision, so that a later state never names a lower
  // one.
  const int32_t offered = HighestRevision(state);
  const int32_t held = HighestRevision(held_->signed_state.state);
  if (offered >= held) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::REVISION_BEHIND,
      absl::StrCat("启用状态的修订号 ", offered, " 低于已知的 ", held, "。"),
      absl::StrCat("The state's revision ", offered, " is below ", held, ", which is known."),
      {{"revision", absl::StrCat(offered)}, {"known", absl::StrCat(held)}});
}

bool Following::IsLater(absl::Time confirmed_at, absl::Time now,
                        std::optional<absl::Duration> asked) const {
  const Confirmation& held = held_->confirmation;
  // In our future: some clock is or was wrong, and the instants say nothing about what came first.
  // An answer to a question that was asked when the held state was here certainly came later.
  if (std::max(confirmed_at, held.confirmed_at) > now + kClockTolerance) {
    return asked.has_value() && *asked >= held.received;
  }
  return confirmed_at > held.confirmed_at;
}

absl::Status Following::Offer(SignedState state, absl::Time now, absl::Duration steady,
                              std::optional<absl::Duration> asked) {
  RETURN_IF_ERROR(CheckDigests(state.state));
  const Confirmation confirmation = Confirmation::Received(state.confirmed_at(), now, steady);
  if (!known_) Remember(state.state, confirmation);
  RETURN_IF_ERROR(CheckRevision(state.state));
  if (held_.has_value()) {
    const SignedState& held = held_->signed_state;
    if (HighestRevision(state.state) == HighestRevision(held.state) &&
        !IsLater(state.confirmed_at(), now, asked)) {
      return absl::OkStatus();
    }
    KeepWithdrawn(state.state);
  }
  held_ = Held{std::move(state), confirmation};
  return absl::OkStatus();
}

void Following::KeepWithdrawn(const ActivationState& next) {
  std::set<std::string> listed;
  AddWithdrawn(next, listed);
  std::vector<SignedState> earlier = std::exchange(unlisted_, {});
  earlier.push_back(held_->signed_state);
  for (SignedState& state : earlier) {
    if (AddWithdrawn(state.state, listed)) unlisted_.push_back(std::move(state));
  }
}

std::set<std::string> Following::withdrawn() const {
  std::set<std::string> withdrawn;
  if (held_.has_value()) AddWithdrawn(held_->signed_state.state, withdrawn);
  for (const SignedState& state : unlisted_) AddWithdrawn(state.state, withdrawn);
  return withdrawn;
}

void Following::Remember(const ActivationState& state, const Confirmation& confirmation) {
  const auto remember = [&](const Activation& activation, bool is_current) {
    Candidate& candidate = candidates_[activation.revision()];
    const bool later = candidate.confirmation.confirmed_at <= confirmation.confirmed_at;
    candidate = {activation.digest(), FromTimestamp(activation.in_force_from()),
                 candidate.was_current || is_current,
                 later ? confirmation : candidate.confirmation};
  };
  if (state.has_current()) remember(state.current(), true);
  if (state.has_pending()) remember(state.pending(), false);
}

std::vector<WantedRelease> Following::Wanted(absl::Time now) const {
  std::vector<WantedRelease> wanted;
  if (!held_.has_value()) return wanted;
  const auto add = [&](const std::string& digest, int32_t revision, absl::Time in_force_from) {
    const bool listed = std::any_of(wanted.begin(), wanted.end(),
                                    [&](const auto& release) { return release.digest == digest; });
    if (!listed && !loaded_.contains(digest)) wanted.push_back({digest, revision, in_force_from});
  };
  // The held state's are among them, the one in force before those that may stand in for it.
  for (auto entry = candidates_.rbegin(); entry != candidates_.rend(); ++entry) {
    const auto& [revision, candidate] = *entry;
    if (candidate.IsInForce(now)) add(candidate.digest, revision, candidate.in_force_from);
  }
  for (const Activation* const activation : NeededAt(held_->signed_state.state, now)) {
    add(activation->digest(), activation->revision(), FromTimestamp(activation->in_force_from()));
  }
  return wanted;
}

void Following::Loaded(const std::string& digest,
                       std::shared_ptr<const criteria::Criteria> criteria) {
  loaded_[digest] = std::move(criteria);
  refused_.erase(digest);
}

void Following::Refused(const std::string& digest, absl::Status why) {
  refused_.insert_or_assign(digest, std::move(why));
}

bool Following::Apply(absl::Time now) {
  if (!held_.has_value()) return false;
  const ActivationState& state = held_->signed_state.state;
  const Activation* const activation = InForceAt(state, now);
  // A clock ahead of the catalogue's, or one that was set back, applies the pending activation
  // while it is still called pending. One that was cancelled then is confirmed by nobody.
  const bool named = applied_.revision == 0 || state.current().revision() == applied_.revision ||
                     state.pending().revision() == applied_.revision;
  if (activation == nullptr) {
    const bool first = !std::exchange(known_, true);
    candidates_.clear();
    return (named && Confirm()) || first;
  }
  if (activation->revision() > applied_.revision) {
    const auto found = loaded_.find(activation->digest());
    if (found == loaded_.end()) return ApplyCandidate(now);
    Run(found->second, activation->revision(), held_->confirmation);
    return true;
  }
  return named && Confirm();
}

bool Following::ApplyCandidate(absl::Time now) {
  for (auto entry = candidates_.rbegin(); entry != candidates_.rend(); ++entry) {
    const auto& [revision, candidate] = *entry;
    const auto found = loaded_.find(candidate.digest);
    if (found == loaded_.end() || !candidate.IsInForce(now)) continue;
    Confirmation confirmation = candidate.confirmation;
    confirmation.superseded = true;
    Run(found->second, revision, confirmation);
    return true;
  }
  return false;
}

void Following::Run(std::shared_ptr<const criteria::Criteria> criteria, int32_t revision,
                    const Confirmation& confirmation) {
  applied_ = {std::move(criteria), revision, confirmation};
  known_ = true;
  candidates_.clear();
  DropOthers();
}

bool Following::Confirm() {
  const Confirmation& held = held_->confirmation;
  if (applied_.confirmation.has_value() &&
      applied_.confirmation->confirmed_at == held.confirmed_at &&
      applied_.confirmation->received == held.received && !applied_.confirmation->superseded) {
    return false;
  }
  applied_.confirmation = held;
  return true;
}

void Following::DropOthers() {
  const ActivationState& state = held_->signed_state.state;
  absl::erase_if(loaded_, [&](const auto& entry) {
    return entry.first != state.current().digest() && entry.first != state.pending().digest() &&
           entry.second != applied_.criteria;
  });
}

std::optional<absl::Time> Following::NextInstant() const {
  if (!held_.has_value() || !held_->signed_state.state.has_pending()) return std::nullopt;
  const Activation& pending = held_->signed_state.state.pending();
  if (pending.revision() <= applied_.revision) return std::nullopt;
  return FromTimestamp(pending.in_force_from());
}

const Activation* Following::RefusedActivation(absl::Time now) const {
  if (!held_.has_value()) return nullptr;
  const Activation* const activation = InForceAt(held_->signed_state.state, now);
  if (activation == nullptr || !IsRefused(activation->digest())) return nullptr;
  return activation;
}

const Activation* Following::RefusedPending() const {
  if (!held_.has_value() || !held_->signed_state.state.has_pending()) return nullptr;
  const Activation& pending = held_->signed_state.state.pending();
  return IsRefused(pending.digest()) ? &pending : nullptr;
}

}  // namespace zhiping::releases
