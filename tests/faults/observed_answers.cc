#include "tests/faults/observed_answers.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/time/timestamp.h"

namespace zhiping::faults {
namespace {

using catalogue::v1::ActivationRecord;

constexpr size_t kMostLines = 20;

// From when until when an activation was in force.
struct Span {
  std::string digest;
  absl::Time from, until;
};

std::map<int32_t, Span> SpansOf(const std::vector<ActivationRecord>& activations) {
  std::map<int32_t, Span> spans;
  for (const auto& record : activations) {
    if (record.state() == ActivationRecord::CANCELLED) continue;
    const auto& activation = record.activation();
    spans[activation.revision()] = {activation.digest(), FromTimestamp(activation.in_force_from()),
                                    absl::InfiniteFuture()};
  }
  absl::Time next = absl::InfiniteFuture();
  for (auto span = spans.rbegin(); span != spans.rend(); ++span) {
    span->second.until = next;
    next = std::min(next, span->second.from);
  }
  return spans;
}

std::string Name(const ObservedAnswer& answer) {
  return absl::StrCat("instance ", answer.instance, ", revision ", answer.revision, ", ",
                      answer.digest.substr(0, 15), ", asked ", absl::FormatTime(answer.begin),
                      ", came ", absl::FormatTime(answer.end), ": ");
}

std::string WrongRelease(const std::map<int32_t, Span>& spans, const ObservedAnswer& answer,
                         absl::Duration margin) {
  const auto span = spans.find(answer.revision);
  if (span == spans.end()) return "no such activation";
  if (span->second.digest != answer.digest) return "another release than the activation's";
  if (answer.end < span->second.from) return "before it was in force";
  if (answer.begin > span->second.until + margin) return "after it was replaced";
  return "";
}

// The highest revision of the answers that had come before each was asked for, in their order.
std::vector<int32_t> SeenBefore(const std::vector<const ObservedAnswer*>& by_begin) {
  std::vector<const ObservedAnswer*> by_end = by_begin;
  std::sort(by_end.begin(), by_end.end(),
            [](const auto* a, const auto* b) { return a->end < b->end; });
  std::vector<int32_t> seen;
  int32_t highest = 0;
  auto came = by_end.begin();
  for (const auto* answer : by_begin) {
    for (; came != by_end.end() && (*came)->end < answer->begin; ++came) {
      highest = std::max(highest, (*came)->revision);
    }
    seen.push_back(highest);
  }
  return seen;
}

}  // namespace

std::vector<std::string> WrongAnswers(const std::vector<ActivationRecord>& activations,
                                      const std::vector<ObservedAnswer>& answers,
                                      absl::Duration margin) {
  const auto spans = SpansOf(activations);
  std::vector<std::string> wrong;
  const auto add = [&](const ObservedAnswer& answer, const std::string& why) {
    if (!why.empty() && wrong.size() < kMostLines) wrong.push_back(Name(answer) + why);
  };
  std::map<int, std::vector<const ObservedAnswer*>> by_instance;
  for (const auto& answer : answers) {
    add(answer, WrongRelease(spans, answer, margin));
    by_instance[answer.instance].push_back(&answer);
  }
  for (auto& [instance, by_begin] : by_instance) {
    std::sort(by_begin.begin(), by_begin.end(),
              [](const auto* a, const auto* b) { return a->begin < b->begin; });
    const auto seen = SeenBefore(by_begin);
    for (size_t i = 0; i < by_begin.size(); ++i) {
      if (by_begin[i]->revision >= seen[i]) continue;
      add(*by_begin[i], absl::StrCat("after revision ", seen[i]));
    }
  }
  return wrong;
}

std::vector<absl::Duration> DelaysUntilAnswered(const std::vector<ActivationRecord>& activations,
                                                const std::vector<ObservedAnswer>& answers,
                                                int instances) {
  // By instance and revision: when the first answer under it had come.
  std::vector<std::map<int32_t, absl::Time>> first(instances);
  for (const auto& answer : answers) {
    const auto [known, added] = first[answer.instance].emplace(answer.revision, answer.end);
    if (!added) known->second = std::min(known->second, answer.end);
  }
  std::vector<absl::Duration> delays;
  for (const auto& [revision, span] : SpansOf(activations)) {
    for (const auto& firsts : first) {
      absl::Time came = absl::InfiniteFuture();
      for (auto later = firsts.lower_bound(revision); later != firsts.end(); ++later) {
        came = std::min(came, later->second);
      }
      delays.push_back(came - span.from);
    }
  }
  std::sort(delays.begin(), delays.end());
  return delays;
}

absl::Duration Percentile(const std::vector<absl::Duration>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1, static_cast<size_t>(share * sorted.size()))];
}

}  // namespace zhiping::faults
