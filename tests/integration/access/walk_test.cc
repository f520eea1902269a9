// P11: every method of every service, called by every role, inside and outside of its scope, and
// with every token that does not count. What each may is held in tests/golden/access/roles.tsv.
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/client_unary_call.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/identity/caller.h"
#include "google/protobuf/dynamic_message.h"
#include "tests/golden_text.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/rpc/test_issuer.h"
#include "tests/integration/scoring/service_under_test.h"
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
    catalogue::CatalogueOptions options;
    options.database.database = absl::StrCat("sqlite:", folder_, "/catalogue.db");
    options.signing = catalogue::NewSigning();
    catalogue_ = std::make_unique<catalogue::CatalogueUnderTest>(options, "127.0.0.1:0", access);
    scoring_ = std::make_unique<scoring::ServiceUnderTest>(
        std::vector<std::shared_ptr<const criteria::Criteria>>(), access);
    Add("zhiping.catalogue.v1.CatalogueService", catalogue_->port());
    Add("zhiping.catalogue.v1.CatalogueAdminService", catalogue_->port());
    Add("zhiping.scoring.v1.ScoringService", scoring_->port());
    // The same in every service.
    Add("zhiping.common.v1.OperationsService", catalogue_->port());
  }

  void Add(const std::string& service, int port) {
    const auto* descriptor =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
    for (int i = 0; i < descriptor->method_count(); ++i) {
      methods_.push_back(descriptor->method(i));
    }
    channels_[descriptor->full_name()] =
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials());
  }

  // A request whose scope is that of `programme`; empty: without one.
  static std::string RequestTo(const MethodDescriptor& method, const std::string& programme) {
    google::protobuf::DynamicMessageFactory factory;
    const std::unique_ptr<google::protobuf::Message> request(
        factory.GetPrototype(method.input_type())->New());
    const std::string field = method.options().GetExtension(common::v1::access).field();
    google::protobuf::Message* message = request.get();
    for (const absl::string_view name : absl::StrSplit(field, '.', absl::SkipEmpty())) {
      const FieldDescriptor* part = message->GetDescriptor()->FindFieldByName(std::string(name));
      if (part->message_type() == nullptr) {
        message->GetReflection()->SetString(message, part, programme);
      } else {
        message = message->GetReflection()->MutableMessage(message, part);
      }
    }
    return request->SerializeAsString();
  }

  absl::Status Call(const MethodDescriptor& method, const std::string& authorization,
                    const std::string& programme = kHere) {
    const auto& channel = channels_.at(method.service()->full_name());
    const std::string path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
    const auto context = rpc::NewContext(absl::Seconds(20));
    if (!authorization.empty()) context->AddMetadata("authorization", authorization);
    grpc::Slice slice(RequestTo(method, programme));
    grpc::ByteBuffer in(&slice, 1), out;
    if (!method.client_streaming() && !method.server_streaming()) {
      const grpc::internal::RpcMethod rpc_method(path.c_str(),
                                                 grpc::internal::RpcMethod::NORMAL_RPC, channel);
      return rpc::FromGrpcStatus(
          grpc::internal::BlockingUnaryCall(channel.get(), rpc_method, context.get(), in, &out));
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
    return rpc::FromGrpcStatus(stream->Finish());
  }

  static Outcome OutcomeOf(const absl::Status& status) {
    if (status.code() == absl::StatusCode::kUnauthenticated) return Outcome::kUnauthenticated;
    switch (DetailOf(status).reason()) {
      case Reason::ROLE_REQUIRED:
      case Reason::SERVICE_REQUIRED:
        return Outcome::kRoleRefused;
      case Reason::OUTSIDE_SCOPE:
        return Outcome::kOutsideScope;
      default:
        // Whatever it says of an empty request: it was handled.
        EXPECT_NE(status.code(), absl::StatusCode::kPermissionDenied) << status;
        EXPECT_NE(status.code(), absl::StatusCode::kUnimplemented) << status;
        EXPECT_NE(status.code(), absl::StatusCode::kResourceExhausted) << status;
        EXPECT_NE(status.code(), absl::StatusCode::kUnavailable) << status;
        return Outcome::kAdmitted;
    }
  }

  std::string Bearer(const std::string& role, const std::vector<std::string>& programmes) const {
    nlohmann::json claims = TestIssuer::Claims({role});
    claims["programmes"] = programmes;
    claims["uscc"] = "91110000600037341L";
    claims["review_unit"] = "nanjing";
    return absl::StrCat("Bearer ", *issuer_.signer().Sign(claims));
  }

  // `yes`, `inside` (only inside of its scope) or `no`.
  std::string MayCall(const MethodDescriptor& method, const std::string& role) {
    const Outcome inside = OutcomeOf(Call(method, Bearer(role, {kHere})));
    const Outcome outside = OutcomeOf(Call(method, Bearer(role, {kElsewhere})));
    const Outcome none = OutcomeOf(Call(method, Bearer(role, {})));
    EXPECT_EQ(outside, none) << method.full_name() << " " << role;
    if (inside == Outcome::kAdmitted && outside == Outcome::kAdmitted) return "yes";
    if (inside == Outcome::kAdmitted && outside == Outcome::kOutsideScope) return "inside";
    EXPECT_EQ(inside, Outcome::kRoleRefused) << method.full_name() << " " << role;
    EXPECT_EQ(outside, Outcome::kRoleRefused) << method.full_name() << " " << role;
    return "no";
  }

  const std::string folder_ = processes::NewFolder();
  const TestIssuer issuer_{folder_};
  std::unique_ptr<catalogue::CatalogueUnderTest> catalogue_;
  std::unique_ptr<scoring::ServiceUnderTest> scoring_;
  std::vector<const MethodDescriptor*> methods_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;
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
    EXPECT_EQ(OutcomeOf(Call(*method, Bearer(identity::RoleName(role), {kHere}))),
              Outcome::kAdmitted)
        << method->full_name();
  }
}

}  // namespace
}  // namespace zhiping
