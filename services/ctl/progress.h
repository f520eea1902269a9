// How far a long command is, on standard error: a bar that is drawn over on a terminal, else a line
// at each tenth. Of fewer than 1,000 rows nothing is said.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "services/ctl/screen.h"

namespace zhiping::ctl {

class Progress {
 public:
  // Of `total` rows. REQUIRES: `screen` outlives it.
  Progress(int64_t total, const Screen& screen);
  // Ends the line of the bar.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Advance(int64_t rows);

 private:
  void Draw() const;

  const int64_t total_;
  const Screen& screen_;
  const bool terminal_;
  const absl::Time begun_;
  int64_t done_ = 0;
};

}  // namespace zhiping::ctl
