// What the commands share: how options are declared in both languages, and what main runs.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/ctl/screen.h"

namespace zhiping::ctl {

// Exit codes, as --help documents them.
inline constexpr int kExitOk = 0;
inline constexpr int kExitRefused = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnreachable = 3;
inline constexpr int kExitDefect = 4;

struct CommandLine {
  Screen screen;
  bool json = false;
  // Value of --lang; `screen` speaks it already (RawLanguage).
  std::string language;
  // What the arguments ask for; set by the command that they name. Gives the exit code.
  std::function<absl::StatusOr<int>()> action;
};

// Value of --lang, before anything is parsed; so that --help and errors speak it.
std::string RawLanguage(int argc, char** argv, const Environment& environment);

// Whether --json is among the arguments, however wrong they are otherwise.
bool HasJsonFlag(int argc, char** argv);

// --json and --lang, and --help among them. They are understood before and after a command's name.
void AddCommonOptions(CLI::App& command, CommandLine& line);

// A command below `parent` with --json, --lang and --help.
CLI::App* AddCommand(CLI::App& parent, CommandLine& line, const std::string& name,
                     absl::string_view zh, absl::string_view en);

// A group of commands below `parent`, of which one has to be named.
CLI::App* AddCommandGroup(CLI::App& parent, CommandLine& line, const std::string& name,
                          absl::string_view zh, absl::string_view en);

// An option (or, without dashes, an argument) that takes a text. `placeholder` stands for it in
// --help. It may be given once.
CLI::Option* AddOption(CLI::App& command, const CommandLine& line, const std::string& name,
                       std::string& value, const std::string& placeholder, absl::string_view zh,
                       absl::string_view en);

// The same for a list: given several times, the values are joined by new lines, as ValuesOf takes
// them.
CLI::Option* AddListOption(CLI::App& command, const CommandLine& line, const std::string& name,
                           std::string& value, const std::string& placeholder, absl::string_view zh,
                           absl::string_view en);

// An empty value, or a list of nothing, is WRONG_USAGE: an unset variable of a script leaves one,
// and the default would be for more than was meant.
void RefuseEmpty(CLI::Option* option);

CLI::Option* AddFlag(CLI::App& command, const CommandLine& line, const std::string& name,
                     bool& value, absl::string_view zh, absl::string_view en);

// Parses; what cannot be parsed is WRONG_USAGE. The exit code 0 (after printing) if help or the
// version was asked for, −1 if line.action is to be run.
absl::StatusOr<int> Parse(CLI::App& app, int argc, char** argv);

// The value of an option that takes a duration such as `5s`. Errors: WRONG_USAGE, with the bounds.
absl::StatusOr<absl::Duration> ParseDurationOption(absl::string_view option,
                                                   absl::string_view value, absl::Duration least,
                                                   absl::Duration most);

// The value of an option that takes the revision of an activation; 0 if it is not given. Errors:
// WRONG_USAGE.
absl::StatusOr<int32_t> ParseRevisionOption(absl::string_view option, absl::string_view value);

// The values of a list option, which was given several times or as a list with commas.
std::vector<std::string> ValuesOf(absl::string_view joined, bool commas);

absl::Status WrongUsage(absl::string_view zh, absl::string_view en);

}  // namespace zhiping::ctl
