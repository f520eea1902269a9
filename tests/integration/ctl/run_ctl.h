// Runs the real zhipingctl, as people do.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "zhiping/common/v1/error.pb.h"

namespace zhiping::ctl {

struct Outcome {
  int exit_code = -1;
  std::string out, err;
};

using Variables = std::vector<std::pair<std::string, std::string>>;

// In an empty environment with these variables, from the project's folder; without a terminal.
Outcome RunCtl(const std::vector<std::string>& arguments, const Variables& variables = {});

// The error that `--json` printed; INTERNAL_ERROR if it printed none.
common::v1::ErrorDetail ErrorOf(const Outcome& outcome);

// A folder of its own for the running test, emptied when the program that runs it first asks.
std::string ScratchFolder();

// Writes a file into ScratchFolder() and gives its path.
std::string Scratch(const std::string& name, const std::string& bytes);

std::string ReadWhole(const std::string& path);

inline const std::string kSampleAnswers = "deploy/local/sample/answers.csv";
inline const std::string kEdition = "services/catalogue/editions/jiangsu-ai-2026";

// Facts of the sample, as --facts takes them.
std::string SampleFacts();

}  // namespace zhiping::ctl
