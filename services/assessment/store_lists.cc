#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "services/assessment/store.h"
#include "services/assessment/store_columns.h"
#include "services/assessment/store_listing.h"
#include "services/assessment/store_reading.h"

namespace zhiping::assessment {
namespace {

using sql::Bytes;

// No search of names takes longer.
constexpr absl::Duration kLongestSearch = absl::Seconds(2);

// Of enterprises in one statement: SQLite takes 32,766 parameters.
constexpr size_t kMostAtOnce = 16'384;

constexpr char kMatchesEvidence[] =
    "EXISTS (SELECT 1 FROM evidence e WHERE e.uscc = p.uscc AND e.plant = p.plant "
    "AND e.campaign = p.campaign AND e.number = p.number AND EXISTS (SELECT 1 FROM evidence o "
    "WHERE o.sha256 = e.sha256 AND o.is_test = FALSE AND o.uscc <> e.uscc))";

std::vector<sql::Value> Values(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

void AddUnlessEmpty(const char* column, const std::string& value, std::vector<OneOf>& conditions) {
  if (!value.empty()) conditions.push_back({column, {value}});
}
void AddUnlessEmpty(const char* column, const std::vector<std::string>& values,
                    std::vector<OneOf>& conditions) {
  if (!values.empty()) conditions.push_back({column, Values(values)});
}

// `all`: whether the programmes, or something else, reach everything.
void Reach(const identity::FilesInReach& reach, bool all, const char* unit, Listing& listing) {
  listing.all = reach.all || all;
  if (listing.all) return;
  AddUnlessEmpty("uscc", reach.enterprise, listing.few_any_of);
  AddUnlessEmpty(unit, reach.units, listing.any_of);
  listing.platform = reach.platform;
}

// Whether nothing but being enrolled reaches files.
bool IsOfPlatformAlone(const identity::FilesInReach& reach) {
  return reach.platform.known() && !reach.all && reach.enterprise.empty() && reach.units.empty() &&
         reach.programmes.empty();
}

// The rows of `platform` in `table`, which has one for each that reaches the listing's rows.
void ListOfPlatform(const identity::Person& platform, const std::string& table, Listing& listing) {
  listing.records = listing.table;
  listing.table = table;
  listing.equal.push_back({"issuer", {platform.issuer}});
  listing.equal.push_back({"subject", {platform.subject}});
}

template <typename Record>
absl::StatusOr<Record> Read(const Bytes& bytes, bool, const Record*) {
  return Parse<Record>(bytes);
}
absl::StatusOr<ListedSubmission> Read(const Bytes& bytes, bool extra, const ListedSubmission*) {
  ListedSubmission listed;
  ASSIGN_OR_RETURN(listed.record, Parse<v1::SubmissionRecord>(bytes));
  listed.evidence_matches = extra;
  return listed;
}

template <typename Item>
absl::StatusOr<ListOf<Item>> ReadList(sql::Database& database, absl::Time deadline,
                                      const Listing& listing, const rpc::Page& page) {
  ASSIGN_OR_RETURN(const Listed listed, ReadListing(database, deadline, listing, page));
  ListOf<Item> list;
  list.next = listed.next;
  list.total = listed.total;
  for (const auto& [bytes, extra, position] : listed.rows) {
    ASSIGN_OR_RETURN(list.items.emplace_back(),
                     Read(bytes, extra, static_cast<const Item*>(nullptr)));
  }
  return list;
}

Listing Submissions() {
  Listing listing;
  listing.table = "submission";
  listing.key = {"uscc", "plant", "campaign", "number"};
  listing.order = {{"submitted_at", true}, {"uscc"}, {"plant"}, {"campaign"}, {"number", true}};
  listing.extra = kMatchesEvidence;
  return listing;
}

bool MayBeEffective(v1::SubmissionState::Value state) {
  return state == v1::SubmissionState::SUBMISSION_STATE_UNSPECIFIED ||
         state == v1::SubmissionState::COMPLETE || state == v1::SubmissionState::UNDER_REVIEW ||
         state == v1::SubmissionState::CONFIRMED;
}

}  // namespace

absl::StatusOr<ListOf<v1::EnterpriseRecord>> Store::ListEnterprises(absl::Time deadline,
                                                                    const EnterpriseQuery& query,
                                                                    const rpc::Page& page) {
  Listing listing;
  listing.table = "enterprise";
  listing.key = {"uscc"};
  listing.order = {{"uscc"}};
  if (IsOfPlatformAlone(query.reach) && query.units.empty() && query.regions.empty() &&
      query.name_part.empty()) {
    ListOfPlatform(query.reach.platform, "enrolment", listing);
  } else {
    // An enterprise is of no programme in particular.
    Reach(query.reach, !query.reach.programmes.empty(), "review_unit", listing);
  }
  AddUnlessEmpty("review_unit", query.units, listing.one_of);
  AddUnlessEmpty("region", query.regions, listing.one_of);
  if (!query.with_tests) listing.others.push_back({"s.is_test = FALSE", {}});
  // ~ is above every character of a USCC.
  Condition matches = {"s.uscc >= ? AND s.uscc < ?",
                       {query.uscc_prefix, absl::StrCat(query.uscc_prefix, "~")}};
  if (!query.name_part.empty()) {
    deadline = std::min(deadline, absl::Now() + kLongestSearch);
    // Unlike LIKE, the same on both databases.
    const std::string contains = "replace(s.name, ?, '') <> s.name";
    matches.sql = query.uscc_prefix.empty() ? contains
                                            : absl::StrCat("(", matches.sql, " OR ", contains, ")");
    if (query.uscc_prefix.empty()) matches.values.clear();
    matches.values.emplace_back(query.name_part);
  }
  if (!query.uscc_prefix.empty() || !query.name_part.empty()) listing.others.push_back(matches);
  return ReadList<v1::EnterpriseRecord>(database_, deadline, listing, page);
}

absl::StatusOr<ListOf<v1::ChangeRequestRecord>> Store::ListChangeRequests(
    absl::Time deadline, const ChangeRequestQuery& query, const rpc::Page& page) {
  Listing listing;
  listing.table = "change_request";
  listing.key = {"uscc", "number"};
  listing.order = {{"requested_at", true}, {"uscc"}, {"number", true}};
  Reach(query.reach, !query.reach.programmes.empty(), "unit", listing);
  AddUnlessEmpty("uscc", query.enterprise, listing.few);
  if (query.open_only) {
    listing.equal.push_back({"state", {static_cast<int>(v1::ChangeRequest::OPEN)}});
  }
  return ReadList<v1::ChangeRequestRecord>(database_, deadline, listing, page);
}

absl::StatusOr<ListOf<v1::CampaignRecord>> Store::ListCampaigns(absl::Time deadline,
                                                                const CampaignQuery& query,
                                                                const rpc::Page& page) {
  Listing listing;
  listing.table = "campaign";
  listing.key = {"campaign"};
  listing.order = {{"year_order", true}, {"campaign"}};
  listing.others.push_back({"s.deleted = FALSE", {}});
  if (!query.programme.empty()) listing.others.push_back({"s.programme = ?", {query.programme}});
  if (query.open_at.has_value()) {
    const int64_t now = absl::ToUnixMillis(*query.open_at);
    listing.others.push_back({"s.opens_at <= ? AND s.closes_at > ?", {now, now}});
  }
  return ReadList<v1::CampaignRecord>(database_, deadline, listing, page);
}

absl::StatusOr<ListOf<v1::Target>> Store::ListTargets(absl::Time deadline,
                                                      const std::string& campaign,
                                                      const rpc::Page& page) {
  Listing listing;
  listing.table = "target";
  listing.key = {"campaign", "uscc", "plant"};
  listing.order = {{"campaign"}, {"uscc"}, {"plant"}};
  listing.equal = {{"campaign", {campaign}}};
  return ReadList<v1::Target>(database_, deadline, listing, page);
}

absl::StatusOr<ListOf<v1::AssessmentRecord>> Store::ListAssessments(absl::Time deadline,
                                                                    const std::string& uscc,
                                                                    const std::string& plant,
                                                                    const rpc::Page& page) {
  Listing listing;
  listing.table = "assessment";
  listing.key = {"uscc", "plant", "campaign"};
  listing.order = {{"campaign"}, {"plant"}, {"uscc"}};
  listing.few = {{"uscc", {uscc}}};
  AddUnlessEmpty("plant", plant, listing.few);
  return ReadList<v1::AssessmentRecord>(database_, deadline, listing, page);
}

absl::StatusOr<ListOf<ListedSubmission>> Store::ListSubmissions(absl::Time deadline,
                                                                const SubmissionQuery& query,
                                                                const rpc::Page& page) {
  if (query.effective_only && !MayBeEffective(query.state)) return ListOf<ListedSubmission>();
  Listing listing = Submissions();
  listing.descending = true;
  if (IsOfPlatformAlone(query.reach) && query.receipt_no.empty()) {
    ListOfPlatform(query.reach.platform, "platform_submission", listing);
  } else {
    const auto& programmes = query.reach.programmes;
    Reach(query.reach, std::find(programmes.begin(), programmes.end(), "*") != programmes.end(),
          "receiving_unit", listing);
    if (!listing.all) AddUnlessEmpty("programme", programmes, listing.any_of);
  }
  AddUnlessEmpty("uscc", query.enterprise, listing.few);
  if (!query.receipt_no.empty()) {
    // A number of a decision's receipt stands for that of the submission.
    ASSIGN_OR_RETURN(
        const auto of_decision,
        database_.Query<std::string>(
            deadline,
            "SELECT s.receipt_no FROM decision_receipt d JOIN submission s ON s.uscc = d.uscc "
            "AND s.plant = d.plant AND s.campaign = d.campaign AND s.number = d.number "
            "WHERE d.receipt_no = $1",
            {query.receipt_no}));
    const std::string& receipt_no =
        of_decision.empty() ? query.receipt_no : std::get<0>(of_decision.front());
    listing.few.push_back({"receipt_no", {receipt_no}});
  }
  AddUnlessEmpty("campaign", query.campaign, listing.equal);
  if (query.state != v1::SubmissionState::SUBMISSION_STATE_UNSPECIFIED) {
    listing.equal.push_back({"state", {static_cast<int>(query.state)}});
  }
  if (!query.plant.empty()) listing.others.push_back({"s.plant = ?", {query.plant}});
  if (query.effective_only) listing.others.push_back({"s.effective = TRUE", {}});
  return ReadList<ListedSubmission>(database_, deadline, listing, page);
}

absl::StatusOr<ListOf<ListedSubmission>> Store::ListQueue(absl::Time deadline,
                                                          const QueueQuery& query,
                                                          const rpc::Page& page) {
  if (query.units.empty()) return ListOf<ListedSubmission>();
  Listing listing = Submissions();
  listing.order.insert(listing.order.begin(), {"due_at", true});
  const char* const unit = query.objections ? "objection_unit" : "queue_unit";
  listing.one_of = {{unit, Values(query.units)}};
  // As the partial indexes say it.
  listing.others.push_back({absl::StrCat("s.", unit, " <> '' AND s.is_test = FALSE"), {}});
  const auto has = [&listing](absl::string_view condition, sql::Value value) {
    listing.others.push_back({std::string(condition), {std::move(value)}});
  };
  if (!query.campaign.empty()) has("s.campaign = ?", query.campaign);
  if (query.stage != v1::Stage::STAGE_UNSPECIFIED) {
    has(query.objections ? "s.objection_stage = ?" : "s.stage = ?", static_cast<int>(query.stage));
  }
  const int64_t now = absl::ToUnixMillis(query.now);
  if (query.free_only) has("s.taken_until <= ?", now);
  if (query.taken_by.known()) {
    has("s.taken_until > ?", now);
    listing.others.push_back({"s.taken_subject <> ''", {}});
    listing.few = {{"taken_issuer", {query.taken_by.issuer}},
                   {"taken_subject", {query.taken_by.subject}}};
  }
  return ReadList<ListedSubmission>(database_, deadline, listing, page);
}

absl::StatusOr<absl::flat_hash_set<std::string>> Store::EnrolledAmong(
    absl::Time deadline, const identity::Person& platform,
    const std::vector<std::string>& enterprises) {
  absl::flat_hash_set<std::string> enrolled;
  if (!platform.known()) return enrolled;
  for (size_t begin = 0; begin < enterprises.size(); begin += kMostAtOnce) {
    const size_t end = std::min(begin + kMostAtOnce, enterprises.size());
    std::vector<sql::Value> parameters = {platform.issuer, platform.subject};
    std::vector<std::string> places;
    // As many places as a power of two, so that few statements are prepared: the last one fills up.
    for (size_t i = 0; begin + i < end || (i & (i - 1)) != 0; ++i) {
      parameters.emplace_back(enterprises[std::min(begin + i, end - 1)]);
      places.push_back(absl::StrCat("$", parameters.size()));
    }
    ASSIGN_OR_RETURN(auto rows, database_.Query<std::string>(
                                    deadline,
                                    absl::StrCat("SELECT uscc FROM enrolment WHERE issuer = $1 "
                                                 "AND subject = $2 AND uscc IN (",
                                                 absl::StrJoin(places, ", "), ")"),
                                    std::move(parameters)));
    for (auto& [uscc] : rows) enrolled.insert(std::move(uscc));
  }
  return enrolled;
}

absl::StatusOr<ListOf<v1::FileAccess>> Store::ListAccesses(absl::Time deadline,
                                                           const std::string& uscc,
                                                           const rpc::Page& page) {
  Listing listing;
  listing.table = "file_access";
  listing.key = {"uscc", "read_at", "id"};
  listing.order = {{"uscc"}, {"read_at", true}, {"id"}};
  listing.descending = true;
  listing.equal = {{"uscc", {uscc}}};
  return ReadList<v1::FileAccess>(database_, deadline, listing, page);
}

}  // namespace zhiping::assessment
