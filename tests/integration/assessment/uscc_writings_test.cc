// A USCC names the same enterprise however it is written, in every field of every request that has
// one: those are found by the descriptors. Over gRPC, by each role that may call; and in tokens.
#include <set>

#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "tests/integration/access/assessment_objects.h"
#include "zhiping/common/v1/access.pb.h"

namespace zhiping::assessment {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// kUscc.
constexpr const char* kWritings[] = {"91110000600037341l", "  91110000600037341L\u3000",
                                     "９１１１００００６０００３７３４１Ｌ"};

// Of these nothing in an answer depends on whose code it is: what is set beside a name, and rows of
// imports. All others tell kUscc from kUnregistered, so that a wrong one shows.
const std::set<std::string> kNotTold = {
    "ImportEnterprisesRequest.enterprises.parent_uscc",
    "ImportEnterprisesRequest.enterprises.predecessor",
    "ImportEnterprisesRequest.enterprises.uscc",
    "ImportTargetsRequest.targets.enterprise",
    "RequestChangeRequest.proposed.parent_uscc",
    "RequestChangeRequest.proposed.predecessor",
    "RequestChangeRequest.proposed.uscc",
    "UpdateEnterpriseRequest.enterprise.parent_uscc",
    "UpdateEnterpriseRequest.enterprise.predecessor",
};

// From a request to a text that holds a USCC.
using Path = std::vector<const FieldDescriptor*>;

void AddUsccFields(const Descriptor& message, Path path, std::vector<Path>& fields) {
  static const std::set<std::string> names = {"enterprise", "uscc", "parent_uscc", "predecessor"};
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor* const field = message.field(i);
    path.push_back(field);
    if (field->type() == FieldDescriptor::TYPE_STRING && names.count(field->name()) > 0) {
      fields.push_back(path);
    } else if (field->message_type() != nullptr &&
               absl::StartsWith(field->message_type()->full_name(), "zhiping.")) {
      AddUsccFields(*field->message_type(), path, fields);
    }
    path.pop_back();
  }
}

std::string NameOf(const MethodDescriptor& method, const Path& path) {
  std::vector<std::string> names = {method.input_type()->name()};
  for (const FieldDescriptor* field : path) names.push_back(field->name());
  return absl::StrJoin(names, ".");
}

void Write(const Path& path, const std::string& text, Message& request) {
  Message* message = &request;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    const auto& reflection = *message->GetReflection();
    if (!path[i]->is_repeated()) {
      message = reflection.MutableMessage(message, path[i]);
    } else {
      if (reflection.FieldSize(*message, path[i]) == 0) reflection.AddMessage(message, path[i]);
      message = reflection.MutableRepeatedMessage(message, path[i], 0);
    }
  }
  message->GetReflection()->SetString(message, path.back(), text);
}

class UsccWritingsTest : public testing::Test {
 protected:
  UsccWritingsTest() { MakeObjects(service_); }

  // All that a call says, but for instants and the code that it names.
  std::string Said(const MethodDescriptor& method, const CallerOf& caller, const Path& path,
                   const std::string& uscc) {
    const auto request = NewRequest(method);
    FillIn({}, service_.criteria().digest(), *request);
    Write(path, uscc, *request);
    const auto called = CallAny(service_, method, caller, *request);
    const std::string answer = called.ok() ? *called : "";
    const bool exists = absl::StrContains(answer, Reason::Value_Name(Reason::ENTERPRISE_EXISTS));
    return absl::StrReplaceAll(absl::StrCat(DetailOf(called.status()).DebugString(),
                                            answer.empty() ? " nothing" : " something",
                                            absl::StrContains(answer, kUscc), exists),
                               {{uscc, "CODE"}, {kUscc, "CODE"}});
  }

  AssessmentUnderTest service_{sql::NewSetting(sql::Engine::kSqlite)};
};

