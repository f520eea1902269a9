#include "common/releases/seed_json.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/text/strict_json.h"

namespace zhiping::releases {
namespace {

using Json = nlohmann::json;
using catalogue::v1::Seed;
using Names = std::initializer_list<absl::string_view>;

constexpr char kProgrammes[] = "programmes";
constexpr char kProgramme[] = "programme";
constexpr char kReleaseDigest[] = "releaseDigest";

// Whether it is an object. Adds a violation if it is none, and for every member not named so.
bool CheckObject(const Json& value, const std::string& path, Names names, Violations& violations) {
  if (!value.is_object()) {
    violations.Add(path, Reason::MALFORMED, absl::StrCat(path, " 应为对象。"),
                   absl::StrCat(path, " should be an object."));
    return false;
  }
  for (const auto& [name, ignored] : value.items()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string field = absl::StrCat(path, ".", name);
    violations.Add(
        field, Reason::MALFORMED,
        absl::StrCat(field, " 无法识别，这里只有 ", absl::StrJoin(names, "、"), "。"),
        absl::StrCat(field, " is unknown; there is ", absl::StrJoin(names, " and "), " only."));
  }
  return true;
}

// A member that has to be there and say something.
std::string ReadText(const Json& object, const std::string& path, const char* name,
                     Violations& violations) {
  const std::string field = absl::StrCat(path, ".", name);
  const Json value = object.value(name, Json(""));
  if (!value.is_string()) {
    violations.Add(field, Reason::MALFORMED, absl::StrCat(field, " 应为字符串。"),
                   absl::StrCat(field, " should be a string."));
    return "";
  }
  auto text = value.get<std::string>();
  if (text.empty()) {
    violations.Add(field, Reason::FIELD_REQUIRED, absl::StrCat(field, " 没有填写。"),
                   absl::StrCat(field, " is missing or empty."));
  }
  return text;
}

}  // namespace

absl::StatusOr<Seed> ParseSeed(absl::string_view json) {
  ASSIGN_OR_RETURN(const Json document, ParseStrictJson(json));
  Seed seed;
  Violations violations;
  if (!CheckObject(document, "$", {kProgrammes}, violations)) return violations.ToStatus();
  const Json programmes = document.value(kProgrammes, Json::array());
  if (!programmes.is_array()) {
    violations.Add(kProgrammes, Reason::MALFORMED, absl::StrCat(kProgrammes, " 应为列表。"),
                   absl::StrCat(kProgrammes, " should be a list."));
    return violations.ToStatus();
  }
  std::set<std::string> known;
  for (size_t i = 0; i < programmes.size(); ++i) {
    const std::string path = absl::StrCat(kProgrammes, "[", i, "]");
    if (!CheckObject(programmes[i], path, {kProgramme, kReleaseDigest}, violations)) continue;
    auto& entry = *seed.add_programmes();
    entry.set_programme(ReadText(programmes[i], path, kProgramme, violations));
    entry.set_release_digest(ReadText(programmes[i], path, kReleaseDigest, violations));
    if (entry.programme().empty() || known.insert(entry.programme()).second) continue;
    violations.Add(absl::StrCat(path, ".", kProgramme), Reason::DUPLICATE_ID,
                   absl::StrCat("评测体系 ", entry.programme(), " 出现了两次。"),
                   absl::StrCat("Programme ", entry.programme(), " is there twice."));
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return seed;
}

}  // namespace zhiping::releases
