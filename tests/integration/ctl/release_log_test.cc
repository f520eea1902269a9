// zhipingctl release log against a real catalogue, whose database is tampered with while it runs.
#include <nlohmann/json.hpp>

#include "absl/strings/str_replace.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/ctl/run_ctl.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::ctl {
namespace {

using catalogue::CatalogueUnderTest;
using catalogue::kProgramme;
using catalogue::Publication;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

class ReleaseLogTest : public testing::Test {
 protected:
  static catalogue::CatalogueOptions Options() {
    catalogue::CatalogueOptions options;
    // Two programmes may have it open.
    options.database.database = sql::NewSetting(sql::Engine::kPostgres);
    options.signing = catalogue::NewSigning();
    options.redis.address = "";
    return options;
  }

  Outcome Run(std::vector<std::string> more, const std::string& language = "zh") const {
    std::vector<std::string> arguments = {"release", "log"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunCtl(arguments, {{"ZHIPING_CATALOGUE", absl::StrCat("127.0.0.1:", catalogue_.port())},
                              {"ZHIPING_LANG", language}});
  }
  static Json Parse(const std::string& text) {
    return Json::parse(text, nullptr, /*allow_exceptions=*/false);
  }
  void Tamper(const std::string& sql) const {
    const auto database = sql::OpenOrDie(options_.database.database);
    ASSERT_OK(sql::TamperWithLogs(*database, sql));
  }

  const catalogue::CatalogueOptions options_ = Options();
  CatalogueUnderTest catalogue_{options_};
};

TEST_F(ReleaseLogTest, SaysWhatHappenedAndVerifiesIt) {
  EXPECT_EQ(Run({}).out, "日志里还没有记录。\n");
  auto publication = Publication(catalogue_.Import());
  publication.mutable_actor()->set_reason("首次发布");
  ASSERT_OK(catalogue_.Publish(publication));
  ASSERT_OK(catalogue_.Publish(Publication(catalogue_.Import("改"))));
  auto rollback = catalogue::Rollback();
  rollback.set_withdraw(true);
  rollback.mutable_actor()->set_reason("有误");
  ASSERT_OK(catalogue_.RollBack(rollback));

  const Outcome shown = Run({});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  for (const char* text : {"张三（未认证）", "李四（未认证）", "首次发布", "有误", "导入", "回退",
                           "撤回", "2026-2", "共 6 条；时间为北京时间"}) {
    EXPECT_THAT(shown.out, HasSubstr(text));
  }
  EXPECT_THAT(shown.out, Not(HasSubstr("校验相符")));
  EXPECT_THAT(Run({"--verify", "--time-zone", "UTC"}, "en").out,
              testing::AllOf(HasSubstr("times are UTC"), HasSubstr("The hash chain verifies, 6 "),
                             HasSubstr("李四 (unauthenticated)")));

  const Json json = Parse(Run({"--verify", "--json"}).out);
  ASSERT_EQ(json["entries"].size(), 6u);
  EXPECT_EQ(json["verified"]["entries"], 6);
  EXPECT_EQ(json["entries"][4]["position"], "5");
  EXPECT_EQ(json["entries"][4]["event"]["releaseActivated"]["kind"], "ROLLBACK");
  EXPECT_EQ(json["entries"][4]["event"]["reason"], "有误");
  EXPECT_FALSE(Parse(Run({"--json"}).out).contains("verified"));

  // What was noted is still there later.
  const std::string head = json["verified"]["head"];
  ASSERT_OK(catalogue_.Publish(Publication(catalogue_.Import("再改"))));
  EXPECT_EQ(Run({"--head", head}).exit_code, 0);
  EXPECT_EQ(Run({"--head", "6"}).exit_code, 2);
}

TEST_F(ReleaseLogTest, ShowsOneProgrammeAndVerifiesTheWholeLog) {
  ASSERT_OK(catalogue_.Publish(Publication(catalogue_.Import())));
  EXPECT_EQ(Parse(Run({"--json", "--programme", kProgramme}).out)["entries"].size(), 2u);
  EXPECT_EQ(Parse(Run({"--json", "--programme", "another"}).out)["entries"].size(), 0u);
  const Json verified = Parse(Run({"--json", "--programme", "another", "--verify"}).out);
  EXPECT_EQ(verified["verified"]["entries"], 2);
}

// The database takes the changes but not their entries in the log.
TEST_F(ReleaseLogTest, SaysWhatIsNotInTheLogYet) {
  ASSERT_OK(catalogue_.Publish(Publication(catalogue_.Import())));
  ASSERT_EQ(Run({"--verify"}).exit_code, 0);
  const auto database = sql::OpenOrDie(options_.database.database);
  ASSERT_OK(database->Apply(
      sql::Soon(),
      {{"CREATE FUNCTION full_log() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE 'no space'; END $$",
        {}},
       {"CREATE TRIGGER full_log BEFORE INSERT ON log_entry EXECUTE FUNCTION full_log()", {}}}));
  ASSERT_OK(catalogue_.Publish(Publication(catalogue_.Import("改"))));

  const Outcome verified = Run({"--verify"});
  EXPECT_EQ(verified.exit_code, 1) << verified.out;
  EXPECT_THAT(verified.out, HasSubstr("另有 2 "));
  EXPECT_THAT(verified.out, HasSubstr("共 2 条"));
  const Outcome read = Run({}, "en");
  EXPECT_EQ(read.exit_code, 0) << read.err;
  EXPECT_THAT(read.out, HasSubstr("2 "));
  EXPECT_EQ(Parse(Run({"--json"}).out)["waiting"], "2");

  ASSERT_OK(database->Apply(sql::Soon(), {{"DROP TRIGGER full_log ON log_entry", {}}}));
  EXPECT_EQ(Run({"--verify"}).exit_code, 0);
  EXPECT_EQ(Parse(Run({"--json"}).out)["entries"].size(), 4u);
}

TEST_F(ReleaseLogTest, SaysWhereTheChainBreaks) {
  ASSERT_OK(catalogue_.Publish(Publication(catalogue_.Import())));
  ASSERT_OK(catalogue_.Publish(Publication(catalogue_.Import("改"))));
  const std::string head = Parse(Run({"--verify", "--json"}).out)["verified"]["head"];

  Tamper("DELETE FROM log_entry WHERE position = 4");
  EXPECT_EQ(Run({"--verify"}).exit_code, 0);
  const Outcome cut = Run({"--head", head});
  EXPECT_EQ(cut.exit_code, 1);
  EXPECT_THAT(cut.err, HasSubstr("里没有记下的位置 4 处的记录"));
  EXPECT_THAT(cut.err, HasSubstr("[LOG_BROKEN]"));

  Tamper("UPDATE log_entry SET bytes = '\\x00' WHERE position = 3");
  const Outcome broken = Run({"--verify"});
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_THAT(broken.err, HasSubstr("日志 changes 在位置 3 处校验不符"));
  EXPECT_THAT(broken.err, HasSubstr("[LOG_BROKEN]"));
  EXPECT_THAT(Run({"--verify"}, "en").err, HasSubstr("does not verify at position 3"));
  const auto detail = ErrorOf(Run({"--verify", "--json"}));
  EXPECT_EQ(detail.reason(), common::v1::Reason::LOG_BROKEN);
  EXPECT_EQ(detail.metadata(1).value(), "3");
  // Whoever only reads sees what is there.
  const Outcome read = Run({});
  EXPECT_EQ(read.exit_code, 0);
  EXPECT_THAT(read.out, HasSubstr("未知"));
}

}  // namespace
}  // namespace zhiping::ctl
