#include "common/sql/sure_time.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace zhiping::sql {
namespace {

int64_t SpanOf(absl::Time instant) {
  return absl::Floor(instant - absl::UnixEpoch(), kClockSpan) / kClockSpan;
}

absl::Time StartOf(int64_t span) { return absl::UnixEpoch() + span * kClockSpan; }

}  // namespace

absl::StatusOr<SureTime> NoteClock(Transaction& transaction, absl::Time now) {
  const int64_t span = SpanOf(now);
  RETURN_IF_ERROR(transaction.Lock("clock readings"));
  ASSIGN_OR_RETURN(auto readings, (transaction.Query<int64_t, int64_t>(
                                      "SELECT span, seen FROM clock_reading ORDER BY seen DESC")));
  if (readings.empty() || std::get<0>(readings.front()) != span) {
    const int64_t seen = readings.empty() ? 1 : std::get<1>(readings.front()) + 1;
    // A span that is shown again is the last; so it is if the clock was set back to it.
    std::erase_if(readings, [span](const auto& reading) { return std::get<0>(reading) == span; });
    readings.insert(readings.begin(), {span, seen});
    std::vector<Statement> statements = {
        {"INSERT INTO clock_reading (span, seen) VALUES ($1, $2) "
         "ON CONFLICT (span) DO UPDATE SET seen = excluded.seen",
         {span, seen}}};
    if (readings.size() > kClockSpans) {
      readings.resize(kClockSpans);
      statements.push_back(
          {"DELETE FROM clock_reading WHERE seen < $1", {std::get<1>(readings.back())}});
    }
    RETURN_IF_ERROR(transaction.Batch(statements).status());
  }
  const auto [first, last] = std::minmax_element(readings.begin(), readings.end());
  SureTime time;
  time.latest = std::max(now, StartOf(std::get<0>(*last)));
  if (readings.size() >= kClockSpans) time.earliest = StartOf(std::get<0>(*first));
  return time;
}

std::string LatestMillis(absl::string_view parameter) {
  const std::string last = absl::StrCat("max(span) * ", absl::ToInt64Milliseconds(kClockSpan));
  return absl::StrCat("(SELECT CASE WHEN ", last, " > ", parameter, " THEN ", last, " ELSE ",
                      parameter, " END FROM clock_reading)");
}

}  // namespace zhiping::sql
