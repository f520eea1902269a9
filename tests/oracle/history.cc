#include "tests/oracle/history.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tests/processes/process.h"

namespace zhiping {
namespace {

constexpr char kJudges[] = ZHIPING_SOURCE_DIR "/tests/oracle/";
constexpr absl::Duration kPatience = absl::Seconds(120);

}  // namespace

int64_t Instant() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int FindingsOf(const nlohmann::json& verdict) {
  int findings = 0;
  for (const auto& count : verdict["findings"]) findings += count.get<int>();
  return findings;
}

History::History() : folder_(processes::NewFolder()), file_(folder_ + "/lines") {}

void History::Add(const nlohmann::json& line) {
  absl::MutexLock lock(&mutex_);
  file_ << line << "\n";
}

absl::StatusOr<nlohmann::json> History::Judge(const std::string& judge) {
  const std::string path = folder_ + "/history", out = folder_ + "/verdict";
  {
    absl::MutexLock lock(&mutex_);
    file_.flush();
    std::filesystem::copy_file(folder_ + "/lines", path,
                               std::filesystem::copy_options::overwrite_existing);
  }
  std::ofstream(path, std::ios::app) << R"({"kind":"end"})"
                                     << "\n";
  const char* const kept = std::getenv("ZHIPING_HISTORY");
  if (kept != nullptr) {
    std::filesystem::copy_file(path, kept, std::filesystem::copy_options::overwrite_existing);
  }
  // Programs append to their output.
  std::filesystem::remove(out);
  processes::Process process({.arguments = {"python3", kJudges + judge, path},
                              .environment = {},
                              .output = out,
                              .unprivileged = false});
  const bool ended = processes::Eventually([&] { return !process.Running(); }, kPatience);
  const int code = ended ? process.Terminate() : -1;
  const std::string said = processes::Contents(out);
  auto verdict = nlohmann::json::parse(said, nullptr, /*allow_exceptions=*/false);
  // Its exit code and what it prints say the same.
  if (!verdict.is_object() || code != (FindingsOf(verdict) == 0 ? 0 : 1)) {
    return absl::InternalError(absl::StrCat(judge, " ended with ", code, ": ", said));
  }
  std::cout << judge << ": " << verdict << "\n";
  return verdict;
}

}  // namespace zhiping
