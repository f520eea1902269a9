#include "common/receipts/field_values.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"

namespace zhiping::receipts {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct FieldValue {
  std::string field;
  std::string value;
  // How it reads while it is not set.
  std::string unset;
};

// `index`: −1 for a field that is not repeated.
std::string ValueOf(const Message& message, const FieldDescriptor* field, int index) {
  std::string text;
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    const auto& reflection = *message.GetReflection();
    return index < 0 ? reflection.GetString(message, field)
                     : reflection.GetRepeatedString(message, field, index);
  }
  google::protobuf::TextFormat::PrintFieldValueToString(message, field, index, &text);
  return text;
}

// What is set, in the order of the fields.
void AddValues(const Message& message, const std::string& path, std::vector<FieldValue>& values) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string name = path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
    const bool repeated = field->is_repeated();
    const int count = repeated ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const std::string element = repeated ? absl::StrCat(name, "[", i, "]") : name;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        AddValues(repeated ? reflection.GetRepeatedMessage(message, field, i)
                           : reflection.GetMessage(message, field),
                  element, values);
        continue;
      }
      const bool has_default = !repeated && !field->has_presence();
      values.push_back({element, ValueOf(message, field, repeated ? i : -1),
                        has_default ? ValueOf(*reflection.GetMessageFactory()->GetPrototype(
                                                  message.GetDescriptor()),
                                              field, -1)
                                    : ""});
    }
  }
}

void AddDifference(const std::string& field, const std::string& what_is_signed,
                   const std::string& recomputed, Comparison& comparison) {
  auto& difference = comparison.differences.emplace_back();
  difference.set_field(field);
  difference.set_signed_value(what_is_signed);
  difference.set_recomputed_value(recomputed);
}

}  // namespace

void Compare(const Message& what_is_signed, const Message& recomputed, const std::string& path,
             Comparison& comparison) {
  std::vector<FieldValue> before, after;
  AddValues(what_is_signed, path, before);
  AddValues(recomputed, path, after);
  absl::flat_hash_map<std::string, std::string> left;
  for (const FieldValue& value : after) left[value.field] = value.value;
  for (const FieldValue& value : before) {
    ++comparison.compared;
    const auto found = left.find(value.field);
    const std::string& now = found == left.end() ? value.unset : found->second;
    if (now != value.value) AddDifference(value.field, value.value, now, comparison);
    if (found != left.end()) left.erase(found);
  }
  for (const FieldValue& value : after) {
    if (!left.contains(value.field)) continue;
    ++comparison.compared;
    AddDifference(value.field, value.unset, value.value, comparison);
  }
}

}  // namespace zhiping::receipts
