// ExportAudit over gRPC, by clients that do not read, or go.
#include <grpcpp/support/status_code_enum.h>

#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/audit/operations_service.h"
#include "common/rpc/channel.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "tests/integration/rpc/test_issuer.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::audit {
namespace {

using common::v1::ExportAuditRequest;
using common::v1::ExportAuditResponse;
using common::v1::OperationsService;
using sql::Soon;

// Of a log that is larger than what a connection takes on before anybody reads.
constexpr int kEntries = 2'000;
constexpr size_t kIdBytes = 4'000;

class ExportStreamTest : public sql::DatabaseTest {
 protected:
  ExportStreamTest() {
    testing::internal::CaptureStdout();
    log_ = std::make_unique<rpc::Log>(rpc::Severity::kInfo);
    rpc::AccessOptions options;
    options.identity_file = issuer_.identity_file();
    access_ = *rpc::AccessControl::Open(options, SystemClock(), *log_);
    audit_ = *AuditLog::Open({}, *database_, SystemClock(), *log_, Soon());
    Fill();
    const rpc::CallEnvironment environment = {metrics_, *log_, *access_};
    service_ = std::make_unique<audit::OperationsService>(audit_.get(), pool_, environment);
    rpc::ServerOptions server;
    server.listen = "127.0.0.1:0";
    server_ =
        *rpc::Server::Start(server, {{OperationsService::service_full_name(), service_.get()}});
    server_->SetReady(true);
    exposer_ = *rpc::ServeMetrics(metrics_, "127.0.0.1:0");
    stub_ = OperationsService::NewStub(
        rpc::NewChannel(absl::StrCat("127.0.0.1:", server_->port()), {}));
  }
  ~ExportStreamTest() override {
    if (server_ != nullptr) LogOfService();
  }

  void Fill() {
    std::vector<rpc::EnterpriseFile> files;
    for (int i = 0; i < kEntries; ++i) {
      files.push_back(
          {"91110000600037341L", "submission", absl::StrCat(i, std::string(kIdBytes, 'x'))});
    }
    absl::Notification done;
    audit_->RecordReads(std::make_shared<const identity::Caller>(), "/test/Get", std::move(files),
                        [&done](const absl::Status& status) {
                          EXPECT_OK(status);
                          done.Notify();
                        });
    done.WaitForNotification();
  }

  std::unique_ptr<grpc::ClientContext> ContextFor(absl::Duration valid_for) const {
    auto context = rpc::NewContext(absl::Minutes(2));
    context->AddMetadata("authorization",
                         absl::StrCat("Bearer ", issuer_.Token({"auditor"}, valid_for)));
    return context;
  }

  // Whether the service has ended a stream so.
  bool HasEnded(absl::string_view code) const {
    return absl::StrContains(processes::HttpGet(exposer_->GetListeningPorts().at(0), "/metrics"),
                             absl::StrCat(R"(grpc_server_handled_total{grpc_code=")", code,
                                          R"(",grpc_method="ExportAudit",)",
                                          R"(grpc_service="zhiping.common.v1.OperationsService",)",
                                          R"(grpc_type="server_stream"} 1)"));
  }

  // What the service logged until its end.
  std::string LogOfService() {
    server_->CloseNow();
    server_ = nullptr;
    service_ = nullptr;
    audit_ = nullptr;
    access_ = nullptr;
    log_ = nullptr;
    std::string log = testing::internal::GetCapturedStdout();
    // With what failed until then.
    std::cout << log;
    return log;
  }

  const rpc::TestIssuer issuer_{processes::NewFolder()};
  rpc::Metrics metrics_;
  std::unique_ptr<rpc::Log> log_;
  std::unique_ptr<rpc::AccessControl> access_;
  std::unique_ptr<AuditLog> audit_;
  rpc::BoundedPool pool_{1, 8};
  std::unique_ptr<audit::OperationsService> service_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  std::unique_ptr<OperationsService::Stub> stub_;
};

TEST_P(ExportStreamTest, EndsAtExpiryThoughNobodyReads) {
  const auto context = ContextFor(absl::Seconds(3));
  const auto stream = stub_->ExportAudit(context.get(), ExportAuditRequest());
  stream->WaitForInitialMetadata();
  EXPECT_TRUE(processes::Eventually([this] { return HasEnded("Unauthenticated"); }));
  ExportAuditResponse response;
  while (stream->Read(&response)) {
  }
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_THAT(LogOfService(), testing::HasSubstr(R"("reason":"TOKEN_EXPIRED")"));
}

TEST_P(ExportStreamTest, AClientThatGoesIsNoDefect) {
  const auto context = ContextFor(absl::Hours(1));
  const auto stream = stub_->ExportAudit(context.get(), ExportAuditRequest());
  ExportAuditResponse response;
  EXPECT_TRUE(stream->Read(&response));
  context->TryCancel();
  EXPECT_TRUE(processes::Eventually([this] { return HasEnded("Canceled"); }));
  const std::string log = LogOfService();
  EXPECT_THAT(log, testing::HasSubstr(R"("reason":"CANCELLED")"));
  EXPECT_THAT(log, testing::Not(testing::HasSubstr("INTERNAL_ERROR")));
}

ON_BOTH_DATABASES(ExportStreamTest);

}  // namespace
}  // namespace zhiping::audit
