#include "services/assessment/closing.h"

#include "common/status/status_macros.h"
#include "services/assessment/administration.h"
#include "services/assessment/domain/closure.h"
#include "services/assessment/domain/draft.h"
#include "services/assessment/people.h"
#include "services/assessment/requests.h"

namespace zhiping::assessment {
namespace {

// Platforms that show drafts learn of it from nowhere else.
absl::Status LogClosure(StoreTransaction& transaction, const v1::Assessment& draft,
                        absl::Time now) {
  v1::AssessmentEvent event;
  auto& changed = *event.mutable_assessment_closure();
  *changed.mutable_key() = draft.key();
  changed.set_programme(draft.programme());
  if (draft.has_closure()) *changed.mutable_closure() = draft.closure();
  return transaction.Append(event, now);
}

}  // namespace

template <typename Response, typename Request>
absl::StatusOr<Response> Closing::Do(
    absl::string_view method, const Request& request, rpc::Call& call, absl::Time deadline,
    const std::function<absl::Status(LockedDraft&, absl::Time)>& act) const {
  const v1::AssessmentKey key = Normalised(request.key());
  RETURN_IF_ERROR(CheckId(request.request_id()));
  call.Reads({FileOf(key)});
  const sql::RequestKey id = KeyOf(method, NameOf(key), call, request);
  Response response;
  const absl::Status status =
      environment_.store.Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
        const absl::Time now = environment_.Now();
        response.Clear();
        ASSIGN_OR_RETURN(LockedDraft draft, LockDraft(transaction, key, &call, &id));
        if (draft.response.has_value()) return AnswerAgain(*draft.response, call, response);
        RETURN_IF_ERROR(act(draft, now));
        RETURN_IF_ERROR(transaction.SaveAssessment(draft.record));
        RETURN_IF_ERROR(LogClosure(transaction, draft.record.assessment(), now));
        RETURN_IF_ERROR(AuditAct(transaction, call, {"assessment", NameOf(key), key.enterprise()},
                                 request.reason(), now));
        *response.mutable_key() = key;
        response.set_state(
            StateAt(draft.record, draft.campaign.campaign(), draft.submissions, now));
        if constexpr (requires { response.mutable_closure(); }) {
          *response.mutable_closure() = draft.record.assessment().closure();
        }
        transaction.AddResponse(id, call.caller().subject, response.SerializeAsString(), now);
        return absl::OkStatus();
      });
  RETURN_IF_ERROR(status);
  return response;
}

absl::StatusOr<v1::CloseAssessmentResponse> Closing::Close(
    const v1::CloseAssessmentRequest& request, rpc::Call& call, absl::Time deadline) {
  return Do<v1::CloseAssessmentResponse>(
      "CloseAssessment", request, call, deadline, [&](LockedDraft& draft, absl::Time now) {
        return CloseAssessment(request.reason(), PersonOf(call), now, environment_.zone,
                               draft.record);
      });
}

absl::StatusOr<v1::ReopenAssessmentResponse> Closing::Reopen(
    const v1::ReopenAssessmentRequest& request, rpc::Call& call, absl::Time deadline) {
  return Do<v1::ReopenAssessmentResponse>("ReopenAssessment", request, call, deadline,
                                          [&](LockedDraft& draft, absl::Time) {
                                            return ReopenAssessment(request.reason(), draft.record);
                                          });
}

}  // namespace zhiping::assessment
