// A TCP connection that tests can slow down, thin out, freeze and cut: clients connect to the gate,
// which connects to the real server.
#pragma once

#include <deque>
#include <list>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace zhiping::processes {

// So many bytes a second, of all gates that lead through it and in both directions together.
// Thread-safe.
class ThinLine {
 public:
  explicit ThinLine(int64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {}

  // How many of the bytes that wait pass now.
  size_t Take(size_t waiting);

 private:
  const int64_t bytes_per_second_;
  absl::Mutex mutex_;
  // Until when what has passed occupies it.
  absl::Time occupied_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

// Thread-safe. Open at first.
class TcpGate {
 public:
  // Listens on a free port of 127.0.0.1; `target_port` need not be listened on yet. `line`: by
  // which everything passes; null: nothing is slowed down by it. It outlives the gate.
  explicit TcpGate(int target_port, ThinLine* line = nullptr);
  ~TcpGate();
  TcpGate(const TcpGate&) = delete;
  TcpGate& operator=(const TcpGate&) = delete;

  int port() const { return port_; }

  // Passes everything, what was held back included.
  void Open();
  // Holds everything back without closing anything: a network that swallows packets.
  void Freeze();
  // Ends all connections and refuses new ones.
  void Cut();
  // Passes every byte, in both directions, this much later.
  void Delay(absl::Duration delay);

 private:
  enum class Mode { kOpen, kFrozen, kCut };

  struct Chunk {
    absl::Time arrived;
    std::string bytes;
  };
  // One direction of a connection.
  struct Pipe {
    int from = -1, to = -1;
    std::deque<Chunk> waiting;
    bool ended = false;
  };
  struct Connection {
    Pipe up, down;
    bool broken = false;
  };

  void Run();
  // Whether more is received: a line takes no more in than it can send.
  bool Receives(const Pipe& pipe) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Accept() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Receive(Pipe& pipe, bool& broken) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Send(Pipe& pipe, bool& broken) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CloseAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetMode(Mode mode);

  const int target_port_;
  ThinLine* const line_;
  int listener_ = -1;
  int port_ = 0;
  absl::Mutex mutex_;
  Mode mode_ ABSL_GUARDED_BY(mutex_) = Mode::kOpen;
  absl::Duration delay_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::list<Connection> connections_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace zhiping::processes
