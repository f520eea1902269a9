// Where a server is: looked up in a thread of its own, since a name server that does not answer
// holds getaddrinfo for many seconds and no call may wait for that.
#pragma once

#include <sys/socket.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/redis/deadline.h"

namespace zhiping::redis {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

// The addresses of a name; empty if it has none. May take long.
using Lookup = std::function<std::vector<SocketAddress>(const std::string& host, int port)>;

// The system's: files, then name servers.
std::vector<SocketAddress> SystemLookup(const std::string& host, int port);

// Thread-safe.
class Resolver {
 public:
  // A host that is an IP address is never looked up; a name is, at once and after that when it is
  // asked for, at most every `refresh`.
  Resolver(const std::string& host, int port, Lookup lookup,
           absl::Duration refresh = absl::Seconds(5));
  // Waits for nothing: a lookup that still runs ends by itself.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // The addresses last found, however old. Waits, until the deadline at most, only while none are
  // known. Empty: none are.
  std::vector<SocketAddress> Addresses(Deadline deadline);

 private:
  struct State;

  std::vector<SocketAddress> fixed_;
  // Shared with the thread, which may outlive this object by one lookup. Null for an IP address.
  std::shared_ptr<State> state_;
};

}  // namespace zhiping::redis
