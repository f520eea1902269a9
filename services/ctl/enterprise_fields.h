// The fields of an enterprise as people write them: columns of a file, and `--set FIELD=VALUE`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/ctl/csv_table.h"
#include "zhiping/assessment/v1/enterprise.pb.h"

namespace zhiping::ctl {

struct EnterpriseField {
  CsvColumn column;
  // Path in a field mask.
  absl::string_view path;
  // Sets what is written; false if it cannot be read, and `zh` and `en` say how it should be.
  bool (*set)(const std::string& text, assessment::v1::Enterprise& enterprise);
  absl::string_view zh = "", en = "";
};

// `uscc` is the first.
absl::Span<const EnterpriseField> EnterpriseFields();
const std::vector<CsvColumn>& EnterpriseColumns();

// In which column a field of a violation stands (`size.employees`); −1: in none.
int EnterpriseColumnOf(absl::string_view field);

// What `--set` says, several times `FIELD=VALUE`, by the headings of columns in either language:
// set on the enterprise, and the paths. An empty value empties the field. Errors: WRONG_USAGE.
absl::StatusOr<std::vector<std::string>> SetFields(const std::vector<std::string>& assignments,
                                                   assessment::v1::Enterprise& enterprise);

}  // namespace zhiping::ctl
