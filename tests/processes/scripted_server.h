// A TCP server that does what no real server does: whatever a test tells it to.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace zhiping::processes {

// One connection, as the server has it.
class Peer {
 public:
  explicit Peer(int descriptor) : descriptor_(descriptor) {}

  // What has arrived, once something has; empty when the client has gone or the server is ending.
  std::string Receive();
  // False when the client has gone or the server is ending.
  bool Send(absl::string_view bytes);
  // Sends one byte after the other, with a pause before each, until Send is false.
  void Drip(absl::string_view bytes, absl::Duration pause);
  // Sends the bytes again and again, at least `least` bytes in all, until Send is false.
  void Flood(absl::string_view bytes, size_t least);

 private:
  const int descriptor_;
};

// Thread-safe.
class ScriptedServer {
 public:
  // Runs for each connection, in a thread of its own; the connection is closed when it returns.
  using Script = std::function<void(Peer&)>;

  // `port` 0: a free one.
  explicit ScriptedServer(Script script, int port = 0);
  // Ends all connections, and waits until every script has returned.
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  int port() const { return port_; }
  // HOST:PORT.
  std::string address() const;
  // How many connections there have been.
  int connections() const { return connections_; }

  // A script that answers whatever arrives with these bytes.
  static Script Answering(std::string bytes);

 private:
  void Run();

  const Script script_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_{0};
  absl::Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  // Sockets of scripts that still run.
  std::list<int> open_ ABSL_GUARDED_BY(mutex_);
  std::list<std::thread> scripts_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace zhiping::processes
