// A method that is declared in a test, with the rule that it states.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/identity/access_rule.h"
#include "common/reference/reference.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::identity {

inline const reference::ReviewUnits& Units() {
  static const reference::Reference reference = *reference::Reference::Open();
  return reference.review_units();
}

inline UnitsToday Today() { return {Units(), absl::CivilDay(2026, 11, 25)}; }

// A method with the given option, whose request is {programme, enterprise, unit, inner {programme},
// many, number}.
class Declared {
 public:
  // `more`: further fields of the method's descriptor.
  explicit Declared(const std::string& access, const std::string& more = "") {
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(
        google::protobuf::TextFormat::ParseFromString(absl::StrCat(R"(
      name: "test.proto" package: "test" syntax: "proto3"
      message_type {
        name: "Request"
        field { name: "programme" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
        field { name: "enterprise" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
        field { name: "unit" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL }
        field { name: "inner" number: 4 type: TYPE_MESSAGE type_name: ".test.Request"
                label: LABEL_OPTIONAL }
        field { name: "many" number: 5 type: TYPE_STRING label: LABEL_REPEATED }
        field { name: "number" number: 6 type: TYPE_INT32 label: LABEL_OPTIONAL }
      }
      service {
        name: "Service"
        method { name: "Method" input_type: ".test.Request" output_type: ".test.Request"
                 options { )",
                                                                   access, " } ", more, " } }"),
                                                      &file));
    const auto* built = pool_.BuildFile(file);
    method_ = built->service(0)->method(0);
    request_.reset(factory_.GetPrototype(method_->input_type())->New());
  }

  absl::StatusOr<AccessRule> Rule() const { return AccessRule::Of(*method_); }

  const google::protobuf::Message& Request(const std::string& text) {
    request_->Clear();
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, request_.get()));
    return *request_;
  }

  absl::Status Check(const Caller& caller, const std::string& request) {
    const auto rule = Rule();
    EXPECT_OK(rule);
    const absl::Status roles = rule->CheckRoles(caller);
    return roles.ok() ? rule->CheckScope(caller, Request(request), Today()) : roles;
  }

 private:
  google::protobuf::DescriptorPool pool_{google::protobuf::DescriptorPool::generated_pool()};
  google::protobuf::DynamicMessageFactory factory_{&pool_};
  const google::protobuf::MethodDescriptor* method_ = nullptr;
  std::unique_ptr<google::protobuf::Message> request_;
};

inline std::string Access(const std::string& fields) {
  return absl::StrCat("[zhiping.common.v1.access] { ", fields, " }");
}

inline Caller With(Roles roles) {
  Caller caller;
  caller.issuer = "issuer";
  caller.subject = "subject";
  caller.roles = roles;
  return caller;
}

}  // namespace zhiping::identity
