#include "tests/processes/tcp_gate.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include "absl/time/clock.h"

namespace zhiping::processes {
namespace {

// How late a change of mode, or a delayed byte, may be noticed.
constexpr int kTickMilliseconds = 1;
// What a line takes at once; how much it makes up for when it was looked at late.
constexpr size_t kPacketBytes = 1400;
constexpr absl::Duration kMostLate = absl::Milliseconds(20);

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

void Prepare(int descriptor) {
  fcntl(descriptor, F_SETFL, O_NONBLOCK);
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

int Connect(int port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close(descriptor);
    return -1;
  }
  Prepare(descriptor);
  return descriptor;
}

}  // namespace

size_t ThinLine::Take(size_t waiting) {
  absl::MutexLock lock(&mutex_);
  const absl::Time now = absl::Now();
  if (occupied_ > now) return 0;
  const size_t taken = std::min(waiting, kPacketBytes);
  occupied_ = std::max(occupied_, now - kMostLate) +
              absl::Seconds(static_cast<double>(taken) / static_cast<double>(bytes_per_second_));
  return taken;
}

TcpGate::TcpGate(int target_port, ThinLine* line) : target_port_(target_port), line_(line) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 128) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

TcpGate::~TcpGate() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  thread_.join();
  absl::MutexLock lock(&mutex_);
  CloseAll();
  close(listener_);
}

void TcpGate::Open() {
  SetMode(Mode::kOpen);
  Delay(absl::ZeroDuration());
}

void TcpGate::Freeze() { SetMode(Mode::kFrozen); }

void TcpGate::Cut() { SetMode(Mode::kCut); }

void TcpGate::Delay(absl::Duration delay) {
  absl::MutexLock lock(&mutex_);
  delay_ = delay;
}

void TcpGate::SetMode(Mode mode) {
  absl::MutexLock lock(&mutex_);
  mode_ = mode;
  if (mode == Mode::kCut) CloseAll();
}

void TcpGate::Run() {
  while (true) {
    std::vector<pollfd> polled = {{listener_, POLLIN, 0}};
    {
      absl::MutexLock lock(&mutex_);
      if (ending_) return;
      Accept();
      // Each comes first at times, and finds the line free.
      if (connections_.size() > 1) {
        connections_.splice(connections_.end(), connections_, connections_.begin());
      }
      for (auto it = connections_.begin(); it != connections_.end();) {
        if (mode_ == Mode::kOpen) {
          for (Pipe* pipe : {&it->up, &it->down}) {
            Receive(*pipe, it->broken);
            Send(*pipe, it->broken);
          }
        }
        const bool over =
            it->up.ended && it->down.ended && it->up.waiting.empty() && it->down.waiting.empty();
        if (it->broken || over) {
          close(it->up.from);
          close(it->up.to);
          it = connections_.erase(it);
          continue;
        }
        for (const Pipe* pipe : {&it->up, &it->down}) {
          if (Receives(*pipe)) polled.push_back({pipe->from, POLLIN, 0});
        }
        ++it;
      }
    }
    poll(polled.data(), polled.size(), kTickMilliseconds);
  }
}

bool TcpGate::Receives(const Pipe& pipe) const {
  return mode_ == Mode::kOpen && !pipe.ended && (line_ == nullptr || pipe.waiting.empty());
}

void TcpGate::Accept() {
  while (true) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    const int server = mode_ == Mode::kCut ? -1 : Connect(target_port_);
    if (server < 0) {
      close(client);
      continue;
    }
    Prepare(client);
    Connection connection;
    connection.up.from = connection.down.to = client;
    connection.up.to = connection.down.from = server;
    connections_.push_back(std::move(connection));
  }
}

void TcpGate::Receive(Pipe& pipe, bool& broken) {
  char buffer[1 << 16];
  const size_t most = line_ == nullptr ? sizeof(buffer) : kPacketBytes;
  while (Receives(pipe) && !broken) {
    const ssize_t size = recv(pipe.from, buffer, most, 0);
    if (size > 0) {
      pipe.waiting.push_back({absl::Now(), std::string(buffer, static_cast<size_t>(size))});
    } else if (size == 0) {
      pipe.ended = true;
      if (pipe.waiting.empty()) shutdown(pipe.to, SHUT_WR);
    } else if (errno != EINTR) {
      broken = errno != EAGAIN && errno != EWOULDBLOCK;
      return;
    }
  }
}

void TcpGate::Send(Pipe& pipe, bool& broken) {
  while (!pipe.waiting.empty() && !broken) {
    Chunk& chunk = pipe.waiting.front();
    if (chunk.arrived + delay_ > absl::Now()) return;
    const size_t passing = line_ == nullptr ? chunk.bytes.size() : line_->Take(chunk.bytes.size());
    if (passing == 0) return;
    const ssize_t size = send(pipe.to, chunk.bytes.data(), passing, MSG_NOSIGNAL);
    if (size < 0) {
      if (errno == EINTR) continue;
      broken = errno != EAGAIN && errno != EWOULDBLOCK;
      return;
    }
    chunk.bytes.erase(0, static_cast<size_t>(size));
    if (!chunk.bytes.empty()) continue;
    pipe.waiting.pop_front();
    if (pipe.waiting.empty() && pipe.ended) shutdown(pipe.to, SHUT_WR);
  }
}

void TcpGate::CloseAll() {
  for (const Connection& connection : connections_) {
    close(connection.up.from);
    close(connection.up.to);
  }
  connections_.clear();
}

}  // namespace zhiping::processes
