#include "services/catalogue/publishing.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/audit/entry.h"
#include "common/criteria/finding_limit.h"
#include "common/criteria/finding_lines.h"
#include "common/criteria/release.h"
#include "common/criteria/validate.h"
#include "common/identity/four_eyes.h"
#include "common/sql/sha256.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/catalogue/domain/convergence.h"
#include "services/catalogue/domain/requests.h"
#include "services/catalogue/programmes.h"
#include "services/catalogue/release_signing.h"
#include "services/catalogue/store_reading.h"

namespace zhiping::catalogue {
namespace {

// `request` without its id says what was asked for.
template <typename Request>
sql::RequestKey KeyOf(const char* method, const std::string& parent, const identity::Caller& caller,
                      const Request& request) {
  Request body = request;
  body.clear_request_id();
  // Nobody gets the answer to another's request.
  const std::string what = absl::StrJoin({caller.issuer, caller.subject, body.SerializeAsString()},
                                         std::string(1, '\0'));
  return {method, parent, request.request_id(), sql::Sha256(what)};
}

// Whole milliseconds, as instants are stored.
absl::Time Milliseconds(absl::Time time) { return FromTimestamp(ToTimestamp(time)); }

std::optional<std::string> FileOrNone(const std::string& bytes) {
  return bytes.empty() ? std::nullopt : std::optional(bytes);
}

absl::Status NotLost(const std::string& instance, const InstanceWatch::Silence& silence,
                     absl::Duration lease) {
  const absl::Duration second = absl::Seconds(1);
  const std::string ago = absl::FormatDuration(std::max(absl::Ceil(silence.lasts, second), second));
  const std::string after = absl::FormatDuration(lease);
  const std::string zh =
      silence.unsure ? absl::StrCat("实例 ", instance, " 是否失联还不清楚，不能移除：",
                                    "标准目录服务启动后，只观察了它 ", ago, "。")
                     : absl::StrCat("实例 ", instance, " 最近 ", ago, " 内有过联系，不能移除。");
  const std::string en =
      silence.unsure
          ? absl::StrCat("Whether instance ", instance, " is lost is not known yet: since its ",
                         "start the catalogue has watched it for ", ago,
                         " only. It cannot be forgotten. ")
          : absl::StrCat("Instance ", instance, " was heard from within ", ago,
                         ": it cannot be forgotten. ");
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::INSTANCE_NOT_LOST,
      absl::StrCat(zh, "请停止它：正常停止的实例随即不再列出；被强行终止的，", after,
                   " 没有联系即为失联，那时可以移除。"),
      absl::StrCat(en, "Stop it: one that is asked to stop leaves by itself; one that was killed ",
                   "is unknown after ", after, " of silence, and can be forgotten then."),
      {{"instance", instance}});
}

absl::Status EditionNotFound(const std::string& edition) {
  return MakeError(absl::StatusCode::kNotFound, Reason::RELEASE_NOT_FOUND,
                   absl::StrCat("年版“", edition, "”还没有导入过发布版。"),
                   absl::StrCat("No release of the edition \"", edition, "\" was imported."),
                   {{"edition", edition}});
}

// Whatever was given the label before the restore is not known here.
absl::Status LabelNotKnown(const StoredRelease& release, int32_t revision) {
  const std::string& label = release.summary.label();
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::LABEL_TAKEN,
      absl::StrCat("标签 ", label, " 可能已由另一个发布版使用：修订号 ", revision,
                   " 及以前的启用指令并非都在本存储中；请重新导入年版，它会得到新的标签。"),
      absl::StrCat("The label ", label, " may be another release's: this store does not have all ",
                   "activations up to revision ", revision,
                   ". Import the edition again: it gets another label."),
      {{"label", label}, {"revision", absl::StrCat(revision)}});
}

absl::Status CurrentWithdrawn(const std::string& programme, const v1::Activation& activation) {
  const std::string revision = absl::StrCat(activation.revision());
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::RELEASE_WITHDRAWN,
      absl::StrCat("修订号 ", revision, " 的发布版 ", activation.digest(),
                   " 已被撤回，不能再签发；请立即启用另一个发布版（不指定启用时间），或回退。"),
      absl::StrCat("Release ", activation.digest(), " of revision ", revision,
                   " was withdrawn and is not signed any more: put another in force at once, "
                   "or roll back."),
      {{"programme", programme}, {"revision", revision}, {"digest", activation.digest()}});
}

