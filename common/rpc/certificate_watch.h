// Keeps TLS files usable while a service runs: what gRPC reads is replaced only by files that can
// be used, and it is said when the certificate expires, and when files that were replaced are of no
// use: also a certificate of another service, or one that the authorities do not vouch for.
//
//   ASSIGN_OR_RETURN(const auto certificate,
//                    CertificateWatch::Open(tls, "scoring", clock, metrics, log));
//   … servers and channels with certificate->files() …
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
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
  // Reads the files of `service` now, and again whenever `interval` has passed. Errors: those of
  // CheckTls, CheckOwnCertificate and MemoryFile. Without files: does nothing. REQUIRES: clock,
  // metrics and log outlive it.
  static absl::StatusOr<std::unique_ptr<CertificateWatch>> Open(
      const TlsFiles& files, const std::string& service, const Clock& clock, Metrics& metrics,
      const Log& log, absl::Duration interval = absl::Seconds(1));
  ~CertificateWatch();

  // The last good pair and the last good authorities, by which it verifies, in the memory of this
  // process. Empty without files. REQUIRES: this outlives the servers and channels that are made
  // with them.
  const TlsFiles& files() const { return files_; }

 private:
  class Looker;
  CertificateWatch() = default;

  TlsFiles files_;
  // Null without files.
  std::unique_ptr<Looker> looker_;
  // Ends first.
  std::unique_ptr<Periodic> looking_;
};

}  // namespace zhiping::rpc