TEST_F(UsccWritingsTest, EveryFieldOfEveryRequestTakesThem) {
  const CallerOf inside = {"platform", {}, kUscc, "nanjing-gulou"};
  std::set<std::string> not_told;
  int tried = 0;
  for (const char* service :
       {"EnterpriseService", "AssessmentService", "CampaignService", "ReviewService"}) {
    const auto* const descriptor =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
            absl::StrCat("zhiping.assessment.v1.", service));
    for (int i = 0; i < descriptor->method_count(); ++i) {
      const MethodDescriptor& method = *descriptor->method(i);
      std::vector<Path> fields;
      AddUsccFields(*method.input_type(), {}, fields);
      for (const Path& path : fields) {
        const std::string name = NameOf(method, path);
        SCOPED_TRACE(name);
        ++tried;
        bool told = false;
        for (const int role : method.options().GetExtension(common::v1::access).roles()) {
          CallerOf caller = inside;
          caller.roles = {identity::RoleName(static_cast<common::v1::Role::Value>(role))};
          // What changes something does so the first time.
          Said(method, caller, path, kUscc);
          const std::string expected = Said(method, caller, path, kUscc);
          for (const char* written : kWritings) {
            EXPECT_EQ(Said(method, caller, path, written), expected) << caller.roles[0];
          }
          told |= Said(method, caller, path, kUnregistered) != expected;
        }
        if (!told) not_told.insert(name);
      }
    }
  }
  EXPECT_GT(tried, 40);
  EXPECT_EQ(not_told, kNotTold);
}

TEST_F(UsccWritingsTest, ATokenTakesThem) {
  v1::GetEnterpriseRequest get;
  get.set_uscc(kUscc);
  v1::GetAssessmentRequest draft;
  *draft.mutable_key() = Fixture(service_).KeyOf();
  for (const char* written : kWritings) {
    SCOPED_TRACE(written);
    const CallerOf clerk = {"clerk", {"enterprise"}, written};
    const auto listed = service_.As(clerk, &EnterpriseStub::ListEnterprises, {});
    ASSERT_OK(listed);
    EXPECT_EQ(listed->total_size(), 1);
    EXPECT_OK(service_.As(clerk, &EnterpriseStub::GetEnterprise, get));
    EXPECT_OK(service_.As(clerk, &AssessmentStub::GetAssessment, draft));
    const auto who = service_.As(clerk, &OperationsStub::WhoAmI, {});
    ASSERT_OK(who);
    EXPECT_EQ(who->uscc(), kUscc);
    EXPECT_FALSE(who->uscc_invalid());
  }
}

TEST_F(UsccWritingsTest, ATokenWithWhatCanBeNoneReachesNothingAndIsToldSo) {
  for (const char* text : {"9111", "91110000600037342L"}) {
    SCOPED_TRACE(text);
    const CallerOf clerk = {"clerk", {"enterprise"}, text};
    EXPECT_THAT(service_.As(clerk, &EnterpriseStub::ListEnterprises, {}),
                IsRefused("", Reason::INVALID_USCC));
    v1::GetEnterpriseRequest get;
    for (const char* asked : {text, kUscc}) {
      get.set_uscc(asked);
      EXPECT_THAT(service_.As(clerk, &EnterpriseStub::GetEnterprise, get),
                  IsRefused("", Reason::INVALID_USCC));
    }
    const auto who = service_.As(clerk, &OperationsStub::WhoAmI, {});
    ASSERT_OK(who);
    EXPECT_EQ(who->uscc(), text);
    EXPECT_TRUE(who->uscc_invalid());
  }
}

TEST_F(UsccWritingsTest, ASearchTakesTheBeginningOfOne) {
  for (const char* query :
       {"91110000600037341L", "9111000060003734", " ９１１１００００６０００３７３４１ｌ "}) {
    v1::ListEnterprisesRequest request;
    request.set_query(query);
    const auto listed = service_.As(kPlatform, &EnterpriseStub::ListEnterprises, request);
    ASSERT_OK(listed);
    EXPECT_EQ(listed->total_size(), 1) << query;
  }
}

}  // namespace
}  // namespace zhiping::assessment
