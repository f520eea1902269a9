// The text of --help, in the chosen language and wrapped to the screen.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "services/ctl/screen.h"

namespace zhiping::ctl {

// Group of the options that every command has.
inline constexpr char kCommonGroup[] = "common";

class Help : public CLI::FormatterBase {
 public:
  explicit Help(const Screen& screen) : screen_(screen) {}
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;

 private:
  std::string Usage(const CLI::App& app) const;
  std::string Entry(const std::string& name, const std::string& text) const;

  const Screen& screen_;
};

}  // namespace zhiping::ctl
