// P11: every method of every service, called by every role, inside and outside of its scope, by
// every service, and with every token that does not count; and every method about an enterprise's
// file by whoever stands to it in every way. What each may is held in tests/golden/access/.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/client_unary_call.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/identity/caller.h"
#include "common/identity/services.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "tests/golden_text.h"
#include "tests/integration/access/assessment_objects.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/rpc/test_issuer.h"
#include "tests/integration/scoring/service_under_test.h"
#include "tests/integration/sql/database_under_test.h"
#include "tests/processes/certificates.h"
#include "zhiping/common/v1/access.pb.h"

namespace zhiping {
namespace {

using assessment::Asked;
using assessment::CallerOf;
using common::v1::Role;
using common::v1::Scope;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using identity::TokenSigner;
using rpc::TestIssuer;

constexpr char kHere[] = "jiangsu-ai";
constexpr char kElsewhere[] = "another";
// No message of any method.
constexpr char kNoMessage[] = "\xff\xff\xff";

// What became of a call. kHidden: as if what it is about were not there.
enum class Outcome { kAdmitted, kRoleRefused, kOutsideScope, kHidden, kUnauthenticated };

// Callers whose rights hold for what is asked about, for something else, and for nothing.
const CallerOf kInside = {"platform", {}, assessment::kUscc, "nanjing-gulou", {kHere}};
const CallerOf kOutside = {"other", {}, "91110000100000009M", "xuzhou-gulou", {kElsewhere}};
const CallerOf kNowhere = {"nobody", {}, "", "", {}};

CallerOf As(CallerOf caller, const std::string& role) {
  caller.roles = {role};
  return caller;
}

// Who calls: with a header, or as a service, or neither.
struct Credentials {
  std::string authorization = {};
  std::string service = {};
  // Percent-encoded, of platforms.
  std::string acting_for = {};
};
struct Answer {
  absl::Status status;
  // Of a stream the first message.
  std::string bytes;
};

class WalkTest : public testing::Test {
 protected:
  WalkTest() {
    rpc::AccessOptions access;
    access.identity_file = issuer().identity_file();
    // One person walks through everything.
    access.limits.calls_per_second = 0;
    access.limits.platform_calls_per_second = 0;
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
              {"assessment", assessment_.port()},
              // The same in every service.
              {"common", catalogue_->port()}};
    FindMethods();
    MakeContents();
    assessment::MakeObjects(assessment_);
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
    const Credentials importer = Bearer({"importer", {"operator"}});
    const std::string published = Import(importer, "");
    const auto publication = [](const std::string& digest) {
      auto request = catalogue::Publication(digest);
      request.mutable_actor()->clear_name();
      return request.SerializeAsString();
    };
    const std::string admin = "zhiping.catalogue.v1.CatalogueAdminService.";
    EXPECT_OK(Call(MethodNamed(admin + "PublishRelease"), Bearer(As(kNowhere, "operator")),
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

  std::string Import(const Credentials& credentials, const std::string& change) {
    const Answer answer =
        Call(MethodNamed("zhiping.catalogue.v1.CatalogueAdminService.ImportEdition"), credentials,
             EditionRequest(change));
    EXPECT_OK(answer.status);
    catalogue::v1::ImportEditionResponse response;
    EXPECT_TRUE(response.ParseFromString(answer.bytes));
    return response.digest();
  }

  static const MethodDescriptor& MethodNamed(const std::string& name) {
    return *google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
  }

  static const common::v1::Access& AccessOf(const MethodDescriptor& method) {
    return method.options().GetExtension(common::v1::access);
  }

  // A request whose scope is that of `kHere`, or of what is asked about.
  std::string RequestTo(const MethodDescriptor& method, const Asked& asked = {}) const {
    const auto content = contents_.find(method.full_name());
    if (content != contents_.end()) return content->second();
    google::protobuf::DynamicMessageFactory factory;
    const std::unique_ptr<google::protobuf::Message> request(
        factory.GetPrototype(method.input_type())->New());
    if (SystemOf(*method.service()) == "assessment") {
      assessment::FillIn(asked, assessment_.criteria().digest(), *request);
      return request->SerializeAsString();
    }
    const auto& access = AccessOf(method);
    EXPECT_TRUE(access.scope() == Scope::NONE || !access.field().empty())
        << method.full_name() << " is not walked: say in MakeContents what it is called with";
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

  absl::Status Call(const MethodDescriptor& method, const Credentials& credentials) {
    return Call(method, credentials, RequestTo(method)).status;
  }

  Answer Call(const MethodDescriptor& method, const Credentials& credentials,
              const std::string& request) {
    const auto channel = ChannelTo(method, credentials.service);
    const std::string path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
    const auto context = rpc::NewContext(absl::Seconds(20));
    if (!credentials.authorization.empty()) {
      context->AddMetadata("authorization", credentials.authorization);
    }
    if (!credentials.acting_for.empty()) {
      context->AddMetadata(rpc::kActingFor, credentials.acting_for);
    }
    grpc::Slice slice(request), whole;
    grpc::ByteBuffer in(&slice, 1), out;
    const auto bytes_of = [&whole](const grpc::ByteBuffer& message) {
      const bool read = message.DumpToSingleSlice(&whole).ok();
      return read ? std::string(whole.begin(), whole.end()) : std::string();
    };
    if (!method.client_streaming() && !method.server_streaming()) {
      const grpc::internal::RpcMethod rpc_method(path.c_str(),
                                                 grpc::internal::RpcMethod::NORMAL_RPC, channel);
      const absl::Status status = rpc::FromGrpcStatus(
          grpc::internal::BlockingUnaryCall(channel.get(), rpc_method, context.get(), in, &out));
      return {status, status.ok() ? bytes_of(out) : ""};
    }
    const grpc::internal::RpcMethod rpc_method(path.c_str(),
                                               grpc::internal::RpcMethod::BIDI_STREAMING, channel);
    const std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
        grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
            channel.get(), rpc_method, context.get()));
    if (!method.client_streaming()) stream->Write(in);
    stream->WritesDone();
    // Whoever gets a first message is let in; there may never be a last one.
    const bool answered = stream->Read(&out);
    const std::string first = answered ? bytes_of(out) : "";
    if (answered) context->TryCancel();
    while (stream->Read(&out)) {
    }
    const absl::Status status = rpc::FromGrpcStatus(stream->Finish());
    return {answered ? absl::OkStatus() : status, first};
  }

  // Whether the store is asked whether the caller may.
  bool AsksTheStore(const MethodDescriptor& method) const {
    const auto& access = AccessOf(method);
    return access.scope() == Scope::FILE ||
           (access.scope() != Scope::NONE && access.field().empty());
  }

  Outcome OutcomeOf(const MethodDescriptor& method, const Credentials& credentials) {
    return OutcomeOf(method, Call(method, credentials, RequestTo(method)));
  }

  Outcome OutcomeOf(const MethodDescriptor& method, const Answer& answer) const {
    const auto& [status, bytes] = answer;
    if (status.code() == absl::StatusCode::kUnauthenticated) return Outcome::kUnauthenticated;
    // A list in which nothing is left; of a submission there may be nothing to list. Of the log of
    // changes there always are entries, of which nothing may be left.
    const bool of_log = method.service()->name() == "FeedService";
    const bool nothing = of_log ? !absl::StrContains(bytes, assessment::kUscc) : bytes.empty();
    if (status.ok() && nothing && AsksTheStore(method) &&
        method.input_type()->FindFieldByName("submission") == nullptr) {
      return Outcome::kHidden;
    }
    switch (DetailOf(status).reason()) {
      case Reason::ROLE_REQUIRED:
      case Reason::SERVICE_REQUIRED:
        return Outcome::kRoleRefused;
      case Reason::OUTSIDE_SCOPE:
      case Reason::UNKNOWN_REVIEW_UNIT:
        return Outcome::kOutsideScope;
      case Reason::RELEASE_NOT_FOUND:
      case Reason::ENTERPRISE_NOT_FOUND:
      case Reason::CHANGE_NOT_FOUND:
      case Reason::CAMPAIGN_NOT_FOUND:
      case Reason::ASSESSMENT_NOT_FOUND:
      case Reason::SUBMISSION_NOT_FOUND:
        // It is there, but whoever has no right to it does not learn that.
        return AsksTheStore(method) ? Outcome::kHidden : Outcome::kAdmitted;
      case Reason::UNKNOWN_KEY:
        // Of a countersignature: it is the key that is refused.
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

  Credentials Bearer(const CallerOf& caller) const {
    // 张三
    const bool platform = !caller.roles.empty() && caller.roles[0] == "platform";
    return {absl::StrCat("Bearer ", assessment_.Token(caller)), "",
            platform ? "%E5%BC%A0%E4%B8%89" : ""};
  }

  // `yes`, `inside` (only inside of its scope), `any` (whoever has rights for anything) or `no`.
  std::string MayCall(const MethodDescriptor& method, const std::string& role) {
    SCOPED_TRACE(absl::StrCat(method.full_name(), " ", role));
    const auto admitted = [&](const CallerOf& caller) {
      const Outcome outcome = OutcomeOf(method, Bearer(As(caller, role)));
      EXPECT_NE(outcome, Outcome::kUnauthenticated);
      return outcome == Outcome::kAdmitted;
    };
    const bool inside = admitted(kInside), outside = admitted(kOutside),
               nowhere = admitted(kNowhere);
    if (!inside) {
      for (const CallerOf& caller : {kInside, kOutside, kNowhere}) {
        EXPECT_EQ(OutcomeOf(method, Bearer(As(caller, role))), Outcome::kRoleRefused);
      }
    }
    // Whoever may not call it does not learn what a request to it is.
    if (!method.client_streaming()) {
      const Answer answer = Call(method, Bearer(As(kInside, role)), kNoMessage);
      EXPECT_EQ(OutcomeOf(method, answer), inside ? Outcome::kAdmitted : Outcome::kRoleRefused);
      EXPECT_EQ(DetailOf(answer.status).reason() == Reason::MALFORMED, inside);
    }
    if (!inside) return "no";
    EXPECT_TRUE(outside || !nowhere);
    return nowhere ? "yes" : outside ? "any" : "inside";
  }

  // Of an import, what is refused stands in the row.
  static bool IsTaken(const Answer& answer) {
    const auto exists = Reason::ENTERPRISE_EXISTS;
    return DetailOf(answer.status).reason() == exists ||
           absl::StrContains(answer.bytes, Reason::Value_Name(exists));
  }

  // All of an answer; of its error, but for the names that were asked about.
  static std::string Said(const Answer& answer, const Asked& asked) {
    const Asked there;
    const std::string number = absl::StrCat(asked.number);
    const std::string error = absl::StrReplaceAll(
        absl::StrCat(answer.status.message(), DetailOf(answer.status).DebugString()),
        {{asked.enterprise, there.enterprise},
         {asked.campaign, there.campaign},
         {absl::StrCat("#", number), "#1"},
         {absl::StrCat(" ", number), " 1"},
         {absl::StrCat("\"", number, "\""), "\"1\""}});
    return absl::StrCat(error, answer.bytes);
  }

  const TestIssuer& issuer() const { return assessment_.issuer(); }

  const std::string folder_ = processes::NewFolder();
  const processes::CertificateAuthority authority_{folder_};
  assessment::AssessmentUnderTest assessment_{sql::NewSetting(sql::Engine::kSqlite),
                                              TlsOf("assessment")};
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
      const Outcome outcome = OutcomeOf(*method, Credentials{"", service});
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
  const std::string good = *issuer().signer().Sign(claims);
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
      {bearer(*issuer().signer().Sign(with("exp", now - 60))), Reason::TOKEN_EXPIRED},
      {bearer(*issuer().signer().Sign(with("nbf", now + 600))), Reason::TOKEN_NOT_YET_VALID},
      {bearer(*issuer().signer().Sign(with("aud", "another"))), Reason::TOKEN_WRONG_AUDIENCE},
      {bearer(*issuer().signer().Sign(with("iss", "https://elsewhere"))), Reason::UNKNOWN_ISSUER},
      {bearer(*stranger.Sign(claims)), Reason::UNKNOWN_TOKEN_KEY},
      {bearer(*rs256.Sign(claims)), Reason::TOKEN_ALGORITHM_REFUSED},
      {forged(R"({"alg":"none"})", ""), Reason::TOKEN_ALGORITHM_REFUSED},
      {forged(R"({"alg":"HS256"})", "c2lnbmF0dXJl"), Reason::TOKEN_ALGORITHM_REFUSED},
      {forged(R"({"alg":"ES256"})", "c2lnbmF0dXJl"), Reason::TOKEN_BAD_SIGNATURE},
  };
  for (const MethodDescriptor* method : methods_) {
    for (const auto& [authorization, reason] : cases) {
      const absl::Status status = Call(*method, {authorization});
      EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << method->full_name();
      EXPECT_THAT(status, HasReason(reason)) << method->full_name() << " " << authorization;
      EXPECT_THAT(Call(*method, {authorization}, kNoMessage).status, HasReason(reason))
          << method->full_name() << " " << authorization;
    }
    // And one that does count, for methods that people may call.
    const auto& access = AccessOf(*method);
    if (access.roles().empty() && !access.any_role()) continue;
    const Role::Value role =
        access.any_role() ? Role::VIEWER : static_cast<Role::Value>(access.roles(0));
    EXPECT_EQ(OutcomeOf(*method, Bearer(As(kInside, identity::RoleName(role)))), Outcome::kAdmitted)
        << method->full_name();
  }
}

// In files.tsv: `yes`; `taken`: nothing is done, since somebody has registered the enterprise;
// `hidden`: as if it were not there; `outside`: of what the token holds, whatever is there; `no`:
// not with this role.
TEST_F(WalkTest, EveryMethodAboutAFileByWhoeverStandsToItInEveryWay) {
  const auto of_unit = [](const char* role, const char* unit) {
    return CallerOf{absl::StrCat(role, "-of-", unit), {role}, "", unit, {}};
  };
  const auto of_programmes = [](const std::vector<std::string>& programmes) {
    return CallerOf{"officer", {"campaign-officer"}, "", "", programmes};
  };
  const struct {
    std::string name;
    CallerOf caller;
  } callers[] = {{"enterprise itself", As(kInside, "enterprise")},
                 {"another enterprise", As(kOutside, "enterprise")},
                 {"enterprise of none", As(kNowhere, "enterprise")},
                 {"reviewer receiving", of_unit("reviewer", "nanjing-gulou")},
                 {"reviewer above", of_unit("reviewer", "nanjing")},
                 {"reviewer beside", of_unit("reviewer", "nanjing-xuanwu")},
                 {"reviewer of no unit", of_unit("reviewer", "no-such-unit")},
                 {"unit-head receiving", of_unit("unit-head", "nanjing-gulou")},
                 {"unit-head above", of_unit("unit-head", "nanjing")},
                 {"unit-head beside", of_unit("unit-head", "nanjing-xuanwu")},
                 {"officer of the programme", of_programmes({kHere})},
                 {"officer of another", of_programmes({kElsewhere})},
                 {"officer of none", of_programmes({})},
                 {"platform enrolled", As(kInside, "platform")},
                 {"another platform", As(kOutside, "platform")}};
  std::string table = "method";
  for (const auto& [name, caller] : callers) absl::StrAppend(&table, "\t", name);
  absl::StrAppend(&table, "\n");
  for (const MethodDescriptor* method : methods_) {
    if (SystemOf(*method->service()) != "assessment") continue;
    const Scope::Value scope = AccessOf(*method).scope();
    if (scope == Scope::NONE) continue;
    absl::StrAppend(&table, method->full_name());
    for (const auto& [name, caller] : callers) {
      SCOPED_TRACE(absl::StrCat(method->full_name(), " ", name));
      const Answer answer = Call(*method, Bearer(caller), RequestTo(*method));
      const Outcome outcome = OutcomeOf(*method, answer);
      absl::StrAppend(&table, "\t",
                      outcome == Outcome::kAdmitted       ? IsTaken(answer) ? "taken" : "yes"
                      : outcome == Outcome::kHidden       ? "hidden"
                      : outcome == Outcome::kOutsideScope ? "outside"
                                                          : "no");
      if (outcome == Outcome::kAdmitted) continue;
      // Of campaigns everybody may read, so that nobody need be told that one is not there.
      const Asked absent[] = {{assessment::kUnregistered},
                              {assessment::kUscc, assessment::kCampaign2026, 7},
                              {assessment::kUscc, "no-such-campaign"}};
      for (const Asked& asked : absent) {
        if (asked.campaign != Asked().campaign && scope != Scope::PROGRAMME) continue;
        const Answer of_nothing = Call(*method, Bearer(caller), RequestTo(*method, asked));
        EXPECT_EQ(Said(of_nothing, asked), Said(answer, Asked()));
      }
    }
    absl::StrAppend(&table, "\n");
  }
  ExpectGolden(table, "access/files.tsv");
}

// Whether a request names several things, of which each is somebody's.
bool HasSeveralKeys(const google::protobuf::Descriptor& request) {
  for (int i = 0; i < request.field_count(); ++i) {
    const auto* const part = request.field(i)->message_type();
    if (!request.field(i)->is_repeated() || part == nullptr) continue;
    if (part->full_name() == "zhiping.assessment.v1.SubmissionKey") return true;
    for (int j = 0; j < part->field_count(); ++j) {
      const auto* const type = part->field(j)->message_type();
      if (type != nullptr && type->full_name() == "zhiping.assessment.v1.SubmissionKey") {
        return true;
      }
    }
  }
  return false;
}

TEST_F(WalkTest, OfSeveralNoneTellsWhetherItIsThere) {
  const Asked inside, outside = {assessment::Elsewhere()}, absent = {assessment::kUnregistered},
                      never_submitted = {assessment::Elsewhere(), assessment::kCampaign2026, 7};
  std::vector<std::string> walked;
  for (const MethodDescriptor* method : methods_) {
    if (!HasSeveralKeys(*method->input_type())) continue;
    walked.push_back(method->name());
    // Requests of one type, one after the other, are one with what is repeated in them.
    const auto answer = [&](const CallerOf& caller, const Asked& first, const Asked& second) {
      return Call(*method, Bearer(caller), RequestTo(*method, first) + RequestTo(*method, second));
    };
    for (const char* role : {"reviewer", "unit-head", "campaign-officer"}) {
      CallerOf caller = As(kInside, role);
      // An officer of the programme may have them all.
      if (AccessOf(*method).scope() == Scope::FILE && caller.roles[0] == "campaign-officer") {
        caller.programmes = {kElsewhere};
      }
      SCOPED_TRACE(absl::StrCat(method->full_name(), " ", role));
      for (const Asked& nothing : {absent, never_submitted}) {
        const Answer second = answer(caller, inside, outside);
        EXPECT_FALSE(second.status.ok());
        EXPECT_EQ(Said(second, outside), Said(answer(caller, inside, nothing), nothing));
        const Answer first = answer(caller, outside, inside);
        EXPECT_EQ(Said(first, outside), Said(answer(caller, nothing, inside), nothing));
        // Whichever is outside or absent: nothing is said of the other one but its name.
        const auto said_of_both = [&](const Answer& both, const Asked& asked) {
          return absl::StrReplaceAll(Said(both, asked), {{absent.enterprise, Asked().enterprise}});
        };
        EXPECT_EQ(said_of_both(answer(caller, outside, absent), outside),
                  said_of_both(answer(caller, nothing, absent), nothing));
      }
    }
  }
  EXPECT_EQ(walked, (std::vector<std::string>{"BatchApprove", "ExportSubmissions"}));
}

TEST_F(WalkTest, APlatformSaysForWhomItActsBeforeItLearnsAnything) {
  int walked = 0;
  for (const MethodDescriptor* method : methods_) {
    if (!AccessOf(*method).via_platform()) continue;
    ++walked;
    SCOPED_TRACE(method->full_name());
    for (const CallerOf& caller : {kInside, kOutside}) {
      const absl::Status status =
          Call(*method, {Bearer(As(caller, "platform")).authorization, "", ""});
      EXPECT_THAT(status, HasReason(Reason::FIELD_REQUIRED));
      const auto detail = DetailOf(status);
      ASSERT_EQ(detail.violations_size(), 1);
      EXPECT_EQ(detail.violations(0).field(), rpc::kActingFor);
    }
  }
  EXPECT_GT(walked, 0);
}

}  // namespace
}  // namespace zhiping
