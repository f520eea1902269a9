#include "services/assessment/store_listing.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"

namespace zhiping::assessment {
namespace {

// A platform of no more enterprises is looked up by them, of more by the list's own order.
constexpr int kFewEnrolments = 5'000;
// So many rows are gathered sooner than read in order of their leads, or of all rows.
constexpr int kFewRows = 500;
constexpr int kMostGathered = 1'000;
// Of rows that are read in order, of all values together.
constexpr int kMostInOrder = 20'000;
constexpr size_t kMostLeads = 16;
// Between the values of a position; in none of them.
constexpr char kBetween[] = "\n";
// Of ids in a list: more than a country has review units.
constexpr size_t kMostValues = 8'000;

// One statement of a list.
class Text {
 public:
  Text(const Listing& listing, sql::Engine engine, bool few_enrolments)
      : listing_(listing), engine_(engine), few_enrolments_(few_enrolments) {}

  // Whether a row that several of the SELECTs below find is given by each of them, or by the first.
  enum class Doubles { kMay, kMayNot };
  // SELECTs that together give the rows, without the order: each along an index of its own.
  std::vector<std::string> Gathered(const std::string& columns, Doubles doubles);
  // The values that lead to the rows, if they are few enough for `most` rows of each.
  std::vector<OneOf> Leads(int most) const;
  // SELECTs that together give the first `most` rows after the position: those of each value, in
  // order along an index.
  absl::StatusOr<std::vector<std::string>> InOrderOf(const std::vector<OneOf>& leads,
                                                     const std::vector<std::string>& position);
  // The whole WHERE, so that the index of the order is read.
  std::string InOrder();
  // The rows after the position.
  absl::StatusOr<std::string> After(const std::vector<std::string>& position);

  std::string Parameter(sql::Value value) {
    parameters_.push_back(std::move(value));
    return absl::StrCat("$", parameters_.size());
  }
  std::vector<sql::Value> TakeParameters() { return std::move(parameters_); }

 private:
  enum class Index { kMay, kMayNot };

  // Conditions without which a row is not among those that were led to before.
  std::string IsNot(const OneOf& one_of);
  // SQLite without statistics would take the index of the column, whatever its worth; PostgreSQL
  // has statistics.
  std::string Named(const std::string& column, Index index) const {
    const bool hidden = index == Index::kMayNot && engine_ == sql::Engine::kSqlite;
    return absl::StrCat(hidden ? "+" : "", "s.", column);
  }
  std::string Is(const OneOf& one_of, Index index);
  std::string Is(const Condition& condition);
  std::string Enrolled();
  // `s` joined with the values that lead to it; what else has to hold is to follow.
  std::string Led(const std::string& columns, const OneOf& lead);
  void AddAll(const std::vector<OneOf>& conditions, Index index, std::vector<std::string>& where);
  void AddOthers(std::vector<std::string>& where);
  void AddReach(std::vector<std::string>& where);

