#include "services/assessment/domain/change_request.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/identity/four_eyes.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/assessment/domain/enterprise.h"
#include "services/assessment/domain/field_mask.h"
#include "services/assessment/domain/texts.h"

namespace zhiping::assessment {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::util::MessageDifferencer;

constexpr absl::string_view kRequestable[] = {
    "name",           "region", "review_unit", "industry_division",
    "industry_class", "size",   "parent_uscc", "predecessor"};
constexpr absl::string_view kProposed = "proposed.";

// The fields without what follows from others.
v1::Enterprise Values(const v1::Enterprise& enterprise, const FieldMask& fields) {
  v1::Enterprise values = Chosen(enterprise, fields);
  if (values.has_size()) values.mutable_size()->clear_computed();
  return values;
}

absl::Status CheckOpen(const v1::ChangeRequest& request) {
  if (request.state() == v1::ChangeRequest::OPEN) return absl::OkStatus();
  const bool replaced = request.state() == v1::ChangeRequest::REPLACED;
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::CHANGE_DECIDED,
                   absl::StrCat("变更申请 ", request.number(),
                                replaced ? " 已被后来的申请取代。" : " 已经处理过。"),
                   absl::StrCat("Change request ", request.number(),
                                replaced ? " was replaced by a later one." : " was decided."),
                   {{"state", v1::ChangeRequest::State_Name(request.state())}});
}

absl::Status CheckUnchanged(const v1::Enterprise& enterprise, const v1::ChangeRequest& request) {
  if (MessageDifferencer::Equals(Values(enterprise, request.fields()), request.present())) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kAborted, Reason::STALE_ETAG,
                   "申请之后，所涉内容已有变动：请企业重新提出申请。",
                   "What the request is about has changed since: it has to be made again.");
}

absl::Status CheckNotOwn(const v1::ChangeRequestRecord& request, const v1::PersonRecord& by) {
  const v1::PersonRecord& asked = request.requested_by();
  return identity::CheckFourEyes({by.issuer(), by.subject()}, {{asked.issuer(), asked.subject()}});
}

// The unit that the enterprise would have afterwards.
const std::string& ReceivingUnit(const v1::ChangeRequest& change,
                                 const v1::Enterprise& enterprise) {
  const std::string& proposed = change.proposed().review_unit();
  return proposed.empty() ? enterprise.review_unit() : proposed;
}

v1::ChangeRequestRecord Decided(v1::ChangeRequestRecord request, v1::ChangeRequest::State state,
                                absl::Time now) {
  request.mutable_change_request()->set_state(state);
  *request.mutable_change_request()->mutable_decided_at() = ToTimestamp(now);
  return request;
}

}  // namespace

absl::StatusOr<ChangedEnterprise> RequestChange(const v1::EnterpriseRecord& enterprise,
                                                const v1::RequestChangeRequest& request,
                                                const v1::PersonRecord& by,
                                                const Context& context) {
  Violations violations;
  CheckMask(request.fields(), kRequestable, *v1::Enterprise::descriptor(), "fields", violations);
  const bool fields_right = violations.empty();
  CheckRequiredText(request.reason(), kMaxReasonCharacters, "reason", violations, Lines::kMany);
  if (!fields_right) return violations.ToStatus();
  const auto after = UpdateEnterprise(enterprise, request.proposed(), request.fields(),
                                      {Setter::kProvince}, context, kProposed);
  if (!after.ok()) {
    violations.AddAll(after.status(), "proposed");
  } else if (MessageDifferencer::Equals(Values(after->enterprise(), request.fields()),
                                        Values(enterprise.enterprise(), request.fields()))) {
    violations.Add("proposed", Reason::INVALID_FIELD, "proposed 与现有内容相同，没有需要变更的。",
                   "proposed is what there is already: nothing would change.");
  }
  RETURN_IF_ERROR(violations.ToStatus());

  ChangedEnterprise changed;
  changed.enterprise = enterprise;
  changed.enterprise.set_latest_change_request(enterprise.latest_change_request() + 1);
  v1::ChangeRequest& change = *changed.request.mutable_change_request();
  change.set_uscc(enterprise.enterprise().uscc());
  change.set_number(changed.enterprise.latest_change_request());
  *change.mutable_fields() = request.fields();
  *change.mutable_proposed() = Values(after->enterprise(), request.fields());
  *change.mutable_present() = Values(enterprise.enterprise(), request.fields());
  change.set_reason(request.reason());
  change.set_state(v1::ChangeRequest::OPEN);
  change.set_unit(ReceivingUnit(change, enterprise.enterprise()));
  *change.mutable_requested_at() = ToTimestamp(context.now);
  *changed.request.mutable_requested_by() = by;
  return changed;
}

absl::StatusOr<ChangedEnterprise> AcceptChange(const v1::EnterpriseRecord& enterprise,
                                               const v1::ChangeRequestRecord& request,
                                               const std::string& note, const v1::PersonRecord& by,
                                               const Context& context) {
  const v1::ChangeRequest& change = request.change_request();
  Violations violations;
  CheckText(note, kMaxReasonCharacters, "note", violations, Lines::kMany);
  RETURN_IF_ERROR(violations.ToStatus());
  RETURN_IF_ERROR(CheckOpen(change));
  RETURN_IF_ERROR(CheckUnchanged(enterprise.enterprise(), change));
  RETURN_IF_ERROR(CheckNotOwn(request, by));
  ChangedEnterprise changed;
  ASSIGN_OR_RETURN(changed.enterprise,
                   UpdateEnterprise(enterprise, change.proposed(), change.fields(),
                                    {Setter::kProvince}, context, kProposed));
  changed.request = Decided(request, v1::ChangeRequest::ACCEPTED, context.now);
  changed.request.mutable_change_request()->set_decision_note(note);
  *changed.request.mutable_decided_by() = by;
  return changed;
}

absl::StatusOr<v1::ChangeRequestRecord> DeclineChange(const v1::ChangeRequestRecord& request,
                                                      const std::string& note,
                                                      const v1::PersonRecord& by, absl::Time now) {
  Violations violations;
  CheckRequiredText(note, kMaxReasonCharacters, "note", violations, Lines::kMany);
  RETURN_IF_ERROR(violations.ToStatus());
  RETURN_IF_ERROR(CheckOpen(request.change_request()));
  RETURN_IF_ERROR(CheckNotOwn(request, by));
  v1::ChangeRequestRecord declined = Decided(request, v1::ChangeRequest::DECLINED, now);
  declined.mutable_change_request()->set_decision_note(note);
  *declined.mutable_decided_by() = by;
  return declined;
}

v1::ChangeRequestRecord Received(v1::ChangeRequestRecord request,
                                 const v1::Enterprise& enterprise) {
  v1::ChangeRequest& change = *request.mutable_change_request();
  change.set_unit(ReceivingUnit(change, enterprise));
  return request;
}

v1::ChangeRequestRecord Replaced(v1::ChangeRequestRecord request, absl::Time now) {
  return Decided(std::move(request), v1::ChangeRequest::REPLACED, now);
}

}  // namespace zhiping::assessment
