#include "common/status/error.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/value_list.h"
#include "common/text/utf8.h"

namespace zhiping {
namespace {

constexpr char kPayloadType[] = "type.googleapis.com/zhiping.common.v1.ErrorDetail";
constexpr char kLogTextType[] = "zhiping/log_text";

void AddMetadata(const std::string& key, const std::string& value, ErrorDetail& detail) {
  auto* entry = detail.add_metadata();
  entry->set_key(key);
  entry->set_value(value);
}

// Of one sentence, value or field: far more than anybody reads, and far less than what may be
// quoted.
constexpr size_t kMaxTextBytes = 4096;

void Repair(std::string& text) {
  if (!IsUtf8(text)) text = ToUtf8(text);
  if (text.size() > kMaxTextBytes) text = Clip(text, kMaxTextBytes);
}

void Repair(common::v1::LocalText& text) {
  Repair(*text.mutable_zh());
  Repair(*text.mutable_en());
}

// A list loses whole entries, and says how many it had.
void RepairMetadata(ErrorDetail& detail) {
  const int given = detail.metadata_size();
  for (int i = 0; i < given; ++i) {
    std::string& value = *detail.mutable_metadata(i)->mutable_value();
    if (value.size() > kMaxTextBytes && IsValueList(value)) {
      AddMetadata(absl::StrCat(detail.metadata(i).key(), kTotalSuffix),
                  absl::StrCat(ValueListSize(value)), detail);
      value = std::string(ClipValueList(value, kMaxTextBytes));
    }
    Repair(value);
  }
  if (detail.metadata_size() == given) return;
  std::sort(detail.mutable_metadata()->begin(), detail.mutable_metadata()->end(),
            [](const auto& a, const auto& b) { return a.key() < b.key(); });
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, const ErrorDetail& detail) {
  ErrorDetail repaired = detail;
  Repair(*repaired.mutable_message());
  RepairMetadata(repaired);
  for (auto& violation : *repaired.mutable_violations()) {
    Repair(*violation.mutable_field());
    Repair(*violation.mutable_message());
  }
  absl::Status status(code, repaired.message().en());
  status.SetPayload(kPayloadType, absl::Cord(repaired.SerializeAsString()));
  return status;
}

absl::Status MakeError(absl::StatusCode code, Reason::Value reason, absl::string_view zh,
                       absl::string_view en, const ErrorValues& values) {
  ErrorDetail detail;
  detail.set_reason(reason);
  *detail.mutable_message() = MakeText(zh, en);
  ErrorValues sorted = values;
  std::sort(sorted.begin(), sorted.end());
  for (const auto& [key, value] : sorted) AddMetadata(key, value, detail);
  return MakeError(code, detail);
}

absl::Status WithLogText(absl::Status status, absl::string_view text) {
  status.SetPayload(kLogTextType, absl::Cord(text));
  return status;
}

std::string LogText(const absl::Status& status) {
  const auto text = status.GetPayload(kLogTextType);
  return text.has_value() ? std::string(*text) : std::string();
}

bool HasDetail(const absl::Status& status) { return status.GetPayload(kPayloadType).has_value(); }

ErrorDetail DetailOf(const absl::Status& status) {
  ErrorDetail detail;
  const auto payload = status.GetPayload(kPayloadType);
  if (payload.has_value() && detail.ParseFromString(std::string(*payload))) return detail;
  detail.Clear();
  detail.set_reason(Reason::INTERNAL_ERROR);
  *detail.mutable_message() =
      MakeText(absl::StrCat("内部错误：", status.ToString()), status.ToString());
  return detail;
}

common::v1::LocalText MakeText(absl::string_view zh, absl::string_view en) {
  common::v1::LocalText text;
  text.set_zh(std::string(zh));
  text.set_en(std::string(en));
  Repair(text);
  return text;
}

FieldViolation MakeViolation(absl::string_view field, Reason::Value reason, absl::string_view zh,
                             absl::string_view en) {
  FieldViolation violation;
  violation.set_field(std::string(field));
  violation.set_reason(reason);
  *violation.mutable_message() = MakeText(zh, en);
  return violation;
}

int ViolationsTotal(const ErrorDetail& detail) {
  int total = 0;
  for (const auto& entry : detail.metadata()) {
    if (entry.key() == kViolationsTotal && absl::SimpleAtoi(entry.value(), &total)) return total;
  }
  return detail.violations_size();
}

void Violations::Add(absl::string_view field, Reason::Value reason, absl::string_view zh,
                     absl::string_view en) {
  Add([&] { return MakeViolation(field, reason, zh, en); });
}

void Violations::Add(absl::FunctionRef<FieldViolation()> describe) {
  if (total_++ < kMaxViolations) *detail_.add_violations() = describe();
}

void Violations::AddAll(const absl::Status& status, absl::string_view field) {
  if (status.ok()) return;
  const ErrorDetail detail = DetailOf(status);
  if (detail.violations().empty()) {
    Add(field, detail.reason(), detail.message().zh(), detail.message().en());
    return;
  }
  for (const FieldViolation& violation : detail.violations()) {
    Add([&] { return violation; });
  }
  total_ += ViolationsTotal(detail) - detail.violations_size();
}

absl::Status Violations::ToStatus() const {
  if (empty()) return absl::OkStatus();
  ErrorDetail detail = detail_;
  if (size() == 1) {
    detail.set_reason(detail.violations(0).reason());
    *detail.mutable_message() = detail.violations(0).message();
  } else {
    detail.set_reason(Reason::SEVERAL_VIOLATIONS);
    *detail.mutable_message() = MakeText(absl::StrCat("有 ", size(), " 处填写有误。"),
                                         absl::StrCat(size(), " fields are wrong."));
  }
  if (size() > detail.violations_size()) {
    AddMetadata(kViolationsTotal, absl::StrCat(size()), detail);
  }
  return MakeError(absl::StatusCode::kInvalidArgument, detail);
}

}  // namespace zhiping
