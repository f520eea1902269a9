// The answers of a draft as a CSV file that people fill in with Excel, and what they changed in it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/ctl/screen.h"
#include "zhiping/assessment/v1/assessment_service.pb.h"
#include "zhiping/common/v1/reason.pb.h"

namespace zhiping::ctl {

// What clears an answer; an empty level leaves it.
inline constexpr char kClearZh[] = "清空";
inline constexpr char kClearEn[] = "clear";

// A row for each scenario, of one segment (id or name) or of all if that is empty. Rows have what
// the answer was at that moment, and its etag. Errors: WRONG_USAGE for an unknown segment.
absl::StatusOr<std::string> WriteAnswerSheet(const assessment::v1::Assessment& draft,
                                             const assessment::v1::CriteriaTexts& texts,
                                             const std::string& segment, const Screen& screen);

// What is wrong with a cell.
struct SheetFault {
  int line = 0;
  common::v1::LocalText column;
  common::v1::Reason::Value reason;
  common::v1::LocalText message;
};

// What a file changes. Each update has the line that it is from.
struct SheetChanges {
  google::protobuf::RepeatedPtrField<assessment::v1::AnswerUpdate> updates;
  std::vector<int> lines;
  // In the order of the file.
  std::vector<SheetFault> faults;
};

// Reads a file: WriteAnswerSheet's, filled in, or any with the columns of scenario and level, of
// all scenarios or of some. Rows that are as they were written are left out, whatever the draft has
// now; others are based on the etag that they have, or on the draft's. Levels are as they are
// typed: the service knows their names.
//
// Errors: those of CsvTable::Read; WRONG_COLUMN for a file without these columns.
absl::StatusOr<SheetChanges> ReadAnswerSheet(absl::string_view bytes,
                                             const assessment::v1::Assessment& draft,
                                             const assessment::v1::CriteriaTexts& texts);

// What is wrong with the file altogether: its faults, and what the service says of the updates
// (fields `updates[i].…`), by line and column. OK if nothing is.
absl::Status SheetError(const SheetChanges& changes, const absl::Status& status);

}  // namespace zhiping::ctl
