// edition show, validate and diff.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "common/criteria/diff.h"
#include "common/criteria/finding_limit.h"
#include "common/criteria/validate.h"
#include "common/status/status_macros.h"
#include "services/ctl/commands.h"
#include "services/ctl/edition_report.h"
#include "services/ctl/edition_source.h"
#include "services/ctl/error_report.h"
#include "services/ctl/json_output.h"
#include "services/ctl/passport_report.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::Finding;

struct Paths {
  std::string first, second, trust_file;
};

void AddTrustFile(CLI::App& command, const CommandLine& line, Paths& paths) {
  AddOption(command, line, "--trust-file", paths.trust_file, "FILE",
            "信任文件；读取发布版文件时必填", "Trusted keys; needed to read the file of a release")
      ->envname("ZHIPING_TRUST_FILE");
}

absl::StatusOr<int> Show(const Paths& paths, const CommandLine& line) {
  ASSIGN_OR_RETURN(const OpenedCriteria opened, OpenCriteria(paths.first, paths.trust_file));
  const criteria::Criteria& criteria = *opened.criteria;
  if (line.json) {
    Json json = {{"digest", criteria.digest()},
                 {"label", criteria.release().label()},
                 {"semantics", criteria.release().semantics()},
                 {"edition", AsJson(criteria.edition())},
                 {"rulebook", AsJson(criteria.rulebook())}};
    if (opened.notes.has_value()) json["notes"] = AsJson(*opened.notes);
    Print(Dump(json), line.screen);
  } else {
    Print(EditionReport(criteria, English(opened.notes), line.screen), line.screen);
  }
  return kExitOk;
}

absl::StatusOr<int> Validate(const Paths& paths, const CommandLine& line) {
  ASSIGN_OR_RETURN(const criteria::FolderFiles files, ReadFolderFiles(paths.first));
  const std::vector<Finding> findings =
      criteria::LimitFindings(criteria::CheckFiles(files).findings);
  const bool valid = !criteria::HasErrors(findings);
  if (line.json) {
    Json list = Json::array();
    for (const Finding& finding : findings) list.push_back(AsJson(finding));
    Print(Dump({{"valid", valid}, {"findings", list}}), line.screen);
  } else {
    Print(FindingsReport(findings, line.screen), line.screen);
  }
  return valid ? kExitOk : kExitRefused;
}

absl::StatusOr<int> Diff(const Paths& paths, const CommandLine& line) {
  ASSIGN_OR_RETURN(const OpenedCriteria from, OpenCriteria(paths.first, paths.trust_file));
  ASSIGN_OR_RETURN(const OpenedCriteria to, OpenCriteria(paths.second, paths.trust_file));
  const catalogue::v1::Passport passport = criteria::Diff(*from.criteria, *to.criteria);
  Print(line.json ? ToJson(passport)
                  : PassportReport(passport, *from.criteria, *to.criteria, line.screen),
        line.screen);
  return kExitOk;
}

using Action = absl::StatusOr<int> (*)(const Paths&, const CommandLine&);

void RunWith(CLI::App& command, CommandLine& line, Action action,
             const std::shared_ptr<Paths>& paths) {
  command.callback([action, paths, &line] {
    line.action = [action, paths, &line] { return action(*paths, line); };
  });
}

}  // namespace

void AddEditionCommands(CLI::App& app, CommandLine& line) {
  CLI::App* const group =
      AddCommandGroup(app, line, "edition", "查看、校验、比较、生成和导入评测年版",
                      "Look at, validate, compare, build and import editions");
  constexpr char kEitherZh[] = "年版文件夹或发布版文件";
  constexpr char kEitherEn[] = "An edition folder, or the file of a release";

  auto paths = std::make_shared<Paths>();
  CLI::App* const show =
      AddCommand(*group, line, "show", "显示年版的环节、场景、应用等级和各智能工厂层级的条件",
                 "Show segments, scenarios, levels, and the tiers with their conditions");
  AddOption(*show, line, "FOLDER|RELEASE", paths->first, "", kEitherZh, kEitherEn)->required();
  AddTrustFile(*show, line, *paths);
  RunWith(*show, line, &Show, paths);

  paths = std::make_shared<Paths>();
  CLI::App* const validate =
      AddCommand(*group, line, "validate", "校验年版文件夹，一次列出所有问题；有错误时退出码为 1",
                 "Find everything that is wrong with an edition folder; exit code 1 on errors");
  AddOption(*validate, line, "FOLDER", paths->first, "", "年版文件夹", "An edition folder")
      ->required();
  RunWith(*validate, line, &Validate, paths);

  paths = std::make_shared<Paths>();
  CLI::App* const diff =
      AddCommand(*group, line, "diff", "比较两版：每个场景怎样变化，已有答案怎样处理",
                 "Compare two: how every scenario changes and what becomes of the answers");
  AddOption(*diff, line, "OLD", paths->first, "", kEitherZh, kEitherEn)->required();
  AddOption(*diff, line, "NEW", paths->second, "", kEitherZh, kEitherEn)->required();
  AddTrustFile(*diff, line, *paths);
  RunWith(*diff, line, &Diff, paths);

  AddEditionBuildCommand(*group, line);
  AddEditionImportCommands(*group, line);
}

}  // namespace zhiping::ctl
