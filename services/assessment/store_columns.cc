#include "services/assessment/store_columns.h"

#include <algorithm>

#include "common/time/timestamp.h"
#include "services/assessment/domain/standing.h"
#include "services/assessment/store_rows.h"

namespace zhiping::assessment {

int64_t Milliseconds(bool has, const google::protobuf::Timestamp& instant, int64_t absent) {
  return has ? absl::ToUnixMillis(FromTimestamp(instant)) : absent;
}

std::vector<NamedValue> ColumnsOf(const v1::SubmissionRecord& record) {
  const v1::SubmissionKey& key = record.submission().key();
  const v1::SubmittedContent& content = record.submission().content();
  const v1::Snapshot& snapshot = content.snapshot();
  const v1::SubmissionStanding& standing = record.submission().standing();
  const bool waits = standing.state() == v1::SubmissionState::UNDER_REVIEW;
  const v1::Objection* const open = OpenObjection(standing);
  const v1::Objection& objection = open == nullptr ? v1::Objection::default_instance() : *open;
  return {
      {"uscc", key.enterprise()},
      {"plant", PlantOf(key.plant())},
      {"campaign", key.campaign()},
      {"number", key.number()},
      {"programme", content.programme()},
      {"receiving_unit", snapshot.units().empty() ? std::string() : snapshot.units(0)},
      {"state", static_cast<int>(standing.state())},
      {"stage", static_cast<int>(standing.stage())},
      {"assurance", static_cast<int>(standing.assurance())},
      {"effective", standing.effective()},
      {"submitted_at", Milliseconds(true, content.submitted_at(), 0)},
      {"due_at", Milliseconds(standing.has_due_at(), standing.due_at(), kNever)},
      {"queue_unit", waits ? standing.unit() : std::string()},
      {"objection_unit", objection.unit()},
      {"objection_stage", static_cast<int>(objection.stage())},
      {"taken_until", Milliseconds(record.has_taken_until(), record.taken_until(), 0)},
      {"taken_issuer", record.taken_by().issuer()},
      {"taken_subject", record.taken_by().subject()},
      {"receipt_no", record.submission().receipt_no()},
      {"record", sql::Bytes{record.SerializeAsString()}},
  };
}

}  // namespace zhiping::assessment
