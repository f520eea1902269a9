#include "common/releases/signed_release.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/criteria/release.h"
#include "common/criteria/vectors.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::releases {

absl::Status CheckDigest(absl::string_view bytes, absl::string_view expected) {
  const std::string digest = criteria::DigestOf(bytes);
  if (digest == expected) return absl::OkStatus();
  return MakeError(absl::StatusCode::kDataLoss, Reason::DIGEST_MISMATCH,
                   absl::StrCat("内容的摘要是 ", digest, "，不是 ", expected, "。"),
                   absl::StrCat("The bytes have the digest ", digest, ", not ", expected, "."),
                   {{"digest", digest}, {"expected", std::string(expected)}});
}

absl::StatusOr<std::shared_ptr<const criteria::Criteria>> OpenRelease(
    absl::string_view envelope_json, const ExpectedRelease& expected, const envelope::Trust& trust,
    absl::Time instant) {
  ASSIGN_OR_RETURN(const envelope::Envelope envelope, envelope::ParseEnvelope(envelope_json));
  if (!expected.digest.empty()) RETURN_IF_ERROR(CheckDigest(envelope.payload, expected.digest));
  // Whoever changed one bit gets BAD_SIGNATURE, not what the parser makes of it; the programme that
  // the key must be for is only known after parsing.
  const auto parsed = criteria::ParseRelease(envelope.payload);
  const std::string programme = parsed.ok() ? parsed->edition().programme() : "";
  const auto keys = trust.Verify(envelope, expected.purpose, programme, instant);
  if (!parsed.ok() &&
      (keys.ok() || DetailOf(keys.status()).reason() == Reason::KEY_NOT_FOR_PROGRAMME)) {
    return parsed.status();
  }
  RETURN_IF_ERROR(keys.status());
  if (!expected.programme.empty() && programme != expected.programme) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, Reason::UNKNOWN_PROGRAMME,
        absl::StrCat("发布版属于评测体系 ", programme, "，不属于 ", expected.programme, "。"),
        absl::StrCat("The release is of programme ", programme, ", not of ", expected.programme,
                     "."));
  }
  ASSIGN_OR_RETURN(auto criteria,
                   criteria::Criteria::Compile(*parsed, criteria::DigestOf(envelope.payload)));
  RETURN_IF_ERROR(criteria::VerifyVectors(*criteria));
  return criteria;
}

bool IsGenuine(const absl::Status& status) {
  switch (DetailOf(status).reason()) {
    case Reason::UNKNOWN_FIELD:
    case Reason::UNKNOWN_SEMANTICS:
    case Reason::UNKNOWN_PROGRAMME:
    case Reason::INVALID_RELEASE:
    case Reason::VECTOR_MISMATCH:
      return true;
    default:
      return false;
  }
}

}  // namespace zhiping::releases
