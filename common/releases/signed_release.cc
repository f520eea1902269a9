#include "common/releases/signed_release.h"

#include "common/criteria/release.h"
#include "common/criteria/vectors.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::releases {

absl::StatusOr<std::shared_ptr<const criteria::Criteria>> OpenRelease(
    absl::string_view envelope_json, const envelope::Trust& trust, absl::Time instant) {
  ASSIGN_OR_RETURN(const envelope::Envelope envelope, envelope::ParseEnvelope(envelope_json));
  // Whoever changed one bit gets BAD_SIGNATURE, not what the parser makes of it; the programme that
  // the key must be for is only known after parsing.
  const auto parsed = criteria::ParseRelease(envelope.payload);
  const std::string programme = parsed.ok() ? parsed->edition().programme() : "";
  const auto keys = trust.Verify(envelope, envelope::Purpose::RELEASE, programme, instant);
  if (!parsed.ok() &&
      (keys.ok() || DetailOf(keys.status()).reason() == Reason::KEY_NOT_FOR_PROGRAMME)) {
    return parsed.status();
  }
  RETURN_IF_ERROR(keys.status());
  ASSIGN_OR_RETURN(auto criteria,
                   criteria::Criteria::Compile(*parsed, criteria::DigestOf(envelope.payload)));
  RETURN_IF_ERROR(criteria::VerifyVectors(*criteria));
  return criteria;
}

}  // namespace zhiping::releases
