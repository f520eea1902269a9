// The file of zhipingctl audit export: whole or not there, and for its owner alone.
#include <csignal>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/audit/audit_log.h"
#include "common/audit/operations_service.h"
#include "common/rpc/server.h"
#include "common/sql/database.h"
#include "tests/integration/ctl/run_ctl.h"
#include "tests/processes/process.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

namespace fs = std::filesystem;

constexpr fs::perms kOwnerOnly = fs::perms::owner_read | fs::perms::owner_write;

// A service with an audit log of three entries.
class AuditExportTest : public testing::Test {
 protected:
  AuditExportTest() {
    const absl::Time soon = absl::Now() + absl::Minutes(1);
    sql::Options options;
    options.database = absl::StrCat("sqlite:", processes::NewFolder(), "/audit.db");
    database_ = *sql::Database::Open(options);
    audit_ = *audit::AuditLog::Open({}, *database_, SystemClock(), log_, soon);
    absl::Notification done;
    audit_->RecordReads(std::make_shared<const identity::Caller>(), "/test/Get",
                        {{"91110000600037341L", "submission", "1"},
                         {"91110000600037341L", "submission", "2"},
                         {"91110000600037341L", "submission", "3"}},
                        [&done](const absl::Status& status) {
                          EXPECT_OK(status);
                          done.Notify();
                        });
    done.WaitForNotification();
    const rpc::CallEnvironment environment = {metrics_, log_, *access_};
    service_ = std::make_unique<audit::OperationsService>(audit_.get(), pool_, environment);
    rpc::ServerOptions server;
    server.listen = "127.0.0.1:0";
    server_ = *rpc::Server::Start(
        server, {{common::v1::OperationsService::service_full_name(), service_.get()}});
    server_->SetReady(true);
  }
  ~AuditExportTest() override { server_->CloseNow(); }

  std::vector<std::string> Export() const {
    return {"audit", "export",   "--out",
            out_,    "--server", absl::StrCat("127.0.0.1:", server_->port())};
  }
  // What is in the folder of the export.
  std::vector<fs::path> Written() const {
    std::vector<fs::path> written;
    for (const auto& entry : fs::directory_iterator(folder_)) written.push_back(entry.path());
    return written;
  }

  const std::string folder_ = processes::NewFolder();
  const std::string out_ = folder_ + "/audit.jsonl";
  rpc::Metrics metrics_;
  rpc::Log log_{rpc::Severity::kError};
  const std::unique_ptr<rpc::AccessControl> access_ =
      *rpc::AccessControl::Open({}, SystemClock(), log_);
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<audit::AuditLog> audit_;
  // What runs in the pool may wait for it.
  absl::Notification over_;
  rpc::BoundedPool pool_{1, 8};
  std::unique_ptr<audit::OperationsService> service_;
  std::unique_ptr<rpc::Server> server_;
};

TEST_F(AuditExportTest, OnlyItsOwnerReadsIt) {
  const Outcome exported = RunCtl(Export());
  ASSERT_EQ(exported.exit_code, 0) << exported.err;
  EXPECT_EQ(fs::status(out_).permissions(), kOwnerOnly);
  EXPECT_THAT(Written(), testing::ElementsAre(fs::path(out_)));
  EXPECT_EQ(RunCtl({"audit", "verify", out_}).exit_code, 0);
  // It is not written over.
  const std::string log = ReadWhole(out_);
  EXPECT_EQ(RunCtl(Export()).exit_code, 1);
  EXPECT_EQ(ReadWhole(out_), log);
}

TEST_F(AuditExportTest, ItGoesDownAPipe) {
  ASSERT_EQ(RunCtl(Export()).exit_code, 0);
  std::vector<std::string> piped = Export();
  piped[3] = "-";
  for (const bool json : {false, true}) {
    if (json) piped.emplace_back("--json");
    const Outcome exported = RunCtl(piped);
    EXPECT_EQ(exported.exit_code, 0) << exported.err;
    // Nothing but the log, as it is in a file.
    EXPECT_EQ(exported.out, ReadWhole(out_));
    EXPECT_THAT(exported.err, testing::HasSubstr(json ? "\"entries\": 3" : "3 条"));
  }
  EXPECT_FALSE(fs::exists("-"));
  EXPECT_THAT(Written(), testing::ElementsAre(fs::path(out_)));
  processes::Command command;
  command.arguments = {"sh", "-c",
                       absl::StrCat(ZHIPING_CTL, " audit export --out - --server 127.0.0.1:",
                                    server_->port(), " | ", ZHIPING_CTL, " audit verify -")};
  processes::Process pipe(command);
  EXPECT_TRUE(processes::Eventually([&] { return !pipe.Running(); }));
  EXPECT_EQ(pipe.Terminate(), 0);
  // An error is no line of it either.
  server_->CloseNow();
  const Outcome failed = RunCtl(piped);
  EXPECT_EQ(failed.exit_code, 3);
  EXPECT_EQ(failed.out, "");
  EXPECT_THAT(failed.err, testing::HasSubstr("SERVICE_UNREACHABLE"));
}

TEST_F(AuditExportTest, HelpSaysHowLongIsWaited) {
  for (const char* const command : {"export", "verify"}) {
    EXPECT_THAT(RunCtl({"audit", command, "--help"}).out, testing::HasSubstr("默认 10m"));
  }
  EXPECT_THAT(RunCtl({"audit", "list", "--help", "--lang", "en"}).out,
              testing::HasSubstr("by default 10s"));
}

TEST_F(AuditExportTest, OneThatFailsLeavesNothing) {
  server_->CloseNow();
  EXPECT_EQ(RunCtl(Export()).exit_code, 3);
  EXPECT_THAT(Written(), testing::IsEmpty());
}

TEST_F(AuditExportTest, OneThatIsInterruptedLeavesNoLog) {
  // The service does not get to answering.
  ASSERT_OK(pool_.Submit([this] { over_.WaitForNotification(); }));
  processes::Command command;
  command.arguments = Export();
  command.arguments.insert(command.arguments.begin(), ZHIPING_CTL);
  processes::Process exporting(command);
  EXPECT_TRUE(processes::Eventually([this] { return !Written().empty(); }));
  // As Ctrl-C does it, which those who start tests in the background may have turned off.
  EXPECT_EQ(exporting.Terminate(), 128 + SIGTERM);
  over_.Notify();
  EXPECT_FALSE(fs::exists(out_));
  for (const fs::path& left : Written()) {
    EXPECT_EQ(left.extension(), ".partial");
    EXPECT_EQ(fs::status(left).permissions(), kOwnerOnly);
  }
}

}  // namespace
}  // namespace zhiping::ctl
