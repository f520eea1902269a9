// A registered enterprise in Jiangsu, for tests.
#pragma once

#include <map>
#include <string>

#include "common/reference/reference.h"
#include "services/assessment/domain/enterprise.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::assessment {

inline const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

inline Context Jiangsu(absl::Time now = kNow) {
  static const reference::Reference reference = *reference::Reference::Open();
  return {reference, now, absl::FixedTimeZone(8 * 3600)};
}

inline v1::Enterprise Kunshan() {
  v1::Enterprise enterprise;
  enterprise.set_uscc("91110000600037341L");
  enterprise.set_name("昆山示例机电有限公司");
  enterprise.set_region("320583");
  enterprise.set_review_unit("kunshan");
  enterprise.set_industry_division("38");
  enterprise.set_industry_class("3812");
  enterprise.mutable_size()->set_employees(500);
  enterprise.mutable_size()->set_revenue(30'000);
  enterprise.mutable_contact()->set_name("张三");
  enterprise.mutable_contact()->set_phone("13812345678");
  return enterprise;
}

inline v1::EnterpriseRecord Registered(const v1::Enterprise& sent = Kunshan()) {
  return *RegisterEnterprise(sent, {Setter::kProvince}, Jiangsu());
}

inline google::protobuf::FieldMask Mask(std::initializer_list<const char*> paths) {
  google::protobuf::FieldMask mask;
  for (const char* path : paths) mask.add_paths(path);
  return mask;
}

inline v1::PersonRecord PersonNamed(const char* subject) {
  v1::PersonRecord person;
  person.set_issuer("https://id");
  person.set_subject(subject);
  return person;
}

// Reasons of all violations by their fields.
inline std::map<std::string, Reason::Value> Faults(const absl::Status& status) {
  std::map<std::string, Reason::Value> faults;
  const ErrorDetail detail = DetailOf(status);
  for (const FieldViolation& violation : detail.violations()) {
    EXPECT_FALSE(violation.message().zh().empty());
    EXPECT_FALSE(violation.message().en().empty());
    faults[violation.field()] = violation.reason();
  }
  return faults;
}
template <typename T>
std::map<std::string, Reason::Value> Faults(const absl::StatusOr<T>& status_or) {
  return Faults(status_or.status());
}

}  // namespace zhiping::assessment
