// The edition commands, on the 2026 edition and on copies of it with faults.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/text_format.h"
#include "tests/edition_faults.h"
#include "tests/edition_folder.h"
#include "tests/integration/ctl/run_ctl.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using criteria::Fault;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

Json Parse(const std::string& text) {
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

std::string AsText(const google::protobuf::Message& message) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(message, &text);
  return text;
}

// A copy of the edition with one fault, as a folder of the running test.
std::string WriteFolder(const Fault& fault) {
  std::vector<catalogue::v1::Finding> findings;
  criteria::Folder folder = criteria::ParseFolder(criteria::ReadEdition2026(), findings);
  fault.make(folder);
  Scratch("edition/edition.txtpb", AsText(folder.edition));
  Scratch("edition/rulebook.txtpb", AsText(folder.rulebook));
  Scratch("edition/vectors.txtpb", AsText(folder.vectors));
  Scratch("edition/notes.txtpb", AsText(*folder.notes));
  if (folder.source) Scratch("edition/" + folder.edition.source().file(), *folder.source);
  return ScratchFolder() + "/edition";
}

class FaultyFolderTest : public testing::TestWithParam<Fault> {};

TEST_P(FaultyFolderTest, IsRefusedWithFileAndField) {
  const std::string folder = WriteFolder(GetParam());
  const Outcome outcome = RunCtl({"edition", "validate", folder, "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  const Json document = Parse(outcome.out);
  EXPECT_EQ(document.value("valid", true), false);
  bool found = false;
  for (const Json& finding : document["findings"]) {
    found |= finding["reason"] == Reason::Value_Name(GetParam().reason) &&
             finding["field"] == GetParam().field;
    EXPECT_NE(finding["file"], "");
  }
  EXPECT_TRUE(found) << outcome.out;
  EXPECT_EQ(RunCtl({"edition", "show", folder}).exit_code, 1);
}

INSTANTIATE_TEST_SUITE_P(Every, FaultyFolderTest, testing::ValuesIn(criteria::EveryFault()),
                         [](const auto& fault) { return std::string(fault.param.name); });

// Copies the edition's folder and replaces a text in one of its files.
std::string CopyWith(const std::string& file, const std::string& from, const std::string& to) {
  const std::string folder = ScratchFolder() + "/edition";
  std::filesystem::copy(criteria::EditionPath(), folder);
  const std::string text = ReadWhole(folder + "/" + file);
  EXPECT_THAT(text, HasSubstr(from));
  Scratch("edition/" + file, absl::StrReplaceAll(text, {{from, to}}));
  return folder;
}

TEST(EditionTest, ThePublishedEditionIsValid) {
  const Outcome outcome = RunCtl({"edition", "validate", kEdition, "--lang", "zh"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "0 处错误，0 处提醒。\n");
}

TEST(EditionTest, WhatIsWrongIsShownHoweverLargeItIs) {
  const std::string folder = ScratchFolder() + "/edition";
  std::filesystem::copy(criteria::EditionPath(), folder);
  Scratch("edition/notes.txtpb", std::string(30'000'000, 'a'));
  const Outcome outcome = RunCtl({"edition", "validate", folder, "--lang", "en"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_LT(outcome.out.size(), 1000);
  EXPECT_THAT(outcome.out, HasSubstr("notes.txtpb:1"));
  EXPECT_THAT(outcome.out, testing::EndsWith("1 error, 1 warning.\n"));
}

TEST(EditionTest, AFindingNamesTheLine) {
  const std::string folder = CopyWith("rulebook.txtpb", "threshold: 600 ", "threshold: 60000 ");
  const Outcome outcome = RunCtl({"edition", "validate", folder, "--lang", "en"});
  EXPECT_EQ(outcome.exit_code, 1);
  const std::string text = ReadWhole(folder + "/rulebook.txtpb");
  const auto line = std::count(text.begin(), text.begin() + text.find("60000"), '\n') + 1;
  EXPECT_THAT(outcome.out,
              HasSubstr(absl::StrCat("rulebook.txtpb:", line, " tiers[1].conditions[0]")));
  EXPECT_THAT(outcome.out, HasSubstr("THRESHOLD_UNREACHABLE"));
}

TEST(EditionTest, AFileThatCannotBeParsedNamesLineAndColumn) {
  const std::string folder = CopyWith("rulebook.txtpb", "default_weight: 1", "default_wait: 1");
  const Outcome outcome = RunCtl({"edition", "validate", folder, "--lang", "zh"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("MALFORMED"));
  EXPECT_THAT(outcome.out, testing::ContainsRegex("第 [0-9]+ 行第 [0-9]+ 列"));
}

TEST(EditionTest, ASourceOutsideTheFolderIsNotRead) {
  const std::string folder =
      CopyWith("edition.txtpb", "file: \"source.txt\"", "file: \"../edition/source.txt\"");
  const Outcome outcome = RunCtl({"edition", "validate", folder, "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("SOURCE_MISMATCH"));
}

TEST(EditionTest, ShowSaysEveryScenarioAndTier) {
  const auto criteria = criteria::CompileEdition2026();
  ASSERT_OK(criteria);
  const Outcome outcome = RunCtl({"edition", "show", kEdition, "--lang", "zh"});
  EXPECT_EQ(outcome.exit_code, 0);
  for (const auto& scenario : (*criteria)->edition().scenarios()) {
    EXPECT_THAT(outcome.out, HasSubstr(scenario.name().text() + "  " + scenario.id()));
  }
  for (const auto& tier : (*criteria)->rulebook().tiers()) {
    EXPECT_THAT(outcome.out, HasSubstr("智能工厂层级：" + tier.name().zh()));
  }
  const Json json = Parse(RunCtl({"edition", "show", kEdition, "--json"}).out);
  EXPECT_EQ(json["edition"]["scenarios"].size(), 33u);
  EXPECT_EQ(json["label"], "unpublished");
}

TEST(EditionTest, ShowHasTheEnglishOfTheNotes) {
  const Outcome outcome = RunCtl({"edition", "show", kEdition, "--lang", "en"});
  EXPECT_EQ(outcome.exit_code, 0);
  const Json json = Parse(RunCtl({"edition", "show", kEdition, "--json"}).out);
  const Json& notes = json["notes"];
  for (const Json& segment : notes["segments"]) {
    EXPECT_THAT(outcome.out, HasSubstr("Segment: " + segment["nameEn"].get<std::string>() + " ("));
  }
  EXPECT_EQ(notes["scenarios"].size(), 33u);
  for (const Json& scenario : notes["scenarios"]) {
    // Both may be wrapped.
    EXPECT_THAT(outcome.out, HasSubstr(scenario["nameEn"].get<std::string>().substr(0, 20)));
    for (const Json& level : scenario["levels"]) {
      EXPECT_THAT(outcome.out, HasSubstr(level["textEn"].get<std::string>().substr(0, 20)));
    }
  }
}

TEST(EditionTest, DiffSaysWhatBecomesOfAnswers) {
  // The words stand in the source too, so that both are valid.
  const std::string from = "构建动态仿真模型，实现布局优化";
  const std::string to = "构建动态仿真系统，实现布局优化";
  const std::string folder = CopyWith("edition.txtpb", from, to);
  const std::string source = absl::StrReplaceAll(ReadWhole(folder + "/source.txt"), {{from, to}});
  Scratch("edition/source.txt", source);
  const std::string edition = ReadWhole(folder + "/edition.txtpb");
  const size_t sha = edition.find("sha256: \"") + 9;
  std::string changed = edition;
  changed.replace(sha, 64, criteria::DigestOf(source).substr(7));
  Scratch("edition/edition.txtpb", changed);
  const Outcome outcome = RunCtl({"edition", "diff", kEdition, folder, "--lang", "zh"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("32 个场景未变，答案沿用；1 个场景有变化："));
  EXPECT_THAT(outcome.out, HasSubstr("文字修改"));
  EXPECT_THAT(outcome.out, HasSubstr("[-模型-]{+系统+}"));
  EXPECT_THAT(outcome.out, HasSubstr("待确认"));
  const Json json = Parse(RunCtl({"edition", "diff", kEdition, folder, "--json"}).out);
  EXPECT_EQ(json["scenarios"].size(), 33u);
  EXPECT_EQ(json["scenarios"][0]["kinds"][0], "REWORDED");
}

TEST(EditionTest, DiffOfTheSameHasNoChange) {
  const Outcome outcome = RunCtl({"edition", "diff", kEdition, kEdition, "--lang", "zh"});
  EXPECT_THAT(outcome.out, HasSubstr("评分规则没有变化"));
  EXPECT_THAT(outcome.out, HasSubstr("0 个场景有变化。"));
  EXPECT_THAT(outcome.out, HasSubstr("旧：jiangsu-ai-2026 · 未发布的年版文件夹 · "));
}

// Characters of Chinese input methods, where only ASCII may stand.
TEST(EditionTest, AFullWidthCharacterIsNamedWithItsPlace) {
  const std::string folder = CopyWith("edition.txtpb", "programme: ", "programme：");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"edition", "show", folder, "--json"},
        {"score", "--answers", kSampleAnswers, "--offline", folder, "--json"}}) {
    const Outcome outcome = RunCtl(command);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.err, "");
    const ErrorDetail error = ErrorOf(outcome);
    EXPECT_EQ(error.reason(), Reason::INVALID_RELEASE);
    ASSERT_EQ(error.violations_size(), 1);
    EXPECT_EQ(error.violations(0).reason(), Reason::MALFORMED);
    EXPECT_THAT(error.violations(0).message().zh(), testing::StartsWith("edition.txtpb:"));
    EXPECT_THAT(error.violations(0).message().zh(), HasSubstr("列是“：”：引号之外只能用半角字符"));
    EXPECT_THAT(error.violations(0).message().en(),
                HasSubstr("outside quotes there is ASCII only"));
  }
  EXPECT_THAT(RunCtl({"edition", "validate", folder, "--lang", "zh"}).out, HasSubstr("1 处错误"));
}

TEST(EditionTest, AFileInAnotherEncodingIsOneError) {
  for (const char* file : {"edition.txtpb", "rulebook.txtpb", "vectors.txtpb", "notes.txtpb"}) {
    const std::string folder = ScratchFolder() + "/edition";
    std::filesystem::remove_all(folder);
    std::filesystem::copy(criteria::EditionPath(), folder);
    // 场景 in GB18030.
    Scratch(absl::StrCat("edition/", file),
            "# one\nid: \"\xB3\xA1\xBE\xB0\"\n# \xB3\xA1\xBE\xB0\n");
    const Outcome outcome = RunCtl({"edition", "validate", folder, "--json"});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.err, "");
    const Json findings = Parse(outcome.out)["findings"];
    ASSERT_FALSE(findings.empty());
    // Warnings say what could not be judged without the file.
    for (size_t i = 0; i < findings.size(); ++i) {
      EXPECT_EQ(findings[i]["severity"], i == 0 ? "ERROR" : "WARNING") << outcome.out;
    }
    EXPECT_EQ(findings[0]["reason"], "UNKNOWN_ENCODING");
    EXPECT_EQ(findings[0]["file"], file);
    EXPECT_EQ(findings[0]["line"], 2);
  }
}

TEST(EditionTest, AByteOrderMarkIsSkipped) {
  const std::string folder = ScratchFolder() + "/edition";
  std::filesystem::copy(criteria::EditionPath(), folder);
  for (const char* file : {"edition.txtpb", "rulebook.txtpb", "vectors.txtpb", "notes.txtpb"}) {
    Scratch(absl::StrCat("edition/", file),
            absl::StrCat("\xEF\xBB\xBF", ReadWhole(absl::StrCat(folder, "/", file))));
  }
  const Outcome outcome = RunCtl({"edition", "validate", folder, "--lang", "zh"});
  EXPECT_EQ(outcome.out, "0 处错误，0 处提醒。\n");
}

}  // namespace
}  // namespace zhiping::ctl
