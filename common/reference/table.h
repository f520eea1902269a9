// Reference data as people keep it: tab-separated text with a heading and comments.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/status/error.h"

namespace zhiping::reference {

// A row, with the line it stands on (from 1).
struct Row {
  int line = 0;
  // One for each column, without blanks around it.
  std::vector<std::string> cells;
};

// Collects what is wrong with a table, as `line 12, parent`.
class TableFaults {
 public:
  // `file`: its name, for people.
  explicit TableFaults(absl::string_view file) : file_(file) {}

  void Add(int line, absl::string_view column, absl::string_view zh, absl::string_view en);
  bool empty() const { return violations_.empty(); }
  absl::Status ToStatus() const { return violations_.ToStatus(); }

 private:
  const std::string file_;
  Violations violations_;
};

// The rows of a text whose first line that is no comment (`#`) and not empty names the columns.
std::vector<Row> ReadTable(absl::string_view text, const std::vector<absl::string_view>& columns,
                           TableFaults& faults);

}  // namespace zhiping::reference
