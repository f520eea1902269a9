#include "services/catalogue/reading.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/criteria/diff.h"
#include "common/envelope/envelope.h"
#include "common/rpc/page_token.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/catalogue/domain/convergence.h"
#include "services/catalogue/domain/requests.h"
#include "services/catalogue/programmes.h"
#include "services/catalogue/store_reading.h"

namespace zhiping::catalogue {
namespace {

absl::Status CheckOneDigest(const std::string& digest, absl::string_view field) {
  Violations violations;
  CheckDigest(digest, field, violations);
  return violations.ToStatus();
}

absl::Status CheckOneProgramme(const std::string& programme) {
  Violations violations;
  CheckSlug(programme, "programme", violations);
  return violations.ToStatus();
}

absl::Status NoActiveRelease(const std::string& programme) {
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::NO_ACTIVE_RELEASE,
                   absl::StrCat("评测体系 ", programme, " 没有现行发布版。"),
                   absl::StrCat("Programme ", programme, " has no release in force."),
                   {{"programme", programme}});
}

v1::LogEntry ToMessage(sql::LogEntry entry) {
  v1::LogEntry message;
  message.set_position(entry.position);
  message.set_previous_hash(std::move(entry.prev_hash));
  message.set_hash(std::move(entry.hash));
  // ToTimestamp would cut what is hashed.
  const int64_t seconds = absl::ToUnixSeconds(absl::FromUnixMicros(entry.instant_micros));
  message.mutable_instant()->set_seconds(seconds);
  message.mutable_instant()->set_nanos(
      static_cast<int32_t>(entry.instant_micros - seconds * 1'000'000) * 1000);
  // Damaged bytes are given all the same: whoever verifies them finds out.
  if (!message.mutable_event()->ParseFromString(entry.bytes)) message.clear_event();
  message.set_event_bytes(std::move(entry.bytes));
  return message;
}

// As SequencedLog::Read, but of one programme; empty: the whole log. An entry that is damaged is of
// none.
absl::StatusOr<sql::LogPage> ReadLog(const sql::SequencedLog& log, absl::Time deadline,
                                     const std::string& programme, const sql::LogCursor& after,
                                     int limit) {
  if (programme.empty()) return log.Read(deadline, after, limit);
  sql::LogPage found;
  found.next = after;
  size_t read = 0;
  do {
    ASSIGN_OR_RETURN(sql::LogPage page, log.Read(deadline, found.next, rpc::kMostPageSize));
    read = page.entries.size();
    found.next = page.next;
    for (sql::LogEntry& entry : page.entries) {
      v1::CatalogueEvent event;
      if (event.ParseFromString(entry.bytes) && event.programme() == programme) {
        found.entries.push_back(std::move(entry));
      }
    }
  } while (read == rpc::kMostPageSize && static_cast<int>(found.entries.size()) < limit);
  if (static_cast<int>(found.entries.size()) > limit) found.entries.resize(limit);
  return found;
}

// Takes the entry that was read beyond the page, if there is one: another page follows.
template <typename Entries>
bool TakeBeyond(const rpc::Page& page, Entries& entries) {
  if (static_cast<int>(entries.size()) <= page.size) return false;
  entries.resize(page.size);
  return true;
}

}  // namespace

absl::Status Reading::SetInForce(absl::Time deadline, v1::ReleaseSummary& release) {
  ASSIGN_OR_RETURN(const ConfirmedPtr confirmed, confirmer_.Confirm(deadline, release.programme()));
  release.set_in_force(confirmed->state.current().digest() == release.digest());
  return absl::OkStatus();
}

absl::StatusOr<v1::ReleaseSummary> Reading::Published(absl::Time deadline,
                                                      const std::string& digest) {
  ASSIGN_OR_RETURN(StoredRelease release, store_.FindRelease(deadline, digest));
  if (!release.published()) return ReleaseNotFound(digest);
  RETURN_IF_ERROR(SetInForce(deadline, release.summary));
  return std::move(release.summary);
}

