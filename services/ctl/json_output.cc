#include "services/ctl/json_output.h"

#include <nlohmann/json.hpp>

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

std::string ErrorToJson(const absl::Status& error) {
  using Json = nlohmann::ordered_json;
  const Json detail = Json::parse(ToJson(DetailOf(error)), nullptr, /*allow_exceptions=*/false);
  const Json document = {{"error", detail}};
  return absl::StrCat(document.dump(1, ' ', false, Json::error_handler_t::replace), "\n");
}

}  // namespace zhiping::ctl
