#include "tests/processes/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace zhiping::processes {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void Die(const std::string& what) {
  std::perror(what.c_str());
  std::abort();
}

// Whom servers run as that refuse to run as root.
const passwd& Unprivileged() {
  static const passwd* const user = getpwnam("nobody");
  if (user == nullptr) Die("no user nobody");
  return *user;
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const auto& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> EnvironmentWith(
    const std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<std::string> lines;
  for (char** line = environ; *line != nullptr; ++line) lines.emplace_back(*line);
  for (const auto& [name, value] : more) lines.push_back(absl::StrCat(name, "=", value));
  return lines;
}

int ExitCode(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// The folder of all folders of this program; removed at its end.
const std::string& RootFolder() {
  struct Root {
    std::string path = (fs::temp_directory_path() / "zhiping-tests-XXXXXX").string();
    Root() {
      if (mkdtemp(path.data()) == nullptr) Die("mkdtemp");
      // Others must be able to reach their own folders in it.
      fs::permissions(path, fs::perms::all & ~fs::perms::others_write);
    }
    ~Root() {
      std::error_code ignored;
      fs::remove_all(path, ignored);
    }
  };
  static const Root root;
  return root.path;
}

}  // namespace

Process::Process(Command command) {
  // Everything that allocates comes before the fork.
  const std::vector<std::string> environment = EnvironmentWith(command.environment);
  const std::vector<char*> arguments = Pointers(command.arguments);
  const std::vector<char*> variables = Pointers(environment);
  const std::string output = command.output.empty() ? "/dev/null" : command.output;
  const bool drop = command.unprivileged && geteuid() == 0;
  const passwd* const user = drop ? &Unprivileged() : nullptr;
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) Die("fork");
  if (pid_ == 0) {
    setpgid(0, 0);
    if (drop && (setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) _exit(126);
    // After the change of user, which resets it.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(126);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const int in = open("/dev/null", O_RDONLY);
    const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (in < 0 || out < 0) _exit(126);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    for (int descriptor = STDERR_FILENO + 1; descriptor < 1024; ++descriptor) close(descriptor);
    execvpe(arguments[0], arguments.data(), variables.data());
    _exit(127);
  }
  setpgid(pid_, pid_);
}

Process::~Process() { Kill(); }

void Process::SignalGroup(int signal) const {
  if (pid_ > 0) kill(-pid_, signal);
}

bool Process::Running() {
  if (pid_ <= 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == 0) return true;
  exit_code_ = ExitCode(status);
  SignalGroup(SIGKILL);
  pid_ = -1;
  return false;
}

void Process::Freeze() { SignalGroup(SIGSTOP); }

void Process::Thaw() { SignalGroup(SIGCONT); }

void Process::Kill() {
  if (pid_ <= 0) return;
  SignalGroup(SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  exit_code_ = ExitCode(status);
  pid_ = -1;
}

int Process::Terminate(absl::Duration timeout) {
  if (pid_ > 0) kill(pid_, SIGTERM);
  if (Eventually([this] { return !Running(); }, timeout)) return exit_code_;
  Kill();
  return -1;
}

int FreePort() {
  // Below the ports that outgoing connections get, and apart from what other test programs take.
  constexpr int kFirst = 20'000;
  constexpr int kCount = 12'000;
  static std::atomic<int> next{getpid() * 37 % kCount};
  for (int tries = 0; tries < kCount; ++tries) {
    const int port = kFirst + next++ % kCount;
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    const bool free =
        bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    close(listener);
    if (free) return port;
  }
  Die("no free port");
}

std::string NewFolder() {
  std::string path = RootFolder() + "/XXXXXX";
  if (mkdtemp(path.data()) == nullptr) Die("mkdtemp");
  GiveToUnprivileged(path);
  return path;
}

void GiveToUnprivileged(const std::string& folder) {
  if (geteuid() != 0) return;
  const passwd& user = Unprivileged();
  if (chown(folder.c_str(), user.pw_uid, user.pw_gid) != 0) Die("chown");
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (lchown(entry.path().c_str(), user.pw_uid, user.pw_gid) != 0) Die("chown");
  }
}

bool Eventually(const std::function<bool()>& condition, absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  while (!condition()) {
    if (absl::Now() > end) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

std::string HttpGet(int port, const std::string& path) {
  const std::string command =
      absl::StrCat("curl --silent --fail --noproxy '*' http://127.0.0.1:", port, path);
  FILE* const pipe = popen(command.c_str(), "r");
  std::string text;
  std::array<char, 4096> buffer;
  for (size_t size; (size = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    text.append(buffer.data(), size);
  }
  return pclose(pipe) == 0 ? text : "";
}

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

}  // namespace zhiping::processes
