// P11: every method of every service, called by every role, inside and outside of its scope, by
// every service, and with every token that does not count. What each may is held in
// tests/golden/access/roles.tsv and services.tsv.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/client_unary_call.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/identity/caller.h"
#include "common/identity/services.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "tests/golden_text.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/rpc/test_issuer.h"
#include "tests/integration/scoring/service_under_test.h"
#include "tests/processes/certificates.h"
#include "zhiping/common/v1/access.pb.h"

namespace zhiping {
namespace {

using common::v1::Role;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using identity::TokenSigner;
using rpc::TestIssuer;

constexpr char kHere[] = "jiangsu-ai";
constexpr char kElsewhere[] = "another";

// What became of a call.
enum class Outcome { kAdmitted, kRoleRefused, kOutsideScope, kUnauthenticated };

class WalkTest : public testing::Test {
 protected:
  WalkTest() {
    rpc::AccessOptions access;
    access.identity_file = issuer_.identity_file();
    // One person walks through everything.
    access.limits.calls_per_second = 0;
    const rpc::TlsFiles catalogue_tls = TlsOf("catalogue"), scoring_tls = TlsOf("scoring");
    catalogue::CatalogueOptions options;
    options.database.database = absl::StrCat("sqlite:", folder_, "/catalogue.db");
    options.signing = catalogue::NewSigning();
    catalogue_ = std::make_unique<catalogue::CatalogueUnderTest>(options, "127.0.0.1:0", access,
                                                                 catalogue_tls);
    rpc::ServerOptions server;
    server.tls = scoring_tls;
    scoring_ = std::make_unique<scoring::ServiceUnderTest>(
        std::vector<std::shared_ptr<const criteria::Criteria>>(), access, server);
    ports_ = {{"catalogue", catalogue_->port()},
              {"scoring", scoring_->port()},
              // The same in every service.
              {"common", catalogue_->port()}};
    FindMethods();
    MakeContents();
  }

  rpc::TlsFiles TlsOf(const std::string& service) const {
    const auto files = authority_.Issue(service, processes::NamesOf(service));
    return {files.certificate, files.key, authority_.certificate()};
  }

  // All that the protos declare.
  void FindMethods() {
    google::protobuf::FileDescriptorSet set;
    std::ifstream file(ZHIPING_DESCRIPTORS, std::ios::binary);
    ASSERT_TRUE(set.ParseFromIstream(&file));
    for (const auto& declared : set.file()) {
      for (const auto& service : declared.service()) {
        const std::string name = absl::StrCat(declared.package(), ".", service.name());
        const auto* descriptor =
            google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
        ASSERT_TRUE(descriptor != nullptr && ports_.count(SystemOf(*descriptor)) > 0)
            << name << " is not walked: start its service here";
        for (int i = 0; i < descriptor->method_count(); ++i) {
          methods_.push_back(descriptor->method(i));
        }
      }
    }
  }

  // `catalogue` of `zhiping.catalogue.v1`.
  static std::string SystemOf(const google::protobuf::ServiceDescriptor& service) {
    const std::vector<std::string> parts = absl::StrSplit(service.file()->package(), '.');
    return parts.at(1);
  }

  // What a method is called with whose scope only the content tells, all of it of `kHere`: in the
  // store there are a release in force, and another that can be published.
  void MakeContents() {
    const std::string importer = Bearer("operator", {}, "importer");
    const std::string published = Import(importer, "");
    const auto publication = [](const std::string& digest) {
      auto request = catalogue::Publication(digest);
      request.mutable_actor()->clear_name();
      return request.SerializeAsString();
    };
    const std::string admin = "zhiping.catalogue.v1.CatalogueAdminService.";
    EXPECT_OK(Call(MethodNamed(admin + "PublishRelease"), {Bearer("operator", {}), ""},
                   publication(published))
                  .status);
    const std::string candidate = Import(importer, "改");
    contents_[admin + "ImportEdition"] = [] { return EditionRequest("再改"); };
    contents_[admin + "PublishRelease"] = [=] { return publication(candidate); };
    contents_[admin + "ResignRelease"] = [=] {
      catalogue::v1::ResignReleaseRequest request;
      request.set_digest(published);
      request.mutable_actor()->set_reason("测试");
      request.set_request_id(catalogue::NewRequestId());
      return request.SerializeAsString();
    };
    // A list that leaves out what is outside.
    contents_[admin + "ListProgrammes"] = [] { return std::string(); };
    contents_[admin + "PublishNotes"] = [] {
      catalogue::v1::PublishNotesRequest request;
      request.set_notes(*criteria::ReadEdition2026().notes);
      request.set_request_id(catalogue::NewRequestId());
      return request.SerializeAsString();
    };
  }

