#include "services/catalogue/store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/sql/migrations.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/catalogue/store_reading.h"
#include "zhiping/catalogue_migrations/migrations.h"

namespace zhiping::catalogue {
namespace {

using sql::Bytes;

// Lists are counted exactly up to here.
constexpr int kMostCounted = 10'000;

// Of a HistoryVersion, from `programme`.
constexpr char kVersion[] =
    "next_revision, met_revision, reached_revision, "
    "(SELECT count(*) FROM withdrawal w WHERE w.programme = programme.programme)";

// $1 programme, $2 edition.
constexpr char kWhichReleases[] =
    " WHERE r.published_at IS NOT NULL AND ($1 = '' OR r.programme = $1) "
    "AND ($2 = '' OR r.edition = $2)";

// The published release with the highest number of each edition. $1 programme.
constexpr char kWhichEditions[] =
    " FROM release r WHERE r.published_at IS NOT NULL AND ($1 = '' OR r.programme = $1) "
    "AND r.number = (SELECT max(n.number) FROM release n WHERE n.edition = r.edition "
    "AND n.published_at IS NOT NULL)";

absl::StatusOr<int> TheCount(const absl::StatusOr<sql::Rows<int64_t>>& rows) {
  RETURN_IF_ERROR(rows.status());
  if (rows->size() != 1) return absl::InternalError("a count without a row");
  return static_cast<int>(std::get<0>(rows->front()));
}

std::optional<StoredRelease> First(std::vector<StoredRelease> releases) {
  if (releases.empty()) return std::nullopt;
  return std::move(releases.front());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> Store::Open(sql::Database& database, absl::Time deadline) {
  RETURN_IF_ERROR(sql::InitialiseLogs(database, deadline));
  RETURN_IF_ERROR(
      sql::Migrate(database, deadline, "catalogue", catalogue_migrations::Migrations()));
  return std::unique_ptr<Store>(new Store(database));
}

absl::Status Store::Change(absl::Time deadline,
                           const std::function<absl::Status(StoreTransaction&)>& body) {
  return database_.Transact(deadline, {.may_repeat = true}, [&](sql::Transaction& sql) {
    StoreTransaction transaction(sql, changes_, audit_);
    return body(transaction);
  });
}

absl::Status Store::SequenceChanges(absl::Time deadline) {
  constexpr int kAtOnce = 1000;
  while (true) {
    ASSIGN_OR_RETURN(const int moved, changes_.Sequence(deadline, kAtOnce));
    if (moved < kAtOnce) return absl::OkStatus();
  }
}

absl::Status Store::ReadChanges(
    absl::Time deadline,
    const std::function<absl::Status(const v1::CatalogueEvent&, const sql::LogEntry&)>& take) {
  constexpr int kPage = 1000;
  RETURN_IF_ERROR(SequenceChanges(deadline));
  sql::LogCursor read;
  while (true) {
    ASSIGN_OR_RETURN(const sql::LogPage page, changes_.Read(deadline, read, kPage));
    if (page.entries.empty()) return absl::OkStatus();
    for (const sql::LogEntry& entry : page.entries) {
      v1::CatalogueEvent event;
      if (event.ParseFromString(entry.bytes)) RETURN_IF_ERROR(take(event, entry));
    }
    read = page.next;
  }
}

absl::StatusOr<std::map<std::string, HistoryVersion>> Store::Versions(absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto rows,
                   (database_.Query<std::string, int64_t, int64_t, int64_t, int64_t>(
                       deadline, absl::StrCat("SELECT programme, ", kVersion, " FROM programme"))));
  std::map<std::string, HistoryVersion> versions;
  for (const auto& [programme, next_revision, met_revision, reached_revision, withdrawals] : rows) {
    versions[programme] = {static_cast<int32_t>(next_revision), static_cast<int32_t>(met_revision),
                           static_cast<int32_t>(reached_revision), withdrawals};
  }
  return versions;
}

absl::StatusOr<HistoryVersion> Store::Version(absl::Time deadline, const std::string& programme) {
  ASSIGN_OR_RETURN(
      const auto rows,
      (database_.Query<int64_t, int64_t, int64_t, int64_t>(
          deadline, absl::StrCat("SELECT ", kVersion, " FROM programme WHERE programme = $1"),
          {programme})));
  if (rows.empty()) return HistoryVersion();
  const auto& [next_revision, met_revision, reached_revision, withdrawals] = rows.front();
  return HistoryVersion{static_cast<int32_t>(next_revision), static_cast<int32_t>(met_revision),
                        static_cast<int32_t>(reached_revision), withdrawals};
}

absl::StatusOr<History> Store::ReadHistory(absl::Time deadline, const std::string& programme) {
  History history;
  RETURN_IF_ERROR(database_.Transact(deadline, {.access = sql::Access::kRead},
                                     [&](sql::Transaction& sql) -> absl::Status {
                                       ASSIGN_OR_RETURN(history, ReadHistoryIn(sql, programme));
                                       return absl::OkStatus();
                                     }));
  return history;
}

absl::StatusOr<StoredRelease> Store::FindRelease(absl::Time deadline, const std::string& digest) {
  ASSIGN_OR_RETURN(ReleaseRows rows,
                   (database_.Query<Bytes, int64_t, std::optional<int64_t>, std::optional<int64_t>>(
                       deadline, absl::StrCat(kSelectReleases, " WHERE r.digest = $1"), {digest})));
  ASSIGN_OR_RETURN(auto releases, ReadReleases(rows));
  if (releases.empty()) return ReleaseNotFound(digest);
  return std::move(releases.front());
}

absl::StatusOr<std::string> Store::ReleaseColumn(absl::Time deadline, const std::string& digest,
                                                 const char* column) {
  ASSIGN_OR_RETURN(
      auto rows,
      database_.Query<std::optional<Bytes>>(
          deadline, absl::StrCat("SELECT ", column, " FROM release WHERE digest = $1"), {digest}));
  if (rows.empty() || !std::get<0>(rows.front()).has_value()) return ReleaseNotFound(digest);
  return std::move(std::get<0>(rows.front())->value);
}

absl::StatusOr<std::string> Store::ReleaseBytesOf(absl::Time deadline, const std::string& digest) {
  ASSIGN_OR_RETURN(std::string bytes, ReleaseColumn(deadline, digest, "bytes"));
  return BytesOfDigest(std::move(bytes), digest);
}

absl::StatusOr<std::string> Store::ReleaseEnvelope(absl::Time deadline, const std::string& digest) {
  return ReleaseColumn(deadline, digest, "envelope");
}

absl::StatusOr<std::optional<v1::Withdrawal>> Store::FindWithdrawal(absl::Time deadline,
                                                                    const std::string& digest) {
  ASSIGN_OR_RETURN(auto rows, (database_.Query<std::string, std::string, int64_t, int64_t>(
                                  deadline,
                                  "SELECT coalesce(a.actor, ''), coalesce(a.reason, ''), "
                                  "coalesce(a.created_at, w.met_at), w.revision FROM withdrawal w "
                                  "LEFT JOIN activation a ON a.programme = w.programme "
                                  "AND a.revision = w.revision WHERE w.digest = $1",
                                  {digest})));
  if (rows.empty()) return std::optional<v1::Withdrawal>();
  auto& [actor, reason, created_at, revision] = rows.front();
  v1::Withdrawal withdrawal;
  withdrawal.set_actor(std::move(actor));
  withdrawal.set_reason(std::move(reason));
  *withdrawal.mutable_withdrawn_at() = ToTimestamp(absl::FromUnixMillis(created_at));
  withdrawal.set_revision(static_cast<int32_t>(revision));
  return std::optional(std::move(withdrawal));
}

absl::StatusOr<std::map<int, std::string>> Store::PublishedDigests(absl::Time deadline,
                                                                   const std::string& edition) {
  ASSIGN_OR_RETURN(const auto rows, (database_.Query<int64_t, std::string>(
                                        deadline,
                                        "SELECT number, digest FROM release "
                                        "WHERE edition = $1 AND published_at IS NOT NULL",
                                        {edition})));
  std::map<int, std::string> digests;
  for (const auto& [number, digest] : rows) digests.emplace(static_cast<int>(number), digest);
  return digests;
}

absl::StatusOr<std::string> Store::OtherEditionOfYear(absl::Time deadline,
                                                      const v1::ReleaseSummary& release) {
  ASSIGN_OR_RETURN(auto rows, database_.Query<std::string>(
                                  deadline, kSelectOtherEditionOfYear,
                                  {release.programme(), release.year(), release.edition()}));
  return rows.empty() ? std::string() : std::move(std::get<0>(rows.front()));
}

absl::StatusOr<std::vector<std::string>> Store::Candidates(absl::Time deadline,
                                                           const std::string& edition, int number) {
  ASSIGN_OR_RETURN(auto rows, database_.Query<std::string>(
                                  deadline,
                                  "SELECT digest FROM release WHERE edition = $1 AND number = $2 "
                                  "AND published_at IS NULL ORDER BY imported_at DESC, digest",
                                  {edition, number}));
  std::vector<std::string> digests;
  digests.reserve(rows.size());
  for (auto& [digest] : rows) digests.push_back(std::move(digest));
  return digests;
}

absl::StatusOr<std::optional<StoredRelease>> Store::LatestImport(absl::Time deadline,
                                                                 const std::string& edition) {
  ASSIGN_OR_RETURN(
      ReleaseRows rows,
      (database_.Query<Bytes, int64_t, std::optional<int64_t>, std::optional<int64_t>>(
          deadline,
          absl::StrCat(kSelectReleases,
                       " WHERE r.edition = $1 ORDER BY r.imported_at DESC, r.digest LIMIT 1"),
          {edition})));
  ASSIGN_OR_RETURN(auto releases, ReadReleases(rows));
  return First(std::move(releases));
}

absl::StatusOr<std::vector<StoredRelease>> Store::ListReleases(absl::Time deadline,
                                                               const ReleaseQuery& query) {
  ASSIGN_OR_RETURN(
      ReleaseRows rows,
      (database_.Query<Bytes, int64_t, std::optional<int64_t>, std::optional<int64_t>>(
          deadline,
          absl::StrCat(kSelectReleases, kWhichReleases,
                       " AND (r.published_at < $3 OR (r.published_at = $3 AND r.digest > $4)) "
                       "ORDER BY r.published_at DESC, r.digest LIMIT $5 OFFSET $6"),
          {query.programme, query.edition, query.published_before, query.after_digest, query.limit,
           query.skip})));
  return ReadReleases(rows);
}

absl::StatusOr<std::map<std::string, ReleaseColumns>> Store::AllReleases(absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto rows,
                   (database_.Query<std::string, std::string, std::string, int64_t, int64_t, Bytes,
                                    std::optional<int64_t>, int64_t>(
                       deadline,
                       "SELECT digest, programme, edition, year, number, summary, published_at, "
                       "CASE WHEN envelope IS NULL THEN 0 ELSE 1 END FROM release")));
  std::map<std::string, ReleaseColumns> releases;
  for (const auto& [digest, programme, edition, year, number, summary, published_at, signed_] :
       rows) {
    v1::ReleaseSummary said;
    // One that is damaged has no label.
    if (!said.ParseFromString(summary.value)) said.Clear();
    releases[digest] = {programme,
                        edition,
                        absl::StrCat(year, "-", number),
                        said.label(),
                        published_at.has_value(),
                        signed_ == 1};
  }
  return releases;
}

absl::StatusOr<int> Store::CountReleases(absl::Time deadline, const ReleaseQuery& query) {
  return TheCount(
      database_.Query<int64_t>(deadline,
                               absl::StrCat("SELECT count(*) FROM (SELECT 1 FROM release r",
                                            kWhichReleases, " LIMIT $3) AS counted"),
                               {query.programme, query.edition, kMostCounted}));
}

absl::StatusOr<std::vector<v1::EditionSummary>> Store::ListEditions(absl::Time deadline,
                                                                    const EditionQuery& query) {
  ASSIGN_OR_RETURN(
      const auto rows,
      (database_.Query<Bytes, std::optional<int64_t>>(
          deadline,
          absl::StrCat("SELECT r.summary, (SELECT max(version) FROM notes WHERE notes.edition = "
                       "r.edition)",
                       kWhichEditions,
                       " AND (r.programme > $2 OR (r.programme = $2 AND (r.year < $3 OR "
                       "(r.year = $3 AND r.edition > $4)))) "
                       "ORDER BY r.programme, r.year DESC, r.edition LIMIT $5 OFFSET $6"),
          {query.programme, query.after_programme, query.before_year, query.after_edition,
           query.limit, query.skip})));
  std::vector<v1::EditionSummary> editions;
  for (const auto& [bytes, notes_version] : rows) {
    v1::ReleaseSummary latest;
    if (!latest.ParseFromString(bytes.value)) {
      return absl::InternalError("a stored release's summary is damaged");
    }
    v1::EditionSummary& edition = editions.emplace_back();
    edition.set_edition(latest.edition());
    edition.set_programme(latest.programme());
    edition.set_year(latest.year());
    edition.set_title(latest.title());
    edition.set_latest_release_digest(latest.digest());
    edition.set_latest_release_label(latest.label());
    edition.set_notes_version(static_cast<int32_t>(notes_version.value_or(0)));
  }
  return editions;
}

absl::StatusOr<int> Store::CountEditions(absl::Time deadline, const EditionQuery& query) {
  return TheCount(database_.Query<int64_t>(
      deadline,
      absl::StrCat("SELECT count(*) FROM (SELECT 1", kWhichEditions, " LIMIT $2) AS counted"),
      {query.programme, kMostCounted}));
}

absl::StatusOr<StoredNotes> Store::FindNotes(absl::Time deadline, const std::string& edition) {
  ASSIGN_OR_RETURN(auto rows,
                   (database_.Query<int64_t, Bytes, int64_t>(
                       deadline,
                       "SELECT version, envelope, published_at FROM notes WHERE edition = $1 "
                       "ORDER BY version DESC LIMIT 1",
                       {edition})));
  if (rows.empty()) {
    return MakeError(absl::StatusCode::kNotFound, Reason::NOTES_NOT_FOUND,
                     absl::StrCat("年版 ", edition, " 没有已发布的平台说明。"),
                     absl::StrCat("The edition ", edition, " has no published notes."),
                     {{"edition", edition}});
  }
  auto& [version, envelope, published_at] = rows.front();
  return StoredNotes{static_cast<int>(version), std::move(envelope.value),
                     absl::FromUnixMillis(published_at)};
}

absl::StatusOr<std::vector<StoredInstance>> Store::Instances(absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto rows,
                   (database_.Query<std::string, Bytes, int64_t>(
                       deadline, "SELECT id, record, last_seen FROM instance ORDER BY id")));
  return ReadInstances(rows);
}

absl::StatusOr<LastSeen> Store::InstancesSeen(absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto rows,
                   (database_.Query<std::string, int64_t>(deadline, kSelectLastSeen)));
  return ReadLastSeen(rows);
}

}  // namespace zhiping::catalogue
