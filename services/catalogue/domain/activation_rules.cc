#include "services/catalogue/domain/activation_rules.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::catalogue {
namespace {

using v1::ActivationRecord;

absl::Status Precondition(Reason::Value reason, const std::string& zh, const std::string& en,
                          const ErrorValues& values) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, zh, en, values);
}

absl::Status CheckNotWithdrawn(const History& history, const std::string& digest) {
  if (!IsWithdrawn(history, digest)) return absl::OkStatus();
  return Precondition(
      Reason::RELEASE_WITHDRAWN, absl::StrCat("发布版 ", digest, " 已被撤回，不能再启用。"),
      absl::StrCat("Release ", digest, " was withdrawn: it cannot be put in force."),
      {{"digest", digest}});
}

// A revision that was never given out here would be given out a second time.
absl::Status CheckFenced(const History& history) {
  if (history.next_revision > history.met.revision) return absl::OkStatus();
  return Precondition(
      Reason::REVISION_AHEAD,
      absl::StrCat("曾见到修订号 ", history.met.revision,
                   " 的有效签名，高于本存储的修订号；请先用 "
                   "release fence 调高修订号，再发布。"),
      absl::StrCat("A valid signature of revision ", history.met.revision,
                   " was met, above this store's own: fence it first."),
      {{"programme", history.programme}, {"revision", absl::StrCat(history.met.revision)}});
}

absl::Status CheckPending(const History& history, const Decision& decision) {
  const ActivationRow* const pending = PendingAt(history, decision.now);
  const int32_t revision = pending == nullptr ? 0 : pending->activation.revision();
  if (revision == decision.cancel_pending_revision) return absl::OkStatus();
  if (decision.cancel_pending_revision != 0) {
    return Precondition(
        Reason::NOT_PENDING,
        absl::StrCat("修订号 ", decision.cancel_pending_revision, " 不是待启用的指令",
                     revision == 0 ? "；现在没有待启用的指令。"
                                   : absl::StrCat("；待启用的是修订号 ", revision, "。")),
        absl::StrCat(
            "Revision ", decision.cancel_pending_revision, " is not pending",
            revision == 0 ? "; nothing is." : absl::StrCat("; revision ", revision, " is.")),
        {{"pendingRevision", absl::StrCat(revision)}});
  }
  return Precondition(
      Reason::PENDING_EXISTS,
      absl::StrCat("修订号 ", revision,
                   " 正等待启用；请等它启用，或在 cancel_pending_revision 中写明它以取消。"),
      absl::StrCat("Revision ", revision,
                   " is pending: wait for it, or name it in cancel_pending_revision to cancel it."),
      {{"pendingRevision", absl::StrCat(revision)}});
}

absl::Status NothingInForce(const History& history, const ActivationRow* pending) {
  const std::string& programme = history.programme;
  if (pending == nullptr) {
    return Precondition(Reason::NO_ACTIVE_RELEASE,
                        absl::StrCat("评测体系 ", programme, " 没有现行发布版。"),
                        absl::StrCat("Programme ", programme, " has no release in force."),
                        {{"programme", programme}});
  }
  // Followers that have learned of it move on by a revision above it alone, which names a release.
  const std::string revision = absl::StrCat(pending->activation.revision());
  return Precondition(
      Reason::NO_ACTIVE_RELEASE,
      absl::StrCat("评测体系 ", programme, " 还没有现行发布版，首次发布的修订号 ", revision,
                   " 正等待启用：不能回退，也不能只取消它。要取代它，请发布另一个发布版，或另定时间"
                   "发布同一个，并在 cancel_pending_revision 中写明 ",
                   revision, "。"),
      absl::StrCat("Programme ", programme, " has no release in force yet, and revision ", revision,
                   ", the first, is pending: there is nothing to roll back to, and it cannot just "
                   "be cancelled. To replace it, publish another release, or the same one at "
                   "another time, naming ",
                   revision, " in cancel_pending_revision."),
      {{"programme", programme}, {"pendingRevision", revision}});
}

// Adds rows to a history, in order.
class RowWriter {
 public:
  RowWriter(const History& history, const Decision& decision)
      : decision_(decision), next_revision_(history.next_revision) {}

