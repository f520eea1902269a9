#include "services/assessment/request_usccs.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/text/uscc.h"

namespace zhiping::assessment {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Path = std::vector<const FieldDescriptor*>;

// What a text that is a USCC is called, in whatever message.
constexpr absl::string_view kNames[] = {"enterprise", "parent_uscc", "predecessor", "uscc"};

bool HoldsUscc(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_STRING && !field.is_repeated() &&
         std::find(std::begin(kNames), std::end(kNames), field.name()) != std::end(kNames);
}

// Whether a code below `message`, at the rest of the path, is kept otherwise than it is written.
bool IsKeptOtherwise(const Message& message, const Path& path, size_t at) {
  const auto& reflection = *message.GetReflection();
  const FieldDescriptor* const field = path[at];
  if (at + 1 == path.size()) {
    const std::string text = reflection.GetString(message, field);
    if (text.empty()) return false;
    const auto uscc = NormaliseUscc(text);
    return uscc.ok() && *uscc != text;
  }
  if (!field->is_repeated()) {
    return IsKeptOtherwise(reflection.GetMessage(message, field), path, at + 1);
  }
  for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
    if (IsKeptOtherwise(reflection.GetRepeatedMessage(message, field, i), path, at + 1)) {
      return true;
    }
  }
  return false;
}

void Normalise(Message& message, const Path& path, size_t at) {
  const auto& reflection = *message.GetReflection();
  const FieldDescriptor* const field = path[at];
  if (at + 1 == path.size()) {
    const auto uscc = NormaliseUscc(reflection.GetString(message, field));
    if (uscc.ok()) reflection.SetString(&message, field, *uscc);
  } else if (!field->is_repeated()) {
    // What is absent stays so.
    if (!reflection.HasField(message, field)) return;
    Normalise(*reflection.MutableMessage(&message, field), path, at + 1);
  } else {
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      Normalise(*reflection.MutableRepeatedMessage(&message, field, i), path, at + 1);
    }
  }
}

}  // namespace

RequestUsccs::RequestUsccs(const google::protobuf::Descriptor& request) {
  Path path;
  AddFields(request, path);
}

void RequestUsccs::AddFields(const google::protobuf::Descriptor& message, Path& path) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor* const field = message.field(i);
    const auto* const part = field->message_type();
    path.push_back(field);
    if (HoldsUscc(*field)) {
      fields_.push_back(path);
    } else if (part != nullptr && absl::StartsWith(part->full_name(), "zhiping.assessment.")) {
      AddFields(*part, path);
    }
    path.pop_back();
  }
}

std::unique_ptr<Message> RequestUsccs::Normalised(const Message& request) const {
  if (std::none_of(fields_.begin(), fields_.end(),
                   [&](const Path& path) { return IsKeptOtherwise(request, path, 0); })) {
    return nullptr;
  }
  std::unique_ptr<Message> normalised(request.New());
  normalised->CopyFrom(request);
  for (const Path& path : fields_) Normalise(*normalised, path, 0);
  return normalised;
}

}  // namespace zhiping::assessment
