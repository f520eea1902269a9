// audit list, head, export, verify: the audit log of a service.
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/audit/signed_head.h"
#include "common/files/file.h"
#include "common/files/new_file.h"
#include "common/releases/seed.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/ctl/audit_export.h"
#include "services/ctl/audit_report.h"
#include "services/ctl/commands.h"
#include "services/ctl/error_report.h"
#include "services/ctl/json_output.h"
#include "services/ctl/kept_audit_heads.h"
#include "services/ctl/operations_options.h"
#include "services/ctl/spelling.h"
#include "services/ctl/zone.h"

namespace zhiping::ctl {
namespace {

using common::v1::AuditEntry;
using common::v1::AuditHead;
using common::v1::AuditRecord;
using common::v1::ListAuditEntriesRequest;
using common::v1::ListAuditEntriesResponse;

constexpr size_t kMaxHeadBytes = 1 << 20;
// A whole log takes longer than one call usually does.
constexpr char kExportTimeout[] = "10m";
// Standard output, or input, in place of a file.
constexpr char kStandard[] = "-";

struct AuditOptions {
  OperationsOptions operations;
  std::string time_zone, kind, subject, from, until, out, file, heads, kept_by, trust_file;
};

// --- list

absl::StatusOr<AuditEntry::Kind> ParseKind(const std::string& text) {
  AuditEntry::Kind kind = AuditEntry::KIND_UNSPECIFIED;
  if (text.empty() || AuditEntry::Kind_Parse(absl::AsciiStrToUpper(Spelled(text)), &kind)) {
    return kind;
  }
  return WrongUsage(
      absl::StrCat("--kind 应为 administrative、decision、access 或 denied，而不是“", text, "”。"),
      absl::StrCat("--kind should be administrative, decision, access or denied, not \"", text,
                   "\"."));
}

absl::StatusOr<int> List(const AuditOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const Zone zone, Zone::Load(options.time_zone));
  ListAuditEntriesRequest request;
  ASSIGN_OR_RETURN(const AuditEntry::Kind kind, ParseKind(options.kind));
  request.set_kind(kind);
  request.set_subject(options.subject);
  if (!options.from.empty()) {
    ASSIGN_OR_RETURN(const absl::Time from, zone.Parse("--from", options.from));
    *request.mutable_from() = ToTimestamp(from);
  }
  if (!options.until.empty()) {
    ASSIGN_OR_RETURN(const absl::Time until, zone.Parse("--until", options.until));
    *request.mutable_until() = ToTimestamp(until);
  }
  ASSIGN_OR_RETURN(const OperationsClient client, OpenOperations(options.operations));
  ASSIGN_OR_RETURN(const ListAuditEntriesResponse all,
                   client.List(&Operations::ListAuditEntries, request));
  Print(line.json ? ToJson(all) : AuditReport(all, zone, line.screen), line.screen);
  return kExitOk;
}

// --- head

absl::StatusOr<int> Head(const AuditOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const OperationsClient client, OpenOperations(options.operations));
  ASSIGN_OR_RETURN(const auto head,
                   client.Call(&Operations::GetAuditHead, common::v1::GetAuditHeadRequest()));
  if (options.out.empty() || options.out == kStandard) {
    Print(head.envelope() + "\n", line.screen);
    return kExitOk;
  }
  RETURN_IF_ERROR(WriteFile(options.out, head.envelope() + "\n", Overwrite::kNever));
  Print(line.json ? Dump(Json{{"file", options.out}})
                  : absl::StrCat(line.screen.Say("签名日志头已写入 ", "The signed head is in "),
                                 options.out, "\n"),
        line.screen);
  return kExitOk;
}

// --- export

// What is done with each line of a log, wherever it comes from.
using TakeLine = std::function<absl::Status(const ExportedLine&)>;