  static std::string EditionRequest(const std::string& change) {
    auto request = catalogue::Edition2026(change);
    request.mutable_actor()->clear_name();
    return request.SerializeAsString();
  }

  std::string Import(const std::string& authorization, const std::string& change) {
    const Answer answer =
        Call(MethodNamed("zhiping.catalogue.v1.CatalogueAdminService.ImportEdition"),
             {authorization, ""}, EditionRequest(change));
    EXPECT_OK(answer.status);
    catalogue::v1::ImportEditionResponse response;
    EXPECT_TRUE(response.ParseFromString(answer.bytes));
    return response.digest();
  }

  static const MethodDescriptor& MethodNamed(const std::string& name) {
    return *google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
  }

  // A request whose scope is that of `kHere`.
  std::string RequestTo(const MethodDescriptor& method) const {
    const auto content = contents_.find(method.full_name());
    if (content != contents_.end()) return content->second();
    const auto& access = method.options().GetExtension(common::v1::access);
    EXPECT_TRUE(access.scope() == common::v1::Scope::NONE || !access.field().empty())
        << method.full_name() << " is not walked: say in MakeContents what it is called with";
    google::protobuf::DynamicMessageFactory factory;
    const std::unique_ptr<google::protobuf::Message> request(
        factory.GetPrototype(method.input_type())->New());
    google::protobuf::Message* message = request.get();
    for (const absl::string_view name : absl::StrSplit(access.field(), '.', absl::SkipEmpty())) {
      const FieldDescriptor* part = message->GetDescriptor()->FindFieldByName(std::string(name));
      if (part->message_type() == nullptr) {
        message->GetReflection()->SetString(message, part, kHere);
      } else {
        message = message->GetReflection()->MutableMessage(message, part);
      }
    }
    return request->SerializeAsString();
  }

  // Who calls: with a header, or as a service, or neither.
  struct Credentials {
    std::string authorization;
    std::string service;
  };
  struct Answer {
    absl::Status status;
    // Of a unary call.
    std::string bytes;
  };

  std::shared_ptr<grpc::Channel> ChannelTo(const MethodDescriptor& method,
                                           const std::string& service) {
    const std::string system = SystemOf(*method.service());
    auto& channel = channels_[{system, service}];
    if (channel == nullptr) {
      channel = rpc::NewStreamChannel(
          absl::StrCat("localhost:", ports_.at(system)), rpc::Instances::kReady,
          service.empty() ? rpc::TlsFiles{"", "", authority_.certificate()} : TlsOf(service));
    }
    return channel;
  }

  absl::Status Call(const MethodDescriptor& method, const std::string& authorization) {
    return Call(method, {authorization, ""}, RequestTo(method)).status;
  }

  Answer Call(const MethodDescriptor& method, const Credentials& credentials,
              const std::string& request) {
    const auto channel = ChannelTo(method, credentials.service);
    const std::string path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
    const auto context = rpc::NewContext(absl::Seconds(20));
    if (!credentials.authorization.empty()) {
      context->AddMetadata("authorization", credentials.authorization);
    }
    grpc::Slice slice(request);
    grpc::ByteBuffer in(&slice, 1), out;
    if (!method.client_streaming() && !method.server_streaming()) {
      const grpc::internal::RpcMethod rpc_method(path.c_str(),
                                                 grpc::internal::RpcMethod::NORMAL_RPC, channel);
      const absl::Status status = rpc::FromGrpcStatus(
          grpc::internal::BlockingUnaryCall(channel.get(), rpc_method, context.get(), in, &out));
      grpc::Slice whole;
      if (!status.ok() || !out.DumpToSingleSlice(&whole).ok()) return {status, ""};
      return {status, std::string(whole.begin(), whole.end())};
    }
    const grpc::internal::RpcMethod rpc_method(path.c_str(),
                                               grpc::internal::RpcMethod::BIDI_STREAMING, channel);
    const std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
        grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
            channel.get(), rpc_method, context.get()));
    if (!method.client_streaming()) stream->Write(in);
    stream->WritesDone();
    while (stream->Read(&out)) {
    }
    return {rpc::FromGrpcStatus(stream->Finish()), ""};
  }

