// A real catalogue over gRPC for the commands that ask it, with real scoring processes that follow
// it.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/ctl/run_ctl.h"

namespace zhiping::ctl {

using catalogue::CatalogueUnderTest;
using catalogue::kProgramme;
using processes::Eventually;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

inline Json Parse(const std::string& text) {
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

// The lease is a little longer than the 5 s between two reports.
inline catalogue::CatalogueOptions Options(const catalogue::SigningOptions& signing) {
  catalogue::CatalogueOptions options;
  options.database.database = absl::StrCat("sqlite:", processes::NewFolder(), "/catalogue.db");
  options.signing = signing;
  options.redis.address = "";
  options.instance_lease = absl::Seconds(8);
  return options;
}

// A copy of the 2026 edition in a folder of its own, whose rulebook says something else.
inline std::string EditionWith(const std::string& change) {
  const std::string folder = processes::NewFolder() + "/edition";
  std::filesystem::copy(criteria::EditionPath(), folder);
  std::string rulebook = ReadWhole(folder + "/rulebook.txtpb");
  if (!change.empty()) rulebook.insert(rulebook.find("zh: \"") + 5, change);
  std::ofstream(folder + "/rulebook.txtpb", std::ios::binary) << rulebook;
  return folder;
}

class ReleaseTest : public testing::Test {
 protected:
  std::string address() const { return absl::StrCat("127.0.0.1:", catalogue_.port()); }

  Outcome Run(const std::vector<std::string>& arguments) const {
    return RunCtl(arguments, {{"ZHIPING_CATALOGUE", address()}, {"ZHIPING_LANG", "zh"}});
  }
  // What succeeds with --json.
  Json RunJson(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    return Parse(outcome.out);
  }
  // What is refused, with this exit code.
  ErrorDetail Refused(std::vector<std::string> arguments, int exit_code = 1) const {
    arguments.emplace_back("--json");
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.out;
    return ErrorOf(outcome);
  }

  // Digests of imported editions.
  std::string Import(const std::string& change = "") const {
    return RunJson({"edition", "import", EditionWith(change)}).value("digest", "");
  }
  std::string Publish(const std::string& change = "") const {
    const std::string digest = Import(change);
    RunJson({"release", "publish", digest, "--reason", "测试"});
    return digest;
  }

  // A scoring service that follows the catalogue.
  std::unique_ptr<processes::Process> StartFollower(const std::string& trust_file) const {
    return std::make_unique<processes::Process>(processes::Command{
        {ZHIPING_SCORING, "--catalogue", address(), "--programmes", kProgramme, "--trust-file",
         trust_file, "--listen", absl::StrCat("127.0.0.1:", processes::FreePort())},
        {},
        "",
        false});
  }
  std::unique_ptr<processes::Process> StartFollower() const {
    return StartFollower(signing_.trust_file);
  }
  // Waits until the catalogue has heard of so many.
  void AwaitInstances(size_t count) const {
    EXPECT_TRUE(Eventually([&] { return Status()["instances"].size() == count; }));
  }
  // How many instances have that status.
  int CountOf(const std::string& status) const {
    int count = 0;
    const Json convergence = Status();
    for (const Json& instance : convergence["instances"]) {
      count += instance["status"] == status ? 1 : 0;
    }
    return count;
  }
  // Its exit code says whether an instance refuses or there is an alarm.
  Json Status() const {
    return Parse(Run({"release", "status", "--programme", kProgramme, "--json"}).out);
  }

  const catalogue::SigningOptions signing_ = catalogue::NewSigning();
  CatalogueUnderTest catalogue_{Options(signing_)};
};

}  // namespace zhiping::ctl
