// enterprise show, list and update: what is registered of enterprises.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/enterprise_fields.h"
#include "services/ctl/enterprise_report.h"
#include "services/ctl/page_options.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct EnterpriseOptions {
  AssessmentOptions service;
  PageOptions page;
  std::string uscc, unit, query, region, set, etag;
  bool tests = false;
};

absl::StatusOr<int> Show(const EnterpriseOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::GetEnterpriseRequest request;
  ASSIGN_OR_RETURN(*request.mutable_uscc(), EnterpriseOf(options.uscc, *access.client));
  ASSIGN_OR_RETURN(const auto response, access.client->Call(&Enterprises::GetEnterprise, request));
  Print(line.json ? ToJson(response)
                  : EnterpriseReport(response.enterprise(), access.zone, line.screen),
        line.screen);
  return kExitOk;
}

absl::StatusOr<int> List(const EnterpriseOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::ListEnterprisesRequest request;
  request.set_review_unit(Spelled(options.unit));
  request.set_query(Spelled(options.query));
  request.set_region(Spelled(options.region));
  request.set_with_tests(options.tests);
  ASSIGN_OR_RETURN(const auto list, SomePages(request, options.page, [&](const auto& page) {
                     return access.client->Call(&Enterprises::ListEnterprises, page);
                   }));
  Print(line.json ? ToJson(list) : EnterpriseList(list, line.screen), line.screen);
  return kExitOk;
}

absl::StatusOr<int> Update(const EnterpriseOptions& options, const CommandLine& line) {
  v1::UpdateEnterpriseRequest request;
  ASSIGN_OR_RETURN(const auto paths, SetFields(ValuesOf(options.set, /*commas=*/false),
                                               *request.mutable_enterprise()));
  for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::GetEnterpriseRequest present;
  ASSIGN_OR_RETURN(*present.mutable_uscc(), EnterpriseOf(options.uscc, *access.client));
  ASSIGN_OR_RETURN(const auto before, access.client->Call(&Enterprises::GetEnterprise, present));
  request.mutable_enterprise()->set_uscc(before.enterprise().uscc());
  request.mutable_enterprise()->set_etag(options.etag.empty() ? before.enterprise().etag()
                                                              : options.etag);
  ASSIGN_OR_RETURN(const auto response,
                   access.client->Call(&Enterprises::UpdateEnterprise, request));
  Print(line.json ? ToJson(response)
                  : EnterpriseReport(response.enterprise(), access.zone, line.screen),
        line.screen);
  return kExitOk;
}

void AddUscc(CLI::App& command, const CommandLine& line, EnterpriseOptions& options) {
  AddOption(command, line, "USCC", options.uscc, "", kUsccZh, kUsccEn);
}

}  // namespace

void AddEnterpriseCommands(CLI::App& app, CommandLine& line) {
  CLI::App* const group =
      AddCommandGroup(app, line, "enterprise", "企业：批量导入、查看、修改、申请变更",
                      "Enterprises: import, look at, change, ask for changes");
  AddEnterpriseImportCommand(*group, line);

  auto options = std::make_shared<EnterpriseOptions>();
  CLI::App* const show =
      AddCommand(*group, line, "show", "显示一个企业的登记信息", "Show what is registered of one");
  AddUscc(*show, line, *options);
  AddAssessmentOptions(*show, line, options->service);
  RunWith(*show, line, options, &Show);

  options = std::make_shared<EnterpriseOptions>();
  CLI::App* const list = AddCommand(*group, line, "list", "列出本账号可见的企业",
                                    "List those that this account may see");
  AddOption(*list, line, "--unit", options->unit, "ID", "只列这一审核单位及其下级的",
            "Only those of the review unit and of the ones below it");
  AddOption(*list, line, "--query", options->query, "TEXT", "只列信用代码以此开头或名称含此文字的",
            "Only those whose USCC begins with it or whose name has it");
  AddOption(*list, line, "--region", options->region, "CODE", "只列这一行政区划的",
            "Only those in the region");
  AddFlag(*list, line, "--tests", options->tests, "测试企业也列出", "Test enterprises too");
  AddPageOptions(*list, line, options->page);
  AddAssessmentOptions(*list, line, options->service);
  RunWith(*list, line, options, &List);

  options = std::make_shared<EnterpriseOptions>();
  CLI::App* const update = AddCommand(
      *group, line, "update", "修改企业信息；企业自己只能改联系人、工厂、人数和营业收入",
      "Change fields; an enterprise itself changes contact, plants, employees and revenue only");
  AddUscc(*update, line, *options);
  AddListOption(*update, line, "--set", options->set, "FIELD=VALUE",
                "要改的字段和新值，如 联系电话=025-…，可给出多次；值为空表示清空",
                "A field and its new value, several times; an empty value empties it")
      ->required();
  AddEtagOption(*update, line, options->etag);
  AddAssessmentOptions(*update, line, options->service);
  RunWith(*update, line, options, &Update);

  AddEnterpriseChangeCommands(*group, line);
  AddEnterpriseAccessesCommand(*group, line);
}

}  // namespace zhiping::ctl
