// Whether a certificate is of the service that shows it, and whether others would believe it.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/rpc/tls.h"

namespace zhiping::rpc {

// That the only URI in the certificate's SAN is `spiffe://zhiping/<service>`, and that it verifies
// by these authorities at that time, as what calls and as what is called, since a service shows the
// one certificate in both ways. `files` say where both were read. Errors: CERTIFICATE_INVALID
// naming
// --tls-certificate. REQUIRES: `pair` and `authorities` are of ReadPair and ReadAuthorities.
absl::Status CheckOwnCertificate(const TlsPair& pair, const std::string& authorities,
                                 const TlsFiles& files, const std::string& service, absl::Time now);

}  // namespace zhiping::rpc
