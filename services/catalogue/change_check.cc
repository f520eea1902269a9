#include "services/catalogue/change_check.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::catalogue {
namespace {

absl::Status Differs(const std::string& programme, const std::string& zh, const std::string& en) {
  return MakeError(
      absl::StatusCode::kDataLoss, Reason::LOG_BROKEN,
      absl::StrCat("评测体系 ", programme, " 的", zh,
                   "与变更日志的记载不符：有人绕过本服务改动了数据库。"),
      absl::StrCat("Programme ", programme, ": ", en,
                   " is not what the log of changes says. The database was changed past this "
                   "service."),
      {{"programme", programme}});
}

absl::Status ActivationDiffers(const std::string& programme, int32_t revision) {
  return Differs(programme, absl::StrCat("修订号 ", revision, " "),
                 absl::StrCat("revision ", revision));
}

absl::Status WithdrawalDiffers(const std::string& programme, const std::string& digest) {
  return Differs(programme, absl::StrCat("发布版 ", digest, " 是否已撤回，"),
                 absl::StrCat("whether release ", digest, " is withdrawn"));
}

absl::Status ReleaseDiffers(const std::string& programme, const std::string& digest) {
  return Differs(programme, absl::StrCat("发布版 ", digest, " 的年版、标签，或是否已发布，"),
                 absl::StrCat("of which edition release ", digest,
                              " is, its label, or whether it is published,"));
}

// The releases as the store has them, beside what the log says of them.
class ComparedReleases {
 public:
  explicit ComparedReleases(std::map<std::string, ReleaseColumns> releases)
      : releases_(std::move(releases)) {}

  // `before`: as in Compared.
  absl::Status Take(const v1::CatalogueEvent& event, bool before) {
    const auto& imported = event.release_imported();
    const auto& activated = event.release_activated();
    const bool activates = event.has_release_activated();
    if (!activates && !event.has_release_imported()) return absl::OkStatus();
    const std::string& digest = activates ? activated.activation().digest() : imported.digest();
    const std::string& label = activates ? activated.release_label() : imported.label();
    const auto release = releases_.find(digest);
    if (release == releases_.end()) {
      return before ? ReleaseDiffers(event.programme(), digest) : absl::OkStatus();
    }
    const ReleaseColumns& columns = release->second;
    bool same = columns.programme == event.programme() && columns.label == label &&
                columns.summary_label == label;
    if (activates) {
      published_.insert(digest);
      same = same && (IsPublished(columns) || !before);
    } else {
      imported_.insert(digest);
      same = same && columns.edition == imported.edition();
    }
    return same ? absl::OkStatus() : ReleaseDiffers(event.programme(), digest);
  }

  // At the end of the log.
  absl::Status CheckAllWasLogged() const {
    for (const auto& [digest, columns] : releases_) {
      const bool published = columns.has_instant || columns.has_envelope;
      if (imported_.count(digest) == 0 || (published && published_.count(digest) == 0)) {
        return ReleaseDiffers(columns.programme, digest);
      }
    }
    return absl::OkStatus();
  }

 private:
  static bool IsPublished(const ReleaseColumns& columns) {
    return columns.has_instant && columns.has_envelope;
  }

  const std::map<std::string, ReleaseColumns> releases_;
  // What the log says.
  std::set<std::string> imported_, published_;
};

// A programme's history as the store has it, beside what the log says of it.
class Compared {
 public:
  explicit Compared(History history) : history_(std::move(history)) {
    for (const ActivationRow& row : history_.rows) revisions_.insert(row.activation.revision());
    withdrawn_.insert(history_.withdrawn.begin(), history_.withdrawn.end());
  }

  // `before`: it was logged before the history was read, which therefore has it.
  absl::Status Take(const v1::CatalogueEvent& event, absl::Time instant, bool before) {
    if (event.has_release_activated()) return TakeActivated(event, instant, before);
    if (event.has_release_withdrawn()) {
      return TakeWithdrawn(event.release_withdrawn().digest(), before);
    }
    if (event.has_revision_reached()) {
      return TakeHighest(reached_, event.revision_reached().revision(), history_.reached_revision,
                         before);
    }
    if (event.has_revision_fenced()) {
      return TakeHighest(fenced_, event.revision_fenced().above(), history_.fenced_revision,
                         before);
    }
    if (event.has_revision_met()) {
      if (event.revision_met().revision() >= met_) met_digest_ = event.revision_met().digest();
      return TakeHighest(met_, event.revision_met().revision(), history_.met.revision, before);
    }
    return absl::OkStatus();
  }

