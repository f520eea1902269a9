// The suite of P1 and P2: writers submit, something is killed, and a judge reads what they wrote
// down. ZHIPING_SEED replays what was chosen at random.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/faults/submission_writers.h"
#include "tests/faults/suite.h"

namespace zhiping::faults {

// What a main test has to have acknowledged.
inline constexpr int kEnoughSubmissions = 3000;

class LostSubmissionsTest : public testing::Test {
 protected:
  LostSubmissionsTest();

  // Everything, the assessment service with these flags, and filled drafts.
  void Start(const Flags& flags, const std::vector<std::string>& starter = {});
  // Writers write, and `round` is done so many times, at random moments while they get that many
  // acknowledgements.
  void WriteDuring(int rounds, int acknowledged, const std::function<void(int)>& round);
  // So many were acknowledged, and nothing was found.
  void ExpectKept(int acknowledged = kEnoughSubmissions);
  // How many acknowledged ones were lost.
  int Lost();

  void Pause(int least_milliseconds, int most_milliseconds);
  void AwaitServing();

  AssessmentProcess& assessment() { return *assessment_; }

 private:
  const uint32_t seed_;
  std::mt19937 random_{seed_};
  Suite suite_;
  CatalogueProcess catalogue_{suite_};
  ScoringProcess scoring_{suite_, {{"--catalogue", catalogue_.address()}}};
  std::unique_ptr<AssessmentProcess> assessment_;
  std::unique_ptr<SubmissionWriters> writers_;
};

}  // namespace zhiping::faults
