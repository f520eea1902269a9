// Reads the files of an edition's folder in the source tree.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping {

// Whole content of services/catalogue/editions/jiangsu-ai-2026/`name`.
absl::StatusOr<std::string> ReadEditionFile(absl::string_view name);

// Parses that file as text format; fails with the line and column of every error.
absl::Status ParseEditionFile(absl::string_view name, google::protobuf::Message& message);

}  // namespace zhiping
