// Heads of audit logs as they are signed: envelopes with purpose AUDIT.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/envelope/signer.h"
#include "common/envelope/trust.h"
#include "zhiping/common/v1/audit.pb.h"

namespace zhiping::audit {

using common::v1::AuditHead;

// Network logs are kept for six months at least (Cybersecurity Law, art. 21): the longest six.
// Nothing is cut at a head that was signed later than that before.
inline constexpr absl::Duration kLeastRetention = absl::Hours(24 * 184);

// What an envelope says, if its signatures count. Audit is of no programme: keys that sign heads
// are for all (`*`). Errors: those of ParseEnvelope and Trust::Verify; MALFORMED.
absl::StatusOr<AuditHead> OpenHead(absl::string_view envelope_json, const envelope::Trust& trust);

// What the envelope of a head says that this service signed, or opened before it kept it. Errors:
// those of ParseEnvelope.
absl::StatusOr<AuditHead> ReadHead(absl::string_view envelope_json);

// Errors: FILE_UNREADABLE; those of Trust::Parse.
absl::StatusOr<std::shared_ptr<const envelope::Trust>> ReadTrust(const std::string& path);

// Immutable and thread-safe.
class HeadSigner {
 public:
  // `keys`: files with private keys; each signs. `service`: `catalogue`, `scoring`, …; it stands
  // in each head. Signs a probe. Errors: FILE_UNREADABLE, MALFORMED; those of Trust::Verify if the
  // probe is not accepted, naming --audit-key.
  static absl::StatusOr<std::unique_ptr<HeadSigner>> Open(
      const std::vector<std::string>& keys, std::shared_ptr<const envelope::Trust> trust,
      const std::string& service, absl::Time now);

  // The envelope around the head, with the service and the instant put in. Errors: SIGNING_FAILED;
  // those of Trust::Verify.
  absl::StatusOr<std::string> Sign(AuditHead head, absl::Time now) const;

 private:
  HeadSigner() = default;

  std::string service_;
  std::vector<std::unique_ptr<envelope::Signer>> signers_;
  std::shared_ptr<const envelope::Trust> trust_;
};

}  // namespace zhiping::audit