absl::Status ReadService(const OperationsOptions& options, const TakeLine& take) {
  ASSIGN_OR_RETURN(const OperationsClient client, OpenOperations(options));
  // First: what comes in between is nowhere missed.
  const auto own = client.Call(&Operations::GetAuditHead, common::v1::GetAuditHeadRequest());
  if (own.ok()) {
    RETURN_IF_ERROR(take({.own_head = own->envelope()}));
  } else if (DetailOf(own.status()).reason() != Reason::AUDIT_NOT_KEPT) {
    return own.status();
  }
  const auto context = NewContext(client.service);
  const auto stream = client.stub->ExportAudit(context.get(), common::v1::ExportAuditRequest());
  common::v1::ExportAuditResponse response;
  absl::Status taken;
  while (taken.ok() && stream->Read(&response)) {
    if (!response.cut_head().empty()) taken = take({.cut_head = response.cut_head()});
    for (const AuditRecord& record : response.records()) {
      if (taken.ok()) taken = take({.record = record});
    }
  }
  // What is still to come is of no interest any more.
  if (!taken.ok()) context->TryCancel();
  const grpc::Status finished = stream->Finish();
  if (!taken.ok()) return taken;
  return finished.ok() ? absl::OkStatus() : Explain(client.service, rpc::FromGrpcStatus(finished));
}

absl::Status ReadExportFile(const std::string& path, const TakeLine& take) {
  std::ifstream opened;
  if (path != kStandard) opened.open(path, std::ios::binary);
  std::istream& file = path == kStandard ? std::cin : opened;
  std::string text;
  for (int64_t number = 1; std::getline(file, text); ++number) {
    ASSIGN_OR_RETURN(const ExportedLine line, ParseLine(text, number));
    RETURN_IF_ERROR(take(line));
  }
  if (file.eof()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kNotFound, Reason::FILE_UNREADABLE,
                   absl::StrCat("无法读取文件 ", path, "。"),
                   absl::StrCat("The file ", path, " cannot be read."), {{"file", path}});
}

std::string Exported(int64_t entries, const std::string& file, const CommandLine& line) {
  if (line.json) return Dump(Json{{"file", file}, {"entries", entries}});
  const bool is_file = file != kStandard;
  return std::string(line.screen.Say(
      absl::StrCat("已导出 ", entries, " 条审计记录到",
                   is_file ? absl::StrCat(" ", file) : "标准输出", "\n"),
      absl::StrCat(entries, " entries are in ", is_file ? file : "standard output", "\n")));
}

// What goes there is for programs: all that is said to people, errors of --json too, goes to
// standard error.
int ExportToOutput(const AuditOptions& options, const CommandLine& line) {
  int64_t entries = 0;
  const absl::Status read = ReadService(options.operations, [&](const ExportedLine& exported) {
    entries += exported.is_entry() ? 1 : 0;
    Print(ToLine(exported), line.screen);
    return std::ferror(stdout) == 0 ? absl::OkStatus() : absl::CancelledError();
  });
  // main says so.
  if (std::ferror(stdout) != 0) return kExitRefused;
  const std::string said = read.ok()   ? Exported(entries, kStandard, line)
                           : line.json ? ErrorToJson(read)
                                       : ErrorReport(read, line.screen);
  std::fputs(Visible(said, /*colours=*/false).c_str(), stderr);
  return read.ok() ? kExitOk : ExitCodeOf(read);
}

absl::StatusOr<int> Export(const AuditOptions& options, const CommandLine& line) {
  if (options.out == kStandard) return ExportToOutput(options, line);
  // Half a log would pass for a whole one; and who did what is not for everybody.
  NewFile file;
  RETURN_IF_ERROR(file.Open(options.out, Overwrite::kNever, /*secret=*/true));
  int64_t entries = 0;
  RETURN_IF_ERROR(ReadService(options.operations, [&](const ExportedLine& exported) {
    entries += exported.is_entry() ? 1 : 0;
    return file.Write(ToLine(exported));
  }));
  RETURN_IF_ERROR(file.Finish());
  Print(Exported(entries, options.out, line), line.screen);
  return kExitOk;
}

// --- verify

absl::StatusOr<std::vector<AuditHead>> ReadHeadFiles(const std::vector<std::string>& paths,
                                                     const envelope::Trust& trust) {
  std::vector<AuditHead> heads;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxHeadBytes));
    ASSIGN_OR_RETURN(heads.emplace_back(),
                     audit::OpenHead(absl::StripAsciiWhitespace(text), trust));
  }
  return heads;
}

