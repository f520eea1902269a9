// Reading an edition folder: the text files that people write become messages.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "zhiping/catalogue/v1/edition.pb.h"
#include "zhiping/catalogue/v1/finding.pb.h"
#include "zhiping/catalogue/v1/notes.pb.h"
#include "zhiping/catalogue/v1/rulebook.pb.h"
#include "zhiping/catalogue/v1/vectors.pb.h"

namespace zhiping::criteria {

// Names of the files in an edition folder.
inline constexpr char kEditionFile[] = "edition.txtpb";
inline constexpr char kRulebookFile[] = "rulebook.txtpb";
inline constexpr char kVectorsFile[] = "vectors.txtpb";
inline constexpr char kNotesFile[] = "notes.txtpb";

// The bytes of an edition folder. A file that does not exist is nullopt.
struct FolderFiles {
  std::optional<std::string> edition;
  std::optional<std::string> rulebook;
  std::optional<std::string> vectors;
  std::optional<std::string> notes;
  // The source document that the edition names.
  std::optional<std::string> source;
};

// An edition folder as messages.
struct Folder {
  catalogue::v1::Edition edition;
  catalogue::v1::Rulebook rulebook;
  catalogue::v1::Vectors vectors;
  std::optional<catalogue::v1::Notes> notes;
  std::optional<std::string> source;
};

// Parses all files. Appends a finding with its line for everything that cannot be read; what can be
// read is in the result nevertheless, so that validation can go on.
Folder ParseFolder(const FolderFiles& files, std::vector<catalogue::v1::Finding>& findings);

// The name of the source file that edition.txtpb asks for; empty if none or if it cannot be read.
std::string SourceFileName(absl::string_view edition_txtpb);

// Whether any finding is an error.
bool HasErrors(const std::vector<catalogue::v1::Finding>& findings);

// OK if no finding is an error; else INVALID_RELEASE with the errors as violations, each with file,
// line and field path.
absl::Status ErrorsAsStatus(const std::vector<catalogue::v1::Finding>& findings);

}  // namespace zhiping::criteria
