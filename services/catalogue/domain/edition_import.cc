#include "services/catalogue/domain/edition_import.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/criteria/finding_lines.h"
#include "common/criteria/release.h"
#include "common/criteria/validate.h"
#include "common/status/error.h"

namespace zhiping::catalogue {

using v1::Finding;

namespace {

// About the edition as a whole.
Finding OfTheEdition(Finding::Severity severity, Reason::Value reason,
                     const common::v1::LocalText& text) {
  Finding finding;
  finding.set_severity(severity);
  finding.set_file(criteria::kEditionFile);
  finding.set_reason(Reason::Value_Name(reason));
  *finding.mutable_message() = text;
  return finding;
}

}  // namespace

ReleaseBytes MakeReleaseBytes(const criteria::Folder& folder, int number) {
  const auto& edition = folder.edition;
  const v1::Release release =
      criteria::MakeRelease(folder, absl::StrCat(edition.year(), "-", number));
  ReleaseBytes made;
  made.bytes = criteria::SerializeRelease(release);
  made.digest = criteria::DigestOf(made.bytes);
  made.number = number;
  auto& summary = made.summary;
  summary.set_digest(made.digest);
  summary.set_label(release.label());
  summary.set_programme(edition.programme());
  summary.set_edition(edition.id());
  summary.set_year(edition.year());
  summary.set_title(absl::StrCat(edition.title().text(), edition.year_text().text()));
  summary.set_semantics(release.semantics());
  summary.set_scenario_total(edition.scenarios_size());
  summary.set_typical_total(edition.typical_scenarios_size());
  summary.set_vector_total(release.vectors().vectors_size());
  summary.set_size_bytes(static_cast<int32_t>(made.bytes.size()));
  return made;
}

ReleaseBytes LabelRelease(const criteria::Folder& folder,
                          const std::map<int, std::string>& published, const History& history) {
  for (auto known = published.rbegin(); known != published.rend(); ++known) {
    ReleaseBytes same = MakeReleaseBytes(folder, known->first);
    if (same.digest == known->second) return same;
  }
  const int last = published.empty() ? 0 : published.rbegin()->first;
  const int foreign = HighestForeignLabel(history);
  // What this store has lost, and followers may run, brought again. Some ms each: a fence may have
  // leapt far.
  constexpr int kMostTried = 100;
  for (int number = last + 1; number <= std::min(foreign, last + kMostTried); ++number) {
    ReleaseBytes lost = MakeReleaseBytes(folder, number);
    if (lost.digest == history.met.digest) return lost;
  }
  return MakeReleaseBytes(folder, std::max(last, foreign) + 1);
}

common::v1::LocalText YearTakenText(const v1::ReleaseSummary& release, const std::string& other) {
  const int year = release.year();
  return MakeText(
      absl::StrCat("评测体系 ", release.programme(), " 的 ", year, " 年版已是 ", other,
                   "，不能另有同一年的年版 ", release.edition(),
                   "，否则两者的标签会相同；请沿用标识 ", other, "，或改用另一个年份。"),
      absl::StrCat("The edition of ", year, " of programme ", release.programme(), " is ", other,
                   ": another edition of that year, ", release.edition(),
                   ", would have the same labels. Use the id ", other, ", or another year."));
}

Finding YearTaken(const v1::ReleaseSummary& release, const std::string& other) {
  return OfTheEdition(Finding::ERROR, Reason::LABEL_TAKEN, YearTakenText(release, other));
}

Finding NotSignedFor(const std::string& programme, const absl::Status& why) {
  const common::v1::LocalText reason = DetailOf(why).message();
  Finding finding = OfTheEdition(
      Finding::ERROR, Reason::KEY_NOT_FOR_PROGRAMME,
      MakeText(absl::StrCat("评测体系 ", programme, " 的启用状态无法签署，没有导入：", reason.zh(),
                            "请核对 programme 是否写对；如果没有写错，请用信任文件许可它签署 ",
                            programme, " 的启用密钥（--activation-key）启动标准目录服务，再导入。"),
               absl::StrCat("What is in force of programme ", programme,
                            " could not be signed, so nothing was imported: ", reason.en(),
                            " Is programme spelt right? If it is, start the catalogue with an "
                            "--activation-key that the trust file accepts for ",
                            programme, ", and import again.")));
  finding.set_field("programme");
  return finding;
}

Finding PutBack(const ReleaseBytes& release) {
  const std::string& label = release.summary.label();
  const common::v1::LocalText text = MakeText(
      absl::StrCat("数据库中 ", label,
                   " 的内容已与摘要不符，由这次导入恢复；签名如也受损，请再用 "
                   "release resign 重新签名。"),
      absl::StrCat("What the database held of ", label,
                   " was not what its digest says; this import puts it back. If its signature is "
                   "damaged too, sign it again with release resign."));
  return OfTheEdition(Finding::WARNING, Reason::DIGEST_MISMATCH, text);
}

std::optional<Finding> LabelShared(const ReleaseBytes& release,
                                   const std::vector<std::string>& candidates) {
  // The newest are named; nobody looks for many.
  constexpr size_t kMostNamed = 3;
  std::vector<std::string> others;
  for (const std::string& candidate : candidates) {
    if (candidate != release.digest) others.push_back(candidate);
  }
  if (others.empty()) return std::nullopt;
  const size_t total = others.size();
  if (total > kMostNamed) others.resize(kMostNamed);
  const std::string& label = release.summary.label();
  const bool all = total <= kMostNamed;
  const common::v1::LocalText text = MakeText(
      absl::StrCat("标签 ", label, " 还有另外 ", total, " 个已导入、尚未发布的内容：",
                   absl::StrJoin(others, "、"), all ? "" : " 等",
                   "。只有先发布的那个用这个标签，其余的须重新导入；发布前请核对摘要。"),
      absl::StrCat(total, total == 1 ? " other candidate that is" : " other candidates that are",
                   " not published has the label ", label, " too: ", absl::StrJoin(others, ", "),
                   all ? "" : ", …",
                   ". Only the first that is published keeps it, and the others have to be "
                   "imported again: look at the digest before publishing."));
  return OfTheEdition(Finding::WARNING, Reason::LABEL_SHARED, text);
}

std::vector<Finding> CheckNotes(const std::string& notes_file, const v1::Edition& edition,
                                v1::Notes& notes) {
  criteria::FolderFiles files;
  files.notes = notes_file;
  std::vector<Finding> findings;
  notes = criteria::ParseFolder(files, findings).notes.value_or(v1::Notes());
  // The other files are not missing: nobody asked for them.
  findings.erase(
      std::remove_if(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.file() != criteria::kNotesFile; }),
      findings.end());
  if (!criteria::HasErrors(findings)) findings = criteria::ValidateNotes(edition, notes);
  criteria::LocateFindings(files, findings);
  return findings;
}

}  // namespace zhiping::catalogue
