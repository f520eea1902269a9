// What the walk asks the assessment service about: objects that are there, and such that are not.
#pragma once

#include <map>
#include <string>

#include "absl/strings/match.h"
#include "google/protobuf/message.h"
#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {

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

}  // namespace zhiping::assessment
