#include "common/text/strict_json.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/error.h"
#include "common/text/utf8.h"

namespace zhiping {
namespace {

using Json = nlohmann::json;

// So much of what is wrong is quoted, in bytes.
constexpr size_t kMostQuoted = 60;

absl::Status Malformed(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::MALFORMED, zh, en);
}

// Hears only where a text ceases to be JSON.
class FaultFinder final : public nlohmann::json_sax<Json> {
 public:
  // How many bytes were read until then; more than there are if something is missing at the end.
  size_t bytes_read() const { return bytes_read_; }
  // The last of them, from the beginning of the last string or number on.
  const std::string& token() const { return token_; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(size_t position, const std::string& token, const Json::exception&) override {
    bytes_read_ = position;
    token_ = token;
    return false;
  }

 private:
  size_t bytes_read_ = 0;
  std::string token_;
};

// Where the byte stands, for people: line and column from 1, the column in characters.
struct Place {
  Place(absl::string_view text, size_t byte) {
    const absl::string_view before = text.substr(0, byte);
    line = 1 + std::count(before.begin(), before.end(), '\n');
    const absl::string_view of_line = before.substr(before.rfind('\n') + 1);
    column = 1 + std::count_if(of_line.begin(), of_line.end(),
                               [](char c) { return (c & 0xc0) != 0x80; });
  }
  int64_t line, column;
};

// Where the string, number or word begins that the byte at `last` belongs to; else the byte itself.
size_t BeginOf(absl::string_view text, size_t last, absl::string_view token) {
  if (text[last] == '"') return last + 1 - std::min(token.size(), last + 1);
  const auto is_of_word = [&](size_t byte) {
    return absl::ascii_isalnum(text[byte]) || absl::StrContains("+-.", text.substr(byte, 1));
  };
  size_t begin = last;
  while (begin > 0 && is_of_word(begin) && is_of_word(begin - 1)) --begin;
  return begin;
}

// What stands there: a sign, or all up to the next.
absl::string_view WordAt(absl::string_view text, size_t begin, size_t last) {
  static constexpr char kEnds[] = "{}[],:\" \t\r\n";
  const bool sign = absl::StrContains(kEnds, text.substr(begin, 1));
  const size_t end = sign ? last + 1 : std::min(text.find_first_of(kEnds, last + 1), text.size());
  return text.substr(begin, end - begin);
}

absl::Status ExplainFault(absl::string_view text) {
  text = absl::StripPrefix(text, kByteOrderMark);
  if (!IsUtf8(text)) {
    const Place place(text, Utf8PrefixSize(text));
    return Malformed(
        absl::StrCat("第 ", place.line, " 行第 ", place.column, " 列起不是 UTF-8 编码。"),
        absl::StrCat("Line ", place.line, ", column ", place.column, " and after is not UTF-8."));
  }
  FaultFinder finder;
  Json::sax_parse(text.begin(), text.end(), &finder);
  if (finder.bytes_read() > text.size()) {
    const absl::string_view trimmed = absl::StripTrailingAsciiWhitespace(text);
    if (trimmed.empty()) return Malformed("文件是空的。", "The file is empty.");
    const Place end(text, trimmed.size());
    return Malformed(
        absl::StrCat("文件不完整：JSON 在第 ", end.line, " 行第 ", end.column, " 列中断。"),
        absl::StrCat("The file is truncated: its JSON ends in line ", end.line, ", column ",
                     end.column, "."));
  }
  const size_t last = finder.bytes_read() - std::min<size_t>(finder.bytes_read(), 1);
  const size_t begin = BeginOf(text, last, finder.token());
  const Place place(text, begin);
  if (absl::ascii_iscntrl(text[begin])) {
    return Malformed(absl::StrCat("第 ", place.line, " 行第 ", place.column,
                                  " 列：引号之内不能换行，也不能有控制字符。"),
                     absl::StrCat("Line ", place.line, ", column ", place.column,
                                  ": there is a line break or control character within quotes."));
  }
  const std::string word = Clip(WordAt(text, begin, last), kMostQuoted);
  return Malformed(
      absl::StrCat("第 ", place.line, " 行第 ", place.column, " 列的“", word,
                   "”不合 JSON 语法；常见原因是缺少或多了逗号，或者没有用英文双引号。"),
      absl::StrCat("Line ", place.line, ", column ", place.column, ": \"", word,
                   "\" is not JSON here. Usual causes are a comma that is missing or too many, and "
                   "quotes that are missing or not double."));
}

}  // namespace

absl::StatusOr<Json> ParseStrictJson(absl::string_view text) {
  // The members of the objects that are being read, from the outermost.
  std::vector<std::set<std::string>> open;
  std::string twice;
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    too_deep |= depth >= kMaxJsonDepth && (event == Json::parse_event_t::object_start ||
                                           event == Json::parse_event_t::array_start);
    // Nothing more is kept; the keys of what is not kept are told of all the same.
    if (too_deep) return false;
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(parsed).second && twice.empty()) {
      twice = parsed;
    }
    return true;
  };
  Json document = Json::parse(text.begin(), text.end(), watch, /*allow_exceptions=*/false);
  if (too_deep) {
    return Malformed(absl::StrCat("JSON 嵌套超过 ", kMaxJsonDepth, " 层。"),
                     absl::StrCat("The JSON is nested deeper than ", kMaxJsonDepth, "."));
  }
  if (document.is_discarded()) return ExplainFault(text);
  if (!twice.empty()) {
    twice = Clip(twice, kMostQuoted);
    return Malformed(absl::StrCat("JSON 成员“", twice, "”在同一对象中出现了两次。"),
                     absl::StrCat("The JSON member \"", twice, "\" is twice in one object."));
  }
  return document;
}

}  // namespace zhiping
