// That no method that reads an enterprise's file answers before the read is recorded, over gRPC.
#include "common/audit/audit_log.h"
#include "common/rpc/channel.h"
#include "common/rpc/recorded_stream.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "tests/integration/rpc/test_issuer.h"
#include "tests/integration/sql/database_under_test.h"
#include "zhiping/test/v1/file_service.grpc.pb.h"

namespace zhiping::audit {
namespace {

using sql::Soon;
using test::v1::FileService;
using test::v1::GetFileRequest;
using test::v1::GetFileResponse;

constexpr char kEnterprise[] = "91110000600037341L";

using WatchReactor = grpc::ServerWriteReactor<GetFileResponse>;

// Two messages, recorded; `forgotten`: without asking for whom.
class Watched final : public rpc::RecordedStream<GetFileResponse> {
 public:
  Watched(grpc::CallbackServerContext& context, const rpc::Method& method,
          const GetFileRequest& request)
      : RecordedStream(context, method), id_(request.id()) {
    const absl::Status admitted = Admit(request, [](const absl::Status&) {});
    response_.set_file("secret");
    if (admitted.ok() && id_ != "forgotten") reach_ = call().Files();
    admitted.ok() ? WriteNext() : Finish(admitted);
  }
  void OnWriteDone(bool) override {
    if (written_ == 2) return Finish(absl::OkStatus());
    WriteNext();
  }
  void OnDone() override { delete this; }

 private:
  void WriteNext() {
    ++written_;
    std::vector<rpc::EnterpriseFile> files;
    if (!reach_.all) files = {{kEnterprise, "submission", absl::StrCat(id_, "-", written_)}};
    Write(response_, files);
  }

  const std::string id_;
  identity::FilesInReach reach_;
  GetFileResponse response_;
  int written_ = 0;
};

// A stream that records nothing.
class Unrecorded final : public WatchReactor {
 public:
  Unrecorded(grpc::CallbackServerContext& context, const rpc::Method& method)
      : call_(context, method) {
    const absl::Status admitted = call_.AdmitStream([](const absl::Status&) {});
    response_.set_file("secret");
    const grpc::Status status = call_.Finish(admitted);
    admitted.ok() ? StartWriteAndFinish(&response_, {}, status) : Finish(status);
  }
  void OnDone() override { delete this; }

 private:
  rpc::Call call_;
  GetFileResponse response_;
};

// Its handlers know nothing of audit, but for saying whose file it was.
class Files final : public FileService::CallbackService {
 public:
  explicit Files(const rpc::CallEnvironment& environment)
      : enterprise_(environment, FileService::service_full_name(), "GetEnterprise"),
        submission_(environment, FileService::service_full_name(), "GetSubmission"),
        watch_(environment, FileService::service_full_name(), "WatchFiles"),
        review_(environment, FileService::service_full_name(), "GetReview") {}

  grpc::ServerUnaryReactor* GetEnterprise(grpc::CallbackServerContext* context,
                                          const GetFileRequest* request,
                                          GetFileResponse* response) override {
    return enterprise_.Handle(*context, *request, [response] {
      response->set_file("secret");
      return absl::OkStatus();
    });
  }
  grpc::ServerUnaryReactor* GetSubmission(grpc::CallbackServerContext* context,
                                          const GetFileRequest* request,
                                          GetFileResponse* response) override {
    return submission_.HandleIn(pool_, *context, *request, [request, response](rpc::Call& call) {
      response->set_file("secret");
      if (request->id() != "forgotten") {
        call.Reads({{kEnterprise, "submission", request->id()}});
      }
      return absl::OkStatus();
    });
  }
  WatchReactor* WatchFiles(grpc::CallbackServerContext* context,
                           const GetFileRequest* request) override {
    if (request->id() == "unrecorded") return new Unrecorded(*context, watch_);
    return new Watched(*context, watch_, *request);
  }
  grpc::ServerUnaryReactor* GetReview(grpc::CallbackServerContext* context,
                                      const GetFileRequest* request,
                                      GetFileResponse* response) override {
    return review_.Handle(*context, *request, [request, response](rpc::Call& call) {
      response->set_file("secret");
      return request->id() == "forgotten" ? absl::OkStatus() : call.CheckScopeOf(request->id());
    });
  }

 private:
  rpc::BoundedPool pool_{1, 8};
  const rpc::Method enterprise_;
  const rpc::Method submission_;
  const rpc::Method watch_;
  const rpc::Method review_;
};

class RecordedReadsTest : public sql::DatabaseTest {
 protected:
  RecordedReadsTest() {
    rpc::AccessOptions options;
    options.identity_file = issuer_.identity_file();
    access_ = *rpc::AccessControl::Open(options, SystemClock(), log_);
    audit_ = *AuditLog::Open({}, *database_, SystemClock(), log_, Soon());
    Serve(audit_.get());
  }
  ~RecordedReadsTest() override { server_->CloseNow(); }

