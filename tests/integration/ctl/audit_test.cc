// zhipingctl audit against a real catalogue, whose database is tampered with while it runs.
#include <nlohmann/json.hpp>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/ctl/run_ctl.h"
#include "tests/integration/sql/clock_under_test.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::ctl {
namespace {

using catalogue::Publication;
using testing::HasSubstr;
using Json = nlohmann::json;

class AuditCommandTest : public testing::Test {
 protected:
  AuditCommandTest() {
    // Two programmes may have it open.
    options_.database.database = sql::NewSetting(sql::Engine::kPostgres);
    options_.signing = catalogue::NewSigning();
    options_.redis.address = "";
    const std::string folder = processes::NewFolder();
    const auto key = envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
    EXPECT_OK(envelope::WriteKeyFile(*key, folder + "/key.pem"));
    trust_file_ = folder + "/trust.txtpb";
    EXPECT_OK(WriteFile(trust_file_,
                        envelope::TrustEntry(*key, {envelope::Purpose::AUDIT}, {"*"}, "test"),
                        Overwrite::kNever));
    options_.audit.service = "catalogue";
    options_.audit.keys = {folder + "/key.pem"};
    options_.audit.trust_file = trust_file_;
    catalogue_ = std::make_unique<catalogue::CatalogueUnderTest>(options_);
  }

  Outcome Run(std::vector<std::string> more, const std::string& language = "zh") const {
    more.insert(more.begin(), "audit");
    return RunCtl(more, {{"ZHIPING_CATALOGUE", absl::StrCat("127.0.0.1:", catalogue_->port())},
                         {"ZHIPING_LANG", language}});
  }
  static std::string NewFile(const std::string& name) {
    return absl::StrCat(processes::NewFolder(), "/", name);
  }
  void Tamper(const std::string& sql) const {
    const auto database = sql::OpenOrDie(options_.database.database);
    ASSERT_OK(sql::TamperWithLogs(*database, sql));
  }