absl::Status YearTakenBy(const StoredRelease& release, const std::string& other) {
  const common::v1::LocalText text = YearTakenText(release.summary, other);
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::LABEL_TAKEN, text.zh(), text.en(),
                   {{"edition", other}});
}

absl::Status LabelTaken(const StoredRelease& release, const std::string& digest) {
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::LABEL_TAKEN,
                   absl::StrCat("标签 ", release.summary.label(), " 已由另一个发布版 ", digest,
                                " 使用；请重新导入年版。"),
                   absl::StrCat("The label ", release.summary.label(),
                                " is another release's, published meanwhile: ", digest,
                                ". Import the edition again."),
                   {{"label", release.summary.label()}, {"digest", digest}});
}

}  // namespace

template <typename Response>
absl::StatusOr<Response> Publishing::Once(const sql::RequestKey& key, const Act& act,
                                          absl::Time deadline, const Body<Response>& body) {
  Response response;
  ConfirmedPtr confirmed;
  const auto answer = [&](StoreTransaction& transaction) -> absl::Status {
    // It may be repeated, and find then that another has answered.
    response.Clear();
    confirmed = nullptr;
    ASSIGN_OR_RETURN(const auto kept, transaction.Claim(key));
    if (kept.has_value()) {
      // It was when the request was made first, by the same caller.
      act.call.ScopeIsJudged();
      if (response.ParseFromString(*kept)) return absl::OkStatus();
      return absl::InternalError("a kept response is damaged");
    }
    ASSIGN_OR_RETURN(const std::string subject, body(transaction, response, confirmed));
    RETURN_IF_ERROR(Audit(transaction, act, subject));
    return transaction.KeepResponse(key, subject, response.SerializeAsString(), clock_.Now());
  };
  RETURN_IF_ERROR(store_.Change(deadline, answer));
  if (confirmed != nullptr) listeners_.committed(std::move(confirmed));
  return response;
}

absl::Status Publishing::Audit(StoreTransaction& transaction, const Act& act,
                               const std::string& id) const {
  audit::AuditEntry entry = audit::NewEntry(audit::AuditEntry::ADMINISTRATIVE, act.call.caller(),
                                            act.call.method(), clock_.Now());
  if (act.call.caller().unauthenticated) entry.mutable_caller()->set_name(act.actor.name());
  entry.mutable_subject()->set_kind(act.kind);
  entry.mutable_subject()->set_id(id);
  entry.set_reason(act.actor.reason());
  return transaction.Audit(entry);
}

