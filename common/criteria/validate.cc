#include "common/criteria/validate.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/criteria/criteria.h"
#include "common/criteria/finding_lines.h"
#include "common/criteria/release.h"
#include "common/criteria/validate_parts.h"
#include "common/criteria/vectors.h"

namespace zhiping::criteria {

using catalogue::v1::Finding;

std::vector<Finding> ValidateRelease(const catalogue::v1::Edition& edition,
                                     const catalogue::v1::Rulebook& rulebook) {
  std::vector<Finding> all;
  Findings edition_findings(kEditionFile, all);
  ValidateEdition(edition, edition_findings);
  // A rulebook can only be judged against a sound edition.
  if (!HasErrors(all)) {
    Findings rulebook_findings(kRulebookFile, all);
    ValidateRulebook(edition, rulebook, rulebook_findings);
  }
  return all;
}

std::vector<Finding> ValidateNotes(const catalogue::v1::Edition& edition,
                                   const catalogue::v1::Notes& notes) {
  std::vector<Finding> all;
  Findings findings(kNotesFile, all);
  ValidateNotes(edition, notes, findings);
  return all;
}

std::vector<Finding> ValidateFolder(const Folder& folder) {
  std::vector<Finding> all = ValidateRelease(folder.edition, folder.rulebook);
  const bool sound = !HasErrors(all);
  if (!folder.edition.source().file().empty()) {
    Findings findings(kEditionFile, all);
    if (folder.source.has_value()) {
      ValidateTexts(folder.edition, *folder.source, findings);
    } else {
      findings.Error(
          "source.file", Reason::SOURCE_MISMATCH,
          absl::StrCat("文件夹中没有原文文件 ", folder.edition.source().file(), "。"),
          absl::StrCat("The folder has no source file ", folder.edition.source().file(), "."));
    }
  }
  if (folder.vectors.vectors().empty()) {
    Findings findings(kVectorsFile, all);
    findings.Error("vectors", Reason::EMPTY_RULE,
                   "没有校验样例；各评分实例在启用发布版之前要用它们核对。",
                   "There are no golden vectors, which every instance scores before it puts a "
                   "release in force.");
  }
  if (sound) {
    const auto criteria = Criteria::Compile(MakeRelease(folder, kUnpublishedLabel), "");
    if (criteria.ok()) {
      for (Finding& finding : CheckVectors(**criteria)) all.push_back(std::move(finding));
    }
  }
  if (folder.notes.has_value()) {
    Findings findings(kNotesFile, all);
    ValidateNotes(folder.edition, *folder.notes, findings);
  }
  return all;
}

CheckedFolder CheckFiles(const FolderFiles& files) {
  CheckedFolder checked;
  checked.folder = ParseFolder(files, checked.findings);
  // What could not be parsed would be reported again as missing.
  if (HasErrors(checked.findings)) return checked;
  for (Finding& finding : ValidateFolder(checked.folder)) {
    checked.findings.push_back(std::move(finding));
  }
  LocateFindings(files, checked.findings);
  return checked;
}

}  // namespace zhiping::criteria
