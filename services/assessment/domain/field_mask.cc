#include "services/assessment/domain/field_mask.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/requests/fields.h"
#include "common/text/utf8.h"

namespace zhiping::assessment {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::util::FieldMaskUtil;

constexpr size_t kMostQuoted = 60;

// Protobuf itself would pass over empty names.
bool Exists(const google::protobuf::Descriptor& descriptor, const std::string& path) {
  const std::vector<absl::string_view> names = absl::StrSplit(path, '.');
  return std::none_of(names.begin(), names.end(),
                      [](absl::string_view name) { return name.empty(); }) &&
         FieldMaskUtil::GetFieldDescriptors(&descriptor, path, nullptr);
}

void ClearField(absl::string_view path, google::protobuf::Message& message) {
  const std::pair<std::string, absl::string_view> step =
      absl::StrSplit(path, absl::MaxSplits('.', 1));
  const auto* field = message.GetDescriptor()->FindFieldByName(step.first);
  const auto& reflection = *message.GetReflection();
  if (step.second.empty()) return reflection.ClearField(&message, field);
  if (!reflection.HasField(message, field)) return;
  ClearField(step.second, *reflection.MutableMessage(&message, field));
}

}  // namespace

std::string JsonPath(absl::string_view path) {
  std::string json;
  bool word_begins = false;
  for (const char character : path) {
    if (character != '_') json.push_back(word_begins ? absl::ascii_toupper(character) : character);
    word_begins = character == '_';
  }
  return json;
}

bool IsWithin(absl::string_view path, absl::Span<const absl::string_view> fields) {
  return std::any_of(fields.begin(), fields.end(), [path](absl::string_view field) {
    return path == field ||
           (absl::StartsWith(path, field) && absl::StartsWith(path.substr(field.size()), "."));
  });
}

void CheckMask(const FieldMask& mask, absl::Span<const absl::string_view> settable,
               const google::protobuf::Descriptor& descriptor, absl::string_view field,
               Violations& violations) {
  if (mask.paths().empty()) Require(field, violations);
  for (const std::string& path : mask.paths()) {
    if (Exists(descriptor, path) && IsWithin(path, settable)) continue;
    const std::string name = Clip(JsonPath(path), kMostQuoted);
    violations.Add(field, Reason::INVALID_FIELD,
                   absl::StrCat(field, "：", name, " 不是可以设置的字段。"),
                   absl::StrCat(field, ": ", name, " is no field that can be set."));
  }
}

void ClearFields(const FieldMask& mask, google::protobuf::Message& message) {
  for (const std::string& path : mask.paths()) ClearField(path, message);
}

bool HasField(const google::protobuf::Message& message, absl::string_view path) {
  const std::pair<std::string, absl::string_view> step =
      absl::StrSplit(path, absl::MaxSplits('.', 1));
  const auto* field = message.GetDescriptor()->FindFieldByName(step.first);
  const auto& reflection = *message.GetReflection();
  if (field->is_repeated()) return reflection.FieldSize(message, field) > 0;
  return reflection.HasField(message, field) &&
         (step.second.empty() || HasField(reflection.GetMessage(message, field), step.second));
}

}  // namespace zhiping::assessment