  const Listing& listing_;
  const sql::Engine engine_;
  const bool few_enrolments_;
  std::vector<sql::Value> parameters_;
};

std::string Where(const std::vector<std::string>& conditions) {
  return conditions.empty() ? "" : absl::StrCat(" WHERE ", absl::StrJoin(conditions, " AND "));
}

std::string Text::Is(const OneOf& one_of, Index index) {
  std::vector<std::string> values;
  for (const sql::Value& value : one_of.values) values.push_back(Parameter(value));
  const std::string column = Named(one_of.column, index);
  if (values.size() == 1) return absl::StrCat(column, " = ", values.front());
  return absl::StrCat(column, " IN (", absl::StrJoin(values, ", "), ")");
}

std::string Text::IsNot(const OneOf& one_of) {
  return absl::StrCat("NOT (", Is(one_of, Index::kMayNot), ")");
}

std::string Text::Is(const Condition& condition) {
  const std::vector<std::string> parts = absl::StrSplit(condition.sql, '?');
  std::string sql = parts.front();
  for (size_t i = 1; i < parts.size(); ++i) {
    absl::StrAppend(&sql, Parameter(condition.values[i - 1]), parts[i]);
  }
  return sql;
}

std::string Text::Enrolled() {
  const std::string issuer = Parameter(listing_.platform.issuer);
  const std::string subject = Parameter(listing_.platform.subject);
  return absl::StrCat("EXISTS (SELECT 1 FROM enrolment n WHERE n.uscc = s.uscc AND n.issuer = ",
                      issuer, " AND n.subject = ", subject, ")");
}

void Text::AddAll(const std::vector<OneOf>& conditions, Index index,
                  std::vector<std::string>& where) {
  for (const OneOf& one_of : conditions) where.push_back(Is(one_of, index));
}

void Text::AddOthers(std::vector<std::string>& where) {
  for (const Condition& condition : listing_.others) where.push_back(Is(condition));
}

void Text::AddReach(std::vector<std::string>& where) {
  if (listing_.all) return;
  std::vector<std::string> any;
  AddAll(listing_.few_any_of, Index::kMayNot, any);
  AddAll(listing_.any_of, Index::kMayNot, any);
  if (listing_.platform.known()) any.push_back(Enrolled());
  where.push_back(absl::StrCat("(", absl::StrJoin(any, " OR "), ")"));
}

std::string Text::Led(const std::string& columns, const OneOf& lead) {
  std::vector<std::string> values;
  for (const sql::Value& value : lead.values) {
    values.push_back(absl::StrCat("(", Parameter(value), ")"));
  }
  // Both databases call the column of VALUES column1. SQLite keeps the order of a CROSS JOIN.
  return absl::StrCat("SELECT ", columns, " FROM (VALUES ", absl::StrJoin(values, ", "),
                      ") AS r CROSS JOIN ", listing_.table, " s WHERE s.", lead.column,
                      " = r.column1");
}

std::vector<std::string> Text::Gathered(const std::string& columns, Doubles doubles) {
  const std::string from = absl::StrCat("SELECT ", columns, " FROM ", listing_.table, " s");
  const auto with = [](std::string select, const std::vector<std::string>& where) {
    for (const std::string& condition : where) absl::StrAppend(&select, " AND ", condition);
    return select;
  };
  std::vector<std::string> where;
  if (!listing_.few.empty()) {
    AddAll(listing_.few, Index::kMay, where);
    AddAll(listing_.equal, Index::kMayNot, where);
    AddAll(listing_.one_of, Index::kMayNot, where);
    AddOthers(where);
    AddReach(where);
    return {absl::StrCat(from, Where(where))};
  }
  if (!listing_.one_of.empty()) {
    const std::string led = Led(columns, listing_.one_of.front());
    AddAll(listing_.equal, Index::kMay, where);
    AddAll({listing_.one_of.begin() + 1, listing_.one_of.end()}, Index::kMayNot, where);
    AddOthers(where);
    AddReach(where);
    return {with(led, where)};
  }
  std::vector<std::string> selects;
  std::vector<const OneOf*> before;
  const auto add_not_before = [&] {
    if (doubles == Doubles::kMay) return;
    for (const OneOf* const lead : before) where.push_back(IsNot(*lead));
  };
  const auto add_led = [&](const std::vector<OneOf>& leads, Index index) {
    for (const OneOf& lead : leads) {
      const std::string led = Led(columns, lead);
      where.clear();
      AddAll(listing_.equal, index, where);
      AddOthers(where);
      add_not_before();
      selects.push_back(with(led, where));
      before.push_back(&lead);
    }
  };
  add_led(listing_.few_any_of, Index::kMayNot);
  add_led(listing_.any_of, Index::kMay);
  if (listing_.platform.known()) {
    where.clear();
    if (few_enrolments_) {
      where.push_back(absl::StrCat("r.issuer = ", Parameter(listing_.platform.issuer)));
      where.push_back(absl::StrCat("r.subject = ", Parameter(listing_.platform.subject)));
      AddAll(listing_.equal, Index::kMayNot, where);
      AddOthers(where);
      add_not_before();
      selects.push_back(with(absl::StrCat("SELECT ", columns, " FROM enrolment r CROSS JOIN ",
                                          listing_.table, " s WHERE s.uscc = r.uscc"),
                             where));
    } else {
      AddAll(listing_.equal, Index::kMay, where);
      AddOthers(where);
      where.push_back(Enrolled());
      add_not_before();
      selects.push_back(absl::StrCat(from, Where(where)));
    }
  }
  if (listing_.all) {
    AddAll(listing_.equal, Index::kMay, where);
    AddOthers(where);
    selects.push_back(absl::StrCat(from, Where(where)));
  }
  return selects;
}

std::string Text::InOrder() {
  std::vector<std::string> where;
  AddAll(listing_.equal, Index::kMay, where);
  AddAll(listing_.few, Index::kMayNot, where);
  AddAll(listing_.one_of, Index::kMayNot, where);
  AddOthers(where);
  AddReach(where);
  return where.empty() ? "TRUE" : absl::StrJoin(where, " AND ");
}

std::string OrderColumns(const Listing& listing) {
  return absl::StrJoin(listing.order, ", ", [](std::string* out, const Column& column) {
    absl::StrAppend(out, "s.", column.name);
  });
}

// As one text: rows are read by type.
std::string Position(const Listing& listing) {
  return absl::StrJoin(listing.order, absl::StrCat(" || '", kBetween, "' || "),
                       [](std::string* out, const Column& column) {
                         absl::StrAppend(out, "CAST(p.", column.name, " AS TEXT)");
                       });
}

absl::StatusOr<std::string> Text::After(const std::vector<std::string>& position) {
  if (position.empty()) return std::string("TRUE");
  if (position.size() != listing_.order.size()) {
    return absl::InternalError("a position of another list");
  }
  std::vector<std::string> values;
  for (size_t i = 0; i < position.size(); ++i) {
    if (!listing_.order[i].number) {
      values.push_back(Parameter(position[i]));
      continue;
    }
    ASSIGN_OR_RETURN(const int64_t number, rpc::PositionNumber(position[i]));
    values.push_back(Parameter(number));
  }
  return absl::StrCat("(", OrderColumns(listing_), ") ", listing_.descending ? "<" : ">", " (",
                      absl::StrJoin(values, ", "), ")");
}

std::string Order(const Listing& listing, const char* rows) {
  return absl::StrCat(
      " ORDER BY ",
      absl::StrJoin(listing.order, ", ", [&listing, rows](std::string* out, const Column& column) {
        absl::StrAppend(out, rows, ".", column.name, listing.descending ? " DESC" : "");
      }));
}

std::vector<OneOf> Text::Leads(int most) const {
  if (!listing_.few.empty() || listing_.platform.known()) return {};
  std::vector<OneOf> leads;
  if (!listing_.one_of.empty()) {
    leads = {listing_.one_of.front()};
  } else if (!listing_.all) {
    leads = listing_.few_any_of;
    leads.insert(leads.end(), listing_.any_of.begin(), listing_.any_of.end());
  }
  size_t values = 0;
  for (const OneOf& lead : leads) values += lead.values.size();
  if (values > kMostLeads || (values > 1 && static_cast<int>(values) * most > kMostInOrder)) {
    return {};
  }
  return leads;
}

absl::StatusOr<std::vector<std::string>> Text::InOrderOf(const std::vector<OneOf>& leads,
                                                         const std::vector<std::string>& position) {
  std::vector<std::string> selects;
  for (const OneOf& lead : leads) {
    for (const sql::Value& value : lead.values) {
      std::vector<std::string> where = {Is({lead.column, {value}}, Index::kMay)};
      AddAll(listing_.equal, Index::kMayNot, where);
      if (!listing_.one_of.empty()) {
        AddAll({listing_.one_of.begin() + 1, listing_.one_of.end()}, Index::kMayNot, where);
        AddReach(where);
      }
      AddOthers(where);
      ASSIGN_OR_RETURN(where.emplace_back(), After(position));
      selects.push_back(absl::StrCat("SELECT ", OrderColumns(listing_), " FROM ", listing_.table,
                                     " s", Where(where), Order(listing_, "s")));
    }
  }
  return selects;
}

absl::Status CheckValues(const Listing& listing) {
  for (const auto* lists :
       {&listing.few, &listing.equal, &listing.one_of, &listing.few_any_of, &listing.any_of}) {
    for (const OneOf& one_of : *lists) {
      if (one_of.values.empty() || one_of.values.size() > kMostValues) {
        return absl::InternalError(
            absl::StrCat("a list by ", one_of.values.size(), " values of ", one_of.column));
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> HasFewEnrolments(sql::Database& database, absl::Time deadline,
                                      const identity::Person& platform) {
  if (!platform.known()) return true;
  ASSIGN_OR_RETURN(
      const auto rows,
      database.Query<int64_t>(deadline,
                              "SELECT count(*) FROM (SELECT 1 FROM enrolment WHERE issuer = $1 "
                              "AND subject = $2 LIMIT $3) AS counted",
                              {platform.issuer, platform.subject, kFewEnrolments + 1}));
  return std::get<0>(rows.front()) <= kFewEnrolments;
}

// The SELECTs as one: each gives `most` rows at most, a number or a parameter; of a number planners
// know that it is small. UNION leaves doubles out, UNION ALL does not.
std::string Together(const std::vector<std::string>& selects, const absl::AlphaNum& most,
                     const char* with = " UNION ") {
  if (selects.size() == 1) return absl::StrCat(selects.front(), " LIMIT ", most);
  std::vector<std::string> parts;
  parts.reserve(selects.size());
  for (const std::string& select : selects) {
    parts.push_back(
        absl::StrCat("SELECT * FROM (", select, " LIMIT ", most, ") AS part", parts.size()));
  }
  return absl::StrJoin(parts, with);
}

absl::StatusOr<int> Count(sql::Database& database, absl::Time deadline, const Listing& listing,
                          bool few_enrolments) {
  Text text(listing, database.engine(), few_enrolments);
  const auto selects = text.Gathered("1 AS one", Text::Doubles::kMayNot);
  const std::string sql = absl::StrCat(
      "SELECT count(*) FROM (", Together(selects, kMostCounted + 1, " UNION ALL "), ") AS counted");
  ASSIGN_OR_RETURN(const auto rows, database.Query<int64_t>(deadline, sql, text.TakeParameters()));
  return std::min(static_cast<int>(std::get<0>(rows.front())), kMostCounted + 1);
}

}  // namespace

absl::StatusOr<Listed> ReadListing(sql::Database& database, absl::Time deadline,
                                   const Listing& listing, const rpc::Page& page) {
  RETURN_IF_ERROR(CheckValues(listing));
  const bool reaches =
      !listing.few_any_of.empty() || !listing.any_of.empty() || listing.platform.known();
  Listed listed;
  if (!listing.all && !reaches) return listed;
  ASSIGN_OR_RETURN(const bool few_enrolments,
                   HasFewEnrolments(database, deadline, listing.platform));
  ASSIGN_OR_RETURN(listed.total, Count(database, deadline, listing, few_enrolments));
  if (listed.total == 0) return listed;

  Text text(listing, database.engine(), few_enrolments);
  const bool has_lead = !listing.few.empty() || !listing.one_of.empty() || !listing.all;
  const std::string columns = OrderColumns(listing);
  const int most = page.size + 1 + page.skip;
  const std::vector<OneOf> leads = text.Leads(most);
  std::string rows;
  if (!leads.empty() && listed.total > kFewRows) {
    ASSIGN_OR_RETURN(const auto selects, text.InOrderOf(leads, page.position));
    rows = absl::StrCat("(", Together(selects, text.Parameter(most)), ") AS s WHERE TRUE");
  } else if (has_lead && listed.total <= kMostGathered) {
    // The LIMIT is no limit, but keeps planners from preferring the index of the order.
    const auto selects = text.Gathered(columns, Text::Doubles::kMay);
    rows = absl::StrCat("(", Together(selects, kMostCounted), ") AS s WHERE TRUE");
  } else {
    rows = absl::StrCat(listing.table, " s WHERE ", text.InOrder());
  }
  ASSIGN_OR_RETURN(const std::string after, text.After(page.position));
  const std::string limit = text.Parameter(page.size + 1);
  const std::string skip = text.Parameter(page.skip);
  std::vector<std::string> same;
  for (const std::string& key : listing.key) same.push_back(absl::StrCat("s.", key, " = p.", key));
  // Records are read of the page alone, each by its key: a join might read the whole table.
  const std::string sql = absl::StrCat(
      "SELECT (SELECT s.record FROM ", listing.records.empty() ? listing.table : listing.records,
      " s WHERE ", absl::StrJoin(same, " AND "), "), ", listing.extra, ", ", Position(listing),
      " FROM (SELECT ", columns, " FROM ", rows, " AND ", after, Order(listing, "s"), " LIMIT ",
      limit, " OFFSET ", skip, ") AS p", Order(listing, "p"));
  ASSIGN_OR_RETURN(listed.rows, (database.Query<sql::Bytes, bool, std::string>(
                                    deadline, sql, text.TakeParameters())));
  if (static_cast<int>(listed.rows.size()) > page.size) {
    listed.rows.resize(page.size);
    listed.next = absl::StrSplit(std::get<std::string>(listed.rows.back()), kBetween);
  }
  return listed;
}

}  // namespace zhiping::assessment