// What --kept-by keeps of the log, and the head that the log's service gives now, which shows which
// log it is and is compared too. In this order, and the entries after it: what comes in between is
// nowhere missed.
absl::StatusOr<KeptElsewhere> ReadKeeper(const AuditOptions& options, const envelope::Trust& trust,
                                         std::vector<AuditHead>& compared) {
  ASSIGN_OR_RETURN(const OperationsClient keeper,
                   OpenOperationsAt(options.operations, "--kept-by", options.kept_by));
  ASSIGN_OR_RETURN(const OperationsClient client, OpenOperations(options.operations));
  ASSIGN_OR_RETURN(const auto kept, ReadKeptHeads(keeper));
  ASSIGN_OR_RETURN(const auto given,
                   client.Call(&Operations::GetAuditHead, common::v1::GetAuditHeadRequest()));
  ASSIGN_OR_RETURN(const AuditHead own, audit::OpenHead(given.envelope(), trust));
  ASSIGN_OR_RETURN(KeptElsewhere elsewhere, HeadsOfLog(options.kept_by, kept, own, trust));
  compared.push_back(own);
  compared.insert(compared.end(), elsewhere.heads.begin(), elsewhere.heads.end());
  return elsewhere;
}

absl::StatusOr<int> Verify(const AuditOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const Zone zone, Zone::Load(options.time_zone));
  AuditVerification verification;
  std::shared_ptr<const envelope::Trust> trust;
  std::vector<AuditHead> compared;
  if (!options.trust_file.empty()) {
    ASSIGN_OR_RETURN(trust, releases::ReadTrustFile(options.trust_file));
  } else if (!options.heads.empty() || !options.kept_by.empty()) {
    return WrongUsage(
        "--head 和 --kept-by 须与 --trust-file 同用，以验证日志头的签名。",
        "--head and --kept-by are used together with --trust-file, which verifies signatures.");
  }
  if (!options.heads.empty()) {
    ASSIGN_OR_RETURN(verification.heads,
                     ReadHeadFiles(ValuesOf(options.heads, /*commas=*/false), *trust));
    compared = verification.heads;
  }
  if (!options.kept_by.empty()) {
    if (!options.file.empty()) {
      return WrongUsage(
          "--kept-by 用于从服务读取的日志，不能与文件同用：文件导出以后的日志头，它都没有。",
          "--kept-by is for a log that is read from its service, not for a file, "
          "which has none of the heads that were kept since its export.");
    }
    ASSIGN_OR_RETURN(verification.elsewhere, ReadKeeper(options, *trust, compared));
  }
  AuditVerifier verifier(std::move(trust), std::move(compared), absl::Now());
  const TakeLine take = [&verifier](const ExportedLine& exported) {
    if (!exported.own_head.empty()) return verifier.SetOwnHead(exported.own_head);
    return exported.is_entry() ? verifier.Add(exported.record)
                               : verifier.SetCutHead(exported.cut_head);
  };
  RETURN_IF_ERROR(options.file.empty() ? ReadService(options.operations, take)
                                       : ReadExportFile(options.file, take));
  RETURN_IF_ERROR(verifier.Finish());
  verification.first = verifier.first();
  verification.last = verifier.last();
  verification.cut = verifier.cut();
  Print(line.json ? Dump(AuditVerifiedJson(verification))
                  : AuditVerifiedReport(verification, zone, line.screen),
        line.screen);
  return kExitOk;
}

// A command of the group with the options of all.
CLI::App* AddAuditCommand(CLI::App& group, CommandLine& line, const std::string& name,
                          const std::shared_ptr<AuditOptions>& options,
                          absl::StatusOr<int> (*run)(const AuditOptions&, const CommandLine&),
                          absl::string_view zh, absl::string_view en,
                          const std::string& usual_timeout = "10s") {
  CLI::App* const command = AddCommand(group, line, name, zh, en);
  AddOperationsOptions(*command, line, options->operations, usual_timeout);
  command->callback([options, run, &line] {
    line.action = [options, run, &line] { return run(*options, line); };
  });
  return command;
}