  Outcome OutcomeOf(const MethodDescriptor& method, const Credentials& credentials) {
    const auto& [status, bytes] = Call(method, credentials, RequestTo(method));
    if (status.code() == absl::StatusCode::kUnauthenticated) return Outcome::kUnauthenticated;
    if (status.ok() && bytes.empty() && contents_.count(method.full_name()) > 0) {
      // A list in which nothing is left.
      return Outcome::kOutsideScope;
    }
    switch (DetailOf(status).reason()) {
      case Reason::ROLE_REQUIRED:
      case Reason::SERVICE_REQUIRED:
        return Outcome::kRoleRefused;
      case Reason::OUTSIDE_SCOPE:
        return Outcome::kOutsideScope;
      case Reason::RELEASE_NOT_FOUND:
        // It is there, but whoever may not change it does not learn that.
        if (contents_.count(method.full_name()) > 0) return Outcome::kOutsideScope;
        return Outcome::kAdmitted;
      default:
        // Whatever it says of an empty request: it was handled.
        EXPECT_NE(status.code(), absl::StatusCode::kPermissionDenied) << status;
        EXPECT_NE(status.code(), absl::StatusCode::kUnimplemented) << status;
        EXPECT_NE(status.code(), absl::StatusCode::kResourceExhausted) << status;
        EXPECT_NE(status.code(), absl::StatusCode::kUnavailable) << status;
        return Outcome::kAdmitted;
    }
  }

  std::string Bearer(const std::string& role, const std::vector<std::string>& programmes,
                     const std::string& subject = "walker") const {
    nlohmann::json claims = TestIssuer::Claims({role});
    claims["sub"] = subject;
    claims["programmes"] = programmes;
    claims["uscc"] = "91110000600037341L";
    claims["review_unit"] = "nanjing";
    return absl::StrCat("Bearer ", *issuer_.signer().Sign(claims));
  }

  // `yes`, `inside` (only inside of its scope) or `no`.
  std::string MayCall(const MethodDescriptor& method, const std::string& role) {
    const auto outcome = [&](const std::vector<std::string>& programmes) {
      return OutcomeOf(method, {Bearer(role, programmes), ""});
    };
    const Outcome inside = outcome({kHere});
    const Outcome outside = outcome({kElsewhere});
    const Outcome none = outcome({});
    EXPECT_EQ(outside, none) << method.full_name() << " " << role;
    if (inside == Outcome::kAdmitted && outside == Outcome::kAdmitted) return "yes";
    if (inside == Outcome::kAdmitted && outside == Outcome::kOutsideScope) return "inside";
    EXPECT_EQ(inside, Outcome::kRoleRefused) << method.full_name() << " " << role;
    EXPECT_EQ(outside, Outcome::kRoleRefused) << method.full_name() << " " << role;
    return "no";
  }

  const std::string folder_ = processes::NewFolder();
  const TestIssuer issuer_{folder_};
  const processes::CertificateAuthority authority_{folder_};
  std::unique_ptr<catalogue::CatalogueUnderTest> catalogue_;
  std::unique_ptr<scoring::ServiceUnderTest> scoring_;
  std::vector<const MethodDescriptor*> methods_;
  // Of the servers, by what SystemOf says.
  std::map<std::string, int> ports_;
  // To a server, as a service.
  std::map<std::pair<std::string, std::string>, std::shared_ptr<grpc::Channel>> channels_;
  // By the full name of the method; a new request each time.
  std::map<std::string, std::function<std::string()>> contents_;
};

TEST_F(WalkTest, EveryMethodByEveryRole) {
  std::vector<std::string> roles;
  for (int role = Role::Value_MIN + 1; role <= Role::Value_MAX; ++role) {
    roles.push_back(identity::RoleName(static_cast<Role::Value>(role)));
  }
  // A token without any role is a caller too.
  roles.emplace_back("-");
  std::string table = absl::StrCat("method\t", absl::StrJoin(roles, "\t"), "\n");
  for (const MethodDescriptor* method : methods_) {
    absl::StrAppend(&table, method->full_name());
    for (const std::string& role : roles) absl::StrAppend(&table, "\t", MayCall(*method, role));
    absl::StrAppend(&table, "\n");
  }
  ExpectGolden(table, "access/roles.tsv");
}

