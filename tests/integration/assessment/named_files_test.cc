// Of what requests name: whatever is outside of the caller's scope is as if it were not there, also
// where it stands beside what the request is about, and also for a platform whose subject another
// issuer's platform has. What a request is about the walk asks about (tests/integration/access).
#include <functional>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// What the walk asks about, wherever it stands; once in a request.
const std::set<std::string> kAsked = {"uscc", "enterprise", "key", "submission", "submissions"};

// Beside that: each is tried by OfWhatStandsBesideNothingIsTold.
const std::set<std::string> kBeside = {
    "CreateAssessmentRequest.carry_over",
    "GetReceiptRequest.receipt_no",
    "ImportEnterprisesRequest.enterprises.parent_uscc",
    "ImportEnterprisesRequest.enterprises.predecessor",
    "ListSubmissionsRequest.receipt_no",
    "RegisterEnterpriseRequest.enterprise.parent_uscc",
    "RegisterEnterpriseRequest.enterprise.predecessor",
    "RequestChangeRequest.proposed.parent_uscc",
    "RequestChangeRequest.proposed.predecessor",
    "RequestChangeRequest.proposed.uscc",
    "UpdateEnterpriseRequest.enterprise.parent_uscc",
    "UpdateEnterpriseRequest.enterprise.predecessor",
};

// Texts and bytes that name no enterprise and no file.
const std::set<std::string> kNamesNoFile = {"application",
                                            "base_etag",
                                            "campaign",
                                            "commitment_given_by",
                                            "email",
                                            "en",
                                            "commitment_version",
                                            "computed",
                                            "effective_on",
                                            "etag",
                                            "expires_on",
                                            "fact",
                                            "hash",
                                            "incarnation",
                                            "industry_class",
                                            "industry_division",
                                            "issuer",
                                            "key_id",
                                            "level",
                                            "location",
                                            "month",
                                            "name",
                                            "note",
                                            "override",
                                            "override_reason",
                                            "page_token",
                                            "phone",
                                            "plant",
                                            "position",
                                            "policy",
                                            "programme",
                                            "purpose",
                                            "query",
                                            "reason",
                                            "region",
                                            "release_digest",
                                            "release_label",
                                            "request_id",
                                            "review_unit",
                                            "scenario",
                                            "scenarios",
                                            "seed",
                                            "sha256",
                                            "signature",
                                            "subject",
                                            "text",
                                            "unit",
                                            "value",
                                            "version",
                                            "zh"};

// The fields that may name something, from the request down.
void AddNames(const Descriptor& message, const std::string& at, int depth,
              std::map<std::string, std::string>& names) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    const std::string path = absl::StrCat(at, ".", field.name());
    const Descriptor* const type = field.message_type();
    const bool is_key =
        type == v1::AssessmentKey::descriptor() || type == v1::SubmissionKey::descriptor();
    if (is_key || field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      names.emplace(path, field.name());
    } else if (type != nullptr && depth > 0 && absl::StartsWith(type->full_name(), "zhiping.")) {
      AddNames(*type, path, depth - 1, names);
    }
  }
}

TEST(NamedFilesTest, EveryFieldThatMayNameAFileIsJudged) {
  std::set<std::string> beside;
  for (const char* service : {"EnterpriseService", "AssessmentService", "CampaignService",
                              "ReviewService", "FeedService"}) {
    const auto* const descriptor =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
            absl::StrCat("zhiping.assessment.v1.", service));
    ASSERT_NE(descriptor, nullptr);
    for (int i = 0; i < descriptor->method_count(); ++i) {
      const Descriptor& request = *descriptor->method(i)->input_type();
      std::map<std::string, std::string> names;
      AddNames(request, request.name(), 4, names);
      std::vector<std::string> asked;
      for (const auto& [path, name] : names) {
        if (kBeside.count(path) > 0) {
          beside.insert(path);
        } else if (kAsked.count(name) > 0) {
          asked.push_back(path);
        } else {
          EXPECT_EQ(kNamesNoFile.count(name), 1)
              << path << ": say whether it names an enterprise or a file, and try it here";
        }
      }
      EXPECT_LE(asked.size(), 1) << absl::StrJoin(asked, ", ") << ": try those beside the first";
    }
  }
  EXPECT_EQ(beside, kBeside);
}

