#include "services/catalogue/change_check.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::catalogue {
namespace {

constexpr int kPage = 1000;
constexpr int kTries = 3;

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

// What is left to be found in the log.
class Expected {
 public:
  void Add(History history) {
    for (const ActivationRow& row : history.rows) revisions_.insert(row.activation.revision());
    withdrawn_.insert(history.withdrawn.begin(), history.withdrawn.end());
    history_ = std::move(history);
  }

  absl::Status Take(const v1::CatalogueEvent& event) {
    if (event.has_release_activated()) return TakeActivated(event);
    if (!event.has_release_withdrawn()) return absl::OkStatus();
    const auto& withdrawn = event.release_withdrawn();
    if (IsLater(withdrawn.revision())) return absl::OkStatus();
    // Once is enough.
    if (!IsWithdrawn(history_, withdrawn.digest())) {
      return WithdrawalDiffers(history_.programme, withdrawn.digest());
    }
    withdrawn_.erase(withdrawn.digest());
    return absl::OkStatus();
  }

  absl::Status CheckNothingLeft() const {
    if (!revisions_.empty()) return ActivationDiffers(history_.programme, *revisions_.begin());
    if (!withdrawn_.empty()) return WithdrawalDiffers(history_.programme, *withdrawn_.begin());
    return absl::OkStatus();
  }

 private:
  // It came after the history was read.
  bool IsLater(int32_t revision) const { return revision >= history_.next_revision; }

  absl::Status TakeActivated(const v1::CatalogueEvent& event) {
    const auto& activated = event.release_activated();
    const int32_t revision = activated.activation().revision();
    if (IsLater(revision)) return absl::OkStatus();
    const auto row =
        std::find_if(history_.rows.begin(), history_.rows.end(),
                     [&](const auto& kept) { return kept.activation.revision() == revision; });
    const bool same =
        row != history_.rows.end() && revisions_.erase(revision) == 1 &&
        row->activation.SerializeAsString() == activated.activation().SerializeAsString() &&
        row->kind == activated.kind() && row->actor == event.actor() &&
        row->cancelled_revision == activated.cancelled_revision();
    return same ? absl::OkStatus() : ActivationDiffers(history_.programme, revision);
  }

  History history_;
  std::set<int32_t> revisions_;
  std::set<std::string> withdrawn_;
};

absl::Status Compare(Store& store, absl::Time deadline) {
  std::map<std::string, Expected> expected;
  ASSIGN_OR_RETURN(const auto programmes, store.Versions(deadline));
  for (const auto& [programme, version] : programmes) {
    ASSIGN_OR_RETURN(History history, store.ReadHistory(deadline, programme));
    expected[programme].Add(std::move(history));
  }
  // What was committed with the rows is in the log afterwards.
  RETURN_IF_ERROR(store.SequenceChanges(deadline));
  sql::LogCursor read;
  while (true) {
    ASSIGN_OR_RETURN(const sql::LogPage page, store.changes().Read(deadline, read, kPage));
    for (const sql::LogEntry& entry : page.entries) {
      v1::CatalogueEvent event;
      if (!event.ParseFromString(entry.bytes)) continue;
      const auto of = expected.find(event.programme());
      if (of != expected.end()) RETURN_IF_ERROR(of->second.Take(event));
    }
    if (page.entries.empty()) break;
    read = page.next;
  }
  for (const auto& [programme, left] : expected) RETURN_IF_ERROR(left.CheckNothingLeft());
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckStoreByChanges(Store& store, absl::Time deadline) {
  // Another replica may record a withdrawal that it met meanwhile, which has no revision.
  absl::Status compared;
  for (int i = 0; i < kTries; ++i) {
    compared = Compare(store, deadline);
    if (compared.ok() || DetailOf(compared).reason() != Reason::LOG_BROKEN) break;
  }
  return compared;
}

}  // namespace zhiping::catalogue
