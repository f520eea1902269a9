// What the walk asks the assessment service about: objects that are there, and such that are not.
#pragma once

#include <grpcpp/impl/client_unary_call.h>

#include <map>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "google/protobuf/message.h"
#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {

// Nobody can register it: it does not check.
inline constexpr char kUnregistered[] = "91320100MA1MTXYD2T";

struct Asked {
  std::string enterprise = kUscc;
  std::string campaign = kCampaign2026;
  // Of a submission, and of a change request.
  int number = 1;
};

// Received in suzhou-gusu, where nobody of the walk is.
inline const std::string& Elsewhere() {
  static const auto& uscc = *new std::string(UsccNumber(1));
  return uscc;
}

// An enterprise that is received in nanjing-gulou, for which kPlatform is enrolled; it is on the
// list of a campaign, has a submission in review, and has requested a change: what `Asked()` names.
// Elsewhere has a submission in review too.
inline void MakeObjects(AssessmentUnderTest& service) {
  Fixture fixture(service);
  ASSERT_OK(fixture.Register());
  ASSERT_OK(fixture.Create(NewCampaign(service.criteria())));
  ASSERT_OK(fixture.SubmitNew(fixture.KeyOf()));
  v1::RequestChangeRequest change;
  change.set_uscc(kUscc);
  change.mutable_proposed()->set_name("某新机械有限公司");
  change.mutable_fields()->add_paths("name");
  change.set_reason("更名");
  change.set_request_id(NewRequestId());
  ASSERT_OK(service.As(fixture.EnterpriseOf(), &EnterpriseStub::RequestChange, change));
  v1::ImportTargetsRequest targets;
  targets.set_campaign(kCampaign2026);
  targets.add_targets()->set_enterprise(kUscc);
  targets.mutable_targets(0)->set_plant("main");
  targets.mutable_targets(0)->set_channel(v1::Channel::STAGED);
  ASSERT_OK(service.As(kOfficer, &CampaignStub::ImportTargets, targets));
  v1::Enterprise elsewhere = NewEnterprise(Elsewhere());
  elsewhere.set_review_unit("suzhou-gusu");
  ASSERT_OK(fixture.Register(elsewhere));
  ASSERT_OK(fixture.SubmitNew(fixture.KeyOf(Elsewhere())));
  // All of it is in the log of changes.
  service.Head();
}

// Sets the fields that say what a request is about, wherever they are, and such as are checked
// before anybody looks whether it is there. Nothing is based on the etag, so that acts change
// nothing.
inline void FillIn(const Asked& asked, const std::string& release,
                   google::protobuf::Message& message) {
  using google::protobuf::FieldDescriptor;
  const std::map<std::string, std::string> texts = {{"enterprise", asked.enterprise},
                                                    {"uscc", asked.enterprise},
                                                    {"plant", "main"},
                                                    {"campaign", asked.campaign},
                                                    {"programme", kProgramme},
                                                    {"release_digest", release},
                                                    {"etag", "stale"},
                                                    {"base_etag", "stale"},
                                                    {"purpose", "核查"},
                                                    {"request_id", NewRequestId()}};
  if (message.GetDescriptor() == v1::Enterprise::descriptor()) {
    // Whole, so that nothing is wrong with what is registered or imported.
    message.CopyFrom(NewEnterprise(asked.enterprise));
  }
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (const auto* type = field->message_type()) {
      if (!absl::StartsWith(type->full_name(), "zhiping.assessment.")) continue;
      auto* part = field->is_repeated() ? reflection->AddMessage(&message, field)
                                        : reflection->MutableMessage(&message, field);
      FillIn(asked, release, *part);
      if (part->ByteSizeLong() == 0) reflection->ClearField(&message, field);
    } else if (field->type() == FieldDescriptor::TYPE_STRING && !field->is_repeated()) {
      const auto text = texts.find(field->name());
      if (text != texts.end()) reflection->SetString(&message, field, text->second);
    } else if (field->name() == "number") {
      reflection->SetInt32(&message, field, asked.number);
    }
  }
}

// An empty request of the method.
inline std::unique_ptr<google::protobuf::Message> NewRequest(
    const google::protobuf::MethodDescriptor& method) {
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(method.input_type())
          ->New());
}

// Calls any unary method: the bytes of the answer, or why there is none.
inline absl::StatusOr<std::string> CallAny(const AssessmentUnderTest& service,
                                           const google::protobuf::MethodDescriptor& method,
                                           const CallerOf& caller,
                                           const google::protobuf::Message& request) {
  const auto channel = rpc::NewChannel(absl::StrCat("localhost:", service.port()), {});
  const std::string name = absl::StrCat("/", method.service()->full_name(), "/", method.name());
  const grpc::internal::RpcMethod rpc(name.c_str(), grpc::internal::RpcMethod::NORMAL_RPC, channel);
  const grpc::Slice slice(request.SerializeAsString());
  const grpc::ByteBuffer in(&slice, 1);
  grpc::ByteBuffer out;
  const auto context = service.ContextOf(caller);
  const absl::Status status = rpc::FromGrpcStatus(
      grpc::internal::BlockingUnaryCall(channel.get(), rpc, context.get(), in, &out));
  if (!status.ok()) return status;
  grpc::Slice whole;
  if (out.Length() == 0 || !out.DumpToSingleSlice(&whole).ok()) return std::string();
  return std::string(whole.begin(), whole.end());
}

}  // namespace zhiping::assessment