  void Add(ActivationRecord::Kind kind, const std::string& digest, absl::Time in_force_from,
           int32_t cancelled_revision) {
    ActivationRow row;
    row.activation.set_revision(next_revision_++);
    row.activation.set_digest(digest);
    *row.activation.mutable_in_force_from() = ToTimestamp(in_force_from);
    row.activation.mutable_approvers()->Assign(decision_.approvers.begin(),
                                               decision_.approvers.end());
    row.activation.set_reason(decision_.reason);
    row.kind = kind;
    row.cancelled_revision = cancelled_revision;
    row.actor = decision_.actor;
    row.created_at = decision_.now;
    rows_.push_back(std::move(row));
  }

  std::vector<ActivationRow> Take() && { return std::move(rows_); }

 private:
  const Decision& decision_;
  int32_t next_revision_;
  std::vector<ActivationRow> rows_;
};

std::vector<ActivationRow> Rows(const History& history, ActivationRecord::Kind kind,
                                const std::string& digest, absl::Time in_force_from,
                                const Decision& decision) {
  RowWriter writer(history, decision);
  int32_t cancelled = decision.cancel_pending_revision;
  const ActivationRow* const current = InForceAt(history, decision.now);
  if (cancelled != 0 && current != nullptr) {
    writer.Add(ActivationRecord::REISSUE, current->activation.digest(), decision.now, cancelled);
    cancelled = 0;
  }
  writer.Add(kind, digest, in_force_from, cancelled);
  return std::move(writer).Take();
}

// The releases that led to the present one, which is the last. A rollback takes back all that came
// after the one it goes to, so that going further back never leads to what was left.
std::vector<std::string> ReleasesUpTo(const History& history, absl::Time now) {
  std::vector<std::string> releases;
  for (const ActivationRow& row : history.rows) {
    if (!CameIntoForce(history, row, now)) continue;
    const std::string& digest = row.activation.digest();
    if (row.kind == ActivationRecord::ROLLBACK) {
      const auto target = std::find(releases.rbegin(), releases.rend(), digest);
      // One that was itself rolled back is gone to anew.
      if (target != releases.rend()) releases.erase(target.base(), releases.end());
    }
    if (releases.empty() || releases.back() != digest) releases.push_back(digest);
  }
  return releases;
}

// The decision by which the present release came into force: not its being issued again.
const ActivationRow* DecisionInForce(const History& history, absl::Time now) {
  for (auto row = history.rows.rbegin(); row != history.rows.rend(); ++row) {
    if (row->kind != ActivationRecord::REISSUE && CameIntoForce(history, *row, now)) return &*row;
  }
  return nullptr;
}

absl::Status AlreadyRolledBack(const ActivationRow& row, const std::string& previous) {
  const std::string revision = absl::StrCat(row.activation.revision());
  return Precondition(
      Reason::ALREADY_ROLLED_BACK,
      absl::StrCat("现行的修订号 ", revision, " 就是一次回退，没有再次回退。",
                   previous.empty()
                       ? "再往前没有可以回退到的发布版。"
                       : absl::StrCat("如果确实要再往前，请写明发布版 ", previous, "。")),
      absl::StrCat("What is in force, revision ", revision,
                   ", is a rollback already: nothing was rolled back again. ",
                   previous.empty()
                       ? "There is no release further back."
                       : absl::StrCat("To go further back, name the release ", previous, ".")),
      {{"revision", revision}, {"previousDigest", previous}});
}

// The one before the present one of those that led to it. Not again after a rollback: an answer
// that was lost, or a second person, would otherwise go back twice.
absl::StatusOr<std::string> PreviousRelease(const History& history, absl::Time now) {
  const std::vector<std::string> releases = ReleasesUpTo(history, now);
  const auto previous =
      std::find_if(releases.rbegin(), releases.rend(), [&](const std::string& digest) {
        return digest != releases.back() && !IsWithdrawn(history, digest);
      });
  const bool found = previous != releases.rend();
  const ActivationRow* const decision = DecisionInForce(history, now);
  if (decision != nullptr && decision->kind == ActivationRecord::ROLLBACK) {
    return AlreadyRolledBack(*decision, found ? *previous : "");
  }
  if (found) return *previous;
  return Precondition(
      Reason::NEVER_IN_FORCE, "在现行发布版之前没有可以回退到的发布版；回退过的和已撤回的不算。",
      "Before the present release there is none to roll back to: those that were rolled back or "
      "withdrawn do not count.",
      {{"programme", history.programme}});
}

}  // namespace

