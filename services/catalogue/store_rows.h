// What the store takes and gives.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "zhiping/catalogue/v1/catalogue_service.pb.h"

namespace zhiping::catalogue {

// Changes whenever a programme's history does.
struct HistoryVersion {
  int32_t next_revision = 1;
  int32_t met_revision = 0;
  int32_t reached_revision = 0;
  // How many releases are withdrawn.
  int64_t withdrawals = 0;
  friend bool operator==(const HistoryVersion&, const HistoryVersion&) = default;
};

struct StoredRelease {
  // With published_at and withdrawn, without in_force.
  v1::ReleaseSummary summary;
  int number = 0;
  bool published() const { return summary.has_published_at(); }
};

// What a release is called and whether it is published, as each of its columns says.
struct ReleaseColumns {
  std::string programme, edition;
  // Of year and number, and of the summary.
  std::string label, summary_label;
  bool has_instant = false;
  bool has_envelope = false;
};

// Which published releases, and after which of them.
struct ReleaseQuery {
  // Empty: all.
  std::string programme, edition;
  // Of the last one before; the newest first, then by digest.
  int64_t published_before = std::numeric_limits<int64_t>::max();
  std::string after_digest;
  int limit = 0;
  int skip = 0;
};

// Which editions with a published release, and after which of them.
struct EditionQuery {
  // Empty: all.
  std::string programme;
  // Of the last one before: by programme, then from the newest year, then by id.
  std::string after_programme;
  int64_t before_year = std::numeric_limits<int64_t>::max();
  std::string after_edition;
  int limit = 0;
  int skip = 0;
};

struct StoredNotes {
  int version = 0;
  std::string envelope;
  absl::Time published_at;
};

// A process that follows.
struct StoredInstance {
  // Instance, programmes and the last reports.
  v1::SubscribeRequest record;
  // By the clock of the replica that heard from it, in whole milliseconds.
  absl::Time last_seen;
  // Of its row: the id, unless another process of the same id has that; then OtherKeyOf.
  std::string key;
};

// Of an id that has more than one row. Ids have no space.
inline std::string OtherKeyOf(const std::string& id, int64_t started_at_millis) {
  return absl::StrCat(id, " ", started_at_millis);
}
inline std::string InstanceOfKey(const std::string& key) { return key.substr(0, key.find(' ')); }

// The same of many, by key.
using LastSeen = std::map<std::string, absl::Time>;

}  // namespace zhiping::catalogue
