#include "services/catalogue/store_reading.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/releases/signed_release.h"
#include "common/sql/sequenced_log.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::catalogue {

using sql::Bytes;

absl::StatusOr<History> ReadHistoryIn(sql::Transaction& transaction, const std::string& programme) {
  History history;
  history.programme = programme;
  ASSIGN_OR_RETURN(const std::string incarnation, sql::ReadIncarnation(transaction));
  history.incarnation = absl::BytesToHexString(incarnation);
  ASSIGN_OR_RETURN(const auto programmes,
                   (transaction.Query<int64_t, int64_t, std::string, int64_t, int64_t, int64_t>(
                       "SELECT next_revision, met_revision, met_digest, met_at, reached_revision, "
                       "fenced_revision FROM programme WHERE programme = $1",
                       {programme})));
  if (programmes.empty()) return history;
  history.known = true;
  const auto& [next_revision, met_revision, met_digest, met_at, reached, fenced] =
      programmes.front();
  history.next_revision = static_cast<int32_t>(next_revision);
  history.reached_revision = static_cast<int32_t>(reached);
  history.fenced_revision = static_cast<int32_t>(fenced);
  history.met = {static_cast<int32_t>(met_revision), met_digest, absl::FromUnixMillis(met_at)};
  ASSIGN_OR_RETURN(
      auto rows,
      (transaction.Query<int64_t, std::string, int64_t, std::string, std::string, int64_t, int64_t,
                         std::string, int64_t>(
          "SELECT revision, digest, in_force_from, approvers, reason, kind, cancelled_revision, "
          "actor, created_at FROM activation WHERE programme = $1 ORDER BY revision",
          {programme})));
  for (auto& [revision, digest, in_force_from, approvers, reason, kind, cancelled, actor,
              created_at] : rows) {
    ActivationRow& row = history.rows.emplace_back();
    row.activation.set_revision(static_cast<int32_t>(revision));
    row.activation.set_digest(std::move(digest));
    *row.activation.mutable_in_force_from() = ToTimestamp(absl::FromUnixMillis(in_force_from));
    for (const absl::string_view approver : absl::StrSplit(approvers, '\n', absl::SkipEmpty())) {
      row.activation.add_approvers(std::string(approver));
    }
    row.activation.set_reason(std::move(reason));
    row.kind = static_cast<v1::ActivationRecord::Kind>(kind);
    row.cancelled_revision = static_cast<int32_t>(cancelled);
    row.actor = std::move(actor);
    row.created_at = absl::FromUnixMillis(created_at);
  }
  ASSIGN_OR_RETURN(
      auto withdrawn,
      transaction.Query<std::string>(
          "SELECT digest FROM withdrawal WHERE programme = $1 ORDER BY digest", {programme}));
  for (auto& [digest] : withdrawn) history.withdrawn.push_back(std::move(digest));
  return history;
}

absl::StatusOr<std::vector<StoredRelease>> ReadReleases(const ReleaseRows& rows) {
  std::vector<StoredRelease> releases;
  for (const auto& [summary, number, published_at, withdrawn] : rows) {
    StoredRelease& release = releases.emplace_back();
    if (!release.summary.ParseFromString(summary.value)) {
      return absl::InternalError("a stored release's summary is damaged");
    }
    release.number = static_cast<int>(number);
    if (published_at.has_value()) {
      *release.summary.mutable_published_at() = ToTimestamp(absl::FromUnixMillis(*published_at));
    }
    release.summary.set_withdrawn(withdrawn.has_value());
  }
  return releases;
}

absl::StatusOr<std::vector<StoredRelease>> QueryReleases(sql::Transaction& transaction,
                                                         const std::string& sql,
                                                         std::vector<sql::Value> parameters) {
  ASSIGN_OR_RETURN(
      auto rows, (transaction.Query<Bytes, int64_t, std::optional<int64_t>, std::optional<int64_t>>(
                     sql, std::move(parameters))));
  return ReadReleases(rows);
}

LastSeen ReadLastSeen(const sql::Rows<std::string, int64_t>& rows) {
  LastSeen instances;
  for (const auto& [key, last_seen] : rows) instances[key] = absl::FromUnixMillis(last_seen);
  return instances;
}

absl::StatusOr<std::vector<StoredInstance>> ReadInstances(
    const sql::Rows<std::string, Bytes, int64_t>& rows) {
  std::vector<StoredInstance> instances;
  for (const auto& [key, record, last_seen] : rows) {
    StoredInstance& instance = instances.emplace_back();
    if (!instance.record.ParseFromString(record.value)) {
      return absl::InternalError("a stored instance is damaged");
    }
    instance.last_seen = absl::FromUnixMillis(last_seen);
    instance.key = key;
  }
  return instances;
}

absl::Status ReleaseNotFound(const std::string& digest) {
  return MakeError(absl::StatusCode::kNotFound, Reason::RELEASE_NOT_FOUND,
                   absl::StrCat("没有发布版 ", digest, "。"),
                   absl::StrCat("There is no release ", digest, "."), {{"digest", digest}});
}

absl::StatusOr<std::string> BytesOfDigest(std::string bytes, const std::string& digest) {
  if (releases::CheckDigest(bytes, digest).ok()) return bytes;
  return MakeError(
      absl::StatusCode::kDataLoss, Reason::DIGEST_MISMATCH,
      absl::StrCat("数据库中发布版 ", digest,
                   " 的内容与摘要不符：数据库已损坏，或有人绕过本服务改动了它。"
                   "没有作任何改动；请再导入一次同样的年版，恢复原来的内容。"),
      absl::StrCat("What the database holds of release ", digest,
                   " is not what the digest says: it is damaged, or was changed past this service. "
                   "Nothing was changed: import the same edition again, which puts it back."),
      {{"digest", digest}});
}

}  // namespace zhiping::catalogue