absl::StatusOr<std::vector<ActivationRow>> Publish(const History& history,
                                                   const std::string& digest,
                                                   std::optional<absl::Time> in_force_from,
                                                   const Decision& decision) {
  RETURN_IF_ERROR(CheckFenced(history));
  RETURN_IF_ERROR(CheckNotWithdrawn(history, digest));
  RETURN_IF_ERROR(CheckPending(history, decision));
  if (in_force_from.has_value() && *in_force_from < decision.now + kLeastNotice) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, Reason::INSTANT_PASSED,
        absl::StrCat("in_force_from 至少应在 ", absl::FormatDuration(kLeastNotice),
                     " 之后；要立即启用请留空。"),
        absl::StrCat("in_force_from must be at least ", absl::FormatDuration(kLeastNotice),
                     " ahead; leave it empty to put the release in force at once."),
        {{"field", "inForceFrom"}});
  }
  return Rows(history, ActivationRecord::PUBLICATION, digest, in_force_from.value_or(decision.now),
              decision);
}

absl::StatusOr<RollBackPlan> RollBack(const History& history, const std::string& digest,
                                      bool withdraw, const Decision& decision) {
  RETURN_IF_ERROR(CheckFenced(history));
  const ActivationRow* const current = InForceAt(history, decision.now);
  if (current == nullptr) return NothingInForce(history, PendingAt(history, decision.now));
  RETURN_IF_ERROR(CheckPending(history, decision));
  std::string target = digest;
  if (target.empty() && decision.cancel_pending_revision != 0 && !withdraw) {
    target = current->activation.digest();
  } else if (target.empty()) {
    ASSIGN_OR_RETURN(target, PreviousRelease(history, decision.now));
  }
  if (!WasInForce(history, target, decision.now)) {
    return Precondition(
        Reason::NEVER_IN_FORCE, absl::StrCat("发布版 ", target, " 从未启用过，不能回退到它。"),
        absl::StrCat("Release ", target, " was never in force: it cannot be rolled back to."),
        {{"digest", target}});
  }
  RETURN_IF_ERROR(CheckNotWithdrawn(history, target));
  RollBackPlan plan;
  if (withdraw) {
    plan.withdrawn_digest = current->activation.digest();
    if (plan.withdrawn_digest == target) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::INVALID_FIELD,
                       "不能回退到将被撤回的发布版。",
                       "The release that is withdrawn cannot be the one to roll back to.",
                       {{"field", "digest"}});
    }
  }
  if (target != current->activation.digest()) {
    plan.rows = Rows(history, ActivationRecord::ROLLBACK, target, decision.now, decision);
    return plan;
  }
  if (decision.cancel_pending_revision == 0) {
    return Precondition(
        Reason::ALREADY_IN_FORCE,
        absl::StrCat("发布版 ", target, " 正在启用中，没有什么可以回退。"),
        absl::StrCat("Release ", target, " is in force already: there is nothing to roll back."),
        {{"digest", target}});
  }
  RowWriter writer(history, decision);
  writer.Add(ActivationRecord::REISSUE, target, decision.now, decision.cancel_pending_revision);
  plan.rows = std::move(writer).Take();
  return plan;
}

absl::StatusOr<int32_t> Fence(const History& history, int32_t above) {
  const int32_t least = std::max(history.next_revision - 1, history.met.revision);
  const int32_t most =
      std::min(least, std::numeric_limits<int32_t>::max() - 1 - kFarthestFence) + kFarthestFence;
  if (above >= least && above <= most) return above + 1;
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::REVISION_OUT_OF_RANGE,
                   absl::StrCat("above 应在 ", least, " 到 ", most, " 之间。"),
                   absl::StrCat("above must be between ", least, " and ", most, "."),
                   {{"field", "above"}, {"least", absl::StrCat(least)}});
}

History WithRows(History history, const std::vector<ActivationRow>& rows,
                 const std::string& withdrawn_digest) {
  for (const ActivationRow& row : rows) {
    history.rows.push_back(row);
    history.next_revision = row.activation.revision() + 1;
  }
  if (!withdrawn_digest.empty() && !IsWithdrawn(history, withdrawn_digest)) {
    history.withdrawn.push_back(withdrawn_digest);
    std::sort(history.withdrawn.begin(), history.withdrawn.end());
  }
  return history;
}

}  // namespace zhiping::catalogue
