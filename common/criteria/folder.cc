#include "common/criteria/folder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/text/text_format.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Finding;

void AddFinding(absl::string_view file, int line, Reason::Value reason, absl::string_view zh,
                absl::string_view en, std::vector<Finding>& findings) {
  Finding& finding = findings.emplace_back();
  finding.set_severity(Finding::ERROR);
  finding.set_file(std::string(file));
  finding.set_line(line);
  finding.set_reason(Reason::Value_Name(reason));
  *finding.mutable_message() = MakeText(zh, en);
}

void ParseFile(absl::string_view file, const std::optional<std::string>& bytes,
               google::protobuf::Message& message, std::vector<Finding>& findings) {
  if (!bytes.has_value()) {
    AddFinding(file, 0, Reason::FILE_UNREADABLE, absl::StrCat("文件夹中没有 ", file, "。"),
               absl::StrCat("The folder has no ", file, "."), findings);
    return;
  }
  for (const TextFault& fault : ParseTextFormat(*bytes, message)) {
    AddFinding(file, fault.line, fault.reason, fault.message.zh(), fault.message.en(), findings);
  }
}

FieldViolation Violation(const Finding& finding) {
  const std::string place =
      absl::StrCat(finding.file(), finding.line() > 0 ? absl::StrCat(":", finding.line()) : "",
                   finding.field().empty() ? "" : ": ", finding.field());
  Reason::Value reason = Reason::INVALID_RELEASE;
  Reason::Value_Parse(finding.reason(), &reason);
  return MakeViolation(place, reason, absl::StrCat(place, "：", finding.message().zh()),
                       absl::StrCat(place, ": ", finding.message().en()));
}

}  // namespace

Folder ParseFolder(const FolderFiles& files, std::vector<Finding>& findings) {
  Folder folder;
  ParseFile(kEditionFile, files.edition, folder.edition, findings);
  ParseFile(kRulebookFile, files.rulebook, folder.rulebook, findings);
  ParseFile(kVectorsFile, files.vectors, folder.vectors, findings);
  if (files.notes.has_value()) {
    ParseFile(kNotesFile, files.notes, folder.notes.emplace(), findings);
  }
  folder.source = files.source;
  return folder;
}

std::string SourceFileName(absl::string_view edition_txtpb) {
  catalogue::v1::Edition edition;
  // A folder that cannot be read is reported by ParseFolder; here only the name matters.
  std::vector<Finding> ignored;
  ParseFile(kEditionFile, std::string(edition_txtpb), edition, ignored);
  return edition.source().file();
}

bool HasErrors(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    if (finding.severity() == Finding::ERROR) return true;
  }
  return false;
}

absl::Status ErrorsAsStatus(const std::vector<Finding>& findings) {
  if (!HasErrors(findings)) return absl::OkStatus();
  Violations violations;
  for (const Finding& finding : findings) {
    if (finding.severity() == Finding::ERROR) violations.Add([&] { return Violation(finding); });
  }
  ErrorDetail detail = DetailOf(violations.ToStatus());
  detail.set_reason(Reason::INVALID_RELEASE);
  const int errors = violations.size();
  *detail.mutable_message() =
      MakeText(absl::StrCat("年版数据有 ", errors, " 处错误，不能使用。"),
               absl::StrCat("The criteria have ", errors, errors == 1 ? " error" : " errors",
                            " and cannot be used."));
  return MakeError(absl::StatusCode::kInvalidArgument, detail);
}

}  // namespace zhiping::criteria
