// A real redis-server for tests, on a free port, with a folder of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/processes/process.h"

namespace zhiping::processes {

struct RedisOptions {
  // Whether what is stored survives a restart.
  bool persistent = false;
  // Of the user `default`; empty: none is asked for.
  std::string password{};
  // Such as `3mb`; more is refused with the error OOM. Empty: no limit.
  std::string max_memory{};
};

// Serves from when it is made until it is destroyed. REQUIRES: used in one thread.
class RedisServer {
 public:
  explicit RedisServer(RedisOptions options = {});

  int port() const { return port_; }
  // HOST:PORT.
  std::string address() const;

  // SIGKILL; until Start, connections are refused.
  void Kill();
  // REQUIRES: killed. Returns when it serves again: with what was stored if persistent, else empty.
  void Start();
  // SIGSTOP and SIGCONT: the system still accepts connections, nobody answers.
  void Freeze();
  void Thaw();
  // Forgets everything stored.
  void Flush();

  // What Redis replies to a command, as text: a string, a number or an error as it is, nothing for
  // a key that is not there; `no reply` if it does not answer within a second.
  std::string Run(const std::vector<std::string>& command) const;

 private:
  const RedisOptions options_;
  const int port_ = FreePort();
  const std::string folder_ = NewFolder();
  std::unique_ptr<Process> process_;
};

}  // namespace zhiping::processes
