#include "common/text/strict_json.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace zhiping {
namespace {

using Json = nlohmann::json;

absl::Status Malformed(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::MALFORMED, zh, en);
}

}  // namespace

absl::StatusOr<Json> ParseStrictJson(absl::string_view text) {
  // The members of the objects that are being read, from the outermost.
  std::vector<std::set<std::string>> open;
  std::string twice;
  const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(parsed).second && twice.empty()) {
      twice = parsed;
    }
    return true;
  };
  Json document = Json::parse(text.begin(), text.end(), watch, /*allow_exceptions=*/false);
  if (document.is_discarded()) {
    return Malformed("文件不是完整的 JSON。", "The file is not complete JSON.");
  }
  if (!twice.empty()) {
    return Malformed(absl::StrCat("JSON 成员“", twice, "”在同一对象中出现了两次。"),
                     absl::StrCat("The JSON member \"", twice, "\" is twice in one object."));
  }
  return document;
}

}  // namespace zhiping
