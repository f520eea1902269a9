#include "absl/strings/str_cat.h"
#include "common/criteria/validate_parts.h"
#include "google/protobuf/descriptor.h"

namespace zhiping::criteria {
namespace {

using common::v1::LocalText;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void CheckText(const LocalText& text, const std::string& field, Findings& findings) {
  if (text.zh().empty()) {
    findings.Error(field + ".zh", Reason::EMPTY_TEXT, "文字为空。", "The text is empty.");
  }
  if (text.en().empty()) {
    findings.Warning(field + ".en", Reason::EMPTY_TEXT, "没有英文；英文报告在这里会是空白。",
                     "There is no English: reports in English will be blank here.");
  }
}

// Every LocalText of the message and of those in it, also where none is given.
void CheckTexts(const Message& message, const std::string& path, Findings& findings) {
  const auto& reflection = *message.GetReflection();
  const auto& descriptor = *message.GetDescriptor();
  for (int f = 0; f < descriptor.field_count(); ++f) {
    const FieldDescriptor& field = *descriptor.field(f);
    if (field.message_type() == nullptr) continue;
    const std::string name = absl::StrCat(path, path.empty() ? "" : ".", field.name());
    const auto check = [&](const Message& part, const std::string& at) {
      if (field.message_type() == LocalText::descriptor()) {
        CheckText(static_cast<const LocalText&>(part), at, findings);
      } else {
        CheckTexts(part, at, findings);
      }
    };
    if (field.is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
        check(reflection.GetRepeatedMessage(message, &field, i), absl::StrCat(name, "[", i, "]"));
      }
    } else if (field.message_type() == LocalText::descriptor() ||
               reflection.HasField(message, &field)) {
      check(reflection.GetMessage(message, &field), name);
    }
  }
}

}  // namespace

void ValidateRuleTexts(const catalogue::v1::Rulebook& rulebook, Findings& findings) {
  CheckTexts(rulebook, "", findings);
}

}  // namespace zhiping::criteria
