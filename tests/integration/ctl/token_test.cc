// What zhipingctl token mint refuses.
#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/integration/ctl/run_ctl.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using common::v1::Reason;
using testing::HasSubstr;

struct Refusal {
  const char* name;
  // Instead of those that a token can be made of, or besides.
  std::vector<std::string> arguments;
  int exit_code;
  Reason::Value reason;
  const char* zh;
  const char* en;
};

// Each of them a programme, and more than a token has room for.
std::string ManyProgrammes() {
  std::string programmes = "p0";
  for (int i = 1; i < 200; ++i) absl::StrAppend(&programmes, ",programme-of-some-length-", i);
  return programmes;
}

class MintTest : public testing::TestWithParam<Refusal> {
 protected:
  MintTest() { EXPECT_EQ(RunCtl({"token", "issuer", issuer_}).exit_code, 0); }

  Outcome Mint(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"token", "mint", "--json", "--out", out_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const std::pair<std::string, std::string> needed[] = {{"--subject", "1"},
                                                          {"--issuer-folder", issuer_}};
    for (const auto& [option, value] : needed) {
      if (std::find(more.begin(), more.end(), option) != more.end()) continue;
      arguments.insert(arguments.end(), {option, value});
    }
    return RunCtl(arguments);
  }

  const std::string issuer_ = absl::StrCat(ScratchFolder(), "/issuer");
  const std::string out_ = absl::StrCat(ScratchFolder(), "/token.jwt");
};

TEST(TokenIssuerTest, TheFolderIsNamedInChinese) {
  EXPECT_THAT(RunCtl({"token", "issuer", "--help", "--lang", "zh"}).out,
              HasSubstr("用法：zhipingctl token issuer 文件夹 [选项]\n"));
}

TEST(TokenMintTest, AUsccStandsInTheTokenAsItIsKept) {
  const std::string issuer = absl::StrCat(ScratchFolder(), "/issuer");
  ASSERT_EQ(RunCtl({"token", "issuer", issuer}).exit_code, 0);
  EXPECT_THAT(RunCtl({"token", "mint", "--json", "--issuer-folder", issuer, "--subject", "1",
                      "--uscc", " 91110000600037341l"})
                  .out,
              HasSubstr("\"uscc\": \"91110000600037341L\""));
}

TEST_P(MintTest, IsRefusedAndWritesNoToken) {
  const Outcome outcome = Mint(GetParam().arguments);
  EXPECT_EQ(outcome.exit_code, GetParam().exit_code) << outcome.out;
  const auto error = ErrorOf(outcome);
  EXPECT_EQ(error.reason(), GetParam().reason);
  EXPECT_THAT(error.message().zh(), HasSubstr(GetParam().zh));
  EXPECT_THAT(error.message().en(), HasSubstr(GetParam().en));
  EXPECT_FALSE(std::filesystem::exists(out_));
  // What is refused is what differs from this.
  EXPECT_EQ(Mint({"--roles", "auditor", "--valid-for", "8784h"}).exit_code, 0);
}

INSTANTIATE_TEST_SUITE_P(Refusals, MintTest,
                         testing::Values(Refusal{"RolesThatConflict",
                                                 {"--roles", "viewer,operator,auditor"},
                                                 2,
                                                 Reason::WRONG_USAGE,
                                                 "operator 与 auditor 不能由同一人担任",
                                                 "operator and auditor exclude one another"},
                                         Refusal{
                                             "RolesThatConflictInTwoOptions",
                                             {"--roles", "criteria-editor", "--roles", "operator"},
                                             2,
                                             Reason::WRONG_USAGE,
                                             "不能由同一人担任",
                                             "exclude one another"},
                                         Refusal{"UnknownRole",
                                                 {"--roles", "viewer,emperor"},
                                                 2,
                                                 Reason::WRONG_USAGE,
                                                 "没有角色“emperor”；有：",
                                                 "there is no role \"emperor\"; there are: "},
                                         Refusal{"WrongUscc",
                                                 {"--uscc", "9111"},
                                                 2,
                                                 Reason::WRONG_USAGE,
                                                 "--uscc：统一社会信用代码应为 18 位，这里是 4 位",
                                                 "--uscc: The unified social credit code has 18"},
                                         Refusal{"NoDuration",
                                                 {"--valid-for", "forever"},
                                                 2,
                                                 Reason::WRONG_USAGE,
                                                 "--valid-for",
                                                 "--valid-for"},
                                         Refusal{"TooShort",
                                                 {"--valid-for", "0s"},
                                                 2,
                                                 Reason::WRONG_USAGE,
                                                 "--valid-for",
                                                 "--valid-for"},
                                         Refusal{"TooLong",
                                                 {"--valid-for", "8785h"},
                                                 2,
                                                 Reason::WRONG_USAGE,
                                                 "--valid-for",
                                                 "--valid-for"},
                                         Refusal{"NoSubject",
                                                 {"--subject", ""},
                                                 1,
                                                 Reason::TOKEN_CLAIM_INVALID,
                                                 "令牌的声明 /sub 应有 1 至 255 字节",
                                                 "claim /sub should have 1 to 255 bytes"},
                                         Refusal{"LongSubject",
                                                 {"--subject", std::string(256, 'x')},
                                                 1,
                                                 Reason::TOKEN_CLAIM_INVALID,
                                                 "令牌的声明 /sub 过长：至多 255 字节。",
                                                 "claim /sub is too long: at most 255 bytes."},
                                         Refusal{"ControlCharacter",
                                                 {"--name", "a\nb"},
                                                 1,
                                                 Reason::TOKEN_CLAIM_INVALID,
                                                 "令牌的声明 /name 不能含控制字符",
                                                 "claim /name must not contain control"},
                                         Refusal{"LargeToken",
                                                 {"--programmes", ManyProgrammes()},
                                                 1,
                                                 Reason::TOO_LARGE,
                                                 "令牌超过 6144 字节",
                                                 "more than 6144 bytes"},
                                         Refusal{"FolderThatIsNotThere",
                                                 {"--issuer-folder", "/nowhere"},
                                                 1,
                                                 Reason::FILE_UNREADABLE,
                                                 "/nowhere/identity.txtpb",
                                                 "/nowhere/identity.txtpb"}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace zhiping::ctl
