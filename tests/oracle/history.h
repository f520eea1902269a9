// What a test did and saw, as a file that a judge, a program of its own (judge_*.py beside this),
// reads. ZHIPING_HISTORY=FILE keeps the last one, with which the judge can be run by hand.
//
//   History history;
//   history.Add({{"kind", "submit"}, …});
//   const auto verdict = history.Judge("judge_submissions.py");
//   EXPECT_EQ((*verdict)["findings"]["lost"], 0);
#pragma once

#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace zhiping {

// Thread-safe.
class History {
 public:
  // A new file.
  History();

  // One line.
  void Add(const nlohmann::json& line);
  // What the judge says of all lines so far and `end`. It is printed. Errors: the judge takes the
  // file for none.
  absl::StatusOr<nlohmann::json> Judge(const std::string& judge);

 private:
  const std::string folder_;
  absl::Mutex mutex_;
  std::ofstream file_ ABSL_GUARDED_BY(mutex_);
};

// Nanoseconds of the steady clock.
int64_t Instant();

// How many findings a verdict has.
int FindingsOf(const nlohmann::json& verdict);

}  // namespace zhiping