TEST_F(WalkTest, EveryMethodByEveryService) {
  std::vector<std::string> services(std::begin(identity::kServices), std::end(identity::kServices));
  // A certificate of ours that names none of them.
  services.emplace_back("gateway");
  std::string table = absl::StrCat("method\t", absl::StrJoin(services, "\t"), "\n");
  for (const MethodDescriptor* method : methods_) {
    absl::StrAppend(&table, method->full_name());
    for (const std::string& service : services) {
      const Outcome outcome = OutcomeOf(*method, {"", service});
      EXPECT_NE(outcome, Outcome::kUnauthenticated) << method->full_name() << " " << service;
      absl::StrAppend(&table, "\t", outcome == Outcome::kAdmitted ? "yes" : "no");
    }
    absl::StrAppend(&table, "\n");
  }
  ExpectGolden(table, "access/services.tsv");
}

TEST_F(WalkTest, EveryMethodWithEveryTokenThatDoesNotCount) {
  const auto stranger = *TokenSigner::Generate(common::v1::TokenAlgorithm::ES256);
  const auto rs256 = *TokenSigner::Generate(common::v1::TokenAlgorithm::RS256);
  std::vector<std::string> all;
  for (int role = Role::Value_MIN + 1; role <= Role::Value_MAX; ++role) {
    const auto value = static_cast<Role::Value>(role);
    // Everything that may stand in one token.
    if (value != Role::SECURITY_ADMIN && value != Role::AUDITOR && value != Role::CRITERIA_EDITOR) {
      all.push_back(identity::RoleName(value));
    }
  }
  const nlohmann::json claims = TestIssuer::Claims(all);
  const auto with = [&](const char* name, const nlohmann::json& value) {
    nlohmann::json changed = claims;
    changed[name] = value;
    return changed;
  };
  const std::string good = *issuer_.signer().Sign(claims);
  const std::string payload = good.substr(good.find('.') + 1, good.rfind('.') - good.find('.') - 1);
  const auto bearer = [](const std::string& token) { return absl::StrCat("Bearer ", token); };
  const auto forged = [&](const std::string& header, const std::string& signature) {
    return bearer(absl::StrCat(absl::WebSafeBase64Escape(header), ".", payload, ".", signature));
  };
  const double now = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
  const struct {
    std::string authorization;
    Reason::Value reason;
  } cases[] = {
      {"", Reason::TOKEN_REQUIRED},
      {"Basic YTpi", Reason::TOKEN_REQUIRED},
      {bearer("x"), Reason::TOKEN_MALFORMED},
      {bearer(std::string(identity::kMaxTokenBytes + 1, 'x')), Reason::TOO_LARGE},
      {bearer(std::string(20'000, 'x')), Reason::TOO_LARGE},
      {bearer(*issuer_.signer().Sign(with("exp", now - 60))), Reason::TOKEN_EXPIRED},
      {bearer(*issuer_.signer().Sign(with("nbf", now + 600))), Reason::TOKEN_NOT_YET_VALID},
      {bearer(*issuer_.signer().Sign(with("aud", "another"))), Reason::TOKEN_WRONG_AUDIENCE},
      {bearer(*issuer_.signer().Sign(with("iss", "https://elsewhere"))), Reason::UNKNOWN_ISSUER},
      {bearer(*stranger.Sign(claims)), Reason::UNKNOWN_TOKEN_KEY},
      {bearer(*rs256.Sign(claims)), Reason::TOKEN_ALGORITHM_REFUSED},
      {forged(R"({"alg":"none"})", ""), Reason::TOKEN_ALGORITHM_REFUSED},
      {forged(R"({"alg":"HS256"})", "c2lnbmF0dXJl"), Reason::TOKEN_ALGORITHM_REFUSED},
      {forged(R"({"alg":"ES256"})", "c2lnbmF0dXJl"), Reason::TOKEN_BAD_SIGNATURE},
  };
  for (const MethodDescriptor* method : methods_) {
    for (const auto& [authorization, reason] : cases) {
      const absl::Status status = Call(*method, authorization);
      EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << method->full_name();
      EXPECT_THAT(status, HasReason(reason)) << method->full_name() << " " << authorization;
    }
    // And one that does count, for methods that people may call.
    const auto& access = method->options().GetExtension(common::v1::access);
    if (access.roles().empty() && !access.any_role()) continue;
    const Role::Value role =
        access.any_role() ? Role::VIEWER : static_cast<Role::Value>(access.roles(0));
    EXPECT_EQ(OutcomeOf(*method, {Bearer(identity::RoleName(role), {kHere}), ""}),
              Outcome::kAdmitted)
        << method->full_name();
  }
}

}  // namespace
}  // namespace zhiping