  void Serve(rpc::CallAudit* audit) {
    if (server_ != nullptr) server_->CloseNow();
    rpc::CallEnvironment environment = {metrics_, log_, *access_};
    environment.audit = audit;
    files_ = std::make_unique<Files>(environment);
    rpc::ServerOptions options;
    options.listen = "127.0.0.1:0";
    server_ = *rpc::Server::Start(options, {{FileService::service_full_name(), files_.get()}});
    server_->SetReady(true);
    stub_ = FileService::NewStub(rpc::NewChannel(absl::StrCat("127.0.0.1:", server_->port()), {}));
  }

  std::unique_ptr<grpc::ClientContext> ContextOf(const nlohmann::json& claims) const {
    auto context = rpc::NewContext(absl::Seconds(20));
    context->AddMetadata("authorization", absl::StrCat("Bearer ", *issuer_.signer().Sign(claims)));
    return context;
  }

  // How many messages came, and how the stream ended.
  std::pair<int, absl::Status> Watch(const std::string& id) {
    const auto context = ContextOf(rpc::TestIssuer::Claims({"platform"}));
    GetFileRequest request;
    request.set_id(id);
    const auto stream = stub_->WatchFiles(context.get(), request);
    GetFileResponse response;
    int messages = 0;
    while (stream->Read(&response)) ++messages;
    return {messages, rpc::FromGrpcStatus(stream->Finish())};
  }

  // What the answer gives, or its error; of the latter nothing of the file.
  template <typename Method>
  absl::StatusOr<std::string> Get(Method method, const std::string& id,
                                  const std::vector<std::string>& roles,
                                  const std::string& uscc = "", const std::string& unit = "") {
    auto claims = rpc::TestIssuer::Claims(roles);
    if (!unit.empty()) claims["review_unit"] = unit;
    if (!uscc.empty()) claims["uscc"] = uscc;
    const auto context = ContextOf(claims);
    GetFileRequest request;
    request.set_id(id);
    GetFileResponse response;
    const grpc::Status status = (stub_.get()->*method)(context.get(), request, &response);
    if (!status.ok()) {
      EXPECT_EQ(response.file(), "");
      return rpc::FromGrpcStatus(status);
    }
    return response.file();
  }

  std::vector<AuditEntry> Entries() {
    EXPECT_OK(audit_->Sequence(Soon()));
    std::vector<AuditEntry> entries;
    const auto page = audit_->entries().Read(Soon(), {}, 1000);
    EXPECT_OK(page);
    for (const auto& stored : page->entries) {
      EXPECT_TRUE(entries.emplace_back().ParseFromString(stored.bytes));
    }
    return entries;
  }

  const rpc::TestIssuer issuer_{processes::NewFolder()};
  rpc::Metrics metrics_;
  rpc::Log log_{rpc::Severity::kError};
  std::unique_ptr<rpc::AccessControl> access_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<Files> files_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<FileService::Stub> stub_;
};

using Stub = FileService::Stub;

TEST_P(RecordedReadsTest, WhatTheRequestNamesIsRecorded) {
  EXPECT_EQ(*Get(&Stub::GetEnterprise, kEnterprise, {"operator"}), "secret");
  const auto entries = Entries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].kind(), AuditEntry::ACCESS);
  EXPECT_EQ(entries[0].method(), "/zhiping.test.v1.FileService/GetEnterprise");
  EXPECT_EQ(entries[0].caller().subject(), "7001");
  EXPECT_EQ(entries[0].subject().enterprise(), kEnterprise);
}

TEST_P(RecordedReadsTest, WhatTheHandlerNamesIsRecorded) {
  EXPECT_EQ(*Get(&Stub::GetSubmission, "s1", {"reviewer"}), "secret");
  EXPECT_EQ(*Get(&Stub::GetSubmission, "s1", {"reviewer"}), "secret");
  const auto entries = Entries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].subject().kind(), "submission");
  EXPECT_EQ(entries[0].subject().id(), "s1");
}

TEST_P(RecordedReadsTest, WhatAnEnterpriseReadsOfItselfIsNot) {
  EXPECT_EQ(*Get(&Stub::GetEnterprise, kEnterprise, {"enterprise"}, kEnterprise), "secret");
  EXPECT_EQ(*Get(&Stub::GetSubmission, "s1", {"enterprise"}, kEnterprise), "secret");
  EXPECT_TRUE(Entries().empty());
  // The same code in a token with another role does not make it its own.
  EXPECT_EQ(*Get(&Stub::GetSubmission, "s1", {"reviewer"}, kEnterprise), "secret");
  EXPECT_EQ(Entries().size(), 1u);
}