absl::Status Reading::GetEdition(absl::Time deadline, const v1::GetEditionRequest& request,
                                 v1::GetEditionResponse& response) {
  RETURN_IF_ERROR(CheckOneProgramme(request.programme()));
  std::string digest = request.release_digest();
  if (digest.empty()) {
    ASSIGN_OR_RETURN(const ConfirmedPtr confirmed,
                     confirmer_.Confirm(deadline, request.programme()));
    if (!confirmed->state.has_current()) return NoActiveRelease(request.programme());
    digest = confirmed->state.current().digest();
  }
  RETURN_IF_ERROR(CheckOneDigest(digest, "releaseDigest"));
  ASSIGN_OR_RETURN(*response.mutable_release(), Published(deadline, digest));
  if (response.release().programme() != request.programme()) return ReleaseNotFound(digest);
  ASSIGN_OR_RETURN(const auto criteria, releases_.Compiled(deadline, digest));
  *response.mutable_edition() = criteria->edition();
  *response.mutable_rulebook() = criteria->rulebook();
  return absl::OkStatus();
}

absl::Status Reading::ListEditions(absl::Time deadline, const v1::ListEditionsRequest& request,
                                   v1::ListEditionsResponse& response) {
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(request, 3));
  EditionQuery query;
  query.programme = request.programme();
  query.limit = page.size + 1;
  query.skip = page.skip;
  if (!page.position.empty()) {
    query.after_programme = page.position[0];
    ASSIGN_OR_RETURN(query.before_year, rpc::PositionNumber(page.position[1]));
    query.after_edition = page.position[2];
  }
  ASSIGN_OR_RETURN(auto editions, store_.ListEditions(deadline, query));
  if (TakeBeyond(page, editions)) {
    const auto& last = editions.back();
    response.set_next_page_token(
        rpc::MakePageToken(request, {last.programme(), absl::StrCat(last.year()), last.edition()}));
  }
  response.mutable_editions()->Assign(editions.begin(), editions.end());
  ASSIGN_OR_RETURN(const int total, store_.CountEditions(deadline, query));
  response.set_total_size(total);
  return absl::OkStatus();
}

absl::Status Reading::GetNotes(absl::Time deadline, const v1::GetNotesRequest& request,
                               v1::GetNotesResponse& response) {
  ASSIGN_OR_RETURN(StoredNotes notes, store_.FindNotes(deadline, request.edition()));
  ASSIGN_OR_RETURN(const envelope::Envelope envelope, envelope::ParseEnvelope(notes.envelope));
  if (!response.mutable_notes()->ParseFromString(envelope.payload)) {
    return absl::InternalError("stored notes are damaged");
  }
  response.set_envelope(std::move(notes.envelope));
  *response.mutable_published_at() = ToTimestamp(notes.published_at);
  return absl::OkStatus();
}

absl::Status Reading::GetRelease(absl::Time deadline, const v1::GetReleaseRequest& request,
                                 v1::GetReleaseResponse& response) {
  RETURN_IF_ERROR(CheckOneDigest(request.digest(), "digest"));
  ASSIGN_OR_RETURN(*response.mutable_release(), Published(deadline, request.digest()));
  return absl::OkStatus();
}

absl::Status Reading::ListReleases(absl::Time deadline, const v1::ListReleasesRequest& request,
                                   v1::ListReleasesResponse& response) {
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(request, 2));
  ReleaseQuery query;
  query.programme = request.programme();
  query.edition = request.edition();
  query.limit = page.size + 1;
  query.skip = page.skip;
  if (!page.position.empty()) {
    ASSIGN_OR_RETURN(query.published_before, rpc::PositionNumber(page.position[0]));
    query.after_digest = page.position[1];
  }
  ASSIGN_OR_RETURN(auto releases, store_.ListReleases(deadline, query));
  if (TakeBeyond(page, releases)) {
    const auto& last = releases.back().summary;
    const int64_t published = absl::ToUnixMillis(FromTimestamp(last.published_at()));
    response.set_next_page_token(
        rpc::MakePageToken(request, {absl::StrCat(published), last.digest()}));
  }
  for (StoredRelease& release : releases) {
    RETURN_IF_ERROR(SetInForce(deadline, release.summary));
    *response.add_releases() = std::move(release.summary);
  }
  ASSIGN_OR_RETURN(const int total, store_.CountReleases(deadline, query));
  response.set_total_size(total);
  return absl::OkStatus();
}

