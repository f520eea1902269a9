#include "tests/golden/edition_files.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace zhiping {
namespace {

class ErrorList : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    absl::StrAppend(&text_, line + 1, ":", column + 1, ": ", message, "\n");
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

absl::StatusOr<std::string> ReadEditionFile(absl::string_view name) {
  const std::string path =
      absl::StrCat(ZHIPING_SOURCE_DIR, "/services/catalogue/editions/jiangsu-ai-2026/", name);
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(path);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

absl::Status ParseEditionFile(absl::string_view name, google::protobuf::Message& message) {
  const absl::StatusOr<std::string> text = ReadEditionFile(name);
  if (!text.ok()) return text.status();
  ErrorList errors;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  if (!parser.ParseFromString(*text, &message)) {
    return absl::InvalidArgumentError(absl::StrCat(name, ":\n", errors.text()));
  }
  return absl::OkStatus();
}

}  // namespace zhiping