absl::StatusOr<v1::ImportEditionResponse> Publishing::ImportEdition(
    const v1::ImportEditionRequest& request, const rpc::Call& call, absl::Time deadline) {
  Violations violations;
  CheckActor(call.caller(), request.actor(), violations);
  RETURN_IF_ERROR(violations.ToStatus());
  criteria::FolderFiles files;
  files.edition = FileOrNone(request.edition());
  files.rulebook = FileOrNone(request.rulebook());
  files.vectors = FileOrNone(request.vectors());
  files.notes = FileOrNone(request.notes());
  files.source = FileOrNone(request.source());
  criteria::CheckedFolder checked = criteria::CheckFiles(files);
  const bool has_errors = criteria::HasErrors(checked.findings);
  v1::ImportEditionResponse response;
  for (auto& finding : criteria::LimitFindings(std::move(checked.findings))) {
    *response.add_findings() = std::move(finding);
  }
  if (has_errors) {
    // Only what is wrong with what the caller sent.
    call.ScopeIsJudged();
    return response;
  }
  const auto& edition = checked.folder.edition;
  RETURN_IF_ERROR(call.CheckScopeOf(edition.programme()));
  response.set_programme(edition.programme());
  response.set_edition(edition.id());
  // What is imported has to be confirmed for ever.
  const absl::Status may_sign = signing_.CheckProgramme(edition.programme(), clock_.Now());
  if (!may_sign.ok()) {
    std::vector<v1::Finding> findings = {NotSignedFor(edition.programme(), may_sign)};
    criteria::LocateFindings(files, findings);
    *response.add_findings() = std::move(findings.front());
    return response;
  }
  ASSIGN_OR_RETURN(const auto published, store_.PublishedDigests(deadline, edition.id()));
  ASSIGN_OR_RETURN(const auto imported, store_.LatestImport(deadline, edition.id()));
  if (imported.has_value() && imported->summary.programme() != edition.programme()) {
    // Not to which: the caller may have no rights for it.
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::EDITION_OF_ANOTHER_PROGRAMME,
                     absl::StrCat("年版 ", edition.id(), " 的标识已属于另一个评测体系，请换一个。"),
                     absl::StrCat("The id ", edition.id(),
                                  " is an edition's of another programme: choose another id."),
                     {{"edition", edition.id()}});
  }
  // A label may have been given that this store has lost.
  RETURN_IF_ERROR(listeners_.before_revision(deadline, edition.programme()));
  ASSIGN_OR_RETURN(const History history, store_.ReadHistory(deadline, edition.programme()));
  const ReleaseBytes release = LabelRelease(checked.folder, published, history);
  response.set_published(published.count(release.number) > 0);
  // What no engine would read back must not be published.
  RETURN_IF_ERROR(criteria::ParseRelease(release.bytes).status());
  ASSIGN_OR_RETURN(const std::string other, store_.OtherEditionOfYear(deadline, release.summary));
  if (!other.empty()) {
    *response.add_findings() = YearTaken(release.summary, other);
    return response;
  }
  response.set_digest(release.digest);
  response.set_label(release.summary.label());
  ASSIGN_OR_RETURN(auto withdrawal, store_.FindWithdrawal(deadline, release.digest));
  if (withdrawal.has_value()) *response.mutable_withdrawal() = *std::move(withdrawal);
  if (!response.published()) {
    ASSIGN_OR_RETURN(const auto candidates,
                     store_.Candidates(deadline, edition.id(), release.number));
    if (auto shared = LabelShared(release, candidates)) {
      *response.add_findings() = *std::move(shared);
    }
  }
  if (response.published()) {
    const absl::Status intact = store_.ReleaseBytesOf(deadline, release.digest).status();
    if (intact.ok()) return response;
    if (DetailOf(intact).reason() != Reason::DIGEST_MISMATCH) return intact;
    *response.add_findings() = PutBack(release);
  }
  if (request.validate_only()) return response;
  const absl::Time now = clock_.Now();
  const std::string actor = RecordedActor(call.caller(), request.actor());
  const auto add = [&](StoreTransaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(transaction.Lock(edition.programme()).status());
    ASSIGN_OR_RETURN(const bool added,
                     transaction.AddRelease(release, call.caller().person(), actor, now));
    if (!added) return absl::OkStatus();
    v1::CatalogueEvent event;
    event.set_programme(edition.programme());
    event.set_actor(actor);
    event.set_reason(request.actor().reason());
    event.mutable_release_imported()->set_edition(edition.id());
    event.mutable_release_imported()->set_digest(release.digest);
    event.mutable_release_imported()->set_label(release.summary.label());
    RETURN_IF_ERROR(transaction.Append(event, now));
    return Audit(transaction, {call, request.actor(), "release"}, release.digest);
  };
  RETURN_IF_ERROR(store_.Change(deadline, add));
  return response;
}

absl::StatusOr<Decision> Publishing::Decide(StoreTransaction& transaction,
                                            const identity::Caller& caller, const v1::Actor& actor,
                                            int32_t cancel_pending_revision) const {
  Decision decision;
  decision.now = Milliseconds(clock_.Now());
  decision.actor = RecordedActor(caller, actor);
  ASSIGN_OR_RETURN(const bool first, transaction.NothingActivated());
  decision.approvers = {absl::StrCat(first ? "bootstrap:" : "", decision.actor)};
  decision.reason = actor.reason();
  decision.cancel_pending_revision = cancel_pending_revision;
  return decision;
}

