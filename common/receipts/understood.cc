#include "common/receipts/understood.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/unknown_field_set.h"

namespace zhiping::receipts {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

absl::Status NotUnderstood(const std::string& path) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::UNKNOWN_FIELD,
                   absl::StrCat("本软件不认识回执中的 ", path, "，不能核验，请升级软件。"),
                   absl::StrCat("This software does not know the receipt's ", path,
                                " and cannot verify it. Upgrade the software."),
                   {{"field", path}});
}

std::string Below(const std::string& path, absl::string_view name) {
  return path.empty() ? std::string(name) : absl::StrCat(path, ".", name);
}

absl::Status CheckFields(const Message& message, const std::string& path) {
  const auto& reflection = *message.GetReflection();
  const auto& descriptor = *message.GetDescriptor();
  const auto& unknown = reflection.GetUnknownFields(message);
  if (!unknown.empty()) {
    return NotUnderstood(Below(path, absl::StrCat(unknown.field(0).number())));
  }
  for (int i = 0; i < descriptor.real_oneof_decl_count(); ++i) {
    const auto* oneof = descriptor.oneof_decl(i);
    if (!reflection.HasOneof(message, oneof)) return NotUnderstood(Below(path, oneof->name()));
  }
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool repeated = field->is_repeated();
    const int count = repeated ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      std::string name = Below(path, field->name());
      if (repeated) absl::StrAppend(&name, "[", i, "]");
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        RETURN_IF_ERROR(CheckFields(repeated ? reflection.GetRepeatedMessage(message, field, i)
                                             : reflection.GetMessage(message, field),
                                    name));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
        const int value = repeated ? reflection.GetRepeatedEnumValue(message, field, i)
                                   : reflection.GetEnumValue(message, field);
        if (field->enum_type()->FindValueByNumber(value) == nullptr) return NotUnderstood(name);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckUnderstood(const assessment::v1::Receipt& receipt) {
  RETURN_IF_ERROR(CheckFields(receipt, ""));
  const std::pair<const char*, bool> needed[] = {
      {"kind", receipt.kind() != assessment::v1::Receipt::KIND_UNSPECIFIED},
      {"submission", receipt.has_submission()},
      {"content", receipt.has_content()},
      {"content.result", receipt.content().has_result()},
      {"signed_at", receipt.has_signed_at()}};
  for (const auto& [field, there] : needed) {
    if (there) continue;
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::MALFORMED,
                     absl::StrCat("回执不完整，缺少 ", field, "。"),
                     absl::StrCat("The receipt is not whole: it has no ", field, "."),
                     {{"field", field}});
  }
  return absl::OkStatus();
}

}  // namespace zhiping::receipts