class FilesBesideTest : public testing::TestWithParam<sql::Engine> {
 protected:
  FilesBesideTest() {
    EXPECT_OK(fixture_.Register());
    EXPECT_OK(fixture_.Create(NewCampaign(service_.criteria())));
    const auto submitted = fixture_.SubmitNew(fixture_.KeyOf());
    EXPECT_OK(submitted);
    if (submitted.ok()) theirs_ = submitted->submission();
  }

  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  // Of kUscc, for which kPlatform is enrolled.
  v1::Submission theirs_;
};

// What a call says, but for the names.
template <typename Response>
std::string Said(const absl::StatusOr<Response>& answer, const std::string& named) {
  std::string text =
      absl::StrCat(answer.status().message(), DetailOf(ToStatus(answer)).DebugString());
  if (answer.ok()) absl::StrAppend(&text, answer->DebugString());
  return absl::StrReplaceAll(text, {{named, "NAMED"}});
}

TEST_P(FilesBesideTest, OfWhatStandsBesideNothingIsTold) {
  const CallerOf other = {"other-platform", {"platform"}};
  const std::string own = UsccNumber(1);
  v1::RegisterEnterpriseRequest registration;
  *registration.mutable_enterprise() = NewEnterprise(own);
  registration.set_request_id(NewRequestId());
  ASSERT_OK(service_.As(other, &EnterpriseStub::RegisterEnterprise, registration));
  const auto mine = fixture_.SubmitNew(fixture_.KeyOf(own));
  ASSERT_OK(mine);
  v1::GetEnterpriseRequest get;
  get.set_uscc(own);
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria(), v1::ReviewPolicy::ALL, "next")));

  // By the path: what a call that names this says.
  using Try = std::function<std::string(const std::string& named)>;
  std::map<std::string, Try> tries;
  tries["CreateAssessmentRequest.carry_over"] = [&](const std::string& named) {
    v1::CreateAssessmentRequest request;
    *request.mutable_key() = fixture_.KeyOf(own, "next");
    *request.mutable_carry_over() = theirs_.key();
    request.mutable_carry_over()->set_enterprise(named);
    request.set_request_id(NewRequestId());
    return Said(service_.As(other, &AssessmentStub::CreateAssessment, request), named);
  };
  tries["GetReceiptRequest.receipt_no"] = [&](const std::string& named) {
    v1::GetReceiptRequest request;
    *request.mutable_submission() = mine->submission().key();
    request.set_receipt_no(named);
    return Said(service_.As(other, &AssessmentStub::GetReceipt, request), named);
  };
  tries["ListSubmissionsRequest.receipt_no"] = [&](const std::string& named) {
    v1::ListSubmissionsRequest request;
    request.set_receipt_no(named);
    return Said(service_.As(other, &AssessmentStub::ListSubmissions, request), named);
  };
  for (const char* const field : {"parent_uscc", "predecessor"}) {
    const auto set = [field](v1::Enterprise& enterprise, const std::string& named) {
      enterprise.GetReflection()->SetString(
          &enterprise, v1::Enterprise::descriptor()->FindFieldByName(field), named);
    };
    tries[absl::StrCat("RegisterEnterpriseRequest.enterprise.", field)] =
        [&, set](const std::string& named) {
          v1::RegisterEnterpriseRequest request;
          // Another one each time, of the same name here.
          static int registered = 100;
          const std::string uscc = UsccNumber(++registered);
          *request.mutable_enterprise() = NewEnterprise(uscc);
          set(*request.mutable_enterprise(), named);
          request.set_request_id(NewRequestId());
          auto answer = service_.As(other, &EnterpriseStub::RegisterEnterprise, request);
          // Instants differ.
          if (answer.ok()) answer->Clear();
          return absl::StrReplaceAll(Said(answer, named), {{uscc, "ITSELF"}});
        };
    tries[absl::StrCat("ImportEnterprisesRequest.enterprises.", field)] =
        [&, set](const std::string& named) {
          v1::ImportEnterprisesRequest request;
          request.add_enterprises()->set_uscc(own);
          set(*request.mutable_enterprises(0), named);
          request.set_validate_only(true);
          return Said(service_.As(other, &EnterpriseStub::ImportEnterprises, request), named);
        };
    tries[absl::StrCat("UpdateEnterpriseRequest.enterprise.", field)] =
        [&, set, field](const std::string& named) {
          v1::UpdateEnterpriseRequest request;
          request.mutable_enterprise()->set_uscc(own);
          request.mutable_enterprise()->set_etag(
              service_.As(other, &EnterpriseStub::GetEnterprise, get)->enterprise().etag());
          set(*request.mutable_enterprise(), named);
          request.mutable_update_mask()->add_paths(field);
          auto answer = service_.As(other, &EnterpriseStub::UpdateEnterprise, request);
          if (answer.ok()) answer->Clear();
          return Said(answer, named);
        };
    tries[absl::StrCat("RequestChangeRequest.proposed.", field)] =
        [&, set, field](const std::string& named) {
          v1::RequestChangeRequest request;
          request.set_uscc(own);
          set(*request.mutable_proposed(), named);
          request.mutable_fields()->add_paths(field);
          request.set_reason("变更");
          request.set_request_id(NewRequestId());
          auto answer =
              service_.As(fixture_.EnterpriseOf(own), &EnterpriseStub::RequestChange, request);
          if (answer.ok()) answer->Clear();
          return Said(answer, named);
        };
  }
  // Nobody can ask for another one.
  tries["RequestChangeRequest.proposed.uscc"] = [&](const std::string& named) {
    v1::RequestChangeRequest request;
    request.set_uscc(own);
    request.mutable_proposed()->set_uscc(named);
    request.mutable_fields()->add_paths("uscc");
    request.set_reason("变更");
    request.set_request_id(NewRequestId());
    const auto answer =
        service_.As(fixture_.EnterpriseOf(own), &EnterpriseStub::RequestChange, request);
    EXPECT_THAT(answer, IsRefused("fields", Reason::INVALID_FIELD));
    return Said(answer, named);
  };
  std::set<std::string> tried;
  for (const auto& [path, call] : tries) {
    tried.insert(path);
    const bool by_number = absl::EndsWith(path, ".receipt_no");
    EXPECT_EQ(call(by_number ? theirs_.receipt_no() : kUscc),
              call(by_number ? "7K3QD-8M2XV" : UsccNumber(2)))
        << path;
  }
  EXPECT_EQ(tried, kBeside);
}

