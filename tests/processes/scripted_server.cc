#include "tests/processes/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace zhiping::processes {

std::string Peer::Receive() {
  std::array<char, 1 << 16> buffer;
  const ssize_t size = recv(descriptor_, buffer.data(), buffer.size(), 0);
  return size > 0 ? std::string(buffer.data(), static_cast<size_t>(size)) : "";
}

bool Peer::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(size));
  }
  return true;
}

void Peer::Drip(absl::string_view bytes, absl::Duration pause) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    absl::SleepFor(pause);
    if (!Send(bytes.substr(i, 1))) return;
  }
}

void Peer::Flood(absl::string_view bytes, size_t least) {
  for (size_t sent = 0; sent < least; sent += bytes.size()) {
    if (!Send(bytes)) return;
  }
}

ScriptedServer::ScriptedServer(Script script, int port) : script_(std::move(script)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  // Also where another server's connections have not ended for good.
  const int reuse = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  socklen_t size = sizeof(address);
  auto* const where = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, where, size) != 0 || listen(listener_, 128) != 0 ||
      getsockname(listener_, where, &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

ScriptedServer::~ScriptedServer() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
    for (const int descriptor : open_) shutdown(descriptor, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
  std::list<std::thread> scripts;
  {
    absl::MutexLock lock(&mutex_);
    scripts.swap(scripts_);
  }
  for (std::thread& script : scripts) script.join();
}

std::string ScriptedServer::address() const { return absl::StrCat("127.0.0.1:", port_); }

ScriptedServer::Script ScriptedServer::Answering(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer) {
    while (!peer.Receive().empty() && peer.Send(bytes)) {
    }
  };
}

void ScriptedServer::Run() {
  while (true) {
    const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    absl::MutexLock lock(&mutex_);
    if (descriptor < 0 || ending_) {
      if (descriptor >= 0) close(descriptor);
      return;
    }
    ++connections_;
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    const auto place = open_.insert(open_.end(), descriptor);
    scripts_.emplace_back([this, place] {
      Peer peer(*place);
      script_(peer);
      absl::MutexLock ending(&mutex_);
      close(*place);
      open_.erase(place);
    });
  }
}

}  // namespace zhiping::processes
