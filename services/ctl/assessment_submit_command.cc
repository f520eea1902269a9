// assessment preview and submit: what a draft scores, and handing it in.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/assessment_report.h"
#include "services/ctl/assessment_words.h"
#include "services/ctl/commands.h"
#include "services/ctl/display_width.h"
#include "services/ctl/question.h"
#include "services/ctl/receipt_words.h"
#include "services/ctl/score_report.h"
#include "services/ctl/submission_report.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct SubmitOptions {
  AssessmentOptions service;
  KeyOptions key;
  std::string given_by, receipt, etag, request_id;
  bool accept = false;
};

struct Previewed {
  v1::PreviewResponse preview;
  v1::GetAssessmentResponse draft;
};

// What a preview says without scoring: what is missing, and no result.
v1::PreviewResponse WithoutResult(const v1::Assessment& draft) {
  v1::PreviewResponse preview;
  for (const v1::DraftAnswer& answer : draft.answers()) {
    if (answer.to_confirm()) {
      preview.add_to_confirm(answer.answer().scenario());
    } else if (answer.answer().level().empty()) {
      preview.add_missing(answer.answer().scenario());
    }
  }
  preview.set_etag(draft.etag());
  return preview;
}

enum class WhileScoringIsAway { kFails, kHasNoResult };

absl::StatusOr<Previewed> PreviewDraft(const v1::AssessmentKey& key, AssessmentClient& client,
                                       WhileScoringIsAway away) {
  Previewed previewed;
  v1::GetAssessmentRequest get;
  *get.mutable_key() = key;
  get.set_with_texts(true);
  ASSIGN_OR_RETURN(previewed.draft, client.Call(&Assessments::GetAssessment, get));
  v1::PreviewRequest request;
  *request.mutable_key() = key;
  request.set_with_texts(true);
  auto preview = client.Call(&Assessments::Preview, request);
  if (away == WhileScoringIsAway::kHasNoResult && absl::IsUnavailable(preview.status())) {
    preview = WithoutResult(previewed.draft.assessment());
  }
  ASSIGN_OR_RETURN(previewed.preview, std::move(preview));
  return previewed;
}

// What Submit would refuse, with the names of the scenarios.
absl::Status CheckComplete(const Previewed& previewed) {
  Violations violations;
  const auto add = [&](const std::string& id, absl::string_view zh, absl::string_view en) {
    violations.Add(id, Reason::INCOMPLETE,
                   absl::StrCat("“", ScenarioName(previewed.draft.texts(), id), "”", zh, "。"),
                   absl::StrCat(id, en, "."));
  };
  for (const std::string& id : previewed.preview.missing()) add(id, "待填写", " is missing");
  for (const std::string& id : previewed.preview.to_confirm()) {
    add(id, "待确认", " is to be confirmed");
  }
  if (violations.empty()) return absl::OkStatus();
  ErrorDetail detail = DetailOf(violations.ToStatus());
  detail.set_reason(Reason::INCOMPLETE);
  const int missing = previewed.preview.missing_size();
  const int to_confirm = previewed.preview.to_confirm_size();
  *detail.mutable_message() =
      MakeText(absl::StrCat("还不能提交：", missing, " 个场景待填写，", to_confirm, " 个待确认。"),
               absl::StrCat("It cannot be submitted yet: scenarios that are missing: ", missing,
                            ", to be confirmed: ", to_confirm, "."));
  return WithAssessmentAdvice(MakeError(absl::StatusCode::kFailedPrecondition, detail));
}

// --- preview

absl::StatusOr<int> Preview(const SubmitOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  ASSIGN_OR_RETURN(const v1::AssessmentKey key, KeyOf(options.key, *access.client));
  ASSIGN_OR_RETURN(const Previewed previewed,
                   PreviewDraft(key, *access.client, WhileScoringIsAway::kFails));
  if (line.json) {
    Print(ToJson(previewed.preview), line.screen);
    return kExitOk;
  }
  const Screen& screen = line.screen;
  const absl::Status complete = CheckComplete(previewed);
  std::string next;
  for (const auto& warning : previewed.preview.warnings()) {
    absl::StrAppend(&next, Hang("", screen.Say(InCommands(warning)), screen.width));
  }
  if (!complete.ok()) {
    absl::StrAppend(&next, Hang("", screen.Say(DetailOf(complete).message()), screen.width));
  } else if (next.empty()) {
    next = Hang("",
                screen.Say("可以提交：zhipingctl assessment submit --given-by 姓名",
                           "It can be submitted: zhipingctl assessment submit --given-by NAME"),
                screen.width);
  }
  Print(absl::StrCat(ScoreReport(ScoredDraft(previewed.preview, previewed.draft.assessment(),
                                             previewed.draft.texts()),
                                 screen, {}, "zhipingctl assessment facts --set"),
                     "\n", next),
        screen);
  return kExitOk;
}

// --- submit

// What it scores, as far as that is known.
std::string Scored(const v1::PreviewResponse& preview, const Screen& screen) {
  if (!preview.has_result()) {
    return std::string(screen.Say("评分服务暂时不可用，未能试算",
                                  "The scoring service is away: what it scores is not known"));
  }
  const std::string index = IndexText(preview.result().index(), screen);
  const int missing = preview.missing_facts_size();
  return std::string(
      screen.Say(absl::StrCat("参考得分率 ", index, "，缺 ", missing, " 项外部指标（不影响提交）"),
                 absl::StrCat("Index ", index, "; facts without a value: ", missing,
                              " (they hold nothing up)")));
}

