// What is found across enterprises and drafts: files with the same content, and what a repin has
// still to move.
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "services/assessment/store.h"
#include "services/assessment/store_reading.h"

namespace zhiping::assessment {
namespace {

using sql::Bytes;

constexpr int kMostMatches = 100;
// Of one content, so many files are looked at.
constexpr int kMostFiles = 1'000;

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
// looked at: a form that everybody hands in stands for nothing. Planned for its values, since of
// most contents there is one file, and of such a form there are all.
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
    std::vector<sql::Value> parameters = {evidence.sha256(), uscc, kMostFiles + 1};
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
              parameters, sql::Plan::kForValues)));
    }
    parameters = {evidence.sha256(), uscc, kMostFiles + 1};
    const std::string outside = units.empty() ? ""
                                              : absl::StrCat(" AND o.receiving_unit NOT IN (",
                                                             AddValues(units, parameters), ")");
    ASSIGN_OR_RETURN(
        const auto counted,
        database_.Query<int64_t>(deadline,
                                 absl::StrCat("SELECT count(DISTINCT uscc) FROM (", kSameFile,
                                              outside, " LIMIT $3) AS files"),
                                 parameters, sql::Plan::kForValues));
    matches.elsewhere = static_cast<int>(std::get<0>(counted.front()));
    if (!matches.others.empty() || matches.elsewhere > 0) all.push_back(std::move(matches));
  }
  return all;
}

absl::StatusOr<std::vector<v1::AssessmentKey>> Store::DraftsUnder(absl::Time deadline,
                                                                  const std::string& campaign,
                                                                  const std::string& release_digest,
                                                                  int limit) {
  ASSIGN_OR_RETURN(auto rows, (database_.Query<std::string, std::string>(
                                  deadline,
                                  "SELECT uscc, plant FROM assessment WHERE closed = FALSE "
                                  "AND campaign = $1 AND release_digest = $2 "
                                  "ORDER BY uscc, plant LIMIT $3",
                                  {campaign, release_digest, limit})));
  std::vector<v1::AssessmentKey> drafts;
  for (auto& [uscc, plant] : rows) {
    v1::AssessmentKey& key = drafts.emplace_back();
    key.set_enterprise(std::move(uscc));
    key.set_plant(std::move(plant));
    key.set_campaign(campaign);
  }
  return drafts;
}

}  // namespace zhiping::assessment
