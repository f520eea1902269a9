// Real programs that tests start, freeze and kill. None outlives the test program.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace zhiping::processes {

struct Command {
  // A program, searched in PATH, and its arguments.
  std::vector<std::string> arguments;
  // Added to this program's environment.
  std::vector<std::pair<std::string, std::string>> environment;
  // Where what it prints goes; empty: nowhere.
  std::string output;
  // Whether it runs as an unprivileged user when the tests run as root (some servers refuse root).
  bool unprivileged = false;
};

// A running program, with what it started itself. REQUIRES: made and destroyed in one thread.
class Process {
 public:
  // REQUIRES: the program exists.
  explicit Process(Command command);
  // Kills it.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool Running();

  // SIGSTOP and SIGCONT, to the program and all that it started.
  void Freeze();
  void Thaw();
  // SIGKILL, and waits until it is gone.
  void Kill();
  // SIGTERM; its exit code (128 + signal if one ended it), or −1 after killing it if it has not
  // ended in time.
  int Terminate(absl::Duration timeout = absl::Seconds(30));

 private:
  void SignalGroup(int signal) const;

  pid_t pid_ = -1;
  int exit_code_ = -1;
};

// A port of 127.0.0.1 that nothing listens on, another one at each call. A server that is killed
// and started again may use it again.
int FreePort();

// A new folder for the running test, which the unprivileged user may write; removed when the test
// program ends.
std::string NewFolder();

// Makes the folder and what is in it the unprivileged user's, if the tests run as root.
void GiveToUnprivileged(const std::string& folder);

// Whether the condition came true in time; asked every few milliseconds.
bool Eventually(const std::function<bool()>& condition, absl::Duration timeout = absl::Seconds(20));

// What is at http://127.0.0.1:port/path; empty if it cannot be had.
std::string HttpGet(int port, const std::string& path);

// Everything in a file; empty if it is not there.
std::string Contents(const std::string& path);

}  // namespace zhiping::processes
