#include "common/releases/observed_source.h"

#include <utility>

namespace zhiping::releases {
namespace {

// The same family for all sources.
prometheus::Family<prometheus::Counter>& RequestsOf(rpc::Metrics& metrics) {
  return prometheus::BuildCounter()
      .Name("zhiping_release_source_requests_total")
      .Help("What came of asking a source for states and releases")
      .Register(*metrics.registry());
}

// An answer, though not what was asked for.
bool IsRefusal(const absl::Status& status) { return absl::IsFailedPrecondition(status); }

}  // namespace

ObservedSource::ObservedSource(Source& source, rpc::Metrics& metrics, const rpc::Log& log)
    : source_(source),
      log_(log),
      states_(ResultsOf(RequestsOf(metrics), "state")),
      releases_(ResultsOf(RequestsOf(metrics), "release")) {}

ObservedSource::Results ObservedSource::ResultsOf(prometheus::Family<prometheus::Counter>& requests,
                                                  const char* what) const {
  const auto counter = [&](const char* result) -> prometheus::Counter& {
    return requests.Add(
        {{"source", std::string(source_.name())}, {"what", what}, {"result", result}});
  };
  return {counter("found"), counter("not_found"), counter("refused"), counter("no_answer")};
}

absl::StatusOr<std::string> ObservedSource::FindRelease(const std::string& digest) {
  return Observe(releases_, source_.FindRelease(digest));
}

absl::StatusOr<std::string> ObservedSource::FindState(const std::string& programme) {
  auto found = Observe(states_, source_.FindState(programme));
  NoteGiven(programme, found.status());
  return found;
}

void ObservedSource::NoteGiven(const std::string& programme, const absl::Status& status) {
  if (!status.ok() && !IsRefusal(status) && !absl::IsNotFound(status)) return;
  const std::string source(source_.name());
  absl::MutexLock lock(&mutex_);
  if (!IsRefusal(status)) {
    if (not_given_.erase(programme) == 0) return;
    log_.Write(rpc::Severity::kInfo, "state_given", {{"source", source}, {"programme", programme}});
    return;
  }
  const Reason::Value reason = DetailOf(status).reason();
  if (std::exchange(not_given_[programme], reason) == reason) return;
  log_.Write(rpc::Severity::kWarning, "state_not_given",
             {{"source", source},
              {"programme", programme},
              {"reason", Reason::Value_Name(reason)},
              {"text", std::string(status.message())}});
}

absl::StatusOr<std::string> ObservedSource::Observe(const Results& results,
                                                    absl::StatusOr<std::string> found) {
  // Given up by us: that says nothing about the source.
  if (absl::IsCancelled(found.status())) return found;
  const bool refused = IsRefusal(found.status());
  const bool away = !found.ok() && !refused && !absl::IsNotFound(found.status());
  (found.ok() ? results.found
   : away     ? results.no_answer
   : refused  ? results.refused
              : results.not_found)
      .Increment();
  if (away_.exchange(away) != away) {
    const std::string source(source_.name());
    if (away) {
      log_.Write(rpc::Severity::kWarning, "source_away",
                 {{"source", source},
                  {"status", absl::StatusCodeToString(found.status().code())},
                  {"text", std::string(found.status().message())}});
    } else {
      log_.Write(rpc::Severity::kInfo, "source_back", {{"source", source}});
    }
  }
  return found;
}

}  // namespace zhiping::releases