absl::Status Reading::GetActivation(absl::Time deadline, const v1::GetActivationRequest& request,
                                    v1::GetActivationResponse& response) {
  Violations violations;
  CheckSlug(request.programme(), "programme", violations);
  const auto at = ReadInstant(request.has_at(), request.at(), "at", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const ConfirmedPtr confirmed, confirmer_.Confirm(deadline, request.programme()));
  auto& state = *response.mutable_state();
  if (at.has_value()) {
    state.set_programme(confirmed->state.programme());
    state.set_incarnation(confirmed->state.incarnation());
    const ActivationRow* const then = NamedFor(*confirmed->history, *at);
    if (then != nullptr) *state.mutable_current() = then->activation;
  } else {
    state = confirmed->state;
    response.set_envelope(confirmed->envelope);
  }
  ASSIGN_OR_RETURN(std::string current, releases_.Label(deadline, state.current().digest()));
  ASSIGN_OR_RETURN(std::string pending, releases_.Label(deadline, state.pending().digest()));
  response.set_current_label(std::move(current));
  response.set_pending_label(std::move(pending));
  return absl::OkStatus();
}

absl::Status Reading::ListActivations(absl::Time deadline,
                                      const v1::ListActivationsRequest& request,
                                      v1::ListActivationsResponse& response) {
  RETURN_IF_ERROR(CheckOneProgramme(request.programme()));
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(request, 1));
  int64_t below = std::numeric_limits<int64_t>::max();
  if (!page.position.empty()) {
    ASSIGN_OR_RETURN(below, rpc::PositionNumber(page.position[0]));
  }
  ASSIGN_OR_RETURN(const ConfirmedPtr confirmed, confirmer_.Confirm(deadline, request.programme()));
  const History& history = *confirmed->history;
  int skip = page.skip;
  for (auto row = history.rows.rbegin(); row != history.rows.rend(); ++row) {
    if (row->activation.revision() >= below || skip-- > 0) continue;
    if (response.activations_size() == page.size) {
      const auto& last = response.activations(page.size - 1).activation();
      response.set_next_page_token(rpc::MakePageToken(request, {absl::StrCat(last.revision())}));
      break;
    }
    auto& record = *response.add_activations();
    record = RecordAt(history, *row, clock_.Now());
    ASSIGN_OR_RETURN(*record.mutable_release_label(),
                     releases_.Label(deadline, row->activation.digest()));
  }
  response.set_total_size(static_cast<int32_t>(std::min<size_t>(history.rows.size(), 10'000)));
  return absl::OkStatus();
}

absl::Status Reading::GetBlob(absl::Time deadline, const v1::GetBlobRequest& request,
                              v1::GetBlobResponse& response) {
  RETURN_IF_ERROR(CheckOneDigest(request.digest(), "digest"));
  ASSIGN_OR_RETURN(*response.mutable_envelope(),
                   store_.ReleaseEnvelope(deadline, request.digest()));
  return absl::OkStatus();
}

absl::Status Reading::DiffReleases(absl::Time deadline, const v1::DiffReleasesRequest& request,
                                   v1::DiffReleasesResponse& response) {
  Violations violations;
  CheckDigest(request.from_digest(), "fromDigest", violations);
  CheckDigest(request.to_digest(), "toDigest", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const auto from, releases_.Compiled(deadline, request.from_digest()));
  ASSIGN_OR_RETURN(const auto to, releases_.Compiled(deadline, request.to_digest()));
  *response.mutable_passport() = criteria::Diff(*from, *to);
  return absl::OkStatus();
}

absl::Status Reading::ListLogEntries(absl::Time deadline, const v1::ListLogEntriesRequest& request,
                                     v1::ListLogEntriesResponse& response) {
  if (!request.programme().empty()) RETURN_IF_ERROR(CheckOneProgramme(request.programme()));
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(request, 3));
  const sql::SequencedLog& changes = store_.changes();
  // A database that only reads gives what was moved until then, and how much was not.
  if (!store_.SequenceChanges(deadline).ok()) {
    ASSIGN_OR_RETURN(const int64_t waiting, changes.Waiting(deadline));
    response.set_waiting(waiting);
  }
  sql::LogCursor after;
  if (!page.position.empty()) {
    after.incarnation = absl::HexStringToBytes(page.position[0]);
    ASSIGN_OR_RETURN(after.position, rpc::PositionNumber(page.position[1]));
    after.hash = absl::HexStringToBytes(page.position[2]);
  }
  ASSIGN_OR_RETURN(sql::LogPage read, ReadLog(changes, deadline, request.programme(), after,
                                              page.skip + page.size + 1));
  auto& entries = read.entries;
  entries.erase(
      entries.begin(),
      entries.begin() + std::min<int64_t>(page.skip, static_cast<int64_t>(entries.size())));
  if (TakeBeyond(page, entries)) {
    const auto& last = entries.back();
    response.set_next_page_token(rpc::MakePageToken(
        request, {absl::BytesToHexString(read.next.incarnation), absl::StrCat(last.position),
                  absl::BytesToHexString(last.hash)}));
  }
  for (sql::LogEntry& entry : entries) *response.add_entries() = ToMessage(std::move(entry));
  if (request.programme().empty()) {
    ASSIGN_OR_RETURN(const sql::LogCursor head, changes.Head(deadline));
    response.set_total_size(static_cast<int32_t>(std::min<int64_t>(head.position, 10'000)));
  } else {
    ASSIGN_OR_RETURN(const sql::LogPage all,
                     ReadLog(changes, deadline, request.programme(), {}, 10'000));
    response.set_total_size(static_cast<int32_t>(all.entries.size()));
  }
  response.set_log(changes.name());
  return absl::OkStatus();
}

absl::Status Reading::ListProgrammes(const rpc::Call& call, absl::Time deadline,
                                     const v1::ListProgrammesRequest& request,
                                     v1::ListProgrammesResponse& response) {
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(request, 1));
  ASSIGN_OR_RETURN(auto programmes, Programmes(store_, deadline));
  // Perhaps about none.
  call.ScopeIsJudged();
  std::erase_if(programmes, [&](const auto& programme) { return !call.Covers(programme.first); });
  int skip = page.skip;
  for (const auto& [programme, is] : programmes) {
    if (!page.position.empty() && programme <= page.position[0]) continue;
    if (skip-- > 0) continue;
    if (response.programmes_size() == page.size) {
      const auto& last = response.programmes(page.size - 1);
      response.set_next_page_token(rpc::MakePageToken(request, {last.programme()}));
      break;
    }
    auto& summary = *response.add_programmes();
    summary.set_programme(programme);
    summary.set_stored(is == ProgrammeIs::kStored);
  }
  response.set_total_size(static_cast<int32_t>(std::min<size_t>(programmes.size(), 10'000)));
  return absl::OkStatus();
}

absl::Status Reading::GetConvergence(absl::Time deadline, const v1::GetConvergenceRequest& request,
                                     v1::GetConvergenceResponse& response) {
  RETURN_IF_ERROR(CheckOneProgramme(request.programme()));
  ASSIGN_OR_RETURN(const ConfirmedPtr confirmed, confirmer_.Confirm(deadline, request.programme()));
  *response.mutable_state() = confirmed->state;
  ASSIGN_OR_RETURN(*response.mutable_current_label(),
                   releases_.Label(deadline, confirmed->state.current().digest()));
  ASSIGN_OR_RETURN(*response.mutable_pending_label(),
                   releases_.Label(deadline, confirmed->state.pending().digest()));
  const absl::Time now = clock_.Now();
  ASSIGN_OR_RETURN(auto instances, store_.Instances(deadline));
  std::stable_sort(instances.begin(), instances.end(), [](const auto& a, const auto& b) {
    return a.record.instance().service() < b.record.instance().service();
  });
  for (const StoredInstance& instance : instances) {
    const auto& followed = instance.record.programmes();
    if (std::find(followed.begin(), followed.end(), request.programme()) == followed.end()) {
      continue;
    }
    const auto silence = watch_.See(instance.key, instance.last_seen);
    *response.add_instances() =
        ConvergenceOf(instance.record, silence.last_seen, silence.lost, confirmed->state);
  }
  // A misspelt name and one without a release look alike otherwise.
  if (response.instances().empty() && !confirmed->state.has_current()) {
    RETURN_IF_ERROR(CheckKnownProgramme(store_, deadline, request.programme()));
  }
  for (auto& alarm : AlarmsOf(*confirmed->history, options_.exposed, now)) {
    *response.add_alarms() = std::move(alarm);
  }
  if (auto alarm = PendingRefusedAlarm(*confirmed->history, response.instances(), now)) {
    *response.add_alarms() = *std::move(alarm);
  }
  if (auto alarm = InstanceIdSharedAlarm(response.instances())) {
    *response.add_alarms() = *std::move(alarm);
  }
  if (const auto since = reports_.failing_since()) {
    *response.add_alarms() = ReportsNotWrittenAlarm(*since);
  }
  if (const auto ahead = watch_.FindAhead()) {
    *response.add_alarms() = ClocksDifferAlarm(ahead->instance, ahead->by, ahead->since);
  }
  if (instances.size() >= static_cast<size_t>(options_.limits.instances)) {
    response.set_instances_full(true);
    *response.add_alarms() = TooManyInstancesAlarm(options_.limits.instances);
  }
  return absl::OkStatus();
}

}  // namespace zhiping::catalogue
