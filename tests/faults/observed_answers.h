// What callers saw, judged by what the catalogue says was in force.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "zhiping/catalogue/v1/activation.pb.h"

namespace zhiping::faults {

// One answer under the release in force.
struct ObservedAnswer {
  // Which instance gave it.
  int instance = 0;
  // When it was asked for and had come.
  absl::Time begin, end;
  int32_t revision = 0;
  std::string digest;
};

// What is wrong with the answers, a line each, at most 20; empty if nothing is:
//  - each names an activation, with its release, that was not cancelled;
//  - it had come into force when the answer came, and had not been replaced for longer than
//  `margin`
//    when it was asked for;
//  - an answer asked for after another of the same instance had come names no lower revision.
std::vector<std::string> WrongAnswers(
    const std::vector<catalogue::v1::ActivationRecord>& activations,
    const std::vector<ObservedAnswer>& answers, absl::Duration margin);

// For each activation that was not cancelled, and each of the instances 0 … instances − 1: how long
// after its instant the first answer came that names it or a later one. Sorted; an instance that
// never gave one counts as infinite.
std::vector<absl::Duration> DelaysUntilAnswered(
    const std::vector<catalogue::v1::ActivationRecord>& activations,
    const std::vector<ObservedAnswer>& answers, int instances);

// The value below which that share of the sorted durations lies. REQUIRES: there is one.
absl::Duration Percentile(const std::vector<absl::Duration>& sorted, double share);

}  // namespace zhiping::faults
