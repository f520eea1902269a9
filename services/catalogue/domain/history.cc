#include "services/catalogue/domain/history.h"

#include <algorithm>

#include "common/time/timestamp.h"

namespace zhiping::catalogue {
namespace {

using v1::ActivationRecord;

absl::Time Instant(const ActivationRow& row) {
  return FromTimestamp(row.activation.in_force_from());
}

// Whether a row has come into force, if it was not cancelled before.
bool HasCome(const History& history, const ActivationRow& row, absl::Time now) {
  return Instant(row) <= now || Instant(row) <= row.created_at ||
         row.activation.revision() <= history.reached_revision;
}

bool IsCancelled(const History& history, int32_t revision) {
  return std::any_of(history.rows.begin(), history.rows.end(),
                     [&](const ActivationRow& row) { return row.cancelled_revision == revision; });
}

const ActivationRow* FindRow(const History& history, int32_t revision) {
  const auto found = std::lower_bound(
      history.rows.begin(), history.rows.end(), revision,
      [](const ActivationRow& row, int32_t wanted) { return row.activation.revision() < wanted; });
  if (found == history.rows.end() || found->activation.revision() != revision) return nullptr;
  return &*found;
}

}  // namespace

int32_t HighestRevision(const History& history) {
  return history.rows.empty() ? 0 : history.rows.back().activation.revision();
}

const ActivationRow* InForceAt(const History& history, absl::Time now) {
  for (auto row = history.rows.rbegin(); row != history.rows.rend(); ++row) {
    if (CameIntoForce(history, *row, now)) return &*row;
  }
  return nullptr;
}

const ActivationRow* NamedFor(const History& history, absl::Time instant) {
  for (auto row = history.rows.rbegin(); row != history.rows.rend(); ++row) {
    if (Instant(*row) <= instant && !IsCancelled(history, row->activation.revision())) return &*row;
  }
  return nullptr;
}

const ActivationRow* PendingAt(const History& history, absl::Time now) {
  for (auto row = history.rows.rbegin(); row != history.rows.rend(); ++row) {
    if (IsCancelled(history, row->activation.revision())) continue;
    // Rows below one that is in force are over.
    return HasCome(history, *row, now) ? nullptr : &*row;
  }
  return nullptr;
}

bool CameIntoForce(const History& history, const ActivationRow& row, absl::Time now) {
  return HasCome(history, row, now) && !IsCancelled(history, row.activation.revision());
}

bool WasInForce(const History& history, absl::string_view digest, absl::Time now) {
  return std::any_of(history.rows.begin(), history.rows.end(), [&](const ActivationRow& row) {
    return row.activation.digest() == digest && CameIntoForce(history, row, now);
  });
}

const ActivationRow* NewlyReached(const History& history, absl::Time now) {
  for (auto row = history.rows.rbegin(); row != history.rows.rend(); ++row) {
    if (row->activation.revision() <= history.reached_revision) return nullptr;
    if (Instant(*row) > row->created_at && CameIntoForce(history, *row, now)) return &*row;
  }
  return nullptr;
}

bool IsWithdrawn(const History& history, absl::string_view digest) {
  return std::binary_search(history.withdrawn.begin(), history.withdrawn.end(), digest);
}

v1::ActivationState StateAt(const History& history, absl::Time now) {
  v1::ActivationState state;
  state.set_programme(history.programme);
  state.set_incarnation(history.incarnation);
  const ActivationRow* const current = InForceAt(history, now);
  if (current != nullptr) *state.mutable_current() = current->activation;
  const ActivationRow* const pending = PendingAt(history, now);
  if (pending != nullptr) *state.mutable_pending() = pending->activation;
  state.mutable_withdrawn()->Assign(history.withdrawn.begin(), history.withdrawn.end());
  *state.mutable_confirmed_at() = ToTimestamp(now);
  return state;
}

ActivationRecord RecordAt(const History& history, const ActivationRow& row, absl::Time now) {
  ActivationRecord record;
  *record.mutable_activation() = row.activation;
  record.set_kind(row.kind);
  record.set_cancelled_revision(row.cancelled_revision);
  record.set_actor(row.actor);
  *record.mutable_created_at() = ToTimestamp(row.created_at);
  if (IsCancelled(history, row.activation.revision())) {
    record.set_state(ActivationRecord::CANCELLED);
  } else if (&row == InForceAt(history, now)) {
    record.set_state(ActivationRecord::IN_FORCE);
  } else if (&row == PendingAt(history, now)) {
    record.set_state(ActivationRecord::PENDING);
  } else {
    record.set_state(ActivationRecord::REPLACED);
  }
  return record;
}

bool MaySign(const History& history) {
  return history.met.revision == 0 || HighestRevision(history) > history.met.revision;
}

const v1::Activation* WithdrawnActivation(const v1::ActivationState& state) {
  const auto& withdrawn = state.withdrawn();
  for (const v1::Activation* activation : {&state.pending(), &state.current()}) {
    if (std::binary_search(withdrawn.begin(), withdrawn.end(), activation->digest())) {
      return activation;
    }
  }
  return nullptr;
}

std::vector<std::string> UnknownWithdrawals(const History& history,
                                            const v1::ActivationState& state) {
  std::vector<std::string> unknown;
  for (const std::string& digest : state.withdrawn()) {
    if (!IsWithdrawn(history, digest)) unknown.push_back(digest);
  }
  return unknown;
}

Foreign IsForeign(const History& history, const v1::Activation& activation) {
  // Also if a fence moved the next one above it: what it stands for was never issued here.
  if (activation.revision() > HighestRevision(history)) return Foreign::kAhead;
  const ActivationRow* const own = FindRow(history, activation.revision());
  // Below the highest one it is history for everybody, whatever it stood for.
  const bool conflicts = own != nullptr && own->activation.digest() != activation.digest() &&
                         activation.revision() == HighestRevision(history);
  return conflicts ? Foreign::kConflict : Foreign::kNo;
}

int32_t HighestForeignLabel(const History& history) {
  return std::max(history.fenced_revision, history.met.revision);
}

absl::string_view WhyNotSigning(const History& history) {
  return FindRow(history, history.met.revision) != nullptr ? "REVISION_CONFLICT" : "REVISION_AHEAD";
}

}  // namespace zhiping::catalogue
