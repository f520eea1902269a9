// feed list and watch: the log of changes, as platforms and analytics read it.
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/feed_report.h"
#include "services/ctl/page_options.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

// Of a stream that goes on until somebody ends it.
constexpr absl::Duration kForever = absl::Hours(24 * 365);

struct FeedOptions {
  AssessmentOptions service;
  std::string after, limit;
};

// As CursorText writes it.
absl::StatusOr<v1::ChangeCursor> ParseCursor(const std::string& text) {
  v1::ChangeCursor cursor;
  const std::vector<std::string> parts = absl::StrSplit(Spelled(text), ':');
  constexpr size_t kHashBytes = 32;
  if (parts.size() == 3) cursor.set_hash(absl::HexStringToBytes(parts[2]));
  if (parts.size() != 3 || cursor.hash().size() != kHashBytes) {
    return WrongUsage(
        absl::StrCat("--after 应为上次读到的位置，由 feed list 打印，而不是“", text, "”。"),
        absl::StrCat("--after should be how far was read, as feed list prints it, not \"", text,
                     "\"."));
  }
  cursor.set_incarnation(parts[0]);
  cursor.set_position(parts[1]);
  return cursor;
}

absl::StatusOr<int> List(const FeedOptions& options, const CommandLine& line) {
  v1::ListSubmissionChangesRequest request;
  if (!options.after.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_after(), ParseCursor(options.after));
  }
  ASSIGN_OR_RETURN(const int32_t limit, ParseCount("--limit", options.limit, 100));
  request.set_page_size(limit);
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  ASSIGN_OR_RETURN(const auto response, access.client->Call(&Feed::ListSubmissionChanges, request));
  ChangeChain chain(request.after());
  for (const v1::ChangeEntry& entry : response.entries()) RETURN_IF_ERROR(chain.Add(entry));
  Print(line.json ? ToJson(response) : ChangesReport(response, access.zone, line.screen),
        line.screen);
  return kExitOk;
}

absl::StatusOr<int> Watch(const FeedOptions& options, const CommandLine& line) {
  v1::WatchSubmissionsRequest request;
  if (!options.after.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_after(), ParseCursor(options.after));
  }
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service, kForever));
  const auto context = NewContext(access.client->service());
  const auto stream = access.client->feed().WatchSubmissions(context.get(), request);
  v1::WatchSubmissionsResponse response;
  ChangeChain chain(request.after());
  while (stream->Read(&response)) {
    for (const v1::ChangeEntry& entry : response.entries()) {
      RETURN_IF_ERROR(chain.Add(entry));
      Print(line.json ? DumpLine(AsJson(entry)) : ChangeLine(entry, access.zone, line.screen),
            line.screen);
    }
    // Whoever reads them shall have them at once; and nobody may read any more.
    if (std::fflush(stdout) != 0) context->TryCancel();
  }
  const absl::Status status = rpc::FromGrpcStatus(stream->Finish());
  if (status.ok()) return kExitOk;
  return WithAssessmentAdvice(Explain(access.client->service(), status));
}

}  // namespace

void AddFeedCommands(CLI::App& app, CommandLine& line) {
  CLI::App* const group = AddCommandGroup(app, line, "feed", "变更记录：读取、跟随（平台）",
                                          "The log of changes: read, follow (for platforms)");
  auto options = std::make_shared<FeedOptions>();
  CLI::App* const list =
      AddCommand(*group, line, "list", "读取一段变更记录", "Read entries of the log");
  AddOption(*list, line, "--after", options->after, "CURSOR", "从上次读到的位置继续；默认从头",
            "Go on from there; by default from the beginning");
  AddOption(*list, line, "--limit", options->limit, "COUNT", "最多多少条，1 至 1,000，默认 100",
            "How many at most, 1 to 1,000, by default 100");
  AddAssessmentOptions(*list, line, options->service);
  RunWith(*list, line, options, &List);

  options = std::make_shared<FeedOptions>();
  CLI::App* const watch = AddCommand(
      *group, line, "watch", "跟随变更记录，新的随到随显，按 Ctrl-C 结束；--json 时每行一条",
      "Follow the log until Ctrl-C; with --json an entry a line");
  AddOption(*watch, line, "--after", options->after, "CURSOR", "从上次读到的位置继续；默认从头",
            "Go on from there; by default from the beginning");
  AddAssessmentOptions(*watch, line, options->service);
  RunWith(*watch, line, options, &Watch);
}

}  // namespace zhiping::ctl
