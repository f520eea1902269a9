#include "services/ctl/answers_file.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/status/status_macros.h"
#include "common/text/strict_json.h"
#include "common/text/utf8.h"
#include "services/ctl/csv_rows.h"
#include "services/ctl/encoding.h"
#include "services/ctl/language.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

using common::v1::Answer;

constexpr char kAnswersPath[] = "answers[";
// What a scoring service takes at once, less what a request has beside answers.
constexpr size_t kMaxSentBytes = (4 << 20) - (64 << 10);
constexpr int kColumns = 3;
constexpr const char* kHeadings[kColumns][2] = {
    {"scenario", "场景名称"}, {"level", "等级"}, {"reason", "说明"}};

// The column, or the member in JSON, of that name; -1: there is none.
int ColumnNamed(absl::string_view name) {
  for (int c = 0; c < kColumns; ++c) {
    if (absl::EqualsIgnoreCase(name, kHeadings[c][0]) || name == kHeadings[c][1]) return c;
  }
  return -1;
}

// Sets what stands in a column.
void SetColumn(int column, absl::string_view text, Answer& answer) {
  if (column == 0) answer.set_scenario(Spelled(text));
  if (column == 1) answer.set_level(Spelled(text));
  if (column == 2) answer.set_reason(std::string(TrimBlanks(text)));
}

absl::Status FileError(Reason::Value reason, absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, zh, en);
}

common::v1::LocalText Line(int line) {
  return MakeText(absl::StrCat("第 ", line, " 行"), absl::StrCat("line ", line));
}

absl::Status WrongColumn(absl::string_view zh, absl::string_view en) {
  return FileError(
      Reason::WRONG_COLUMN,
      absl::StrCat(zh, "第一行应为表头：场景名称,等级,说明（以英文逗号分隔，说明列可省略）。"),
      absl::StrCat(en, " The first line should have the headings scenario,level,reason,",
                   " separated by commas (reason may be left out)."));
}

// Which field of a row is which column; −1: the file has no such column.
absl::StatusOr<std::array<int, kColumns>> ReadHeader(const CsvRow& row) {
  std::array<int, kColumns> columns;
  columns.fill(-1);
  for (size_t f = 0; f < row.fields.size(); ++f) {
    const int column = ColumnNamed(row.fields[f]);
    if (column < 0) {
      return WrongColumn(absl::StrCat("第 ", row.line, " 行第 ", f + 1, " 列的表头“", row.fields[f],
                                      "”无法识别。"),
                         absl::StrCat("Line ", row.line, ", column ", f + 1, ": the heading \"",
                                      row.fields[f], "\" is unknown."));
    }
    if (columns[column] >= 0) {
      return WrongColumn(
          absl::StrCat("第 ", row.line, " 行第 ", columns[column] + 1, " 列和第 ", f + 1,
                       " 列的表头“", row.fields[f], "”重复。"),
          absl::StrCat("Line ", row.line, ", columns ", columns[column] + 1, " and ", f + 1,
                       ": the heading \"", row.fields[f], "\" is there twice."));
    }
    columns[column] = static_cast<int>(f);
  }
  for (int c = 0; c < 2; ++c) {
    if (columns[c] >= 0) continue;
    return WrongColumn(absl::StrCat("缺少“", kHeadings[c][1], "”列。"),
                       absl::StrCat("The column \"", kHeadings[c][0], "\" is missing."));
  }
  return columns;
}

// A row has no more columns than the headings. It may end before the level, as Excel writes what is
// not answered, but not where the file does: there it was cut off.
absl::Status CheckCells(const CsvRow& row, size_t most, size_t wanted) {
  if (row.fields.size() > most) {
    return FileError(Reason::WRONG_COLUMN,
                     absl::StrCat("第 ", row.line, " 行有 ", row.fields.size(), " 列，比表头多；",
                                  "说明中如有逗号，请用英文双引号括起来。"),
                     absl::StrCat("Line ", row.line, " has ", row.fields.size(),
                                  " columns, more than the headings; put a reason with commas ",
                                  "into double quotes."));
  }
  if (row.open && row.cells < wanted) {
    return FileError(
        Reason::WRONG_COLUMN,
        absl::StrCat("文件在第 ", row.line, " 行中断：这一行只有 ", row.cells, " 列，至少应有 ",
                     wanted, " 列。文件可能不完整；如果只是没有填等级，请在行末补上逗号。"),
        absl::StrCat("The file ends in line ", row.line, " with ", row.cells, " of at least ",
                     wanted, " columns. It may be truncated; if the level is just not answered, ",
                     "end the line with a comma."));
  }
  return absl::OkStatus();
}

