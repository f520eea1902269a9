// Keys with which a service signs for one purpose. Whatever they sign is verified with the trust
// file at once: what nobody would accept is never given out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/envelope/signer.h"
#include "common/envelope/trust.h"

namespace zhiping::envelope {

// Thread-safe.
class TrustedSigners {
 public:
  // Reads the files with the private keys, of which each signs. Errors: FILE_UNREADABLE, MALFORMED.
  static absl::StatusOr<TrustedSigners> Read(const std::vector<std::string>& key_files,
                                             std::shared_ptr<const Trust> trust);

  // An envelope. Errors: SIGNING_FAILED; those of Trust::Verify, as FAILED_PRECONDITION: whoever
  // calls was denied nothing.
  absl::StatusOr<std::string> Sign(Purpose::Value purpose, absl::string_view payload,
                                   absl::string_view programme, absl::Time instant) const;

  // Signs something, to know at the start whether the trust file accepts the keys. That they are
  // for some programmes only, or not valid at present, is no error: their time may come. Errors:
  // those of Trust::Verify, naming the flag that gave the keys.
  absl::Status Probe(Purpose::Value purpose, absl::string_view flag, absl::Time now) const;

  const Trust& trust() const { return *trust_; }

 private:
  std::vector<std::unique_ptr<Signer>> signers_;
  std::shared_ptr<const Trust> trust_;
};

}  // namespace zhiping::envelope
