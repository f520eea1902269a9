// One connection to a server that may answer slowly, wrongly or not at all.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/redis/deadline.h"
#include "common/redis/failure.h"
#include "common/redis/reply.h"
#include "common/redis/resolver.h"

namespace zhiping::redis {

// A command's words.
using Command = std::vector<absl::string_view>;

// Not thread-safe. After any failure it is of no more use.
class Connection {
 public:
  Connection() = default;
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Connects to the first address that lets it; each gets an equal share of the time left.
  // REQUIRES: called once, before anything else.
  std::optional<FailureKind> Open(const std::vector<SocketAddress>& addresses, Deadline deadline);

  // Sends the command and reads its reply; both are over by the deadline. An error reply is a
  // reply.
  std::optional<FailureKind> Exchange(const Command& command, size_t max_value_bytes,
                                      Deadline deadline, Reply& reply);

  // Whether the server has neither closed the connection nor sent anything unasked.
  bool Idle() const;

 private:
  std::optional<FailureKind> Connect(const SocketAddress& address, Deadline deadline);
  std::optional<FailureKind> Send(absl::string_view bytes, Deadline deadline);
  std::optional<FailureKind> Receive(size_t max_value_bytes, Deadline deadline, Reply& reply);
  // Until poll's event, an error or the deadline.
  std::optional<FailureKind> Wait(short event, Deadline deadline) const;

  int socket_ = -1;
};

}  // namespace zhiping::redis
