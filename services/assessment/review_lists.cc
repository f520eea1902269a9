#include "services/assessment/review_lists.h"

#include "absl/strings/str_cat.h"
#include "common/rpc/page_token.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/domain/stages.h"
#include "services/assessment/domain/texts.h"
#include "services/assessment/domain/views.h"
#include "services/assessment/locked_draft.h"
#include "services/assessment/people.h"
#include "services/assessment/submission_changes.h"
#include "services/assessment/submissions.h"

namespace zhiping::assessment {
namespace {

// What callers take in one message.
constexpr size_t kMostExportBytes = size_t{4} << 20;

}  // namespace

absl::StatusOr<v1::ListQueueResponse> ReviewLists::ListQueue(const v1::ListQueueRequest& request,
                                                             rpc::Call& call, absl::Time deadline) {
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(request, kQueuePosition));
  const identity::UnitsToday today = call.Today();
  const std::string own =
      call.caller().unauthenticated ? request.unit() : call.caller().review_unit;
  QueueQuery query;
  if (request.unit().empty()) {
    RETURN_IF_ERROR(call.CheckScopeOf(own));
    query.units = today.units.Below(own, today.day);
  } else {
    RETURN_IF_ERROR(call.CheckScopeOf(request.unit()));
    query.units = ActsFor(today.units, request.unit(), today.day);
    // It may have ended itself.
    if (query.units.empty()) query.units = {request.unit()};
  }
  query.campaign = request.campaign();
  query.stage = request.stage();
  query.free_only = request.free_only();
  if (request.mine_only()) query.taken_by = call.caller().person();
  query.objections = request.objections();
  query.now = environment_.Now();
  ASSIGN_OR_RETURN(auto listed, environment_.store.ListQueue(deadline, query, page));
  v1::ListQueueResponse response;
  std::vector<rpc::EnterpriseFile> files;
  for (const ListedSubmission& item : listed.items) {
    files.push_back(FileOf(item.record.submission().key()));
    *response.add_submissions() =
        SummaryOf(ViewFor(call, item.record, query.now), item.evidence_matches);
  }
  call.Reads(files);
  response.set_total_size(listed.total);
  if (!listed.next.empty()) {
    response.set_next_page_token(rpc::MakePageToken(request, listed.next));
  }
  return response;
}

absl::StatusOr<v1::ListEvidenceMatchesResponse> ReviewLists::ListEvidenceMatches(
    const v1::ListEvidenceMatchesRequest& request, rpc::Call& call, absl::Time deadline) {
  const v1::SubmissionKey key = Normalised(request.submission());
  ASSIGN_OR_RETURN(const v1::SubmissionRecord record,
                   FindFile(environment_.store, {key, call, ""}, deadline));
  const v1::Snapshot& snapshot = record.submission().content().snapshot();
  const identity::UnitsToday today = call.Today();
  const std::string above = call.caller().unauthenticated && snapshot.units_size() > 0
                                ? snapshot.units(snapshot.units_size() - 1)
                                : call.caller().review_unit;
  ASSIGN_OR_RETURN(const auto matches, environment_.store.MatchEvidence(
                                           deadline, record, today.units.Below(above, today.day)));
  v1::ListEvidenceMatchesResponse response;
  std::vector<rpc::EnterpriseFile> files = {FileOf(key)};
  const absl::Time now = environment_.Now();
  for (const EvidenceMatches& match : matches) {
    v1::EvidenceMatch& shown = *response.add_matches();
    for (const v1::SubmittedEvidence& evidence : record.submission().content().evidence()) {
      if (evidence.sha256() == match.sha256) *shown.mutable_evidence() = evidence;
    }
    for (const v1::SubmissionRecord& other : match.others) {
      files.push_back(FileOf(other.submission().key()));
      *shown.add_others() = SummaryOf(ViewFor(call, other, now), true);
    }
    shown.set_elsewhere(match.elsewhere);
  }
  call.Reads(files);
  return response;
}

absl::StatusOr<v1::ExportSubmissionsResponse> ReviewLists::ExportSubmissions(
    const v1::ExportSubmissionsRequest& request, rpc::Call& call, absl::Time deadline) {
  Violations violations;
  CheckFiles(request.submissions_size(), "submissions", violations);
  CheckRequiredText(request.purpose(), kMaxReasonCharacters, "purpose", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  v1::ExportSubmissionsResponse response;
  std::vector<rpc::EnterpriseFile> files;
  const absl::Time now = environment_.Now();
  for (int i = 0; i < request.submissions_size(); ++i) {
    const v1::SubmissionKey key = Normalised(request.submissions(i));
    ASSIGN_OR_RETURN(const v1::SubmissionRecord record,
                     FindFile(environment_.store, {key, call, ""}, deadline));
    ASSIGN_OR_RETURN(const auto enterprise,
                     environment_.store.FindEnterprise(deadline, key.enterprise()));
    if (enterprise.has_value() && enterprise->enterprise().is_test()) {
      violations.Add(
          absl::StrCat("submissions[", i, "]"), Reason::INVALID_FIELD,
          absl::StrCat("提交件 ", NameOf(key), " 属于测试企业，不能导出；请去掉后再导出。"),
          absl::StrCat("The submission ", NameOf(key),
                       " is of a test enterprise, which is in no export: leave it out."));
    }
    *response.add_submissions() = ViewFor(call, record, now);
    files.push_back(FileOf(key));
    files.back().purpose = request.purpose();
  }
  if (response.ByteSizeLong() > kMostExportBytes) {
    violations.Add("submissions", Reason::TOO_LARGE, "所选提交件合计超过 4 MiB，请分几次导出。",
                   "The submissions have more than 4 MiB together: export fewer at a time.");
  }
  RETURN_IF_ERROR(violations.ToStatus());
  call.Reads(files);
  return response;
}

}  // namespace zhiping::assessment
