#include "common/releases/state.h"

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::releases {
namespace {

using catalogue::v1::Activation;
using catalogue::v1::ActivationState;

absl::Status Malformed(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::MALFORMED,
                   absl::StrCat("启用状态无法读取：", zh, "。"),
                   absl::StrCat("The activation state cannot be read: ", en, "."));
}

absl::Status CheckActivation(const Activation& activation) {
  if (activation.revision() < 1 || activation.digest().empty() || !activation.has_in_force_from()) {
    return Malformed("启用指令缺少修订号、摘要或启用时间",
                     "an activation lacks its revision, digest or instant");
  }
  return absl::OkStatus();
}

// Only a trusted signer gets here; what it signed must still make sense.
absl::Status Check(const ActivationState& state) {
  if (!state.has_confirmed_at() || state.incarnation().empty()) {
    return Malformed("缺少确认时间或存储标识", "it lacks its instant or incarnation");
  }
  if (state.has_current()) RETURN_IF_ERROR(CheckActivation(state.current()));
  if (!state.has_pending()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckActivation(state.pending()));
  if (state.pending().revision() <= state.current().revision()) {
    return Malformed("待启用的修订号不高于当前修订号",
                     "the pending revision is not above the current one");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Time SignedState::confirmed_at() const { return FromTimestamp(state.confirmed_at()); }

absl::StatusOr<SignedState> OpenState(absl::string_view envelope_json, absl::string_view programme,
                                      const envelope::Trust& trust) {
  ASSIGN_OR_RETURN(const envelope::Envelope envelope, envelope::ParseEnvelope(envelope_json));
  SignedState opened{{}, std::string(envelope_json)};
  const bool parsed = opened.state.ParseFromString(envelope.payload);
  // Signatures are judged first: whoever changed a bit gets BAD_SIGNATURE.
  RETURN_IF_ERROR(
      trust.Verify(envelope, envelope::Purpose::ACTIVATION, programme, opened.confirmed_at())
          .status());
  if (!parsed) return Malformed("内容损坏", "its bytes are damaged");
  if (opened.state.programme() != programme) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::UNKNOWN_PROGRAMME,
                     absl::StrCat("这份启用状态属于评测体系 ", opened.state.programme(),
                                  "，而不是 ", programme, "。"),
                     absl::StrCat("This activation state is for programme ",
                                  opened.state.programme(), ", not ", programme, "."));
  }
  RETURN_IF_ERROR(Check(opened.state));
  return opened;
}

std::string ProgrammeOf(absl::string_view envelope_json) {
  const auto envelope = envelope::ParseEnvelope(envelope_json);
  ActivationState state;
  if (!envelope.ok() || !state.ParseFromString(envelope->payload)) return "";
  return state.programme();
}

const Activation* InForceAt(const ActivationState& state, absl::Time now) {
  if (state.has_pending() && FromTimestamp(state.pending().in_force_from()) <= now) {
    return &state.pending();
  }
  return state.has_current() ? &state.current() : nullptr;
}

std::vector<const Activation*> NeededAt(const ActivationState& state, absl::Time now) {
  std::vector<const Activation*> needed;
  const Activation* const in_force = InForceAt(state, now);
  if (in_force != nullptr) needed.push_back(in_force);
  if (state.has_pending() && in_force != &state.pending()) needed.push_back(&state.pending());
  return needed;
}

int32_t HighestRevision(const ActivationState& state) {
  return state.has_pending() ? state.pending().revision() : state.current().revision();
}

}  // namespace zhiping::releases
