#include "common/redis/resolver.h"

#include <netdb.h>

#include <cstring>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

namespace zhiping::redis {
namespace {

std::vector<SocketAddress> Resolve(const std::string& host, int port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), absl::StrCat(port).c_str(), &hints, &found) != 0) return {};
  std::vector<SocketAddress> addresses;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, info->ai_addr, info->ai_addrlen);
    address.size = info->ai_addrlen;
    addresses.push_back(address);
  }
  freeaddrinfo(found);
  return addresses;
}

}  // namespace

std::vector<SocketAddress> SystemLookup(const std::string& host, int port) {
  return Resolve(host, port, AI_ADDRCONFIG);
}

struct Resolver::State {
  State(std::string host_name, int port_number, Lookup how, absl::Duration refresh_after)
      : host(std::move(host_name)),
        port(port_number),
        lookup(std::move(how)),
        refresh(refresh_after),
        next(absl::ZeroDuration()) {}

  // The thread: looks up whenever that is wanted.
  void Run() {
    while (true) {
      {
        absl::MutexLock lock(&mutex, absl::Condition(this, &State::HasWork));
        if (ended) return;
      }
      std::vector<SocketAddress> found = lookup(host, port);
      absl::MutexLock lock(&mutex);
      // A name server that has lost the name is no reason to forget where Redis was.
      if (!found.empty()) addresses = std::move(found);
      next = Deadline(refresh);
      wanted = false;
    }
  }

  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) { return wanted || ended; }
  bool Settled() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    return !wanted || !addresses.empty();
  }

  const std::string host;
  const int port;
  const Lookup lookup;
  const absl::Duration refresh;
  absl::Mutex mutex;
  std::vector<SocketAddress> addresses ABSL_GUARDED_BY(mutex);
  // From when on asking makes the thread look up again.
  Deadline next ABSL_GUARDED_BY(mutex);
  bool wanted ABSL_GUARDED_BY(mutex) = true;
  bool ended ABSL_GUARDED_BY(mutex) = false;
};

Resolver::Resolver(const std::string& host, int port, Lookup lookup, absl::Duration refresh)
    : fixed_(Resolve(host, port, AI_NUMERICHOST)) {
  if (!fixed_.empty()) return;
  state_ = std::make_shared<State>(host, port, std::move(lookup), refresh);
  std::thread([state = state_] { state->Run(); }).detach();
}

Resolver::~Resolver() {
  if (state_ == nullptr) return;
  absl::MutexLock lock(&state_->mutex);
  state_->ended = true;
}

std::vector<SocketAddress> Resolver::Addresses(Deadline deadline) {
  if (state_ == nullptr) return fixed_;
  absl::MutexLock lock(&state_->mutex);
  if (state_->next.passed()) state_->wanted = true;
  state_->mutex.AwaitWithTimeout(absl::Condition(state_.get(), &State::Settled), deadline.left());
  return state_->addresses;
}

}  // namespace zhiping::redis
