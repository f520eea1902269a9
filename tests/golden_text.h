// Texts that people reviewed, held as files below tests/golden.
//
// To accept changed texts, run the test with ZHIPING_UPDATE_GOLDEN=1, then look at `git diff`.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace zhiping {

// The first line in which two texts differ; empty if they are the same.
inline std::string FirstDifference(const std::string& now, const std::string& golden) {
  if (now == golden) return "";
  const std::vector<std::string> lines = absl::StrSplit(now, '\n');
  const std::vector<std::string> then = absl::StrSplit(golden, '\n');
  size_t line = 0;
  while (line < lines.size() && line < then.size() && lines[line] == then[line]) ++line;
  return absl::StrCat("line ", line + 1, ":\n- ", line < then.size() ? then[line] : "", "\n+ ",
                      line < lines.size() ? lines[line] : "");
}

// `file`: below tests/golden.
inline void ExpectGolden(const std::string& text, const std::string& file) {
  const std::string path = absl::StrCat(ZHIPING_SOURCE_DIR "/tests/golden/", file);
  if (std::getenv("ZHIPING_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
  }
  std::ostringstream golden;
  golden << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(FirstDifference(text, golden.str()), "") << path;
}

}  // namespace zhiping