void AddListCommand(CLI::App& group, CommandLine& line) {
  const auto options = std::make_shared<AuditOptions>();
  CLI::App* const command =
      AddAuditCommand(group, line, "list", options, &List, "列出审计记录，旧的在前",
                      "List the entries of the audit log, the oldest first");
  AddOption(
      *command, line, "--kind", options->kind, "KIND",
      "只列一类：administrative（管理操作）、decision（决定）、access（查阅）、denied（拒绝）",
      "Only one kind: administrative, decision, access, denied");
  AddOption(*command, line, "--subject", options->subject, "ID", "只列此人（令牌中的 sub）的记录",
            "Only those of one caller (sub of the token)");
  AddOption(*command, line, "--from", options->from, "INSTANT", "从此时刻起，例如 2026-12-01 08:00",
            "From this instant, such as 2026-12-01 08:00");
  AddOption(*command, line, "--until", options->until, "INSTANT", "到此时刻之前",
            "Until before this instant");
  AddTimeZoneOption(*command, line, options->time_zone);
}

void AddHeadCommand(CLI::App& group, CommandLine& line) {
  const auto options = std::make_shared<AuditOptions>();
  CLI::App* const command = AddAuditCommand(
      group, line, "head", options, &Head,
      "取得签名的日志头，另存别处；以后用 audit verify --head 可看出末尾是否缺失记录",
      "Get the signed head, to keep elsewhere; audit verify --head shows later whether entries at "
      "the end are missing");
  AddOption(*command, line, "--out", options->out, "FILE", "写入文件，而不是标准输出（“-”）",
            "A file it goes to instead of standard output (\"-\")");
}

void AddExportCommand(CLI::App& group, CommandLine& line) {
  const auto options = std::make_shared<AuditOptions>();
  CLI::App* const command = AddAuditCommand(
      group, line, "export", options, &Export, "导出全部审计记录，每行一条 JSON，可离线校验",
      "Export the whole audit log, a line of JSON an entry, to be verified offline",
      kExportTimeout);
  AddOption(*command, line, "--out", options->out, "FILE",
            "写入的文件，须不存在；只有您能读取；“-”为标准输出，失败时已写出的只是一部分",
            "The file it goes to, which must not exist; only you can read it; \"-\" is standard "
            "output, where a failure leaves a part")
      ->required();
}

void AddVerifyCommandOfAudit(CLI::App& group, CommandLine& line) {
  const auto options = std::make_shared<AuditOptions>();
  CLI::App* const command = AddAuditCommand(
      group, line, "verify", options, &Verify,
      "校验审计日志的哈希链和另存的日志头；有记录被改动或缺失时说明位置，退出码为 1",
      "Verify the hash chain of the audit log and heads that were kept; says where entries were "
      "changed or are missing, with exit code 1",
      kExportTimeout);
  AddOption(*command, line, "FILE", options->file, "",
            "导出的文件，“-”为标准输入；省略则从服务读取",
            "An exported file, \"-\" is standard input; without it the service is asked");
  AddListOption(*command, line, "--head", options->heads, "FILE",
                "这份日志的签名日志头（audit head --out 另存的），可多次给出",
                "A signed head of this log that was kept (audit head --out); may be given several "
                "times");
  AddOption(*command, line, "--kept-by", options->kept_by, "HOST:PORT",
            "保存该服务日志头的另一个服务：评分服务的由标准目录服务保存，反之亦然",
            "Another service, which keeps the heads of this one: the catalogue keeps those of "
            "scoring, and the other way round");
  AddOption(*command, line, "--trust-file", options->trust_file, "FILE",
            "信任文件；给出 --head 或 --kept-by，或日志开头按保留期限删除过记录时必填",
            "The trusted keys; needed by --head and --kept-by, and where retention removed entries")
      ->envname("ZHIPING_TRUST_FILE");
  AddTimeZoneOption(*command, line, options->time_zone);
}

}  // namespace

void AddAuditCommands(CLI::App& app, CommandLine& line) {
  CLI::App* const group =
      AddCommandGroup(app, line, "audit", "服务的审计日志", "The audit log of a service");
  AddListCommand(*group, line);
  AddHeadCommand(*group, line);
  AddExportCommand(*group, line);
  AddVerifyCommandOfAudit(*group, line);
}

}  // namespace zhiping::ctl