  catalogue::CatalogueOptions options_;
  std::string trust_file_;
  std::unique_ptr<catalogue::CatalogueUnderTest> catalogue_;
};

TEST_F(AuditCommandTest, ListsExportsAndVerifies) {
  EXPECT_EQ(Run({"list"}).out, "没有这样的审计记录。\n");
  ASSERT_OK(catalogue_->Publish(Publication(catalogue_->Import())));
  const Outcome shown = Run({"list"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  for (const char* text :
       {"ImportEdition", "PublishRelease", "张三（未认证）", "管理操作", "共 2 条"}) {
    EXPECT_THAT(shown.out, HasSubstr(text));
  }
  EXPECT_THAT(Run({"list", "--kind", "denied"}).out, HasSubstr("没有这样的审计记录"));
  EXPECT_EQ(Run({"list", "--kind", "x"}).exit_code, 2);

  const std::string head = NewFile("head.json");
  EXPECT_EQ(Run({"head", "--out", head}).exit_code, 0);
  const std::string log = NewFile("audit.jsonl");
  const Outcome exported = Run({"export", "--out", log}, "en");
  EXPECT_EQ(exported.exit_code, 0) << exported.err;
  EXPECT_THAT(exported.out, HasSubstr("2 entries are in "));
  EXPECT_EQ(Run({"export", "--out", log}).exit_code, 1);
  // From the service and from the file.
  for (const std::vector<std::string>& from : {std::vector<std::string>{}, {log}}) {
    std::vector<std::string> verify = {"verify", "--head", head, "--trust-file", trust_file_};
    verify.insert(verify.end(), from.begin(), from.end());
    const Outcome verified = Run(verify);
    EXPECT_EQ(verified.exit_code, 0) << verified.err;
    EXPECT_THAT(verified.out, HasSubstr("位置 1–2，共 2 条"));
    EXPECT_THAT(verified.out, HasSubstr("与另存的签名日志头一致：catalogue，位置 2"));
  }
  EXPECT_EQ(Run({"verify", "--head", head}).exit_code, 2);
  EXPECT_THAT(Run({"verify"}, "en").out, HasSubstr("does not show"));
}

TEST_F(AuditCommandTest, SaysWhatIsMissing) {
  ASSERT_OK(catalogue_->Publish(Publication(catalogue_->Import())));
  const std::string head = NewFile("head.json");
  ASSERT_EQ(Run({"head", "--out", head}).exit_code, 0);
  const std::vector<std::string> with_head = {"verify", "--head", head, "--trust-file",
                                              trust_file_};
  Tamper("DELETE FROM log_entry WHERE log = 'audit' AND position = 2");
  EXPECT_EQ(Run({"verify"}).exit_code, 0);
  const Outcome cut = Run(with_head);
  EXPECT_EQ(cut.exit_code, 1);
  EXPECT_THAT(cut.err, HasSubstr("[LOG_BROKEN]"));
  EXPECT_THAT(cut.err, HasSubstr("末尾有记录缺失"));

  Tamper("UPDATE log_entry SET bytes = '\\x00' WHERE log = 'audit' AND position = 1");
  const Outcome broken = Run({"verify"}, "en");
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_THAT(broken.err, HasSubstr("position 1"));

  // A head that somebody made up.
  std::string forged = ReadWhole(head);
  forged[forged.find("\"payload\":\"") + 15] ^= 1;
  EXPECT_EQ(Run({"verify", "--head", Scratch("forged.json", forged), "--trust-file", trust_file_})
                .exit_code,
            1);
}

TEST_F(AuditCommandTest, AHeadOfAnotherLogIsRefused) {
  const std::string early = NewFile("head.json");
  ASSERT_EQ(Run({"head", "--out", early}).exit_code, 0);
  ASSERT_OK(catalogue_->Publish(Publication(catalogue_->Import())));
  const std::string late = NewFile("head.json");
  ASSERT_EQ(Run({"head", "--out", late}).exit_code, 0);
  // Of a service of the same name with another database, and of another one.
  for (const char* const name : {"catalogue", "assessment"}) {
    options_.database.database = sql::NewSetting(sql::Engine::kPostgres);
    options_.audit.service = name;
    catalogue_ = std::make_unique<catalogue::CatalogueUnderTest>(options_);
    ASSERT_OK(catalogue_->Publish(Publication(catalogue_->Import())));
    const std::string own = NewFile("head.json");
    ASSERT_EQ(Run({"head", "--out", own}).exit_code, 0);
    const std::string log = NewFile("audit.jsonl");
    ASSERT_EQ(Run({"export", "--out", log}).exit_code, 0);
    for (const std::vector<std::string>& from : {std::vector<std::string>{}, {log}}) {
      std::vector<std::string> verify = {"verify", "--trust-file", trust_file_, "--head", own};
      verify.insert(verify.end(), from.begin(), from.end());
      EXPECT_EQ(Run(verify).exit_code, 0);
      for (const std::string& foreign : {early, late}) {
        std::vector<std::string> with = verify;
        with.insert(with.end(), {"--head", foreign});
        const Outcome refused = Run(with);
        EXPECT_EQ(refused.exit_code, 1);
        EXPECT_EQ(refused.out, "");
        EXPECT_THAT(refused.err, HasSubstr("日志头属于 catalogue"));
        EXPECT_THAT(refused.err, HasSubstr(absl::StrCat("而要校验的是 ", name)));
        EXPECT_THAT(refused.err, testing::Not(HasSubstr("LOG_BROKEN")));
      }
    }
  }
}

// By whoever may write to the database, or to a file: both have a head that the service signed.
TEST_F(AuditCommandTest, ABeginningIsNotRemovedBeforeSixMonths) {
  // It keeps heads at which it may be cut.
  sql::ShowUntil(*sql::OpenOrDie(options_.database.database), absl::Now() - absl::Hours(24),
                 absl::Now());
  ASSERT_OK(catalogue_->Publish(Publication(catalogue_->Import())));
  const std::string head = NewFile("head.json");
  ASSERT_EQ(Run({"head", "--out", head}).exit_code, 0);
  const std::string log = NewFile("audit.jsonl");
  ASSERT_EQ(Run({"export", "--out", log}).exit_code, 0);
  // The head, and the two entries.
  std::vector<std::string> lines = absl::StrSplit(ReadWhole(log), '\n');
  ASSERT_EQ(lines.size(), 4u);
  lines[1] = Json{{"cutHead", ReadWhole(head)}}.dump();
  const std::string cut_file = Scratch("cut.jsonl", absl::StrJoin(lines, "\n"));
  Tamper("INSERT INTO log_cut (log, position) VALUES ('audit', 2)");
  Tamper("DELETE FROM log_entry WHERE log = 'audit' AND position = 1");
  for (std::vector<std::string> verify :
       {std::vector<std::string>{"verify"}, {"verify", cut_file}}) {
    verify.insert(verify.end(), {"--trust-file", trust_file_});
    const Outcome cut = Run(verify);
    EXPECT_EQ(cut.exit_code, 1) << cut.out;
    EXPECT_THAT(cut.err, HasSubstr("[LOG_BROKEN]"));
    EXPECT_THAT(cut.err, HasSubstr("位置 1 的记录已被删除"));
  }
}

}  // namespace
}  // namespace zhiping::ctl
