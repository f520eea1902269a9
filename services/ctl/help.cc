#include "services/ctl/help.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/ctl/display_width.h"

namespace zhiping::ctl {
namespace {

constexpr int kNameWidth = 26;

// `zhipingctl edition show`
std::string FullName(const CLI::App& app) {
  return app.get_parent() == nullptr
             ? app.get_name()
             : absl::StrCat(FullName(*app.get_parent()), " ", app.get_name());
}

struct Word {
  absl::string_view en, zh;
};

constexpr Word kWords[] = {
    {"ADDRESS", "地址"},      {"CAMPAIGN", "批次"}, {"CITY", "市"},       {"CODE", "代码"},
    {"COMMAND", "命令"},      {"COUNT", "数量"},    {"COUNTY", "县"},     {"CURSOR", "位置"},
    {"DATE", "日期"},         {"DAYS", "天数"},     {"DIGEST", "摘要"},   {"DURATION", "时长"},
    {"ENVELOPE", "文件"},     {"ETAG", "版本"},     {"FIELD", "字段"},    {"FILE", "文件"},
    {"FOLDER", "文件夹"},     {"HASH", "哈希"},     {"HOST", "主机"},     {"ID", "标识"},
    {"INSTANCE", "实例"},     {"INSTANT", "时刻"},  {"LANGUAGE", "语言"}, {"LEVEL", "等级"},
    {"MODE", "方式"},         {"MONTH", "月份"},    {"NAME", "名称"},     {"NEW", "新版"},
    {"NUMBER", "编号"},       {"OLD", "旧版"},      {"PERSON", "姓名"},   {"PLANT", "工厂"},
    {"PORT", "端口"},         {"POSITION", "位置"}, {"PROVINCE", "省"},   {"RELEASE", "发布版"},
    {"REVISION", "修订号"},   {"SCENARIO", "场景"}, {"STAGE", "阶段"},    {"STATE", "状态"},
    {"SUBMISSION", "提交件"}, {"TEXT", "文字"},     {"TIER", "层级"},     {"TIME", "时刻"},
    {"USCC", "信用代码"},     {"VALUE", "数值"},    {"YEAR", "年份"},     {"ZONE", "时区"},
};

}  // namespace

std::string InChinese(absl::string_view placeholder) {
  std::string out;
  while (!placeholder.empty()) {
    const auto end = std::find_if_not(placeholder.begin(), placeholder.end(), absl::ascii_isupper);
    const auto size = std::max<size_t>(end - placeholder.begin(), 1);
    const absl::string_view word = placeholder.substr(0, size);
    const auto* const known = std::find_if(std::begin(kWords), std::end(kWords),
                                           [&](const Word& entry) { return entry.en == word; });
    absl::StrAppend(&out, known == std::end(kWords) ? word : known->zh);
    placeholder.remove_prefix(size);
  }
  return out;
}

std::string Help::Placeholder(const std::string& placeholder) const {
  return screen_.language == Language::kChinese ? InChinese(placeholder) : placeholder;
}

std::string Help::make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const {
  std::string out =
      absl::StrCat(Hang("", app->get_description(), screen_.width), "\n", Usage(*app));
  std::string arguments, options, common;
  for (const CLI::Option* option : app->get_options()) {
    std::string text = option->get_description();
    if (!option->get_envname().empty()) {
      absl::StrAppend(&text, screen_.Say("（环境变量 ", " (environment: "), option->get_envname(),
                      screen_.Say("）", ")"));
    }
    if (option->get_positional()) {
      absl::StrAppend(&arguments, Entry(Placeholder(option->get_name(true)), text));
    } else {
      absl::StrAppend(option->get_group() == kCommonGroup ? &common : &options,
                      Entry(absl::StrCat(option->get_name(false, true), " ",
                                         Placeholder(option->get_option_text())),
                            text));
    }
  }
  std::string commands;
  for (const CLI::App* command : app->get_subcommands({})) {
    absl::StrAppend(&commands, Entry(command->get_name(), command->get_description()));
  }
  const auto section = [&](absl::string_view title, const std::string& entries) {
    if (!entries.empty()) absl::StrAppend(&out, "\n", title, "\n", entries);
  };
  section(screen_.Say("命令", "Commands"), commands);
  section(screen_.Say("参数", "Arguments"), arguments);
  section(screen_.Say("选项", "Options"), options);
  section(screen_.Say("通用选项", "Common options"), common);
  if (!app->get_footer().empty()) absl::StrAppend(&out, "\n", app->get_footer(), "\n");
  return out;
}

std::string Help::Usage(const CLI::App& app) const {
  std::string usage = FullName(app);
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      absl::StrAppend(&usage, " ", option->get_required() ? "" : "[",
                      Placeholder(option->get_name(true)), option->get_required() ? "" : "]");
    } else if (option->get_required()) {
      absl::StrAppend(&usage, " ", option->get_name(), " ", Placeholder(option->get_option_text()));
    }
  }
  absl::StrAppend(&usage, app.get_subcommands({}).empty() ? "" : screen_.Say(" 命令", " COMMAND"),
                  screen_.Say(" [选项]", " [OPTIONS]"));
  return absl::StrCat(screen_.Say("用法：", "Usage: "), usage, "\n");
}

std::string Help::Entry(const std::string& name, const std::string& text) const {
  const std::string first = PadRight(absl::StrCat("  ", name), kNameWidth);
  if (DisplayWidth(first) < kNameWidth || first.back() == ' ')
    return Hang(first, text, screen_.width);
  return absl::StrCat(first, "\n", Hang(std::string(kNameWidth, ' '), text, screen_.width));
}

}  // namespace zhiping::ctl
