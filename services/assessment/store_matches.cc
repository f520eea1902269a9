// What is found across enterprises and drafts: files with the same content, and what a repin has
// still to move.
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "services/assessment/store.h"
#include "services/assessment/store_listing.h"
#include "services/assessment/store_reading.h"

namespace zhiping::assessment {
namespace {

using sql::Bytes;

constexpr int kMostMatches = 100;

// `$4, $5, …`, appended to the parameters.
std::string AddValues(const std::vector<std::string>& texts, std::vector<sql::Value>& parameters) {
  std::vector<std::string> places;
  for (const std::string& text : texts) {
    parameters.emplace_back(text);
    places.push_back(absl::StrCat("$", parameters.size()));
  }
  return absl::StrJoin(places, ", ");
}

// Those of other enterprises, no tests. $1 sha256, $2 the enterprise that asks. Only so many are
// looked at: a form that everybody hands in stands for nothing.
constexpr char kSameFile[] =
    "SELECT o.uscc, o.plant, o.campaign, o.number FROM evidence o "
    "WHERE o.sha256 = $1 AND o.is_test = FALSE AND o.uscc <> $2";

}  // namespace

absl::StatusOr<std::vector<EvidenceMatches>> Store::MatchEvidence(
    absl::Time deadline, const v1::SubmissionRecord& submission,
    const std::vector<std::string>& units) {
  std::vector<EvidenceMatches> all;
  absl::flat_hash_set<std::string> seen;
  const std::string& uscc = submission.submission().key().enterprise();
  for (const v1::SubmittedEvidence& evidence : submission.submission().content().evidence()) {
    if (!seen.insert(evidence.sha256()).second) continue;
    EvidenceMatches matches;
    matches.sha256 = evidence.sha256();
    std::vector<sql::Value> parameters = {evidence.sha256(), uscc, kMostCounted + 1};
    if (!units.empty()) {
      parameters.emplace_back(kMostMatches);
      const std::string in = AddValues(units, parameters);
      ASSIGN_OR_RETURN(
          matches.others,
          All<v1::SubmissionRecord>(database_.Query<Bytes>(
              deadline,
              absl::StrCat("SELECT (SELECT s.record FROM submission s WHERE s.uscc = p.uscc AND "
                           "s.plant = p.plant AND s.campaign = p.campaign AND "
                           "s.number = p.number) FROM (SELECT DISTINCT * FROM (",
                           kSameFile, " AND o.receiving_unit IN (", in,
                           ") LIMIT $3) AS files ORDER BY uscc, plant, campaign, number LIMIT $4) "
                           "AS p ORDER BY p.uscc, p.plant, p.campaign, p.number"),
              parameters)));
    }
    parameters = {evidence.sha256(), uscc, kMostCounted + 1};
    const std::string outside = units.empty() ? ""
                                              : absl::StrCat(" AND o.receiving_unit NOT IN (",
                                                             AddValues(units, parameters), ")");
    ASSIGN_OR_RETURN(
        const auto counted,
        database_.Query<int64_t>(deadline,
                                 absl::StrCat("SELECT count(DISTINCT uscc) FROM (", kSameFile,
                                              outside, " LIMIT $3) AS files"),
                                 parameters));
    matches.elsewhere = static_cast<int>(std::get<0>(counted.front()));
    if (!matches.others.empty() || matches.elsewhere > 0) all.push_back(std::move(matches));
  }
  return all;
}

absl::StatusOr<std::vector<DraftRelease>> Store::DraftsUnderOtherReleases(
    absl::Time deadline, const std::string& campaign, const std::string& release_digest,
    const DraftRelease& after, int limit) {
  const auto side = [](const char* than) {
    return absl::StrCat(
        "SELECT * FROM (SELECT release_digest, uscc, plant FROM assessment WHERE closed = FALSE "
        "AND campaign = $1 AND release_digest ",
        than,
        " $2 AND (release_digest, uscc, plant) > ($3, $4, $5) "
        "ORDER BY release_digest, uscc, plant LIMIT $6) AS ",
        than[0] == '<' ? "below" : "above");
  };
  // `<>` would read the whole campaign: the index has those below and those above.
  ASSIGN_OR_RETURN(auto rows, (database_.Query<std::string, std::string, std::string>(
                                  deadline,
                                  absl::StrCat(side("<"), " UNION ALL ", side(">"),
                                               " ORDER BY release_digest, uscc, plant LIMIT $6"),
                                  {campaign, release_digest, after.release_digest,
                                   after.key.enterprise(), after.key.plant(), limit})));
  std::vector<DraftRelease> drafts;
  for (auto& [digest, uscc, plant] : rows) {
    DraftRelease& draft = drafts.emplace_back();
    draft.key.set_enterprise(std::move(uscc));
    draft.key.set_plant(std::move(plant));
    draft.key.set_campaign(campaign);
    draft.release_digest = std::move(digest);
  }
  return drafts;
}

}  // namespace zhiping::assessment
