#include "common/redis/connection.h"

#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace zhiping::redis {
namespace {

constexpr size_t kReadBytes = 64 << 10;

bool Again(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

struct FreeCommand {
  void operator()(char* bytes) const { redisFreeCommand(bytes); }
};

}  // namespace

Connection::~Connection() {
  if (socket_ >= 0) close(socket_);
}

std::optional<FailureKind> Connection::Open(const std::vector<SocketAddress>& addresses,
                                            Deadline deadline) {
  std::optional<FailureKind> failure =
      deadline.passed() ? FailureKind::kTimeout : FailureKind::kUnreachable;
  size_t untried = addresses.size();
  for (const SocketAddress& address : addresses) {
    failure = Connect(address, Deadline(deadline.left() / static_cast<double>(untried--)));
    if (!failure) break;
  }
  return failure;
}

std::optional<FailureKind> Connection::Connect(const SocketAddress& address, Deadline deadline) {
  if (socket_ >= 0) close(socket_);
  socket_ = socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) return FailureKind::kUnreachable;
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const auto* const where = reinterpret_cast<const sockaddr*>(&address.storage);
  if (connect(socket_, where, address.size) == 0) return std::nullopt;
  if (errno != EINPROGRESS) return FailureKind::kUnreachable;
  if (const auto failure = Wait(POLLOUT, deadline)) return failure;
  int error = 0;
  socklen_t size = sizeof(error);
  if (getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
    return FailureKind::kUnreachable;
  }
  return std::nullopt;
}

std::optional<FailureKind> Connection::Exchange(const Command& command, size_t max_value_bytes,
                                                Deadline deadline, Reply& reply) {
  std::vector<const char*> words;
  std::vector<size_t> sizes;
  for (const absl::string_view word : command) {
    words.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* bytes = nullptr;
  const int size =
      redisFormatCommandArgv(&bytes, static_cast<int>(words.size()), words.data(), sizes.data());
  const std::unique_ptr<char, FreeCommand> owner(bytes);
  if (size < 0) return FailureKind::kTooLarge;
  if (const auto failure = Send({bytes, static_cast<size_t>(size)}, deadline)) return failure;
  return Receive(max_value_bytes, deadline, reply);
}

std::optional<FailureKind> Connection::Send(absl::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    if (const auto failure = Wait(POLLOUT, deadline)) return failure;
    // Without MSG_NOSIGNAL, a server that has closed the connection would end the program.
    const ssize_t size = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0 && !Again(errno)) return FailureKind::kUnreachable;
    if (size > 0) bytes.remove_prefix(static_cast<size_t>(size));
  }
  return std::nullopt;
}

std::optional<FailureKind> Connection::Receive(size_t max_value_bytes, Deadline deadline,
                                               Reply& reply) {
  ReplyReader reader(max_value_bytes);
  std::array<char, kReadBytes> buffer;
  while (true) {
    // Looks at the clock also when bytes are there: the next ones may drip for ever.
    if (const auto failure = Wait(POLLIN, deadline)) return failure;
    const ssize_t size = recv(socket_, buffer.data(), buffer.size(), 0);
    if (size < 0 && Again(errno)) continue;
    if (size <= 0) return FailureKind::kUnreachable;
    switch (reader.Feed({buffer.data(), static_cast<size_t>(size)})) {
      case ReplyReader::State::kMore:
        break;
      case ReplyReader::State::kMalformed:
        return FailureKind::kProtocol;
      case ReplyReader::State::kTooLarge:
        return FailureKind::kTooLarge;
      case ReplyReader::State::kDone:
        reply = reader.Take();
        return std::nullopt;
    }
  }
}

std::optional<FailureKind> Connection::Wait(short event, Deadline deadline) const {
  while (true) {
    const absl::Duration left = deadline.left();
    if (left == absl::ZeroDuration()) return FailureKind::kTimeout;
    pollfd descriptor = {socket_, event, 0};
    const timespec timeout = absl::ToTimespec(left);
    if (ppoll(&descriptor, 1, &timeout, nullptr) > 0) return std::nullopt;
  }
}

bool Connection::Idle() const {
  char byte = 0;
  return recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && Again(errno);
}

}  // namespace zhiping::redis
