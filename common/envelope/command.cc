#include "common/envelope/command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "absl/time/clock.h"
#include "common/time/clock.h"

namespace zhiping::envelope {
namespace {

constexpr size_t kMaxOutputBytes = 64 << 10;
constexpr size_t kMaxErrorBytes = 500;

// A pair of connected ends; sockets, since writing to one can be told not to raise SIGPIPE.
struct Ends {
  int ours = -1;
  int theirs = -1;
  ~Ends() {
    CloseOurs();
    CloseTheirs();
  }
  bool Open() {
    std::array<int, 2> ends;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
    ours = ends[0];
    theirs = ends[1];
    return fcntl(ours, F_SETFL, O_NONBLOCK) == 0;
  }
  void CloseOurs() { Close(ours); }
  void CloseTheirs() { Close(theirs); }
  static void Close(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
};

// Starts the command; -1 if it cannot be started, errno says why.
pid_t Start(const std::vector<std::string>& command, Ends& in, Ends& out, Ends& error) {
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.theirs, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.theirs, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, error.theirs, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  pid_t pid = -1;
  const int failure = posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failure == 0) return pid;
  errno = failure;
  return -1;
}

// Reads what is there; false at the end.
bool Read(int end, std::string& text) {
  std::array<char, 4096> buffer;
  const ssize_t size = read(end, buffer.data(), buffer.size());
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  text.append(buffer.data(), size);
  return size > 0;
}

// Writes what fits; false when nobody reads any more or all is written.
bool Write(int end, absl::string_view& input) {
  const ssize_t size = send(end, input.data(), input.size(), MSG_NOSIGNAL);
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  input.remove_prefix(size);
  return !input.empty();
}

// Feeds and reads the command until it has closed both outputs; false if that takes until `end` of
// the steady clock.
bool Converse(Ends& in, Ends& out, Ends& error, absl::string_view input, absl::Duration end,
              CommandResult& result) {
  if (input.empty()) in.CloseOurs();
  while (out.ours >= 0 || error.ours >= 0) {
    const absl::Duration left = end - SystemClock().Steady();
    if (left <= absl::ZeroDuration()) return false;
    // poll ignores negative descriptors.
    std::array<pollfd, 3> ends = {
        {{in.ours, POLLOUT, 0}, {out.ours, POLLIN, 0}, {error.ours, POLLIN, 0}}};
    if (poll(ends.data(), ends.size(), static_cast<int>(absl::ToInt64Milliseconds(left)) + 1) < 0 &&
        errno != EINTR) {
      return false;
    }
    if (ends[0].revents != 0 && !Write(in.ours, input)) in.CloseOurs();
    if (ends[1].revents != 0 && !Read(out.ours, result.output)) out.CloseOurs();
    if (ends[2].revents != 0 && !Read(error.ours, result.error)) error.CloseOurs();
    if (result.output.size() > kMaxOutputBytes) out.CloseOurs();
    if (result.error.size() > 2 * kMaxErrorBytes) {
      result.error.erase(0, result.error.size() - kMaxErrorBytes);
    }
  }
  return true;
}

// Waits for the end of the process until `end` of the steady clock; false if it still runs then.
bool WaitFor(pid_t pid, absl::Duration end, int& status) {
  while (true) {
    const pid_t done = waitpid(pid, &status, WNOHANG);
    if (done == pid) return true;
    if (SystemClock().Steady() >= end) return false;
    // Its outputs are closed, so it is about to end.
    absl::SleepFor(absl::Milliseconds(1));
  }
}

}  // namespace

CommandResult RunCommand(const std::vector<std::string>& command, absl::string_view input,
                         absl::Duration timeout) {
  CommandResult result;
  const absl::Duration end = SystemClock().Steady() + timeout;
  Ends in, out, error;
  pid_t pid = -1;
  if (in.Open() && out.Open() && error.Open()) pid = Start(command, in, out, error);
  if (pid < 0) {
    result.start_error = errno;
    return result;
  }
  in.CloseTheirs();
  out.CloseTheirs();
  error.CloseTheirs();
  int status = 0;
  result.timed_out = !Converse(in, out, error, input, end, result) || !WaitFor(pid, end, status);
  if (result.timed_out) {
    kill(-pid, SIGKILL);
    waitpid(pid, &status, 0);
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (result.output.size() > kMaxOutputBytes) result.output.resize(kMaxOutputBytes);
  if (result.error.size() > kMaxErrorBytes) {
    result.error.erase(0, result.error.size() - kMaxErrorBytes);
  }
  return result;
}

}  // namespace zhiping::envelope