absl::StatusOr<AnswersFile> ReadCsv(const std::string& text) {
  ASSIGN_OR_RETURN(const std::vector<CsvRow> rows, ReadCsvRows(text));
  if (rows.empty()) return FileError(Reason::MALFORMED, "文件是空的。", "The file is empty.");
  ASSIGN_OR_RETURN(const auto columns, ReadHeader(rows[0]));
  const size_t wanted = std::max(columns[0], columns[1]) + 1;
  AnswersFile file;
  for (size_t r = 1; r < rows.size(); ++r) {
    const CsvRow& row = rows[r];
    RETURN_IF_ERROR(CheckCells(row, rows[0].fields.size(), wanted));
    Answer& answer = *file.answers.Add();
    for (int c = 0; c < kColumns; ++c) {
      const int f = columns[c];
      if (f >= 0 && f < static_cast<int>(row.fields.size())) SetColumn(c, row.fields[f], answer);
    }
    file.places.push_back(Line(row.line));
  }
  return file;
}

absl::Status WrongJson(const std::string& path, absl::string_view zh, absl::string_view en) {
  return FileError(Reason::MALFORMED, absl::StrCat("JSON 的 ", path, " ", zh),
                   absl::StrCat("JSON ", path, " ", en));
}

absl::StatusOr<AnswersFile> ReadJson(const std::string& text) {
  using Json = nlohmann::json;
  ASSIGN_OR_RETURN(const Json document, ParseStrictJson(text));
  const bool wrapped = document.is_object();
  if (wrapped && !document.contains("answers")) {
    return WrongJson("$", "缺少成员 answers。", "has no member answers.");
  }
  if (wrapped && document.size() > 1) {
    const auto first = document.begin();
    const std::string& unknown = first.key() == "answers" ? std::next(first).key() : first.key();
    return WrongJson(absl::StrCat("$.", unknown),
                     "无法识别，只有 answers；外部指标用 --facts 给出。",
                     "is unknown; there is answers only, and --facts takes facts.");
  }
  const Json& list = wrapped ? document["answers"] : document;
  if (!list.is_array()) {
    return WrongJson(wrapped ? "$.answers" : "$", "应为列表。", "should be a list.");
  }
  AnswersFile file;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string path = absl::StrCat(wrapped ? "$.answers[" : "$[", i, "]");
    if (!list[i].is_object()) return WrongJson(path, "应为对象。", "should be an object.");
    Answer& answer = *file.answers.Add();
    std::array<bool, kColumns> given = {};
    for (const auto& [name, value] : list[i].items()) {
      const int column = ColumnNamed(name);
      if (column < 0) {
        return WrongJson(absl::StrCat(path, ".", name), "无法识别，只有 scenario、level、reason。",
                         "is unknown; there are scenario, level and reason.");
      }
      if (std::exchange(given[column], true)) {
        return WrongJson(absl::StrCat(path, ".", name), "重复。", "is there twice.");
      }
      // A scenario's printed number may be a number.
      if (value.is_number_unsigned() && column == 0) {
        SetColumn(column, absl::StrCat(value.get<uint64_t>()), answer);
      } else if (value.is_string()) {
        SetColumn(column, value.get_ref<const std::string&>(), answer);
      } else {
        return WrongJson(absl::StrCat(path, ".", name), "应为字符串。", "should be a string.");
      }
    }
    file.places.push_back(MakeText(path, path));
  }
  return file;
}

absl::StatusOr<AnswersFile> ReadText(const std::string& text) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace(text);
  if (!trimmed.empty() && (trimmed[0] == '{' || trimmed[0] == '[')) return ReadJson(text);
  return ReadCsv(absl::StrReplaceAll(text, {{"\r\n", "\n"}, {"\r", "\n"}}));
}

