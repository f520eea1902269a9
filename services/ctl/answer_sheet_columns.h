// The columns of an answer sheet. Used by answer_sheet*.cc only.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "services/ctl/csv_table.h"

namespace zhiping::ctl::sheet {

enum Column { kSegment, kNumber, kScenario, kName, kLevels, kLevel, kReason, kStatus, kVersion };
inline constexpr CsvColumn kColumns[] = {{"环节", "segment"},
                                         {"序号", "number"},
                                         {"场景编号", "scenario"},
                                         {"场景名称", "name"},
                                         {"可填等级", "levels"},
                                         {"应用等级", "level", "等级"},
                                         {"说明", "reason", "不适用原因"},
                                         {"状态", "status"},
                                         {"版本（勿改）", "version"}};
inline constexpr size_t kColumnCount = sizeof(kColumns) / sizeof(kColumns[0]);

// What an answer was when it was written: its etag, and a check of the two cells that people fill
// in.
struct Version {
  std::string etag, check;
};
// Of the cells of level and reason.
std::string CheckOf(absl::string_view level, absl::string_view reason);
// As a cell that no spreadsheet takes for a number; false if it is none.
std::string WriteVersion(const Version& version);
bool ReadVersion(absl::string_view cell, Version& version);

}  // namespace zhiping::ctl::sheet