// What is declared, and by whom, before it is asked for.
std::string CommitmentText(const v1::Campaign& campaign, const Previewed& previewed,
                           const SubmitOptions& options, const Screen& screen) {
  return absl::StrCat(
      screen.Bold(screen.Say("提交自评测", "Submitting a self-assessment")), "\n",
      Hang("  ", Scored(previewed.preview, screen), screen.width),
      SectionTitle(screen.Say(absl::StrCat("承诺书（", campaign.commitment().version(), "）"),
                              absl::StrCat("Commitment (", campaign.commitment().version(), ")")),
                   screen),
      Hang("  ", screen.Say(campaign.commitment().text()), screen.width), "\n",
      screen.Say(absl::StrCat("承诺人：", options.given_by, "。"),
                 absl::StrCat("Given by: ", options.given_by, ".")));
}

// Asks for the commitment unless it is given; false if it is not.
absl::StatusOr<bool> AskForCommitment(const v1::Campaign& campaign, const Previewed& previewed,
                                      const SubmitOptions& options, const CommandLine& line) {
  if (options.accept) return true;
  return Confirm(CommitmentText(campaign, previewed, options, line.screen), "--accept-commitment",
                 line);
}

std::string Submitted(const v1::SubmitResponse& response, const std::string& receipt,
                      const Zone& zone, const Screen& screen) {
  return absl::StrCat(
      screen.Bold(screen.Say(
          absl::StrCat("已提交，回执编号 ", response.submission().receipt_no()),
          absl::StrCat("Submitted; receipt number ", response.submission().receipt_no()))),
      "\n", SubmissionSummaryReport(response.submission(), zone, screen),
      receipt.empty() ? "" : screen.Say("回执已写入 ", "The receipt is in "), receipt,
      receipt.empty() ? "" : "\n");
}

absl::StatusOr<int> Submit(const SubmitOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::SubmitRequest request;
  ASSIGN_OR_RETURN(*request.mutable_key(), KeyOf(options.key, *access.client));
  v1::GetCampaignRequest campaign_request;
  campaign_request.set_campaign(request.key().campaign());
  ASSIGN_OR_RETURN(const auto campaign,
                   access.client->Call(&Campaigns::GetCampaign, campaign_request));
  request.set_etag(options.etag);
  if (options.etag.empty() || !options.accept) {
    ASSIGN_OR_RETURN(const Previewed previewed,
                     PreviewDraft(request.key(), *access.client, WhileScoringIsAway::kHasNoResult));
    RETURN_IF_ERROR(CheckComplete(previewed));
    ASSIGN_OR_RETURN(const bool given,
                     AskForCommitment(campaign.campaign(), previewed, options, line));
    if (!given) return kExitRefused;
    if (options.etag.empty()) request.set_etag(previewed.preview.etag());
  }
  request.set_commitment_version(campaign.campaign().commitment().version());
  request.set_commitment_given(true);
  request.set_commitment_given_by(options.given_by);
  request.set_request_id(RequestIdOr(options.request_id));
  const auto answer = access.client->Change(&Assessments::Submit, request);
  if (DetailOf(answer.status()).reason() == Reason::INCOMPLETE) {
    // All scenarios by their names, of which an error has a few.
    ASSIGN_OR_RETURN(const Previewed previewed,
                     PreviewDraft(request.key(), *access.client, WhileScoringIsAway::kHasNoResult));
    RETURN_IF_ERROR(CheckComplete(previewed));
  }
  RETURN_IF_ERROR(answer.status());
  const v1::SubmitResponse& response = *answer;
  if (!options.receipt.empty()) {
    RETURN_IF_ERROR(WriteFile(options.receipt, response.receipt(), Overwrite::kOnlyEqual));
  }
  Print(line.json ? Dump(WithRequestId(request.request_id(), response))
                  : Submitted(response, options.receipt, access.zone, line.screen),
        line.screen);
  return kExitOk;
}

}  // namespace

void AddAssessmentSubmitCommands(CLI::App& assessment, CommandLine& line) {
  auto options = std::make_shared<SubmitOptions>();
  CLI::App* const preview =
      AddCommand(assessment, line, "preview", "试算草稿现在的结果，列出还缺什么",
                 "What the draft scores now, and what is still missing");
  AddKeyOptions(*preview, line, options->key);
  AddAssessmentOptions(*preview, line, options->service);
  RunWith(*preview, line, options, &Preview);

  options = std::make_shared<SubmitOptions>();
  CLI::App* const submit =
      AddCommand(assessment, line, "submit", "提交自评测：显示承诺书并询问，取得签名回执",
                 "Submit: shows the commitment and asks, and gets the signed "
                 "receipt");
  AddOption(*submit, line, "--given-by", options->given_by, "PERSON", "承诺人姓名",
            "The natural person who gives the commitment")
      ->required();
  AddFlag(*submit, line, "--accept-commitment", options->accept,
          "承诺人已阅读并同意承诺书；不再询问",
          "The commitment was read and is given; nobody is asked");
  AddOption(*submit, line, "--receipt", options->receipt, "FILE",
            "把回执写入这个文件；不会替换已有的其他文件",
            "Write the receipt into this file; another file that is there is never replaced");
  AddKeyOptions(*submit, line, options->key);
  AddEtagOption(*submit, line, options->etag);
  AddRequestIdOption(*submit, line, options->request_id);
  AddAssessmentOptions(*submit, line, options->service);
  RunWith(*submit, line, options, &Submit);
}

}  // namespace zhiping::ctl