// Whether a service would read them: what it refuses unread is refused here, with and without one.
absl::Status CheckSendable(const AnswersFile& file) {
  const int count = file.answers.size();
  if (count > criteria::kMaxScenarios) {
    return FileError(Reason::TOO_LARGE,
                     absl::StrCat("文件有 ", count, " 个场景的答案，最多 ", criteria::kMaxScenarios,
                                  " 个；请确认是否选错了文件。"),
                     absl::StrCat("The file has answers for ", count, " scenarios; at most ",
                                  criteria::kMaxScenarios, " are read. Is it the right file?"));
  }
  size_t bytes = 0;
  int longest = 0;
  for (int i = 0; i < count; ++i) {
    bytes += file.answers[i].ByteSizeLong();
    if (file.answers[i].ByteSizeLong() > file.answers[longest].ByteSizeLong()) longest = i;
  }
  if (bytes <= kMaxSentBytes) return absl::OkStatus();
  return FileError(
      Reason::TOO_LARGE,
      absl::StrCat("答案共 ", bytes, " 字节，一次最多提交 ", kMaxSentBytes, " 字节；最长的在",
                   file.places[longest].zh(), "。"),
      absl::StrCat("The answers have ", bytes, " bytes; at most ", kMaxSentBytes,
                   " are sent at once. The longest is in ", file.places[longest].en(), "."));
}

}  // namespace

absl::StatusOr<AnswersFile> ReadAnswersFile(absl::string_view bytes) {
  if (bytes.size() > kMaxAnswersBytes) {
    return FileError(Reason::TOO_LARGE,
                     absl::StrCat("文件有 ", bytes.size(), " 字节，上限为 ", kMaxAnswersBytes,
                                  " 字节；请确认是否选错了文件。"),
                     absl::StrCat("The file has ", bytes.size(), " bytes; at most ",
                                  kMaxAnswersBytes, " are read. Is it the right file?"));
  }
  ASSIGN_OR_RETURN(const std::string text, DecodeText(bytes));
  ASSIGN_OR_RETURN(AnswersFile file, ReadText(text));
  RETURN_IF_ERROR(CheckSendable(file));
  return file;
}

namespace {

// Which answer a path that begins with `answers[i]` names; −1 if it names none of the file.
int AnswerOf(absl::string_view path, const AnswersFile& file) {
  int answer = -1;
  if (!absl::ConsumePrefix(&path, kAnswersPath) ||
      !absl::SimpleAtoi(path.substr(0, path.find(']')), &answer)) {
    return -1;
  }
  return answer < static_cast<int>(file.places.size()) ? answer : -1;
}

// Says the first `answers[i]` in a sentence as a place of the file.
std::string SayPlace(const std::string& text, const AnswersFile& file, Language language) {
  const size_t begin = text.find(kAnswersPath);
  if (begin == std::string::npos) return text;
  const int answer = AnswerOf(absl::string_view(text).substr(begin), file);
  if (answer < 0) return text;
  const size_t end = text.find(']', begin) + 1;
  return absl::StrCat(text.substr(0, begin), Pick(language, file.places[answer]), text.substr(end));
}

}  // namespace

absl::Status WithPlaces(const absl::Status& status, const AnswersFile& file) {
  ErrorDetail detail = DetailOf(status);
  for (auto& violation : *detail.mutable_violations()) {
    const std::string& field = violation.field();
    const int answer = AnswerOf(field, file);
    if (answer < 0) continue;
    const std::string column = field.substr(std::min(field.find(']') + 2, field.size()));
    const std::string en = absl::StrCat(file.places[answer].en(), ", ", column, ": ");
    std::string zh = absl::StrCat(file.places[answer].zh(), "，");
    for (const auto& heading : kHeadings) {
      if (column == heading[0]) absl::StrAppend(&zh, heading[1], "：");
    }
    auto& message = *violation.mutable_message();
    message.set_zh(absl::StrCat(zh, SayPlace(message.zh(), file, Language::kChinese)));
    message.set_en(absl::StrCat(en, SayPlace(message.en(), file, Language::kEnglish)));
  }
  if (detail.violations_size() == 1) *detail.mutable_message() = detail.violations(0).message();
  return MakeError(status.code(), detail);
}

}  // namespace zhiping::ctl
