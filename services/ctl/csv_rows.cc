#include "services/ctl/csv_rows.h"

#include <csv.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/error.h"
#include "common/text/utf8.h"

namespace zhiping::ctl {
namespace {

class RowCollector {
 public:
  // kMisplaced: a quote stands within a cell that is in no quotes, or something follows the quote
  // that closes one. kOpen: the text ends within quotes.
  enum class Quotes { kRight, kMisplaced, kOpen };

  Quotes Parse(const std::string& text) {
    csv_parser parser;
    csv_init(&parser, CSV_STRICT | CSV_REPALL_NL | CSV_STRICT_FINI);
    const size_t header_end = std::min(text.find('\n'), text.size());
    const absl::string_view header(text.data(), header_end);
    if (header.find(',') == absl::string_view::npos &&
        header.find('\t') != absl::string_view::npos) {
      csv_set_delim(&parser, '\t');
    }
    const size_t parsed = csv_parse(&parser, text.data(), text.size(), &RowCollector::OnField,
                                    &RowCollector::OnRow, this);
    Quotes quotes = Quotes::kRight;
    if (parsed < text.size()) {
      quotes = Quotes::kMisplaced;
    } else if (csv_fini(&parser, &RowCollector::OnField, &RowCollector::OnRow, this) != 0) {
      quotes = Quotes::kOpen;
    }
    csv_free(&parser);
    return quotes;
  }

  std::vector<CsvRow> TakeRows() { return std::move(rows_); }
  // Where the cell that is being read began: line, and column from 1.
  int line() const { return row_line_ + newlines_; }
  size_t column() const { return fields_.size() + 1; }

 private:
  static void OnField(void* text, size_t size, void* self) {
    auto& collector = *static_cast<RowCollector*>(self);
    std::string field(static_cast<const char*>(text), size);
    collector.newlines_ += static_cast<int>(std::count(field.begin(), field.end(), '\n'));
    collector.fields_.emplace_back(TrimBlanks(field));
  }

  static void OnRow(int end, void* self) {
    auto& collector = *static_cast<RowCollector*>(self);
    // Excel writes empty columns where something stood once, and empty rows.
    auto& fields = collector.fields_;
    const size_t cells = fields.size();
    while (!fields.empty() && fields.back().empty()) fields.pop_back();
    if (!fields.empty()) {
      collector.rows_.push_back({collector.row_line_, std::move(fields), cells, end < 0});
    }
    fields.clear();
    collector.row_line_ += 1 + std::exchange(collector.newlines_, 0);
  }

  std::vector<CsvRow> rows_;
  std::vector<std::string> fields_;
  int row_line_ = 1;
  int newlines_ = 0;
};

absl::Status Malformed(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::MALFORMED, zh, en);
}

absl::Status WrongQuotes(RowCollector::Quotes quotes, const RowCollector& collector) {
  const std::string zh =
      absl::StrCat("第 ", collector.line(), " 行第 ", collector.column(), " 列：");
  const std::string en =
      absl::StrCat("Line ", collector.line(), ", column ", collector.column(), ": ");
  if (quotes == RowCollector::Quotes::kOpen) {
    return Malformed(
        absl::StrCat(zh, "这一格开头的英文双引号直到文件末尾都没有配对；漏了引号，或文件不完整。"),
        absl::StrCat(en, "the double quote that opens this cell is never closed; the closing one ",
                     "is missing, or the file is truncated."));
  }
  return Malformed(
      absl::StrCat(
          zh, "这一格里有多余的英文双引号。内容要含双引号时，整格用双引号括起来，",
          "里面的每个双引号写成两个，例如 \"已用\"\"智检\"\"系统\"；也可改用中文引号“ ”。"),
      absl::StrCat(en, "there is a stray double quote in this cell. To have one in the text, put ",
                   "the whole cell into double quotes and write each quote inside twice, as in ",
                   "\"uses \"\"VisionCheck\"\" daily\"."));
}

}  // namespace

absl::StatusOr<std::vector<CsvRow>> ReadCsvRows(const std::string& text) {
  RowCollector collector;
  const auto quotes = collector.Parse(text);
  if (quotes != RowCollector::Quotes::kRight) return WrongQuotes(quotes, collector);
  return collector.TakeRows();
}

}  // namespace zhiping::ctl
