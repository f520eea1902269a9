#include "services/ctl/command_line.h"

#include <cstdio>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status/error.h"
#include "services/ctl/help.h"

namespace zhiping::ctl {
namespace {

// What CLI11 found wrong, in both languages; its own words are English only.
absl::Status FromCli11(const CLI::App& app, const CLI::ParseError& error) {
  const std::string words = error.what();
  absl::string_view what = words;
  // CLI11 looks for what is missing first; but a misspelt option is the likelier cause.
  if (const auto extras = app.remaining(/*recurse=*/true); !extras.empty()) {
    if (absl::StartsWith(what, "A subcommand") && !absl::StartsWith(extras[0], "-")) {
      return WrongUsage(absl::StrCat("没有命令 ", extras[0], "；可用的命令见 --help。"),
                        absl::StrCat("There is no command ", extras[0], "; --help lists them."));
    }
    const std::string unknown = absl::StrJoin(extras, " ");
    return WrongUsage(absl::StrCat("不认识的参数：", unknown, "；可用的参数见 --help。"),
                      absl::StrCat("Unknown argument: ", unknown, "; --help lists what there is."));
  }
  switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
    case CLI::ExitCodes::RequiredError:
      if (absl::StartsWith(what, "A subcommand")) {
        return WrongUsage("缺少要执行的命令；可用的命令见 --help。",
                          "A command is missing; --help lists them.");
      }
      absl::ConsumeSuffix(&what, " is required");
      return WrongUsage(absl::StrCat("缺少参数 ", InChinese(what), "。"),
                        absl::StrCat("The argument ", what, " is missing."));
    case CLI::ExitCodes::ArgumentMismatch:
      what = what.substr(0, what.find(':'));
      if (absl::StrContains(words, "At Most")) {
        return WrongUsage(absl::StrCat(what, " 给出了多次，只能给一次。"),
                          absl::StrCat(what, " is given several times; give it once."));
      }
      return WrongUsage(absl::StrCat(what, " 后面需要一个值。"),
                        absl::StrCat(what, " needs a value."));
    case CLI::ExitCodes::ConversionError: {
      // Only flags have values that are converted: `Could not convert: --advice = maybe`.
      absl::ConsumePrefix(&what, "Could not convert: ");
      const absl::string_view name = what.substr(0, what.find(' '));
      return WrongUsage(absl::StrCat(name, " 不带值。"), absl::StrCat(name, " takes no value."));
    }
    case CLI::ExitCodes::ValidationError:
      // Of RefuseEmpty.
      what = what.substr(0, what.find(':'));
      return WrongUsage(
          absl::StrCat(what, " 的值是空的；请填写，或者不给出这个参数。"),
          absl::StrCat(what, " is given without a value: write one, or leave it out."));
    default:
      return WrongUsage(absl::StrCat("参数无法识别：", words, "。"), absl::StrCat(words, "."));
  }
}

}  // namespace

std::string RawLanguage(int argc, char** argv, const Environment& environment) {
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    if (argument == "--lang" && i + 1 < argc) return argv[i + 1];
    if (absl::ConsumePrefix(&argument, "--lang=")) return std::string(argument);
  }
  const char* const language = environment("ZHIPING_LANG");
  return language == nullptr ? "" : language;
}

bool HasJsonFlag(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (absl::string_view(argv[i]) == "--json") return true;
  }
  return false;
}

void AddCommonOptions(CLI::App& command, CommandLine& line) {
  AddOption(command, line, "--lang", line.language, "LANGUAGE",
            "语言：zh 或 en；默认按 LC_ALL、LC_MESSAGES、LANG，否则为中文",
            "Language: zh or en; by default as LC_ALL, LC_MESSAGES or LANG say, else Chinese")
      ->envname("ZHIPING_LANG")
      ->group(kCommonGroup);
  AddFlag(command, line, "--json", line.json, "输出 JSON（出错时也是）",
          "Print JSON, for errors too")
      ->group(kCommonGroup);
  command.get_help_ptr()->group(kCommonGroup);
}

