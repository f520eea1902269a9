#include "tests/processes/postgres.h"

#include <libpq-fe.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace zhiping::processes {
namespace {

// Debian keeps the server's programs out of PATH.
constexpr char kPrograms[] = "/usr/lib/postgresql/15/bin/";
constexpr char kUser[] = "zhiping";

[[noreturn]] void Die(const std::string& what, const std::string& log) {
  std::fprintf(stderr, "%s\n%s\n", what.c_str(), Contents(log).c_str());
  std::abort();
}

// Runs a program of PostgreSQL's to its end.
void Run(const std::string& program, std::vector<std::string> arguments, const std::string& log) {
  arguments.insert(arguments.begin(), kPrograms + program);
  Process process({.arguments = arguments, .environment = {}, .output = log, .unprivileged = true});
  if (!Eventually([&] { return !process.Running(); }, absl::Seconds(60)) ||
      process.Terminate() != 0) {
    Die(program, log);
  }
}

// The parent of a process and whether it still runs; 0 if there is none.
pid_t LivingParent(const std::string& pid) {
  const std::string line = Contents("/proc/" + pid + "/stat");
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream rest(line.substr(name_end + 1));
  char state = 0;
  pid_t parent = 0;
  rest >> state >> parent;
  return state == 'Z' ? 0 : parent;
}

}  // namespace

Postgres::Postgres(PostgresSettings settings)
    : settings_(std::move(settings)), folder_(NewFolder()), port_(FreePort()) {
  const std::string data = folder_ + "/data", log = folder_ + "/log";
  if (settings_.primary != nullptr) {
    Run("pg_basebackup",
        {"-D", data, "-R", "-X", "stream", "-c", "fast", "-d", settings_.primary->Url("postgres")},
        log);
  } else {
    Run("initdb",
        {"-D", data, "-A", "trust", "-U", kUser, "-E", "UTF8", "--locale=C.UTF-8",
         "--locale-provider=icu", "--icu-locale=zh", "--no-sync"},
        log);
  }
  Start();
}

Postgres::~Postgres() { Kill(); }

std::string Postgres::Url(const std::string& database, int port) const {
  return absl::StrCat("postgres://", kUser, "@127.0.0.1:", port == 0 ? port_ : port, "/", database);
}

std::string Postgres::Url(const Postgres& first, const Postgres& second,
                          const std::string& database) {
  return absl::StrCat("postgres://", kUser, "@127.0.0.1:", first.port(),
                      ",127.0.0.1:", second.port(), "/", database);
}

void Postgres::Execute(const std::string& sql) const {
  PGconn* connection = PQconnectdb(Url("postgres").c_str());
  PGresult* result = PQexec(connection, sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    Die(PQerrorMessage(connection), folder_ + "/log");
  }
  PQclear(result);
  PQfinish(connection);
}

std::string Postgres::NewDatabase(const std::string& options) {
  const std::string name = absl::StrCat("test", ++databases_);
  Execute(absl::StrCat("CREATE DATABASE ", name, " ", options));
  return name;
}

void Postgres::Promote() { Execute("SELECT pg_promote()"); }

void Postgres::Start() {
  std::vector<std::string> arguments = {absl::StrCat(kPrograms, "postgres"),
                                        "-D",
                                        folder_ + "/data",
                                        "-p",
                                        absl::StrCat(port_),
                                        "-k",
                                        folder_,
                                        "-h",
                                        "127.0.0.1"};
  std::vector<std::string> set = settings_.more;
  set.push_back(settings_.fsync ? "fsync=on" : "fsync=off");
  for (const std::string& setting : set) {
    arguments.emplace_back("-c");
    arguments.push_back(setting);
  }
  postmaster_ = std::make_unique<Process>(Command{
      .arguments = arguments, .environment = {}, .output = folder_ + "/log", .unprivileged = true});
  const std::string url = Url("postgres");
  if (!Eventually([&] { return PQping(url.c_str()) == PQPING_OK; }, absl::Seconds(60))) {
    Die("postgres does not start", folder_ + "/log");
  }
}

void Postgres::Stop() {
  // SIGINT: a fast shutdown. It could not end its children if they were frozen.
  Thaw();
  kill(postmaster_->pid(), SIGINT);
  if (!Eventually([this] { return !postmaster_->Running(); }, absl::Seconds(60))) {
    Die("postgres does not stop", folder_ + "/log");
  }
}

void Postgres::Kill() {
  if (postmaster_ == nullptr || !postmaster_->Running()) return;
  // Stopped, it starts no more.
  kill(postmaster_->pid(), SIGSTOP);
  const std::vector<pid_t> children = Children();
  for (const pid_t child : children) kill(child, SIGKILL);
  postmaster_->Kill();
  for (const pid_t child : children) {
    Eventually([child] { return LivingParent(absl::StrCat(child)) == 0; });
  }
}

void Postgres::Freeze() {
  kill(postmaster_->pid(), SIGSTOP);
  for (const pid_t child : Children()) kill(child, SIGSTOP);
}

void Postgres::Thaw() {
  for (const pid_t child : Children()) kill(child, SIGCONT);
  kill(postmaster_->pid(), SIGCONT);
}

// Every process of PostgreSQL's is a session, and a process group, of its own.
std::vector<pid_t> Postgres::Children() const {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    if (absl::SimpleAtoi(name, &pid) && LivingParent(name) == postmaster_->pid()) {
      children.push_back(pid);
    }
  }
  return children;
}

}  // namespace zhiping::processes
