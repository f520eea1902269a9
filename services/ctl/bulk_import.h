// Imports of many rows: sent in batches, with what is wrong said by row and column at the end.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/status/status_macros.h"
#include "services/ctl/command_line.h"
#include "services/ctl/csv_table.h"
#include "services/ctl/progress.h"
#include "zhiping/assessment/v1/enterprise_service.pb.h"

namespace zhiping::ctl {

// The largest file that is read, in bytes: a million rows and more.
inline constexpr size_t kMaxBulkBytes = 256 << 20;
// How many rows are sent at once: less than the service takes, so that the bar moves.
inline constexpr int kBulkBatch = 500;
// How long a batch is waited for, unless --timeout says.
inline constexpr absl::Duration kBulkTimeout = absl::Minutes(2);

// --errors.
void AddErrorsOption(CLI::App& command, const CommandLine& line, std::string& file);

// What is wrong with a cell, or with a row as a whole.
struct BulkFault {
  int line = 0;
  // Heading in the chosen language.
  std::string column, value;
  // Stable, for example `INVALID_USCC`.
  std::string reason;
  std::string message;
};

struct BulkResult {
  bool dry_run = false;
  int64_t rows = 0, added = 0, changed = 0, unchanged = 0, refused = 0;
  // In the order of the file.
  std::vector<BulkFault> faults;
};

// Counts what became of a row that was sent. `column_of`: which column a field of a violation
// stands in; −1: none.
void CountRow(const assessment::v1::ImportedRow& imported, int row, const CsvTable& table,
              absl::Span<const CsvColumn> columns,
              const std::function<int(absl::string_view field)>& column_of, const Screen& screen,
              BulkResult& result);

// By line; of a line, in the order in which they were found.
void SortFaults(BulkResult& result);

// An error that ended an import, with how far it was.
absl::Status WithRowsDone(const absl::Status& status, const BulkResult& result);

// The result on the screen or as JSON, and every fault in a CSV file, if one is named. The exit
// code is 1 if a row was refused. Errors: FILE_UNWRITABLE.
absl::StatusOr<int> FinishBulk(const BulkResult& result, const std::string& errors_file,
                               const CommandLine& line);

// Sends the rows of a file. `read(row, request, faults)` adds the row to the request, and what
// cannot be read of it to the faults, which have column, value, reason and message; `send(request)`
// gives the response with a `rows` each. What cannot be read is validated without that, so that all
// that is wrong with a row is said at once.
template <typename Request, typename Read, typename Send>
absl::Status SendRows(const CsvTable& table, absl::Span<const CsvColumn> columns,
                      const std::function<int(absl::string_view field)>& column_of,
                      const Request& empty, const Read& read, const Send& send,
                      const Screen& screen, BulkResult& result) {
  Progress progress(table.row_count(), screen);
  Request batch = empty;
  Request faulty = empty;
  faulty.set_validate_only(true);
  std::vector<int> batch_rows, faulty_rows;
  for (int row = 0; row < table.row_count(); ++row) {
    std::vector<BulkFault> faults;
    Request one;
    read(row, one, faults);
    (faults.empty() ? batch : faulty).MergeFrom(one);
    (faults.empty() ? batch_rows : faulty_rows).push_back(row);
    for (BulkFault& fault : faults) {
      fault.line = table.LineOf(row);
      result.faults.push_back(std::move(fault));
    }
    const int taken = row % kBulkBatch + 1;
    if (taken < kBulkBatch && row + 1 < table.row_count()) continue;
    for (const bool readable : {true, false}) {
      const std::vector<int>& rows = readable ? batch_rows : faulty_rows;
      if (rows.empty()) continue;
      const auto response = send(readable ? batch : faulty);
      if (!response.ok()) return WithRowsDone(response.status(), result);
      for (int i = 0; i < response->rows_size() && i < static_cast<int>(rows.size()); ++i) {
        assessment::v1::ImportedRow imported = response->rows(i);
        if (!readable) imported.set_outcome(assessment::v1::ImportedRow::REFUSED);
        CountRow(imported, rows[i], table, columns, column_of, screen, result);
      }
    }
    batch = empty;
    faulty.Clear();
    faulty.MergeFrom(empty);
    faulty.set_validate_only(true);
    batch_rows.clear();
    faulty_rows.clear();
    progress.Advance(taken);
  }
  SortFaults(result);
  return absl::OkStatus();
}

}  // namespace zhiping::ctl
