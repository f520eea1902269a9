// edition import and publish-notes.
#include "absl/strings/str_replace.h"
#include "tests/integration/ctl/release_under_test.h"

namespace zhiping::ctl {
namespace {

TEST_F(ReleaseTest, AnImportSaysDigestLabelAndWhatToTypeNext) {
  const std::string folder = EditionWith("");
  const Json valid = RunJson({"edition", "import", folder, "--validate-only"});
  EXPECT_EQ(valid["label"], "2026-1");
  // Nothing was stored.
  EXPECT_EQ(Refused({"release", "publish", valid["digest"], "--reason", "测试"}).reason(),
            Reason::RELEASE_NOT_FOUND);
  const Outcome imported = Run({"edition", "import", folder});
  EXPECT_EQ(imported.exit_code, 0);
  EXPECT_THAT(imported.out, HasSubstr("0 处错误，0 处提醒。\n\n已导入 2026-1，尚未发布\n"));
  EXPECT_THAT(imported.out, HasSubstr(absl::StrCat("zhipingctl release publish ",
                                                   valid["digest"].get<std::string>())));
  RunJson({"release", "publish", valid["digest"], "--reason", "测试"});
  EXPECT_THAT(Run({"edition", "import", folder}).out,
              HasSubstr("内容与已发布的 2026-1 相同，无须导入"));
}

TEST_F(ReleaseTest, AnImportOfWhatIsWithdrawnSaysSoAndAdvisesNoPublication) {
  Publish();
  const std::string digest = Publish("改");
  RunJson({"release", "rollback", "--withdraw", "--actor", "李四", "--reason", "门槛有误"});
  for (const char* flag : {"--validate-only", "--actor=王五"}) {
    const Outcome imported = Run({"edition", "import", EditionWith("改"), flag});
    EXPECT_EQ(imported.exit_code, 0);
    EXPECT_THAT(imported.out, HasSubstr("内容与 2026-2 相同，而它已被撤回，不能再启用"));
    for (const char* said : {"李四（未认证）", "（北京时间）", "门槛有误"}) {
      EXPECT_THAT(imported.out, HasSubstr(said));
    }
    EXPECT_THAT(imported.out, HasSubstr(digest));
    EXPECT_THAT(imported.out, Not(HasSubstr("release publish")));
  }
  const Json json = RunJson({"edition", "import", EditionWith("改")});
  EXPECT_EQ(json["withdrawal"]["revision"], 3);
}

TEST_F(ReleaseTest, AFaultyFolderGetsTheFindingsOfValidate) {
  const std::string folder = EditionWith("");
  const std::string rulebook = ReadWhole(folder + "/rulebook.txtpb");
  std::ofstream(folder + "/rulebook.txtpb", std::ios::binary)
      << absl::StrReplaceAll(rulebook, {{"threshold: 600 ", "threshold: 60000 "}});
  const Outcome imported = Run({"edition", "import", folder});
  EXPECT_EQ(imported.exit_code, 1);
  EXPECT_THAT(imported.out, HasSubstr("THRESHOLD_UNREACHABLE"));
  EXPECT_EQ(imported.out, Run({"edition", "validate", folder}).out);
}

TEST_F(ReleaseTest, NotesArePublishedApart) {
  EXPECT_EQ(Refused({"edition", "publish-notes", EditionWith("")}).reason(),
            Reason::RELEASE_NOT_FOUND);
  Import();
  const std::string folder = EditionWith("");
  EXPECT_EQ(RunJson({"edition", "publish-notes", folder})["version"], 1);
  EXPECT_THAT(Run({"edition", "publish-notes", folder}).out, HasSubstr("已发布平台说明第 2 版"));
  std::filesystem::remove(folder + "/notes.txtpb");
  EXPECT_EQ(Refused({"edition", "publish-notes", folder}).reason(), Reason::FILE_UNREADABLE);
}

}  // namespace
}  // namespace zhiping::ctl