absl::StatusOr<ConfirmedPtr> Publishing::Activate(StoreTransaction& transaction, History history,
                                                  const std::vector<ActivationRow>& rows,
                                                  const std::string& withdrawn_digest,
                                                  const Decision& decision) {
  const std::string& programme = history.programme;
  RETURN_IF_ERROR(transaction.RecordReached(history, decision.now));
  RETURN_IF_ERROR(transaction.AddActivations(programme, rows));
  for (const ActivationRow& row : rows) {
    ASSIGN_OR_RETURN(const StoredRelease release, transaction.FindRelease(row.activation.digest()));
    RETURN_IF_ERROR(EnsureSigned(transaction, signing_, release,
                                 FromTimestamp(row.activation.in_force_from()), decision)
                        .status());
    v1::CatalogueEvent event;
    event.set_programme(programme);
    event.set_actor(decision.actor);
    event.set_reason(decision.reason);
    auto& activated = *event.mutable_release_activated();
    *activated.mutable_activation() = row.activation;
    activated.set_kind(row.kind);
    activated.set_release_label(release.summary.label());
    activated.set_cancelled_revision(row.cancelled_revision);
    RETURN_IF_ERROR(transaction.Append(event, decision.now));
  }
  if (!withdrawn_digest.empty() && !IsWithdrawn(history, withdrawn_digest)) {
    const int32_t revision = rows.back().activation.revision();
    RETURN_IF_ERROR(transaction.AddWithdrawal(programme, withdrawn_digest, revision));
    v1::CatalogueEvent event;
    event.set_programme(programme);
    event.set_actor(decision.actor);
    event.set_reason(decision.reason);
    event.mutable_release_withdrawn()->set_digest(withdrawn_digest);
    event.mutable_release_withdrawn()->set_revision(revision);
    RETURN_IF_ERROR(transaction.Append(event, decision.now));
  }
  auto confirmed = std::make_shared<Confirmed>();
  confirmed->history = std::make_shared<const History>(WithRows(history, rows, withdrawn_digest));
  confirmed->state = StateAt(*confirmed->history, decision.now);
  if (const v1::Activation* const withdrawn = WithdrawnActivation(confirmed->state)) {
    return CurrentWithdrawn(programme, *withdrawn);
  }
  confirmed->read_at = clock_.Steady();
  ASSIGN_OR_RETURN(confirmed->envelope, signing_.SignState(confirmed->state));
  return ConfirmedPtr(std::move(confirmed));
}