  // At the end of the log.
  absl::Status CheckAllWasLogged(absl::Time now) const {
    const std::string& programme = history_.programme;
    if (!revisions_.empty()) return ActivationDiffers(programme, *revisions_.begin());
    if (!withdrawn_.empty()) return WithdrawalDiffers(programme, *withdrawn_.begin());
    for (const auto& [stored, logged] :
         {std::pair(history_.fenced_revision, fenced_), std::pair(history_.met.revision, met_)}) {
      if (stored > logged) return ActivationDiffers(programme, stored);
    }
    if (history_.met.revision == met_ && history_.met.digest != met_digest_) {
      return ActivationDiffers(programme, met_);
    }
    const int32_t last = std::max(HighestRevision(history_), history_.fenced_revision);
    if (history_.next_revision != last + 1) {
      return ActivationDiffers(programme, history_.next_revision);
    }
    // What is due needs no record; earlier versions logged none.
    const int32_t reached = history_.reached_revision;
    const auto row = FindRow(reached);
    const bool due =
        row != history_.rows.end() && FromTimestamp(row->activation.in_force_from()) <= now;
    return reached <= reached_ || due ? absl::OkStatus() : ActivationDiffers(programme, reached);
  }

 private:
  std::vector<ActivationRow>::const_iterator FindRow(int32_t revision) const {
    return std::find_if(history_.rows.begin(), history_.rows.end(),
                        [&](const auto& row) { return row.activation.revision() == revision; });
  }

  absl::Status TakeActivated(const v1::CatalogueEvent& event, absl::Time instant, bool before) {
    const auto& activated = event.release_activated();
    const int32_t revision = activated.activation().revision();
    const auto row = FindRow(revision);
    if (row == history_.rows.end() && !before) return absl::OkStatus();
    const bool same =
        row != history_.rows.end() && revisions_.erase(revision) == 1 &&
        row->activation.SerializeAsString() == activated.activation().SerializeAsString() &&
        row->kind == activated.kind() && row->actor == event.actor() &&
        row->created_at == instant && row->cancelled_revision == activated.cancelled_revision();
    return same ? absl::OkStatus() : ActivationDiffers(history_.programme, revision);
  }

  // Once is enough.
  absl::Status TakeWithdrawn(const std::string& digest, bool before) {
    withdrawn_.erase(digest);
    if (IsWithdrawn(history_, digest) || !before) return absl::OkStatus();
    return WithdrawalDiffers(history_.programme, digest);
  }

  // Of what only grows.
  absl::Status TakeHighest(int32_t& highest, int32_t logged, int32_t stored, bool before) const {
    highest = std::max(highest, logged);
    if (stored >= logged || !before) return absl::OkStatus();
    return ActivationDiffers(history_.programme, logged);
  }

  const History history_;
  // What is left to be found in the log.
  std::set<int32_t> revisions_;
  std::set<std::string> withdrawn_;
  // The highest that the log says.
  int32_t reached_ = 0, fenced_ = 0, met_ = 0;
  std::string met_digest_;
};

}  // namespace

absl::Status CheckStoreByChanges(Store& store, absl::Time now, absl::Time deadline) {
  // What is committed with the rows is in the log before they are read, or is looked for after.
  RETURN_IF_ERROR(store.SequenceChanges(deadline));
  ASSIGN_OR_RETURN(const sql::LogCursor head, store.changes().Head(deadline));
  std::map<std::string, Compared> compared;
  ASSIGN_OR_RETURN(const auto programmes, store.Versions(deadline));
  for (const auto& [programme, version] : programmes) {
    ASSIGN_OR_RETURN(History history, store.ReadHistory(deadline, programme));
    compared.emplace(programme, std::move(history));
  }
  ASSIGN_OR_RETURN(auto stored, store.AllReleases(deadline));
  ComparedReleases releases(std::move(stored));
  const auto compare = [&](const v1::CatalogueEvent& event,
                           const sql::LogEntry& entry) -> absl::Status {
    const bool before = entry.position <= head.position;
    RETURN_IF_ERROR(releases.Take(event, before));
    History none;
    none.programme = event.programme();
    const auto of = compared.try_emplace(event.programme(), std::move(none)).first;
    return of->second.Take(event, absl::FromUnixMicros(entry.instant_micros), before);
  };
  RETURN_IF_ERROR(store.ReadChanges(deadline, compare));
  for (const auto& [programme, history] : compared) {
    RETURN_IF_ERROR(history.CheckAllWasLogged(now));
  }
  return releases.CheckAllWasLogged();
}

}  // namespace zhiping::catalogue
