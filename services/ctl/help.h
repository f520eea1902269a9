// The text of --help, in the chosen language and wrapped to the screen.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "absl/strings/string_view.h"
#include "services/ctl/screen.h"

namespace zhiping::ctl {

// Group of the options that every command has.
inline constexpr char kCommonGroup[] = "common";

// A placeholder such as `FOLDER|RELEASE` in Chinese; what has no Chinese name stays as it is.
std::string InChinese(absl::string_view placeholder);

class Help : public CLI::FormatterBase {
 public:
  explicit Help(const Screen& screen) : screen_(screen) {}
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;

 private:
  std::string Usage(const CLI::App& app) const;
  std::string Entry(const std::string& name, const std::string& text) const;

  std::string Placeholder(const std::string& placeholder) const;

  const Screen& screen_;
};

}  // namespace zhiping::ctl
