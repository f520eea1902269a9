#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/audit/audit_log.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/catalogue/store.h"
#include "services/catalogue/store_reading.h"

namespace zhiping::catalogue {

using sql::Bytes;

absl::StatusOr<History> StoreTransaction::Lock(const std::string& programme) {
  RETURN_IF_ERROR(sql_.Execute("INSERT INTO programme (programme, next_revision, met_revision, "
                               "met_digest, met_at) VALUES ($1, 1, 0, '', 0) "
                               "ON CONFLICT DO NOTHING",
                               {programme})
                      .status());
  RETURN_IF_ERROR(
      sql_.Execute("SELECT 1 FROM programme WHERE programme = $1 {for_update}", {programme})
          .status());
  return ReadHistoryIn(sql_, programme);
}

absl::Status StoreTransaction::AddActivations(const std::string& programme,
                                              const std::vector<ActivationRow>& rows) {
  std::vector<sql::Statement> statements;
  for (const ActivationRow& row : rows) {
    const auto& activation = row.activation;
    statements.push_back(
        {"INSERT INTO activation (programme, revision, digest, in_force_from, approvers, reason, "
         "kind, cancelled_revision, actor, created_at) "
         "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
         {programme, activation.revision(), activation.digest(),
          absl::ToUnixMillis(FromTimestamp(activation.in_force_from())),
          absl::StrJoin(activation.approvers(), "\n"), activation.reason(),
          static_cast<int>(row.kind), row.cancelled_revision, row.actor,
          absl::ToUnixMillis(row.created_at)}});
  }
  RETURN_IF_ERROR(sql_.Batch(statements).status());
  return sql_
      .Execute("UPDATE programme SET next_revision = $2 WHERE programme = $1",
               {programme, rows.back().activation.revision() + 1})
      .status();
}

absl::Status StoreTransaction::AddWithdrawal(const std::string& programme,
                                             const std::string& digest, int32_t revision) {
  return sql_
      .Execute(
          "INSERT INTO withdrawal (programme, digest, revision) VALUES ($1, $2, $3) "
          "ON CONFLICT DO NOTHING",
          {programme, digest, revision})
      .status();
}

absl::Status StoreTransaction::AddMetWithdrawal(const std::string& programme,
                                                const std::string& digest, absl::Time now) {
  return sql_
      .Execute(
          "INSERT INTO withdrawal (programme, digest, revision, met_at) VALUES ($1, $2, 0, $3) "
          "ON CONFLICT DO NOTHING",
          {programme, digest, absl::ToUnixMillis(now)})
      .status();
}

absl::Status StoreTransaction::SetFenced(const std::string& programme, int32_t above) {
  return sql_
      .Execute("UPDATE programme SET next_revision = $2, fenced_revision = $3 WHERE programme = $1",
               {programme, above + 1, above})
      .status();
}

absl::Status StoreTransaction::SetLoggedFence(const std::string& programme, int32_t above) {
  return sql_
      .Execute(
          "UPDATE programme SET fenced_revision = $2 WHERE programme = $1 AND fenced_revision = $3",
          {programme, above, kFencedByLog})
      .status();
}

absl::Status StoreTransaction::SetMet(const std::string& programme, const MetRevision& met) {
  return sql_
      .Execute(
          "UPDATE programme SET met_revision = $2, met_digest = $3, met_at = $4 "
          "WHERE programme = $1",
          {programme, met.revision, met.digest, absl::ToUnixMillis(met.since)})
      .status();
}

absl::Status StoreTransaction::RecordReached(History& history, absl::Time now) {
  const ActivationRow* const reached = NewlyReached(history, now);
  if (reached == nullptr) return absl::OkStatus();
  history.reached_revision = reached->activation.revision();
  RETURN_IF_ERROR(sql_.Execute("UPDATE programme SET reached_revision = $2 WHERE programme = $1",
                               {history.programme, history.reached_revision})
                      .status());
  v1::CatalogueEvent event;
  event.set_programme(history.programme);
  event.mutable_revision_reached()->set_revision(history.reached_revision);
  event.mutable_revision_reached()->set_digest(reached->activation.digest());
  return Append(event, now);
}

absl::Status StoreTransaction::RecordAllReached(absl::Time now) {
  // Read before the lock: another may cancel one of them until then.
  ASSIGN_OR_RETURN(
      const auto rows,
      sql_.Query<std::string>(
          "SELECT DISTINCT a.programme FROM activation a "
          "JOIN programme p ON p.programme = a.programme WHERE a.revision > p.reached_revision "
          "AND a.in_force_from > a.created_at AND a.in_force_from <= $1 AND NOT EXISTS (SELECT 1 "
          "FROM activation c WHERE c.programme = a.programme AND c.cancelled_revision = "
          "a.revision) ORDER BY a.programme",
          {absl::ToUnixMillis(now)}));
  for (const auto& [programme] : rows) {
    ASSIGN_OR_RETURN(History history, Lock(programme));
    RETURN_IF_ERROR(RecordReached(history, now));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> StoreTransaction::HasProgramme(const std::string& programme) {
  ASSIGN_OR_RETURN(
      const auto rows,
      sql_.Query<std::string>("SELECT programme FROM programme WHERE programme = $1", {programme}));
  return !rows.empty();
}

absl::StatusOr<bool> StoreTransaction::NothingActivated() {
  ASSIGN_OR_RETURN(const auto rows, sql_.Query<int64_t>("SELECT revision FROM activation LIMIT 1"));
  return rows.empty();
}

absl::StatusOr<StoredRelease> StoreTransaction::FindRelease(const std::string& digest) {
  ASSIGN_OR_RETURN(
      auto rows,
      QueryReleases(sql_, absl::StrCat(kSelectReleases, " WHERE r.digest = $1"), {digest}));
  if (rows.empty()) return ReleaseNotFound(digest);
  return std::move(rows.front());
}

absl::StatusOr<std::string> StoreTransaction::ProgrammeOf(const std::string& digest) {
  ASSIGN_OR_RETURN(auto rows, sql_.Query<std::string>(
                                  "SELECT programme FROM release WHERE digest = $1", {digest}));
  if (rows.empty()) return ReleaseNotFound(digest);
  return std::move(std::get<0>(rows.front()));
}

absl::StatusOr<std::string> StoreTransaction::ReleaseBytesOf(const std::string& digest) {
  ASSIGN_OR_RETURN(auto rows,
                   sql_.Query<Bytes>("SELECT bytes FROM release WHERE digest = $1", {digest}));
  if (rows.empty()) return ReleaseNotFound(digest);
  return BytesOfDigest(std::move(std::get<0>(rows.front()).value), digest);
}

absl::StatusOr<std::string> StoreTransaction::ReleaseEnvelopeOf(const std::string& digest) {
  ASSIGN_OR_RETURN(
      auto rows,
      sql_.Query<Bytes>(
          "SELECT envelope FROM release WHERE digest = $1 AND published_at IS NOT NULL", {digest}));
  if (rows.empty()) return ReleaseNotFound(digest);
  return std::move(std::get<0>(rows.front()).value);
}

absl::StatusOr<bool> StoreTransaction::AddRelease(const ReleaseBytes& release,
                                                  const identity::Person& importer,
                                                  const std::string& actor, absl::Time now) {
  const auto& summary = release.summary;
  ASSIGN_OR_RETURN(
      const sql::Result added,
      sql_.Execute("INSERT INTO release (digest, programme, edition, year, number, summary, bytes, "
                   "imported_by, imported_at, importer_issuer, importer_subject) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
                   "ON CONFLICT (digest) DO UPDATE SET summary = $6, bytes = $7 "
                   "WHERE release.bytes <> $7 OR release.summary <> $6",
                   {release.digest, summary.programme(), summary.edition(), summary.year(),
                    release.number, Bytes{summary.SerializeAsString()}, Bytes{release.bytes}, actor,
                    absl::ToUnixMillis(now), importer.issuer, importer.subject}));
  return added.changed() == 1;
}

absl::StatusOr<identity::Person> StoreTransaction::ImporterOf(const std::string& digest) {
  auto rows = sql_.Query<std::string, std::string>(
      "SELECT importer_issuer, importer_subject FROM release WHERE digest = $1", {digest});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return ReleaseNotFound(digest);
  auto& [issuer, subject] = rows->front();
  return identity::Person{std::move(issuer), std::move(subject)};
}

absl::StatusOr<std::string> StoreTransaction::PublishedWithNumber(const std::string& edition,
                                                                  int number) {
  ASSIGN_OR_RETURN(auto rows, sql_.Query<std::string>(
                                  "SELECT digest FROM release WHERE edition = $1 AND number = $2 "
                                  "AND published_at IS NOT NULL",
                                  {edition, number}));
  return rows.empty() ? std::string() : std::move(std::get<0>(rows.front()));
}

absl::StatusOr<std::string> StoreTransaction::OtherEditionOfYear(
    const v1::ReleaseSummary& release) {
  ASSIGN_OR_RETURN(
      auto rows, sql_.Query<std::string>(kSelectOtherEditionOfYear,
                                         {release.programme(), release.year(), release.edition()}));
  return rows.empty() ? std::string() : std::move(std::get<0>(rows.front()));
}

absl::Status StoreTransaction::MarkPublished(const std::string& digest, const std::string& envelope,
                                             absl::Time now) {
  return sql_
      .Execute("UPDATE release SET envelope = $2, published_at = $3 WHERE digest = $1",
               {digest, Bytes{envelope}, absl::ToUnixMillis(now)})
      .status();
}

absl::Status StoreTransaction::ReplaceEnvelope(const std::string& digest,
                                               const std::string& envelope) {
  return sql_
      .Execute("UPDATE release SET envelope = $2 WHERE digest = $1", {digest, Bytes{envelope}})
      .status();
}

absl::StatusOr<int> StoreTransaction::NotesVersion(const std::string& edition) {
  ASSIGN_OR_RETURN(const auto rows,
                   sql_.Query<std::optional<int64_t>>(
                       "SELECT max(version) FROM notes WHERE edition = $1", {edition}));
  return rows.empty() ? 0 : static_cast<int>(std::get<0>(rows.front()).value_or(0));
}

absl::Status StoreTransaction::AddNotes(const std::string& edition, int version,
                                        const std::string& envelope, absl::Time now) {
  return sql_
      .Execute(
          "INSERT INTO notes (edition, version, envelope, published_at) "
          "VALUES ($1, $2, $3, $4)",
          {edition, version, Bytes{envelope}, absl::ToUnixMillis(now)})
      .status();
}

absl::StatusOr<std::vector<StoredInstance>> StoreTransaction::LockInstances(const std::string& id) {
  // From the space to what comes after it.
  ASSIGN_OR_RETURN(const auto rows,
                   (sql_.Query<std::string, Bytes, int64_t>(
                       "SELECT id, record, last_seen FROM instance "
                       "WHERE id = $1 OR (id > $2 AND id < $3) ORDER BY id {for_update}",
                       {id, absl::StrCat(id, " "), absl::StrCat(id, "!")})));
  return ReadInstances(rows);
}

absl::Status StoreTransaction::SaveInstance(const StoredInstance& instance) {
  return sql_
      .Execute(
          "INSERT INTO instance (id, record, last_seen) VALUES ($1, $2, $3) "
          "ON CONFLICT (id) DO UPDATE SET record = $2, last_seen = $3",
          {instance.key, Bytes{instance.record.SerializeAsString()},
           absl::ToUnixMillis(instance.last_seen)})
      .status();
}

absl::Status StoreTransaction::RemoveInstance(const std::string& key) {
  return sql_.Execute("DELETE FROM instance WHERE id = $1", {key}).status();
}

absl::StatusOr<bool> StoreTransaction::RemoveInstanceSeenAt(const std::string& key,
                                                            absl::Time last_seen) {
  ASSIGN_OR_RETURN(const sql::Result removed,
                   sql_.Execute("DELETE FROM instance WHERE id = $1 AND last_seen = $2",
                                {key, absl::ToUnixMillis(last_seen)}));
  return removed.changed() == 1;
}

absl::StatusOr<LastSeen> StoreTransaction::InstancesSeen() {
  ASSIGN_OR_RETURN(const auto rows, (sql_.Query<std::string, int64_t>(kSelectLastSeen)));
  return ReadLastSeen(rows);
}

absl::StatusOr<std::optional<std::string>> StoreTransaction::RecordRestore(const std::string& name,
                                                                           absl::Time now) {
  ASSIGN_OR_RETURN(const sql::Result added,
                   sql_.Execute("INSERT INTO restore (name, restored_at) VALUES ($1, $2) "
                                "ON CONFLICT DO NOTHING",
                                {name, absl::ToUnixMillis(now)}));
  if (added.changed() == 0) return std::nullopt;
  RETURN_IF_ERROR(sql::RenewIncarnation(sql_));
  ASSIGN_OR_RETURN(const std::string bytes, sql::ReadIncarnation(sql_));
  std::string incarnation = absl::BytesToHexString(bytes);
  v1::CatalogueEvent event;
  event.mutable_store_restored()->set_name(name);
  event.mutable_store_restored()->set_incarnation(incarnation);
  RETURN_IF_ERROR(Append(event, now));
  return incarnation;
}

absl::Status StoreTransaction::Append(const v1::CatalogueEvent& event, absl::Time now) {
  return changes_.Append(sql_, now, event.SerializeAsString());
}

absl::Status StoreTransaction::Audit(const audit::AuditEntry& entry) {
  return audit::Append(audit_, sql_, entry);
}

}  // namespace zhiping::catalogue
