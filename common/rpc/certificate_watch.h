// Says while a service runs how long its certificate is still valid, and whether its TLS files can
// be used after they were replaced.
//
//   const CertificateWatch certificate(options.tls, clock, metrics, log);
#pragma once

#include <memory>

#include "absl/time/time.h"
#include "common/rpc/log.h"
#include "common/rpc/metrics.h"
#include "common/rpc/tls.h"
#include "common/time/clock.h"
#include "common/time/periodic.h"

namespace zhiping::rpc {

// Metric: zhiping_certificate_expiration_timestamp_seconds, of the certificate in the file; 0 while
// the files cannot be used. Log: certificate_expires, when it is first seen, as a warning from 14
// days before; certificate_not_usable and certificate_usable.
class CertificateWatch {
 public:
  // Looks at once and then whenever `interval` has passed. Without files: does nothing. REQUIRES:
  // clock, metrics and log outlive it.
  CertificateWatch(const TlsFiles& files, const Clock& clock, Metrics& metrics, const Log& log,
                   absl::Duration interval = absl::Minutes(1));

 private:
  // Null without files.
  std::unique_ptr<Periodic> looking_;
};

}  // namespace zhiping::rpc