TEST_P(FilesBesideTest, ThePlatformOfAnotherIssuerWithTheSameSubjectIsAnother) {
  const std::string uscc = UsccNumber(1);
  v1::RegisterEnterpriseRequest registration;
  *registration.mutable_enterprise() = NewEnterprise(uscc);
  auto& enrolment = *registration.mutable_enterprise()->add_enrolments();
  enrolment.set_issuer("https://another.example");
  enrolment.set_subject(kPlatform.subject);
  registration.set_request_id(NewRequestId());
  ASSERT_OK(service_.As(kOfficer, &EnterpriseStub::RegisterEnterprise, registration));
  const auto submitted = fixture_.SubmitNew(fixture_.KeyOf(uscc));
  ASSERT_OK(submitted);
  v1::GetEnterpriseRequest get;
  get.set_uscc(uscc);
  EXPECT_THAT(service_.As(kPlatform, &EnterpriseStub::GetEnterprise, get),
              IsRefused("", Reason::ENTERPRISE_NOT_FOUND));
  v1::GetSubmissionRequest file;
  *file.mutable_submission() = submitted->submission().key();
  EXPECT_THAT(service_.As(kPlatform, &AssessmentStub::GetSubmission, file),
              IsRefused("", Reason::SUBMISSION_NOT_FOUND));
  // By the enterprise, by its receipt, and all of them: lists are read in several ways.
  v1::ListSubmissionsRequest all, of_enterprise, of_receipt;
  of_enterprise.set_enterprise(uscc);
  of_receipt.set_receipt_no(submitted->submission().receipt_no());
  const auto count = [&](const v1::ListSubmissionsRequest& list) {
    const auto listed = service_.As(kPlatform, &AssessmentStub::ListSubmissions, list);
    EXPECT_OK(listed);
    return listed.ok() ? listed->total_size() : -1;
  };
  EXPECT_EQ(count(all), 1);
  EXPECT_EQ(count(of_enterprise), 0);
  EXPECT_EQ(count(of_receipt), 0);
  const auto enterprises = service_.As(kPlatform, &EnterpriseStub::ListEnterprises, {});
  ASSERT_OK(enterprises);
  EXPECT_EQ(enterprises->total_size(), 1);
  // Whoever reads it by another right gets the contact masked.
  CallerOf officer = kPlatform;
  officer.roles.emplace_back("campaign-officer");
  const auto read = service_.As(officer, &EnterpriseStub::GetEnterprise, get);
  ASSERT_OK(read);
  EXPECT_TRUE(read->enterprise().contact().masked());
}

ON_BOTH_DATABASES(FilesBesideTest);

}  // namespace
}  // namespace zhiping::assessment
