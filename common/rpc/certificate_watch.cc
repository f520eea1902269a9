#include "common/rpc/certificate_watch.h"

#include <string>

#include "common/rpc/outcome_log.h"
#include "common/status/status_macros.h"
#include "prometheus/gauge.h"

namespace zhiping::rpc {
namespace {

// Of what is left, to have time for a new one.
constexpr absl::Duration kSoon = absl::Hours(14 * 24);

// Used by one thread.
class Looker {
 public:
  Looker(const TlsFiles& files, const Clock& clock, Metrics& metrics, const Log& log)
      : files_(files),
        clock_(clock),
        log_(log),
        usable_(log, Severity::kError, "certificate_not_usable", "certificate_usable"),
        gauge_(prometheus::BuildGauge()
                   .Name("zhiping_certificate_expiration_timestamp_seconds")
                   .Help("When the certificate of this service expires, as Unix time; 0: its files "
                         "cannot be used")
                   .Register(*metrics.registry())
                   .Add({})) {}

  void Look() {
    const absl::StatusOr<absl::Time> expiry = UsableUntil();
    usable_.Note(expiry.status());
    gauge_.Set(expiry.ok() ? static_cast<double>(absl::ToUnixSeconds(*expiry)) : 0);
    if (expiry.ok()) Note(*expiry);
  }

 private:
  absl::StatusOr<absl::Time> UsableUntil() const {
    RETURN_IF_ERROR(CheckTls(files_, clock_.Now()));
    return CertificateExpiry(files_.certificate);
  }

  void Note(absl::Time expiry) {
    const bool soon = expiry - clock_.Now() < kSoon;
    if (expiry == noted_ && soon == noted_soon_) return;
    noted_ = expiry;
    noted_soon_ = soon;
    log_.Write(soon ? Severity::kWarning : Severity::kInfo, "certificate_expires",
               {{"expires", absl::FormatTime(absl::RFC3339_sec, expiry, absl::UTCTimeZone())},
                {"file", files_.certificate}});
  }

  const TlsFiles files_;
  const Clock& clock_;
  const Log& log_;
  OutcomeLog usable_;
  prometheus::Gauge& gauge_;
  absl::Time noted_ = absl::InfinitePast();
  bool noted_soon_ = false;
};

}  // namespace

CertificateWatch::CertificateWatch(const TlsFiles& files, const Clock& clock, Metrics& metrics,
                                   const Log& log, absl::Duration interval) {
  if (files.empty()) return;
  looking_ = std::make_unique<Periodic>(
      interval,
      [looker = std::make_shared<Looker>(files, clock, metrics, log)] { looker->Look(); });
}

}  // namespace zhiping::rpc
