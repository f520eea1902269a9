#include "common/text/text_format.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/text/utf8.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace zhiping {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

constexpr int kMaxDepth = 100;
// protobuf's columns: a tab leads to the next multiple.
constexpr int kTabWidth = 8;
// Of protobuf's words.
constexpr size_t kMaxSaidBytes = 300;
// So many are described; a file may have as many as it has bytes.
constexpr size_t kMostFaults = 100;

TextFault MakeFault(int line, int column, Reason::Value reason, absl::string_view zh,
                    absl::string_view en) {
  return {line, column, reason,
          MakeText(absl::StrCat("第 ", line, " 行第 ", column, " 列", zh),
                   absl::StrCat("Line ", line, ", column ", column, en))};
}

// Turns what protobuf's parser finds wrong into faults.
class FaultCollector final : public google::protobuf::io::ErrorCollector {
 public:
  // REQUIRES: text is UTF-8 and outlives this.
  explicit FaultCollector(absl::string_view text) : text_(text) {}

  // Adds one more, unless there are too many already.
  void Add(TextFault fault) {
    if (!IsFull()) faults_.push_back(std::move(fault));
  }

  // With line, and column in bytes, from 0.
  void AddError(int line, int column, const std::string& what) override {
    // To find a place takes time.
    if (IsFull()) return;
    const Place place = Find(line, column);
    // protobuf goes on byte by byte and then says what it had expected there.
    if (!faults_.empty() && faults_.back().line == line + 1 &&
        faults_.back().column == place.column) {
      return;
    }
    const Utf8Character character = FirstCharacter(place.rest);
    if (character.size > 1) {
      const absl::string_view shown = place.rest.substr(0, character.size);
      Add(MakeFault(
          line + 1, place.column, Reason::MALFORMED,
          absl::StrCat("是“", shown, "”：引号之外只能用半角字符，请检查是否误用了全角标点。"),
          absl::StrCat(" is \"", shown,
                       "\": outside quotes there is ASCII only. Is it full-width "
                       "punctuation?")));
      return;
    }
    // It quotes whole tokens, however long.
    const std::string said = Clip(absl::StripSuffix(what, "."), kMaxSaidBytes);
    Add(MakeFault(line + 1, place.column, Reason::MALFORMED,
                  absl::StrCat("无法读取。解析器的原话（英文）：“", said, "”。"),
                  absl::StrCat(" cannot be read: ", said, ".")));
  }

  // All, of which the last says what is not among them. `read`: so many bytes were looked at.
  std::vector<TextFault> Take(size_t read) {
    if (faults_.empty()) return {};
    common::v1::LocalText& last = faults_.back().message;
    const auto add = [&](absl::string_view zh, absl::string_view en) {
      last = MakeText(absl::StrCat(last.zh(), zh), absl::StrCat(last.en(), en));
    };
    if (full_) add("另有问题没有列出。", " There are more, which are not listed.");
    if (!absl::StripLeadingAsciiWhitespace(text_.substr(read)).empty()) {
      const auto line = std::count(text_.begin(), text_.begin() + read, '\n') + 1;
      add(absl::StrCat("文件只读到第 ", line, " 行，其后尚未检查。"),
          absl::StrCat(" The file was read up to line ", line, " only."));
    }
    return std::move(faults_);
  }

 private:
  struct Place {
    // In characters, from 1.
    int column;
    // The text from there on; empty at the end of a line.
    absl::string_view rest;
  };

  // Whether one more would be too many; then there are more than are listed.
  bool IsFull() {
    full_ = full_ || faults_.size() == kMostFaults;
    return full_;
  }

  Place Find(int line, int column) const {
    absl::string_view rest = text_;
    for (int l = 0; l < line; ++l) {
      rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
    }
    Place place = {1, rest.substr(0, rest.find('\n'))};
    int at = 0;
    while (!place.rest.empty()) {
      const auto size = static_cast<int>(FirstCharacter(place.rest).size);
      const int width = place.rest[0] == '\t' ? kTabWidth - at % kTabWidth : size;
      if (at + width > column) break;
      at += width;
      place.rest.remove_prefix(size);
      ++place.column;
    }
    return place;
  }

  const absl::string_view text_;
  std::vector<TextFault> faults_;
  bool full_ = false;
};

// Adds a fault for every string that is no UTF-8, which escapes such as \377 can make.
void CheckStrings(const Message& message, const TextFormat::ParseInfoTree& tree,
                  FaultCollector& faults) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool repeated = field->is_repeated();
    const int count = repeated ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        const auto* const nested = tree.GetTreeForNested(field, repeated ? i : -1);
        const Message& part = repeated ? reflection.GetRepeatedMessage(message, field, i)
                                       : reflection.GetMessage(message, field);
        if (nested != nullptr) CheckStrings(part, *nested, faults);
      } else if (field->type() == FieldDescriptor::TYPE_STRING) {
        const std::string text = repeated ? reflection.GetRepeatedString(message, field, i)
                                          : reflection.GetString(message, field);
        if (IsUtf8(text)) continue;
        const auto at = tree.GetLocation(field, repeated ? i : -1);
        faults.Add(MakeFault(
            at.line + 1, at.column + 1, Reason::UNKNOWN_ENCODING,
            absl::StrCat("：", std::string(field->name()), " 的转义字符不构成 UTF-8 文字。"),
            absl::StrCat(": the escapes in ", std::string(field->name()), " make no UTF-8.")));
      }
    }
  }
}

TextFault NotUtf8(absl::string_view text) {
  const absl::string_view valid = text.substr(0, Utf8PrefixSize(text));
  const int line = static_cast<int>(std::count(valid.begin(), valid.end(), '\n')) + 1;
  const size_t begin = valid.rfind('\n') + 1;
  const int column = 1 + static_cast<int>(std::count_if(valid.begin() + begin, valid.end(),
                                                        [](char c) { return (c & 0xc0) != 0x80; }));
  return MakeFault(line, column, Reason::UNKNOWN_ENCODING,
                   "起不是 UTF-8 编码；请将文件另存为 UTF-8（例如原来是 GB18030）。",
                   " and after is not UTF-8 (perhaps GB18030?). Save the file as UTF-8.");
}

}  // namespace

std::vector<TextFault> ParseTextFormat(absl::string_view text, Message& message,
                                       TextFormat::ParseInfoTree* locations) {
  text = absl::StripPrefix(text, kByteOrderMark);
  if (!IsUtf8(text)) return {NotUtf8(text)};
  FaultCollector faults(text);
  TextFormat::ParseInfoTree own;
  TextFormat::ParseInfoTree& tree = locations != nullptr ? *locations : own;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&faults);
  parser.WriteLocationsTo(&tree);
  parser.SetRecursionLimit(kMaxDepth);
  google::protobuf::io::ArrayInputStream input(text.data(), static_cast<int>(text.size()));
  parser.Parse(&input, &message);
  CheckStrings(message, tree, faults);
  return faults.Take(input.ByteCount());
}

}  // namespace zhiping
