#include "services/ctl/json_output.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "google/protobuf/util/json_util.h"
#include "services/ctl/command_line.h"

namespace zhiping::ctl {
namespace {

[[noreturn]] void EndAsDefect(absl::string_view message, absl::string_view why) {
  const absl::Status defect =
      MakeError(absl::StatusCode::kInternal, Reason::INTERNAL_ERROR,
                absl::StrCat(message, " 无法写成 JSON：", why, "。"),
                absl::StrCat(message, " cannot be written as JSON: ", why, "."));
  std::fputs(ErrorToJson(defect).c_str(), stdout);
  std::fflush(stdout);
  // Threads of gRPC may still run: nothing is torn down below them.
  std::_Exit(kExitDefect);
}

}  // namespace

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) EndAsDefect(message.GetTypeName(), std::string(status.message()));
  return json;
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
