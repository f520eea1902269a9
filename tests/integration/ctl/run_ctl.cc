#include "tests/integration/ctl/run_ctl.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/util/json_util.h"

namespace zhiping::ctl {
namespace {

std::string Quoted(const std::string& argument) {
  return absl::StrCat("'", absl::StrReplaceAll(argument, {{"'", "'\\''"}}), "'");
}

}  // namespace

Outcome RunCtl(const std::vector<std::string>& arguments, const Variables& variables) {
  const std::string out = Scratch("out", "");
  const std::string err = Scratch("err", "");
  std::string command = absl::StrCat("cd ", Quoted(ZHIPING_SOURCE_DIR), " && env -i");
  for (const auto& [name, value] : variables) {
    absl::StrAppend(&command, " ", Quoted(absl::StrCat(name, "=", value)));
  }
  // What the program was built with keeps its settings.
  for (const char* sanitizer : {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    const char* options = std::getenv(sanitizer);
    if (options == nullptr) continue;
    absl::StrAppend(&command, " ", Quoted(absl::StrCat(sanitizer, "=", options)));
  }
  absl::StrAppend(&command, " ", Quoted(ZHIPING_CTL));
  for (const std::string& argument : arguments) absl::StrAppend(&command, " ", Quoted(argument));
  absl::StrAppend(&command, " >", Quoted(out), " 2>", Quoted(err), " </dev/null");
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadWhole(out), ReadWhole(err)};
}

common::v1::ErrorDetail ErrorOf(const Outcome& outcome) {
  common::v1::ErrorDetail detail;
  const auto document = nlohmann::json::parse(outcome.out, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object() || !document.contains("error") ||
      !google::protobuf::util::JsonStringToMessage(document["error"].dump(), &detail).ok()) {
    detail.set_reason(common::v1::Reason::INTERNAL_ERROR);
  }
  return detail;
}

std::string ScratchFolder() {
  const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string name = absl::StrReplaceAll(
      absl::StrCat("zhipingctl-", test->test_suite_name(), "-", test->name(), "-", getpid()),
      {{"/", "-"}});
  const std::string path = absl::StrCat(testing::TempDir(), name);
  static auto& emptied = *new std::set<std::string>;
  if (emptied.insert(path).second) std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

std::string Scratch(const std::string& name, const std::string& bytes) {
  const std::string path = absl::StrCat(ScratchFolder(), "/", name);
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

std::string SampleFacts() {
  std::string facts = ReadWhole(ZHIPING_SOURCE_DIR "/deploy/local/sample/facts.txt");
  return facts.substr(0, facts.find('\n'));
}

}  // namespace zhiping::ctl
