// Messages and errors as JSON, as the REST form of the services has them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace zhiping::ctl {

// lowerCamelCase, zero and empty fields present, enums by name, indented, ended by a new line. A
// message that cannot be said in JSON, such as a time of the year 10000, is a defect of whoever
// made it: the program ends with that error and kExitDefect, so that nobody takes `{}` for the
// answer.
std::string ToJson(const google::protobuf::Message& message);

using Json = nlohmann::ordered_json;

// The same, to be put into a larger document.
Json AsJson(const google::protobuf::Message& message);

// A document as ToJson writes it; or in one line, ended by a new line too.
std::string Dump(const Json& json);
std::string DumpLine(const Json& json);

// {"error": {"reason", "message": {"zh", "en"}, "metadata": […], "violations": […]}}
std::string ErrorToJson(const absl::Status& error);

}  // namespace zhiping::ctl