TEST_P(RecordedReadsTest, AHandlerThatForgetsGivesNoAnswer) {
  const auto answer = Get(&Stub::GetSubmission, "forgotten", {"reviewer"});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kInternal);
}

TEST_P(RecordedReadsTest, AHandlerThatDoesNotAskWhetherTheCallerMayGivesNoAnswer) {
  const auto get = [this](const std::string& id) {
    return Get(&Stub::GetReview, id, {"reviewer"}, "", "nanjing");
  };
  EXPECT_EQ(*get("nanjing-gulou"), "secret");
  EXPECT_THAT(get("suzhou"), HasReason(Reason::OUTSIDE_SCOPE));
  EXPECT_EQ(get("forgotten").status().code(), absl::StatusCode::kInternal);
}

TEST_P(RecordedReadsTest, EachMessageOfAStreamIsRecorded) {
  const auto [messages, ended] = Watch("s1");
  EXPECT_EQ(messages, 2);
  EXPECT_OK(ended);
  std::vector<std::string> files;
  for (const auto& entry : Entries()) {
    EXPECT_EQ(entry.method(), "/zhiping.test.v1.FileService/WatchFiles");
    files.push_back(entry.subject().id());
  }
  EXPECT_THAT(files, testing::ElementsAre("s1-1", "s1-2"));
}

TEST_P(RecordedReadsTest, AStreamSendsNothingThatIsNotRecorded) {
  for (const char* const forgets : {"unrecorded", "forgotten"}) {
    const auto [messages, ended] = Watch(forgets);
    EXPECT_EQ(messages, 0) << forgets;
    EXPECT_EQ(ended.code(), absl::StatusCode::kInternal) << forgets;
  }
  EXPECT_TRUE(Entries().empty());
  ASSERT_OK(sql::Execute(*database_, "ALTER TABLE log_outbox RENAME TO away"));
  const auto [messages, ended] = Watch("s1");
  EXPECT_EQ(messages, 0);
  EXPECT_THAT(ended, HasReason(Reason::AUDIT_UNAVAILABLE));
}

TEST_P(RecordedReadsTest, TheUnitOfTheReaderIsRecorded) {
  EXPECT_EQ(*Get(&Stub::GetSubmission, "s1", {"reviewer"}, "", "nanjing"), "secret");
  EXPECT_EQ(Entries().at(0).caller().review_unit(), "nanjing");
}

TEST_P(RecordedReadsTest, WithoutAuditThereIsNoAnswer) {
  Serve(nullptr);
  EXPECT_EQ(Get(&Stub::GetEnterprise, kEnterprise, {"operator"}).status().code(),
            absl::StatusCode::kInternal);
}

TEST_P(RecordedReadsTest, WhatCannotBeRecordedIsNotAnswered) {
  ASSERT_OK(sql::Execute(*database_, "ALTER TABLE log_outbox RENAME TO away"));
  EXPECT_THAT(Get(&Stub::GetEnterprise, kEnterprise, {"operator"}),
              HasReason(Reason::AUDIT_UNAVAILABLE));
}

TEST_P(RecordedReadsTest, DeniedCallsOfTheIdentifiedAreRows) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Get(&Stub::GetEnterprise, kEnterprise, {"viewer"}),
                HasReason(Reason::ROLE_REQUIRED));
    EXPECT_THAT(Get(&Stub::GetEnterprise, kEnterprise, {"enterprise"}, "91320100MA1MTXYD2D"),
                HasReason(Reason::OUTSIDE_SCOPE));
    EXPECT_THAT(Get(&Stub::GetEnterprise, kEnterprise, {"operator", "auditor"}),
                HasReason(Reason::ROLES_CONFLICT));
  }
  // Whoever is not identified leaves no row.
  const auto context = rpc::NewContext(absl::Seconds(20));
  GetFileResponse response;
  EXPECT_THAT(rpc::FromGrpcStatus(stub_->GetEnterprise(context.get(), {}, &response)),
              HasReason(Reason::TOKEN_REQUIRED));
  // The end writes what is left.
  server_->CloseNow();
  audit_ = nullptr;
  audit_ = *AuditLog::Open({}, *database_, SystemClock(), log_, Soon());
  // A row a minute has the first reason.
  int calls = 0;
  for (const auto& entry : Entries()) {
    EXPECT_EQ(entry.kind(), AuditEntry::DENIED);
    EXPECT_EQ(entry.outcome(), "ROLE_REQUIRED");
    EXPECT_EQ(entry.caller().subject(), "7001");
    calls += entry.count();
  }
  EXPECT_EQ(calls, 9);
}

ON_BOTH_DATABASES(RecordedReadsTest);

}  // namespace
}  // namespace zhiping::audit
