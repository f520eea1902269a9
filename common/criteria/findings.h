// Collects the findings about one file of an edition.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/status/error.h"
#include "zhiping/catalogue/v1/finding.pb.h"

namespace zhiping::criteria {

class Findings {
 public:
  // REQUIRES: `findings` outlives this.
  Findings(absl::string_view file, std::vector<catalogue::v1::Finding>& findings)
      : file_(file), findings_(findings) {}

  void Error(const std::string& field, Reason::Value reason, absl::string_view zh,
             absl::string_view en) {
    Add(catalogue::v1::Finding::ERROR, field, reason, zh, en);
  }
  void Warning(const std::string& field, Reason::Value reason, absl::string_view zh,
               absl::string_view en) {
    Add(catalogue::v1::Finding::WARNING, field, reason, zh, en);
  }

 private:
  void Add(catalogue::v1::Finding::Severity severity, const std::string& field,
           Reason::Value reason, absl::string_view zh, absl::string_view en) {
    auto& finding = findings_.emplace_back();
    finding.set_severity(severity);
    finding.set_file(file_);
    finding.set_field(field);
    finding.set_reason(Reason::Value_Name(reason));
    *finding.mutable_message() = MakeText(zh, en);
  }

  std::string file_;
  std::vector<catalogue::v1::Finding>& findings_;
};

}  // namespace zhiping::criteria