CLI::App* AddCommand(CLI::App& parent, CommandLine& line, const std::string& name,
                     absl::string_view zh, absl::string_view en) {
  CLI::App* const command = parent.add_subcommand(name, std::string(line.screen.Say(zh, en)));
  command->formatter(std::make_shared<Help>(line.screen));
  AddCommonOptions(*command, line);
  return command;
}

CLI::App* AddCommandGroup(CLI::App& parent, CommandLine& line, const std::string& name,
                          absl::string_view zh, absl::string_view en) {
  CLI::App* const group = AddCommand(parent, line, name, zh, en);
  group->require_subcommand(1);
  return group;
}

CLI::Option* AddOption(CLI::App& command, const CommandLine& line, const std::string& name,
                       std::string& value, const std::string& placeholder, absl::string_view zh,
                       absl::string_view en) {
  CLI::Option* const option = command.add_option(name, value, std::string(line.screen.Say(zh, en)));
  if (option->nonpositional()) option->option_text(placeholder);
  return option->multi_option_policy(CLI::MultiOptionPolicy::Throw);
}

CLI::Option* AddListOption(CLI::App& command, const CommandLine& line, const std::string& name,
                           std::string& value, const std::string& placeholder, absl::string_view zh,
                           absl::string_view en) {
  return AddOption(command, line, name, value, placeholder, zh, en)
      ->multi_option_policy(CLI::MultiOptionPolicy::Join);
}

void RefuseEmpty(CLI::Option* option) {
  option->check([](const std::string& value) {
    return ValuesOf(value, /*commas=*/true).empty() ? std::string("empty") : std::string();
  });
}

CLI::Option* AddFlag(CLI::App& command, const CommandLine& line, const std::string& name,
                     bool& value, absl::string_view zh, absl::string_view en) {
  return command.add_flag(name, value, std::string(line.screen.Say(zh, en)))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

absl::StatusOr<int> Parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return -1;
  } catch (const CLI::CallForVersion& version) {
    std::fputs(absl::StrCat(version.what(), "\n").c_str(), stdout);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
  } catch (const CLI::ParseError& error) {
    return FromCli11(app, error);
  }
  return kExitOk;
}

absl::StatusOr<absl::Duration> ParseDurationOption(absl::string_view option,
                                                   absl::string_view value, absl::Duration least,
                                                   absl::Duration most) {
  absl::Duration duration;
  if (absl::ParseDuration(value, &duration) && duration >= least && duration <= most) {
    return duration;
  }
  const std::string bounds[] = {absl::FormatDuration(least), absl::FormatDuration(most)};
  return WrongUsage(absl::StrCat(option, " 应为 ", bounds[0], " 至 ", bounds[1],
                                 "（例如 5s），而不是 ", value, "。"),
                    absl::StrCat(option, " should be ", bounds[0], " to ", bounds[1],
                                 ", such as 5s, not ", value, "."));
}

absl::StatusOr<int32_t> ParseRevisionOption(absl::string_view option, absl::string_view value) {
  int32_t revision = 0;
  if (value.empty() || (absl::SimpleAtoi(value, &revision) && revision > 0)) return revision;
  return WrongUsage(
      absl::StrCat(option, " 应为修订号，即正整数，而不是“", value, "”。"),
      absl::StrCat(option, " should be a revision, a whole number from 1, not \"", value, "\"."));
}

std::vector<std::string> ValuesOf(absl::string_view joined, bool commas) {
  std::vector<std::string> values;
  for (const absl::string_view value :
       absl::StrSplit(joined, absl::ByAnyChar(commas ? "\n," : "\n"))) {
    const absl::string_view trimmed = absl::StripAsciiWhitespace(value);
    if (!trimmed.empty()) values.emplace_back(trimmed);
  }
  return values;
}

absl::Status WrongUsage(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::WRONG_USAGE, zh, en);
}

}  // namespace zhiping::ctl
