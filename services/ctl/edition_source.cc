#include "services/ctl/edition_source.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/criteria/release.h"
#include "common/criteria/validate.h"
#include "common/files/file.h"
#include "common/releases/seed.h"
#include "common/releases/signed_release.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ctl/command_line.h"

namespace zhiping::ctl {
namespace {

// nullopt if there is no such file, which ParseFolder reports where it is needed.
absl::StatusOr<std::optional<std::string>> ReadIfThere(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::optional<std::string>();
  ASSIGN_OR_RETURN(std::string bytes, ReadFile(path.string(), criteria::kMaxReleaseBytes));
  return std::optional<std::string>(std::move(bytes));
}

}  // namespace

absl::StatusOr<criteria::FolderFiles> ReadFolderFiles(const std::string& path) {
  if (!IsFolder(path)) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::FILE_UNREADABLE,
                     absl::StrCat("“", path, "”不是文件夹；这里需要一个年版文件夹。"),
                     absl::StrCat("\"", path, "\" is not a folder; an edition folder is needed."),
                     {{"path", path}});
  }
  const std::filesystem::path folder(path);
  criteria::FolderFiles files;
  ASSIGN_OR_RETURN(files.edition, ReadIfThere(folder / criteria::kEditionFile));
  ASSIGN_OR_RETURN(files.rulebook, ReadIfThere(folder / criteria::kRulebookFile));
  ASSIGN_OR_RETURN(files.vectors, ReadIfThere(folder / criteria::kVectorsFile));
  ASSIGN_OR_RETURN(files.notes, ReadIfThere(folder / criteria::kNotesFile));
  const std::string source = files.edition ? criteria::SourceFileName(*files.edition) : "";
  // The source stands beside the edition: a name with folders in it could lead anywhere.
  if (!source.empty() && source.find('/') == std::string::npos) {
    ASSIGN_OR_RETURN(files.source, ReadIfThere(folder / source));
  }
  return files;
}

namespace {

// What validation lets pass. Errors: as ReleaseOfFolder.
absl::StatusOr<criteria::Folder> ReadFolder(const std::string& path) {
  ASSIGN_OR_RETURN(const criteria::FolderFiles files, ReadFolderFiles(path));
  criteria::CheckedFolder checked = criteria::CheckFiles(files);
  RETURN_IF_ERROR(criteria::ErrorsAsStatus(checked.findings));
  return std::move(checked.folder);
}

}  // namespace

absl::StatusOr<catalogue::v1::Release> ReleaseOfFolder(const std::string& path,
                                                       absl::string_view label) {
  ASSIGN_OR_RETURN(const criteria::Folder folder, ReadFolder(path));
  return criteria::MakeRelease(folder, label);
}

absl::StatusOr<OpenedCriteria> OpenCriteria(const std::string& path,
                                            const std::string& trust_file) {
  OpenedCriteria opened;
  if (IsFolder(path)) {
    ASSIGN_OR_RETURN(criteria::Folder folder, ReadFolder(path));
    catalogue::v1::Release release = criteria::MakeRelease(folder, criteria::kUnpublishedLabel);
    const std::string digest = criteria::DigestOf(criteria::SerializeRelease(release));
    ASSIGN_OR_RETURN(opened.criteria, criteria::Criteria::Compile(std::move(release), digest));
    opened.notes = std::move(folder.notes);
    return opened;
  }
  ASSIGN_OR_RETURN(const std::string envelope, ReadFile(path, kMaxEnvelopeBytes));
  if (trust_file.empty()) {
    return WrongUsage(
        absl::StrCat("“", path, "”是文件：读取发布版文件时须用 --trust-file 给出信任文件。"),
        absl::StrCat("\"", path,
                     "\" is a file: to read a release, --trust-file has "
                     "to name the trusted keys."));
  }
  ASSIGN_OR_RETURN(const auto trust, releases::ReadTrustFile(trust_file));
  ASSIGN_OR_RETURN(opened.criteria, releases::OpenRelease(envelope, {}, *trust, absl::Now()));
  return opened;
}

}  // namespace zhiping::ctl
