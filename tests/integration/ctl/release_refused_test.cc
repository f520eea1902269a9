// What the commands of the catalogue refuse, and what they say without one.
#include "absl/strings/str_replace.h"
#include "tests/integration/ctl/release_under_test.h"

namespace zhiping::ctl {
namespace {

TEST_F(ReleaseTest, UnknownAndAmbiguousNamesAreRefused) {
  const std::string unknown = absl::StrCat("sha256:", std::string(64, '0'));
  for (const char* command : {"show", "publish"}) {
    for (const std::string& name : {unknown, std::string("deadbeef"), std::string("2026-9")}) {
      std::vector<std::string> arguments = {"release", command, name};
      if (arguments[1] == "publish") arguments.insert(arguments.end(), {"--reason", "测试"});
      EXPECT_EQ(Refused(arguments).reason(), Reason::RELEASE_NOT_FOUND) << name;
    }
  }
  const std::string first = Publish();
  // A second programme, with the same label.
  const std::string folder = EditionWith("");
  for (const char* file : {"/edition.txtpb", "/rulebook.txtpb", "/notes.txtpb"}) {
    const std::string text = ReadWhole(folder + file);
    std::ofstream(folder + file, std::ios::binary)
        << absl::StrReplaceAll(text, {{"\"jiangsu-ai", "\"other"}});
  }
  const std::string other = RunJson({"edition", "import", folder}).value("digest", "");
  RunJson({"release", "publish", other, "--reason", "测试"});
  const ErrorDetail ambiguous = Refused({"release", "show", "2026-1"});
  EXPECT_EQ(ambiguous.reason(), Reason::AMBIGUOUS);
  EXPECT_THAT(ambiguous.message().zh(), HasSubstr(first));
  EXPECT_THAT(ambiguous.message().en(), HasSubstr(other));
  EXPECT_EQ(RunJson({"release", "show", "2026-1", "--programme", "other"})["release"]["digest"],
            other);
  const ErrorDetail several = Refused({"release", "status"}, 2);
  EXPECT_THAT(several.message().zh(), HasSubstr("jiangsu-ai, other"));
  EXPECT_EQ(RunJson({"release", "list"})["totalSize"], 2);
  const ErrorDetail misspelt = Refused({"release", "status", "--programme", "nope"});
  EXPECT_EQ(misspelt.reason(), Reason::UNKNOWN_PROGRAMME);
  EXPECT_THAT(misspelt.message().zh(), HasSubstr("没有评测体系“nope”"));
}

TEST_F(ReleaseTest, FencesAndInstancesAreChecked) {
  Publish();
  Publish("改");
  const ErrorDetail low = Refused({"release", "fence", "--above", "1", "--reason", "恢复"});
  EXPECT_EQ(low.reason(), Reason::REVISION_OUT_OF_RANGE);
  EXPECT_THAT(low.message().zh(), testing::StartsWith("--above 应在 2 到 1000002 之间"));
  EXPECT_EQ(Refused({"release", "fence", "--above", "2000000", "--reason", "恢复"}).reason(),
            Reason::REVISION_OUT_OF_RANGE);
  EXPECT_EQ(RunJson({"release", "fence", "--above", "7", "--reason", "恢复"})["nextRevision"], 8);
  EXPECT_EQ(RunJson({"release", "rollback", "--reason", "测试"})["activation"]["revision"], 8);
  EXPECT_EQ(Refused({"release", "forget", "nobody"}).reason(), Reason::UNKNOWN_INSTANCE);
  EXPECT_EQ(Refused({"release", "forget", "no body"}).reason(), Reason::INVALID_FIELD);
}

TEST_F(ReleaseTest, WrongOptionsAreWrongUsage) {
  const std::string digest = absl::StrCat("sha256:", std::string(64, '0'));
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"release", "publish", digest},
           {"release", "publish", "latest", "--reason", "x"},
           {"release", "publish", digest, "--reason", "x", "--at", "tomorrow"},
           {"release", "publish", digest, "--reason", "x", "--time-zone", "Mars/Base"},
           {"release", "publish", digest, "--reason", "x", "--cancel-pending", "two"},
           {"release", "publish", digest, "--reason", "x", "--timeout", "25h"},
           {"release", "rollback"},
           {"release", "fence"},
           {"release", "fence", "--above", "7"},
           {"release", "fence", "--above", "-1", "--reason", "x"},
           {"release", "fence", "--above", "7", "--reason", ""},
           {"release", "publish", digest, "--reason", " "},
           {"release", "rollback", "--reason", "\u3000"},
           {"release", "forget"},
           {"release", "show"},
           {"release", "status", "--timeout", "1ms"},
           {"release", "bundle", "--out", "x"},
           {"release", "list", "--catalogue", "nonsense"},
           {"edition", "import"},
           {"edition", "publish-notes"}}) {
    EXPECT_EQ(Refused(arguments, 2).reason(), Reason::WRONG_USAGE) << arguments[1];
  }
  EXPECT_THAT(Refused({"release", "list", "--catalogue", "nonsense"}, 2).message().zh(),
              HasSubstr("--catalogue 应为标准目录服务的“主机:端口”，例如 127.0.0.1:50052"));
  const ErrorDetail reason =
      Refused({"release", "publish", digest, "--reason", std::string(501, 'x')});
  EXPECT_THAT(reason.message().zh(), HasSubstr("--reason 最多 500 个字符"));
}

TEST(NoCatalogueTest, EveryCommandSaysSoWithAnExitCodeOfItsOwn) {
  const std::string digest = absl::StrCat("sha256:", std::string(64, '0'));
  const std::string trust = catalogue::NewSigning().trust_file;
  for (std::vector<std::string> arguments : std::vector<std::vector<std::string>>{
           {"release", "list"},
           {"release", "show", digest},
           {"release", "publish", digest, "--reason", "x"},
           {"release", "publish", "2026-1", "--reason", "x", "--wait"},
           {"release", "rollback", "--reason", "x"},
           {"release", "status"},
           {"release", "status", "--watch"},
           {"release", "bundle", "--out", "x", "--trust-file", trust},
           {"release", "fence", "--above", "1", "--reason", "x"},
           {"release", "forget", "x"},
           {"edition", "import", kEdition},
           {"edition", "publish-notes", kEdition}}) {
    // Port 1 is nobody's.
    arguments.insert(arguments.end(), {"--catalogue", "127.0.0.1:1", "--json"});
    const Outcome outcome = RunCtl(arguments);
    EXPECT_EQ(outcome.exit_code, 3) << arguments[1];
    EXPECT_EQ(ErrorOf(outcome).reason(), Reason::SERVICE_UNREACHABLE);
    EXPECT_THAT(ErrorOf(outcome).message().zh(), HasSubstr("连接不上标准目录服务 127.0.0.1:1"));
  }
}

}  // namespace
}  // namespace zhiping::ctl
