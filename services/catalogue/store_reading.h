// How rows become what store_rows.h has. Used by store.cc and store_transaction.cc.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/sql/database.h"
#include "services/catalogue/domain/history.h"
#include "services/catalogue/store_rows.h"

namespace zhiping::catalogue {

// The history of a programme in one transaction; empty if it is unknown.
absl::StatusOr<History> ReadHistoryIn(sql::Transaction& transaction, const std::string& programme);

// What QueryReleases reads; a WHERE may follow, with `r` for the release.
inline constexpr char kSelectReleases[] =
    "SELECT r.summary, r.number, r.published_at, w.revision FROM release r "
    "LEFT JOIN withdrawal w ON w.programme = r.programme AND w.digest = r.digest";
using ReleaseRows = sql::Rows<sql::Bytes, int64_t, std::optional<int64_t>, std::optional<int64_t>>;
absl::StatusOr<std::vector<StoredRelease>> ReadReleases(const ReleaseRows& rows);
absl::StatusOr<std::vector<StoredRelease>> QueryReleases(sql::Transaction& transaction,
                                                         const std::string& sql,
                                                         std::vector<sql::Value> parameters);

// Another edition of the programme and year that has a published release. $1 programme, $2 year, $3
// edition.
inline constexpr char kSelectOtherEditionOfYear[] =
    "SELECT edition FROM release WHERE programme = $1 AND year = $2 AND edition <> $3 "
    "AND published_at IS NOT NULL LIMIT 1";

inline constexpr char kSelectLastSeen[] = "SELECT id, last_seen FROM instance";
LastSeen ReadLastSeen(const sql::Rows<std::string, int64_t>& rows);
absl::StatusOr<std::vector<StoredInstance>> ReadInstances(
    const sql::Rows<std::string, sql::Bytes, int64_t>& rows);

// RELEASE_NOT_FOUND.
absl::Status ReleaseNotFound(const std::string& digest);

// `bytes` if they are those of the digest: a store that was damaged, or changed past this service,
// may hold others. Errors: DIGEST_MISMATCH (DATA_LOSS).
absl::StatusOr<std::string> BytesOfDigest(std::string bytes, const std::string& digest);

}  // namespace zhiping::catalogue
