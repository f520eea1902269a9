#include "common/criteria/release.h"

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"
#include "google/protobuf/unknown_field_set.h"

namespace zhiping::criteria {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::Status NotUnderstood(absl::string_view path, absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::UNKNOWN_FIELD,
                   absl::StrCat("发布版的 ", path, " ", zh, "，本引擎不能正确评分，请升级软件。"),
                   absl::StrCat("The release's ", path, " ", en,
                                "; this engine would score it wrongly. Upgrade the software."),
                   {{"field", std::string(path)}});
}

// Refuses everything in the message that this engine would silently skip.
absl::Status CheckUnderstood(const Message& message, const std::string& path) {
  const Reflection& reflection = *message.GetReflection();
  const auto& descriptor = *message.GetDescriptor();
  if (!reflection.GetUnknownFields(message).empty()) {
    const int number = reflection.GetUnknownFields(message).field(0).number();
    return NotUnderstood(absl::StrCat(path, path.empty() ? "" : ".", number), "是未知字段",
                         "is an unknown field");
  }
  for (int i = 0; i < descriptor.real_oneof_decl_count(); ++i) {
    if (!reflection.HasOneof(message, descriptor.oneof_decl(i))) {
      return NotUnderstood(
          absl::StrCat(path, path.empty() ? "" : ".", descriptor.oneof_decl(i)->name()), "未设置",
          "is not set");
    }
  }
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string name =
        absl::StrCat(path, path.empty() ? "" : ".", std::string(field->name()));
    const bool repeated = field->is_repeated();
    const int count = repeated ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const std::string element = repeated ? absl::StrCat(name, "[", i, "]") : name;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        const Message& part = repeated ? reflection.GetRepeatedMessage(message, field, i)
                                       : reflection.GetMessage(message, field);
        if (absl::Status status = CheckUnderstood(part, element); !status.ok()) return status;
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
        const int value = repeated ? reflection.GetRepeatedEnumValue(message, field, i)
                                   : reflection.GetEnumValue(message, field);
        if (field->enum_type()->FindValueByNumber(value) == nullptr) {
          return NotUnderstood(element, "是未知取值", "has an unknown value");
        }
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

catalogue::v1::Release MakeRelease(const Folder& folder, absl::string_view label) {
  catalogue::v1::Release release;
  *release.mutable_edition() = folder.edition;
  *release.mutable_rulebook() = folder.rulebook;
  *release.mutable_vectors() = folder.vectors;
  release.set_semantics(kLatestSemantics);
  release.set_label(std::string(label));
  return release;
}

std::string SerializeRelease(const catalogue::v1::Release& release) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    release.SerializeToCodedStream(&coded);
  }
  return bytes;
}

bool IsReleaseLabel(absl::string_view label, int year) {
  const std::string prefix = absl::StrCat(year, "-");
  if (label.size() <= prefix.size() || label.substr(0, prefix.size()) != prefix) return false;
  const absl::string_view number = label.substr(prefix.size());
  if (number.size() > 6 || number[0] == '0') return false;
  return number.find_first_not_of("0123456789") == absl::string_view::npos;
}

absl::StatusOr<catalogue::v1::Release> ParseRelease(absl::string_view bytes) {
  if (bytes.size() > kMaxReleaseBytes) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, Reason::TOO_LARGE,
        absl::StrCat("发布版有 ", bytes.size(), " 字节，上限为 ", kMaxReleaseBytes, " 字节。"),
        absl::StrCat("The release has ", bytes.size(), " bytes; at most ", kMaxReleaseBytes,
                     " are allowed."));
  }
  catalogue::v1::Release release;
  if (!release.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::MALFORMED,
                     "发布版的字节不完整或已损坏。",
                     "The release's bytes are truncated or damaged.");
  }
  if (release.semantics() < 1 || release.semantics() > kLatestSemantics) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::UNKNOWN_SEMANTICS,
                     absl::StrCat("发布版要求评分语义第 ", release.semantics(),
                                  " 版，本引擎支持第 1 至 ", kLatestSemantics, " 版。"),
                     absl::StrCat("The release asks for score semantics ", release.semantics(),
                                  "; this engine implements 1 to ", kLatestSemantics, "."));
  }
  if (absl::Status status = CheckUnderstood(release, ""); !status.ok()) return status;
  if (release.label() != kUnpublishedLabel &&
      !IsReleaseLabel(release.label(), release.edition().year())) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::MALFORMED,
                     absl::StrCat("发布版标签“", release.label(), "”应为“",
                                  release.edition().year(), "-序号”。"),
                     absl::StrCat("The release's label \"", release.label(), "\" should be ",
                                  release.edition().year(), "-<number>."));
  }
  return release;
}

}  // namespace zhiping::criteria
