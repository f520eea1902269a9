#include "services/ctl/purpose_names.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ctl/command_line.h"

namespace zhiping::ctl {

using common::v1::Purpose;

std::string PurposeName(Purpose::Value purpose) {
  return absl::AsciiStrToLower(Purpose::Value_Name(purpose));
}

absl::StatusOr<Purpose::Value> ParsePurpose(absl::string_view name) {
  Purpose::Value purpose = Purpose::PURPOSE_UNSPECIFIED;
  const bool known = Purpose::Value_Parse(absl::AsciiStrToUpper(name), &purpose);
  if (known && purpose != Purpose::PURPOSE_UNSPECIFIED) return purpose;
  return WrongUsage(
      absl::StrCat("没有用途“", name, "”；可填：", PurposeNames(), "。"),
      absl::StrCat("There is no purpose \"", name, "\"; there are: ", PurposeNames(), "."));
}

std::string PurposeNames() {
  std::vector<std::string> names;
  for (int p = 1; p < Purpose::Value_ARRAYSIZE; ++p) {
    names.push_back(PurposeName(static_cast<Purpose::Value>(p)));
  }
  return absl::StrJoin(names, ", ");
}

}  // namespace zhiping::ctl
