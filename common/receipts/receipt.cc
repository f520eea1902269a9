#include "common/receipts/receipt.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/criteria/release.h"
#include "common/time/timestamp.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace zhiping::receipts {

Receipt MakeReceipt(Receipt::Kind kind, const assessment::v1::Submission& submission,
                    const criteria::Criteria& criteria, const Origin& origin) {
  Receipt receipt;
  receipt.set_kind(kind);
  *receipt.mutable_submission() = submission.key();
  *receipt.mutable_content() = submission.content();
  receipt.set_edition_title(EditionTitle(criteria));
  receipt.set_release_text(ReleaseText(criteria.release().label()));
  if (kind == Receipt::DECISION) {
    const auto& standing = submission.standing();
    receipt.set_state(standing.state());
    receipt.set_assurance(standing.assurance());
    *receipt.mutable_findings() = standing.findings();
    *receipt.mutable_decisions() = standing.decisions();
    for (auto& decision : *receipt.mutable_decisions()) decision.clear_decided_by();
    if (standing.has_reviewed_result()) {
      *receipt.mutable_reviewed_result() = standing.reviewed_result();
    }
  }
  *receipt.mutable_statement() = criteria.rulebook().statement();
  *receipt.mutable_signed_at() = ToTimestamp(origin.signed_at);
  receipt.set_incarnation(origin.incarnation);
  receipt.set_software_version(criteria::kEngineVersion);
  return receipt;
}

std::string SerializeReceipt(const Receipt& receipt) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    receipt.SerializeToCodedStream(&coded);
  }
  return bytes;
}

std::string EditionTitle(const criteria::Criteria& criteria) {
  const auto& edition = criteria.edition();
  return absl::StrCat(edition.title().text(), edition.year_text().text());
}

std::string ReleaseText(absl::string_view label) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(label, absl::MaxSplits('-', 1));
  int year = 0;
  if (!absl::SimpleAtoi(parts.first, &year) || !criteria::IsReleaseLabel(label, year)) {
    return std::string(label);
  }
  return absl::StrCat(parts.first, "年版第", parts.second, "次发布");
}

}  // namespace zhiping::receipts
