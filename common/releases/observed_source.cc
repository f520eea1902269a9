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
  return {counter("found"), counter("not_found"), counter("no_answer")};
}

absl::StatusOr<std::string> ObservedSource::FindRelease(const std::string& digest) {
  return Observe(releases_, source_.FindRelease(digest));
}

absl::StatusOr<std::string> ObservedSource::FindState(const std::string& programme) {
  return Observe(states_, source_.FindState(programme));
}

absl::StatusOr<std::string> ObservedSource::Observe(const Results& results,
                                                    absl::StatusOr<std::string> found) {
  // Given up by us: that says nothing about the source.
  if (absl::IsCancelled(found.status())) return found;
  const bool away = !found.ok() && !absl::IsNotFound(found.status());
  (found.ok() ? results.found : away ? results.no_answer : results.not_found).Increment();
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