absl::StatusOr<v1::PublishReleaseResponse> Publishing::PublishRelease(
    const v1::PublishReleaseRequest& request, const rpc::Call& call, absl::Time deadline) {
  Violations violations;
  CheckDigest(request.digest(), "digest", violations);
  CheckActor(call.caller(), request.actor(), violations);
  CheckReason(request.actor(), violations);
  CheckRequestId(request.request_id(), violations);
  auto in_force_from =
      ReadInstant(request.has_in_force_from(), request.in_force_from(), "inForceFrom", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  if (in_force_from.has_value()) in_force_from = Milliseconds(*in_force_from);
  ASSIGN_OR_RETURN(const StoredRelease imported, store_.FindRelease(deadline, request.digest()));
  RETURN_IF_ERROR(listeners_.before_revision(deadline, imported.summary.programme()));
  return Once<v1::PublishReleaseResponse>(
      KeyOf("PublishRelease", "", call.caller(), request), {call, request.actor(), "release"},
      deadline,
      [&](StoreTransaction& transaction, v1::PublishReleaseResponse& response,
          ConfirmedPtr& confirmed) -> absl::StatusOr<std::string> {
        RETURN_IF_ERROR(PublishIn(transaction, request, call, in_force_from, response, confirmed));
        return request.digest();
      });
}

absl::Status Publishing::PublishIn(StoreTransaction& transaction,
                                   const v1::PublishReleaseRequest& request, const rpc::Call& call,
                                   std::optional<absl::Time> in_force_from,
                                   v1::PublishReleaseResponse& response, ConfirmedPtr& confirmed) {
  ASSIGN_OR_RETURN(const std::string programme, transaction.ProgrammeOf(request.digest()));
  // Of what they may not change, callers do not learn whether it exists.
  if (!call.CheckScopeOf(programme).ok()) return ReleaseNotFound(request.digest());
  ASSIGN_OR_RETURN(const History history, transaction.Lock(programme));
  ASSIGN_OR_RETURN(const StoredRelease release, transaction.FindRelease(request.digest()));
  ASSIGN_OR_RETURN(const std::string taken,
                   transaction.PublishedWithNumber(release.summary.edition(), release.number));
  if (!taken.empty() && taken != request.digest()) return LabelTaken(release, taken);
  ASSIGN_OR_RETURN(const std::string other, transaction.OtherEditionOfYear(release.summary));
  if (!other.empty()) return YearTakenBy(release, other);
  ASSIGN_OR_RETURN(const identity::Person importer, transaction.ImporterOf(request.digest()));
  RETURN_IF_ERROR(identity::CheckFourEyes(call.caller().person(), {importer}));
  ASSIGN_OR_RETURN(const Decision decision, Decide(transaction, call.caller(), request.actor(),
                                                   request.cancel_pending_revision()));
  ASSIGN_OR_RETURN(const auto rows, Publish(history, request.digest(), in_force_from, decision));
  const int32_t foreign = HighestForeignLabel(history);
  // What was met are the bytes that had the label.
  if (!release.published() && release.number <= foreign && request.digest() != history.met.digest) {
    return LabelNotKnown(release, foreign);
  }
  ASSIGN_OR_RETURN(confirmed, Activate(transaction, history, rows, "", decision));
  response.set_programme(programme);
  *response.mutable_activation() = rows.back().activation;
  response.set_release_label(release.summary.label());
  return absl::OkStatus();
}

absl::StatusOr<v1::RollBackResponse> Publishing::RollBackProgramme(
    const v1::RollBackRequest& request, const rpc::Call& call, absl::Time deadline) {
  Violations violations;
  CheckSlug(request.programme(), "programme", violations);
  if (!request.digest().empty()) CheckDigest(request.digest(), "digest", violations);
  CheckActor(call.caller(), request.actor(), violations);
  CheckReason(request.actor(), violations);
  CheckRequestId(request.request_id(), violations);
  RETURN_IF_ERROR(violations.ToStatus());
  RETURN_IF_ERROR(listeners_.before_revision(deadline, request.programme()));
  return Once<v1::RollBackResponse>(
      KeyOf("RollBack", request.programme(), call.caller(), request),
      {call, request.actor(), "release"}, deadline,
      [&](StoreTransaction& transaction, v1::RollBackResponse& response,
          ConfirmedPtr& confirmed) -> absl::StatusOr<std::string> {
        RETURN_IF_ERROR(RollBackIn(transaction, request, call, response, confirmed));
        return response.activation().digest();
      });
}

absl::Status Publishing::RollBackIn(StoreTransaction& transaction,
                                    const v1::RollBackRequest& request, const rpc::Call& call,
                                    v1::RollBackResponse& response, ConfirmedPtr& confirmed) {
  ASSIGN_OR_RETURN(const History history, transaction.Lock(request.programme()));
  ASSIGN_OR_RETURN(const Decision decision, Decide(transaction, call.caller(), request.actor(),
                                                   request.cancel_pending_revision()));
  ASSIGN_OR_RETURN(const RollBackPlan plan,
                   RollBack(history, request.digest(), request.withdraw(), decision));
  ASSIGN_OR_RETURN(confirmed,
                   Activate(transaction, history, plan.rows, plan.withdrawn_digest, decision));
  *response.mutable_activation() = plan.rows.back().activation;
  ASSIGN_OR_RETURN(const StoredRelease release,
                   transaction.FindRelease(response.activation().digest()));
  response.set_release_label(release.summary.label());
  response.set_withdrawn_digest(plan.withdrawn_digest);
  response.set_kind(plan.rows.back().kind);
  return absl::OkStatus();
}

absl::StatusOr<v1::ResignReleaseResponse> Publishing::ResignRelease(
    const v1::ResignReleaseRequest& request, const rpc::Call& call, absl::Time deadline) {
  Violations violations;
  CheckDigest(request.digest(), "digest", violations);
  CheckActor(call.caller(), request.actor(), violations);
  CheckReason(request.actor(), violations);
  CheckRequestId(request.request_id(), violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return Once<v1::ResignReleaseResponse>(
      KeyOf("ResignRelease", "", call.caller(), request), {call, request.actor(), "release"},
      deadline,
      [&](StoreTransaction& transaction, v1::ResignReleaseResponse& response,
          ConfirmedPtr&) -> absl::StatusOr<std::string> {
        RETURN_IF_ERROR(ResignIn(transaction, request, call, response));
        return request.digest();
      });
}

absl::Status Publishing::ResignIn(StoreTransaction& transaction,
                                  const v1::ResignReleaseRequest& request, const rpc::Call& call,
                                  v1::ResignReleaseResponse& response) {
  ASSIGN_OR_RETURN(const std::string programme, transaction.ProgrammeOf(request.digest()));
  // Of what they may not change, callers do not learn whether it exists.
  if (!call.CheckScopeOf(programme).ok()) return ReleaseNotFound(request.digest());
  ASSIGN_OR_RETURN(const History history, transaction.Lock(programme));
  ASSIGN_OR_RETURN(const StoredRelease release, transaction.FindRelease(request.digest()));
  if (!release.published()) return ReleaseNotFound(request.digest());
  ASSIGN_OR_RETURN(const Decision decision, Decide(transaction, call.caller(), request.actor(), 0));
  // When followers judge it: whoever pins it now, and whoever applies it at its instant.
  std::vector<absl::Time> instants = {decision.now};
  const v1::ActivationState state = StateAt(history, decision.now);
  for (const v1::Activation* activation : {&state.current(), &state.pending()}) {
    if (activation->digest() != request.digest()) continue;
    instants.push_back(FromTimestamp(activation->in_force_from()));
  }
  Reason::Value cause = Reason::REASON_UNSPECIFIED;
  for (const absl::Time instant : instants) {
    ASSIGN_OR_RETURN(const Reason::Value found,
                     EnsureSigned(transaction, signing_, release, instant, decision));
    if (cause == Reason::REASON_UNSPECIFIED) cause = found;
  }
  response.set_programme(programme);
  response.set_release_label(release.summary.label());
  if (cause != Reason::REASON_UNSPECIFIED) response.set_cause(Reason::Value_Name(cause));
  return absl::OkStatus();
}

absl::StatusOr<v1::FenceRevisionResponse> Publishing::FenceRevision(
    const v1::FenceRevisionRequest& request, const rpc::Call& call, absl::Time deadline) {
  Violations violations;
  CheckSlug(request.programme(), "programme", violations);
  CheckActor(call.caller(), request.actor(), violations);
  CheckReason(request.actor(), violations);
  CheckRequestId(request.request_id(), violations);
  RETURN_IF_ERROR(violations.ToStatus());
  // What is fenced is kept for ever, a misspelt name too.
  RETURN_IF_ERROR(CheckKnownProgramme(store_, deadline, request.programme()));
  return Once<v1::FenceRevisionResponse>(
      KeyOf("FenceRevision", request.programme(), call.caller(), request),
      {call, request.actor(), "programme"}, deadline,
      [&](StoreTransaction& transaction, v1::FenceRevisionResponse& response,
          ConfirmedPtr&) -> absl::StatusOr<std::string> {
        ASSIGN_OR_RETURN(const History history, transaction.Lock(request.programme()));
        ASSIGN_OR_RETURN(const int32_t next, Fence(history, request.above()));
        RETURN_IF_ERROR(transaction.SetFenced(request.programme(), request.above()));
        v1::CatalogueEvent event;
        event.set_programme(request.programme());
        event.set_actor(RecordedActor(call.caller(), request.actor()));
        event.set_reason(request.actor().reason());
        event.mutable_revision_fenced()->set_above(request.above());
        event.mutable_revision_fenced()->set_next_revision(next);
        RETURN_IF_ERROR(transaction.Append(event, clock_.Now()));
        response.set_next_revision(next);
        return request.programme();
      });
}

absl::StatusOr<v1::ForgetInstanceResponse> Publishing::ForgetInstance(
    const v1::ForgetInstanceRequest& request, const rpc::Call& call, absl::Time deadline) {
  Violations violations;
  v1::Instance instance;
  instance.set_id(request.instance());
  // Only the id is asked for.
  instance.set_service("any");
  CheckInstance(instance, violations);
  CheckActor(call.caller(), request.actor(), violations);
  RETURN_IF_ERROR(violations.ToStatus());
  const auto forget = [&](StoreTransaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(const auto rows, transaction.LockInstances(request.instance()));
    if (rows.empty()) {
      return MakeError(absl::StatusCode::kNotFound, Reason::UNKNOWN_INSTANCE,
                       absl::StrCat("没有实例 ", request.instance(), "。"),
                       absl::StrCat("There is no instance ", request.instance(), "."),
                       {{"instance", request.instance()}});
    }
    bool forgotten = false;
    InstanceWatch::Silence heard;
    // Of several processes with that id those that are lost.
    for (const StoredInstance& row : rows) {
      const InstanceWatch::Silence silence = watch_.See(row.key, row.last_seen);
      if (silence.lost) RETURN_IF_ERROR(transaction.RemoveInstance(row.key));
      if (!silence.lost) heard = silence;
      forgotten = forgotten || silence.lost;
    }
    if (!forgotten) return NotLost(request.instance(), heard, watch_.lease());
    v1::CatalogueEvent event;
    event.set_actor(RecordedActor(call.caller(), request.actor()));
    event.set_reason(request.actor().reason());
    event.mutable_instance_forgotten()->set_instance(request.instance());
    RETURN_IF_ERROR(transaction.Append(event, clock_.Now()));
    return Audit(transaction, {call, request.actor(), "instance"}, request.instance());
  };
  RETURN_IF_ERROR(store_.Change(deadline, forget));
  return v1::ForgetInstanceResponse();
}

absl::StatusOr<v1::PublishNotesResponse> Publishing::PublishNotes(
    const v1::PublishNotesRequest& request, const rpc::Call& call, absl::Time deadline) {
  Violations violations;
  CheckActor(call.caller(), request.actor(), violations);
  CheckRequestId(request.request_id(), violations);
  RETURN_IF_ERROR(violations.ToStatus());
  // Which edition they are for is all that matters at first.
  v1::Notes notes;
  CheckNotes(request.notes(), v1::Edition(), notes);
  ASSIGN_OR_RETURN(const v1::Edition edition, EditionOf(deadline, notes.edition()));
  if (!call.CheckScopeOf(edition.programme()).ok()) return EditionNotFound(notes.edition());
  RETURN_IF_ERROR(criteria::ErrorsAsStatus(CheckNotes(request.notes(), edition, notes)));
  return Once<v1::PublishNotesResponse>(
      KeyOf("PublishNotes", "", call.caller(), request), {call, request.actor(), "edition"},
      deadline,
      [&](StoreTransaction& transaction, v1::PublishNotesResponse& response,
          ConfirmedPtr&) -> absl::StatusOr<std::string> {
        const absl::Time now = Milliseconds(clock_.Now());
        RETURN_IF_ERROR(transaction.Lock(edition.programme()).status());
        ASSIGN_OR_RETURN(const int version, transaction.NotesVersion(edition.id()));
        notes.set_version(version + 1);
        *notes.mutable_signed_at() = ToTimestamp(now);
        ASSIGN_OR_RETURN(const std::string envelope,
                         signing_.SignNotes(notes, edition.programme()));
        RETURN_IF_ERROR(transaction.AddNotes(edition.id(), notes.version(), envelope, now));
        v1::CatalogueEvent event;
        event.set_programme(edition.programme());
        event.set_actor(RecordedActor(call.caller(), request.actor()));
        event.set_reason(request.actor().reason());
        event.mutable_notes_published()->set_edition(edition.id());
        event.mutable_notes_published()->set_version(notes.version());
        RETURN_IF_ERROR(transaction.Append(event, now));
        response.set_edition(edition.id());
        response.set_version(notes.version());
        return edition.id();
      });
}

absl::StatusOr<v1::Edition> Publishing::EditionOf(absl::Time deadline, const std::string& edition) {
  ASSIGN_OR_RETURN(const auto imported, store_.LatestImport(deadline, edition));
  if (!imported.has_value()) return EditionNotFound(edition);
  ASSIGN_OR_RETURN(const std::string bytes,
                   store_.ReleaseBytesOf(deadline, imported->summary.digest()));
  ASSIGN_OR_RETURN(v1::Release release, criteria::ParseRelease(bytes));
  return std::move(*release.mutable_edition());
}

}  // namespace zhiping::catalogue
