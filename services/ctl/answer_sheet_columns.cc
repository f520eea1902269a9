#include "services/ctl/answer_sheet_columns.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/criteria/release.h"

namespace zhiping::ctl::sheet {
namespace {

constexpr char kVersionBegin[] = "v";
constexpr size_t kCheckDigits = 8;

}  // namespace

std::string CheckOf(absl::string_view level, absl::string_view reason) {
  constexpr size_t kPrefix = sizeof("sha256:") - 1;
  return criteria::DigestOf(absl::StrCat(level, "\n", reason)).substr(kPrefix, kCheckDigits);
}

std::string WriteVersion(const Version& version) {
  return absl::StrCat(kVersionBegin, version.etag, "-", version.check);
}

bool ReadVersion(absl::string_view cell, Version& version) {
  if (!absl::ConsumePrefix(&cell, kVersionBegin) || cell.size() <= kCheckDigits + 1 ||
      cell[cell.size() - kCheckDigits - 1] != '-') {
    return false;
  }
  version.etag = std::string(cell.substr(0, cell.size() - kCheckDigits - 1));
  version.check = std::string(cell.substr(cell.size() - kCheckDigits));
  return true;
}

}  // namespace zhiping::ctl::sheet
