// The activations of a programme, and what they say at an instant. Pure: what is in force is a
// function of the rows and the instant, the same on every replica.
//
// Rows are only ever added, with growing revisions. A pending activation is cancelled by a later
// row that names it. What once came into force has come for good, whatever a clock that was ahead
// and is set right says: a row that was to be in force at once, and a scheduled one up to
// `reached_revision`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "zhiping/catalogue/v1/activation.pb.h"

namespace zhiping::catalogue {

struct ActivationRow {
  v1::Activation activation;
  v1::ActivationRecord::Kind kind = v1::ActivationRecord::PUBLICATION;
  // The pending activation that this one cancelled; 0: none.
  int32_t cancelled_revision = 0;
  std::string actor;
  absl::Time created_at;
};

// A validly signed activation that this store did not issue: it was restored to an earlier state,
// or two catalogues sign for one programme.
struct MetRevision {
  // 0: none was met.
  int32_t revision = 0;
  std::string digest;
  absl::Time since;
};

// As a fenced_revision: an earlier version fenced, if at all, and only the log of changes says
// what. Never after the start.
inline constexpr int32_t kFencedByLog = -1;

struct History {
  std::string programme;
  // Whether anything was ever imported or fenced for it.
  bool known = false;
  // 32 hex digits: which store this is.
  std::string incarnation;
  // What the next activation gets.
  int32_t next_revision = 1;
  // The highest scheduled revision that is recorded to have come into force; 0: none.
  int32_t reached_revision = 0;
  // The highest revision that was fenced off; 0: none was; or kFencedByLog.
  int32_t fenced_revision = 0;
  // By revision.
  std::vector<ActivationRow> rows;
  // Digests of withdrawn releases, sorted.
  std::vector<std::string> withdrawn;
  MetRevision met;
};

// The highest revision of a row; 0 if there is none.
int32_t HighestRevision(const History& history);

// The row that is in force at `now`, the present: of those that have come and were not cancelled,
// the one with the highest revision. Null if there is none.
const ActivationRow* InForceAt(const History& history, absl::Time now);

// The same at any instant, by the instants that the activations name alone.
const ActivationRow* NamedFor(const History& history, absl::Time instant);

// The row that will be in force next; null if there is none.
const ActivationRow* PendingAt(const History& history, absl::Time now);

// Whether a row has come into force until `now`: it was not cancelled before.
bool CameIntoForce(const History& history, const ActivationRow& row, absl::Time now);

// Whether a release was ever in force until `now`.
bool WasInForce(const History& history, absl::string_view digest, absl::Time now);

// The highest scheduled row that has come into force until `now` and is not recorded to have; null:
// none. What was to be in force at once needs no record: its row says so.
const ActivationRow* NewlyReached(const History& history, absl::Time now);

bool IsWithdrawn(const History& history, absl::string_view digest);

// What is signed at `now`; confirmed_at is `now`.
v1::ActivationState StateAt(const History& history, absl::Time now);

// What became of a row of the history, without the label.
v1::ActivationRecord RecordAt(const History& history, const ActivationRow& row, absl::Time now);

// Whether the catalogue may sign for the programme: not after it met a revision that is not below
// its own, until it has issued one above that.
bool MaySign(const History& history);

// The activation of a state, pending or current, whose release was withdrawn; null: none. Such a
// state is not signed. Withdrawing puts another release in force, so only a withdrawal that was met
// makes one.
const v1::Activation* WithdrawnActivation(const v1::ActivationState& state);

// What a state lists as withdrawn and the history does not.
std::vector<std::string> UnknownWithdrawals(const History& history,
                                            const v1::ActivationState& state);

// Whether a validly signed activation cannot be of this history: REVISION_AHEAD if its revision was
// never given out here, REVISION_CONFLICT if it stands for another release.
enum class Foreign { kNo, kAhead, kConflict };
Foreign IsForeign(const History& history, const v1::Activation& activation);

// The highest number of a label that may have been given where this history is not known: labels
// are numbered from 1 and each takes a revision, so none has a higher number than the revision by
// which it was published, and all that were given under revisions met or fenced off are below
// those.
int32_t HighestForeignLabel(const History& history);

// REVISION_AHEAD or REVISION_CONFLICT, as names of alarms. REQUIRES: !MaySign.
absl::string_view WhyNotSigning(const History& history);

}  // namespace zhiping::catalogue
