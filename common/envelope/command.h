// Runs a program with bytes on its standard input and takes what it prints. Used by signer.cc.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace zhiping::envelope {

struct CommandResult {
  // Why the program could not be started, a value of errno; 0: it was.
  int start_error = 0;
  // 128 + signal if one ended it.
  int exit_code = 127;
  bool timed_out = false;
  // At most 64 KiB.
  std::string output;
  // The end of what it said on standard error, at most 500 bytes.
  std::string error;
};

// The program, searched in PATH, leads a process group of its own, which is killed after `timeout`.
// A program that does not read its input is no error of ours. REQUIRES: command is not empty.
CommandResult RunCommand(const std::vector<std::string>& command, absl::string_view input,
                         absl::Duration timeout);

}  // namespace zhiping::envelope
