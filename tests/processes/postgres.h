// A real PostgreSQL 15 of a test's own: unprivileged, in a new folder, on a free port.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/processes/process.h"

namespace zhiping::processes {

struct PostgresSettings {
  // Without it the server is faster, and loses what it committed when the machine stops; killing
  // its processes loses nothing either way.
  bool fsync = true;
  // More settings, each `name=value`.
  std::vector<std::string> more;
  // A running server whose standby, streaming, this one becomes.
  const class Postgres* primary = nullptr;
};

// REQUIRES: used in one thread. Ends with the test program, whatever happens.
class Postgres {
 public:
  // Makes the cluster (its collation is ICU's, for Chinese, so that a forgotten COLLATE "C" shows)
  // and starts it.
  explicit Postgres(PostgresSettings settings = {});
  ~Postgres();
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;

  int port() const { return port_; }
  // The superuser's URL of a database; `port` 0: the server's own, else that of a gate before it.
  std::string Url(const std::string& database, int port = 0) const;
  // The same of two servers, tried in this order.
  static std::string Url(const Postgres& first, const Postgres& second,
                         const std::string& database);
  // Makes an empty database and gives its name. `options`: of CREATE DATABASE.
  std::string NewDatabase(const std::string& options = "");

  // Starts it after Stop or Kill, and waits until it answers.
  void Start();
  // Ends all connections and stops.
  void Stop();
  // SIGKILL to all its processes at once.
  void Kill();
  // Makes a standby the primary.
  void Promote();
  // SIGSTOP and SIGCONT to all its processes.
  void Freeze();
  void Thaw();

 private:
  // As the superuser.
  void Execute(const std::string& sql) const;
  std::vector<pid_t> Children() const;

  const PostgresSettings settings_;
  const std::string folder_;
  const int port_;
  int databases_ = 0;
  std::unique_ptr<Process> postmaster_;
};

}  // namespace zhiping::processes
