#include "common/criteria/validate.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/criteria/criteria.h"
#include "common/criteria/finding_lines.h"
#include "common/criteria/release.h"
#include "common/criteria/validate_parts.h"
#include "common/criteria/vectors.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Finding;

void ValidateSource(const Folder& folder, Findings& findings) {
  const std::string& file = folder.edition.source().file();
  if (file.empty()) {
    findings.Warning("source.file", Reason::SOURCE_MISMATCH,
                     "没有写明原文文件，各处文字无法与原文核对。",
                     "No source file is named: the texts cannot be compared with the source.");
    return;
  }
  if (folder.source.has_value()) {
    ValidateTexts(folder.edition, *folder.source, findings);
  } else {
    findings.Error("source.file", Reason::SOURCE_MISMATCH,
                   absl::StrCat("文件夹中没有原文文件 ", file, "。"),
                   absl::StrCat("The folder has no source file ", file, "."));
  }
}

// Which release it is, only a passport can tell.
void ValidateCorrection(const catalogue::v1::Edition& edition, Findings& findings) {
  const std::string& digest = edition.correction().release_digest();
  if (!edition.has_correction() || IsDigest(digest)) return;
  findings.Error("correction.release_digest", Reason::INVALID_FIELD,
                 absl::StrCat("“", digest,
                              "”不是发布版的摘要，应为 sha256: 加 64 个十六进制小写字符，即所勘误的"
                              "发布版的摘要。"),
                 absl::StrCat("\"", digest,
                              "\" is not the digest of a release; it should be sha256: and 64 "
                              "lower-case hex characters, that of the release that is corrected."));
}

void NotChecked(Findings& findings) {
  findings.Warning("", Reason::INVALID_RELEASE,
                   "所依据的文件有错误，本文件的内容尚未核对；改正后请再校验一次。",
                   "The content was not checked, as the files that it rests on have errors: "
                   "validate again when these are mended.");
}

// Said of a file that has findings about reading it.
void NotReadWhole(Findings& findings) {
  findings.Warning("", Reason::INVALID_RELEASE,
                   "本文件未能完整读取，其内容尚未核对；改正后请再校验一次。",
                   "The content was not checked, as the file could not be read whole: validate "
                   "again when that is mended.");
}

void JudgeRulebook(const catalogue::v1::Edition& edition, const catalogue::v1::Rulebook& rulebook,
                   Findings& findings) {
  // An edition beyond the limits would take without end.
  if (edition.scenarios_size() > kMaxScenarios || edition.levels_size() > kMaxLevels) {
    return NotChecked(findings);
  }
  ValidateRulebook(edition, rulebook, findings);
}

// `criteria_read`: edition and rulebook could be read.
void ValidateVectors(const Folder& folder, bool criteria_read, std::vector<Finding>& all) {
  Findings findings(kVectorsFile, all);
  if (folder.vectors.vectors().empty()) {
    findings.Error("vectors", Reason::EMPTY_RULE,
                   "没有校验样例；各评分实例在启用发布版之前要用它们核对。",
                   "There are no golden vectors, which every instance scores before it puts a "
                   "release in force.");
    return;
  }
  if (!criteria_read) return NotChecked(findings);
  const auto criteria = Criteria::Compile(MakeRelease(folder, kUnpublishedLabel), "");
  if (!criteria.ok()) return NotChecked(findings);
  for (Finding& finding : CheckVectors(**criteria)) all.push_back(std::move(finding));
}

// Judges a folder, which `all` may already have findings about: those of reading it. What rests on
// a file that could not be read whole is not judged: all that is missing there would be reported
// again. An edition with errors is rested on, but under these no vector can be scored.
void Validate(const Folder& folder, std::vector<Finding>& all) {
  std::set<std::string> unread, in_part;
  for (const Finding& finding : all) {
    unread.insert(finding.file());
    if (finding.reason() != Reason::Value_Name(Reason::FILE_UNREADABLE)) {
      in_part.insert(finding.file());
    }
  }
  for (const std::string& file : in_part) {
    Findings findings(file, all);
    NotReadWhole(findings);
  }
  const bool edition_read = unread.count(kEditionFile) == 0;
  const bool rulebook_read = unread.count(kRulebookFile) == 0;
  if (edition_read) {
    Findings findings(kEditionFile, all);
    ValidateEdition(folder.edition, findings);
    ValidateEditionNames(folder.edition, findings);
    ValidateCorrection(folder.edition, findings);
    ValidateSource(folder, findings);
  }
  if (rulebook_read) {
    Findings findings(kRulebookFile, all);
    ValidateRuleTexts(folder.rulebook, findings);
    ValidateRulebookNames(folder.rulebook, findings);
    ValidateThresholds(folder.rulebook, findings);
    edition_read ? JudgeRulebook(folder.edition, folder.rulebook, findings) : NotChecked(findings);
  }
  if (unread.count(kVectorsFile) == 0) ValidateVectors(folder, edition_read && rulebook_read, all);
  if (folder.notes.has_value() && unread.count(kNotesFile) == 0) {
    Findings findings(kNotesFile, all);
    edition_read ? ValidateNotes(folder.edition, *folder.notes, findings) : NotChecked(findings);
  }
}

}  // namespace

std::vector<Finding> ValidateRelease(const catalogue::v1::Edition& edition,
                                     const catalogue::v1::Rulebook& rulebook) {
  std::vector<Finding> all;
  Findings edition_findings(kEditionFile, all);
  ValidateEdition(edition, edition_findings);
  Findings rulebook_findings(kRulebookFile, all);
  JudgeRulebook(edition, rulebook, rulebook_findings);
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
  std::vector<Finding> all;
  Validate(folder, all);
  return all;
}

CheckedFolder CheckFiles(const FolderFiles& files) {
  CheckedFolder checked;
  checked.folder = ParseFolder(files, checked.findings);
  Validate(checked.folder, checked.findings);
  LocateFindings(files, checked.findings);
  return checked;
}

}  // namespace zhiping::criteria
