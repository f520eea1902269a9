// Messages and errors as JSON, as the REST form of the services has them.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace zhiping::ctl {

// lowerCamelCase, zero and empty fields present, enums by name, indented, ended by a new line.
std::string ToJson(const google::protobuf::Message& message);

// {"error": {"reason", "message": {"zh", "en"}, "metadata": […], "violations": […]}}
std::string ErrorToJson(const absl::Status& error);

}  // namespace zhiping::ctl
