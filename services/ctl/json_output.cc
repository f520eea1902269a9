#include "services/ctl/json_output.h"

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "google/protobuf/util/json_util.h"

namespace zhiping::ctl {

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  // Only a message with Any fields or broken UTF-8 could fail; ours have neither.
  return status.ok() ? json : "{}\n";
}

Json AsJson(const google::protobuf::Message& message) {
  return Json::parse(ToJson(message), nullptr, /*allow_exceptions=*/false);
}

std::string Dump(const Json& json) {
  return absl::StrCat(json.dump(1, ' ', false, Json::error_handler_t::replace), "\n");
}

std::string DumpLine(const Json& json) {
  return absl::StrCat(json.dump(-1, ' ', false, Json::error_handler_t::replace), "\n");
}

std::string ErrorToJson(const absl::Status& error) {
  return Dump({{"error", AsJson(DetailOf(error))}});
}

}  // namespace zhiping::ctl
