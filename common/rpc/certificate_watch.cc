#include "common/rpc/certificate_watch.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/files/memory_file.h"
#include "common/rpc/outcome_log.h"
#include "common/rpc/own_certificate.h"
#include "common/status/status_macros.h"
#include "prometheus/gauge.h"

namespace zhiping::rpc {
namespace {

// Of what is left, to have time for a new one.
constexpr absl::Duration kSoon = absl::Hours(14 * 24);

// A certificate and its key in one file, which is replaced as one.
std::string InOneFile(const TlsPair& pair) {
  if (pair.key == pair.certificate) return pair.certificate;
  return absl::StrCat(pair.certificate, "\n", pair.key);
}

}  // namespace

// Used by one thread.
class CertificateWatch::Looker {
 public:
  static absl::StatusOr<std::unique_ptr<Looker>> Open(const TlsFiles& files,
                                                      const std::string& service,
                                                      const Clock& clock, Metrics& metrics,
                                                      const Log& log) {
    std::unique_ptr<Looker> looker(new Looker(files, service, clock, metrics, log));
    RETURN_IF_ERROR(CheckTls(files, clock.Now()));
    ASSIGN_OR_RETURN(looker->pair_, ReadPair(files, clock.Now()));
    ASSIGN_OR_RETURN(looker->authorities_, ReadAuthorities(files));
    RETURN_IF_ERROR(looker->Check(looker->pair_, looker->authorities_));
    ASSIGN_OR_RETURN(looker->pair_copy_, MemoryFile::Create(InOneFile(looker->pair_)));
    ASSIGN_OR_RETURN(looker->authorities_copy_, MemoryFile::Create(looker->authorities_));
    return looker;
  }

  TlsFiles copies() const {
    return {pair_copy_->path(), pair_copy_->path(), authorities_copy_->path()};
  }

  void Look() {
    const absl::Status usable = Renew();
    usable_.Note(usable);
    gauge_.Set(usable.ok() ? static_cast<double>(absl::ToUnixSeconds(pair_.expiry)) : 0);
    if (usable.ok()) Note(pair_.expiry);
  }

 private:
  Looker(const TlsFiles& files, const std::string& service, const Clock& clock, Metrics& metrics,
         const Log& log)
      : files_(files),
        service_(service),
        clock_(clock),
        log_(log),
        usable_(log, Severity::kError, "certificate_not_usable", "certificate_usable"),
        gauge_(prometheus::BuildGauge()
                   .Name("zhiping_certificate_expiration_timestamp_seconds")
                   .Help("When the certificate of this service expires, as Unix time; 0: its files "
                         "cannot be used, and the last good ones stay")
                   .Register(*metrics.registry())
                   .Add({})) {}

  // Takes what is in the files as far as it can be used; an error: some of it cannot.
  absl::Status Renew() {
    const absl::StatusOr<TlsPair> pair = ReadPair(files_, clock_.Now());
    const absl::StatusOr<std::string> authorities = ReadAuthorities(files_);
    absl::Status usable = pair.status();
    usable.Update(authorities.status());
    if (usable.ok()) {
      usable = Check(*pair, *authorities);
      if (usable.ok()) return Take(*pair, *authorities);
    }
    // Neither holds up the other. Authorities first: one that is no longer trusted is not, whatever
    // has become of the certificate, as long as what we show still verifies.
    if (authorities.ok() && Check(pair_, *authorities).ok()) {
      usable.Update(Take(pair_, *authorities));
    } else if (pair.ok() && Check(*pair, authorities_).ok()) {
      usable.Update(Take(*pair, authorities_));
    }
    return usable;
  }

  // One that has expired is judged by its last second, when to OpenSSL it still had not: what it
  // verifies by is no worse for that.
  absl::Status Check(const TlsPair& pair, const std::string& authorities) const {
    return CheckOwnCertificate(pair, authorities, files_, service_,
                               std::min(clock_.Now(), pair.expiry - absl::Seconds(1)));
  }

  absl::Status Take(const TlsPair& pair, const std::string& authorities) {
    if (authorities != authorities_) {
      RETURN_IF_ERROR(authorities_copy_->Replace(authorities));
      authorities_ = authorities;
    }
    if (pair == pair_) return absl::OkStatus();
    RETURN_IF_ERROR(pair_copy_->Replace(InOneFile(pair)));
    pair_ = pair;
    return absl::OkStatus();
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
  const std::string service_;
  const Clock& clock_;
  const Log& log_;
  OutcomeLog usable_;
  prometheus::Gauge& gauge_;
  // The last good ones, and what gRPC reads.
  TlsPair pair_;
  std::string authorities_;
  std::unique_ptr<MemoryFile> pair_copy_, authorities_copy_;
  absl::Time noted_ = absl::InfinitePast();
  bool noted_soon_ = false;
};

absl::StatusOr<std::unique_ptr<CertificateWatch>> CertificateWatch::Open(
    const TlsFiles& files, const std::string& service, const Clock& clock, Metrics& metrics,
    const Log& log, absl::Duration interval) {
  std::unique_ptr<CertificateWatch> watch(new CertificateWatch());
  if (files.empty()) return watch;
  ASSIGN_OR_RETURN(watch->looker_, Looker::Open(files, service, clock, metrics, log));
  watch->files_ = watch->looker_->copies();
  watch->looking_ =
      std::make_unique<Periodic>(interval, [looker = watch->looker_.get()] { looker->Look(); });
  return watch;
}

CertificateWatch::~CertificateWatch() = default;

}  // namespace zhiping::rpc
