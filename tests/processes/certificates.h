// A certificate authority for tests.
#pragma once

#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"

struct evp_pkey_st;
struct x509_st;

namespace zhiping::processes {

// PEM files.
struct CertificateFiles {
  std::string certificate;
  std::string key;
};

class CertificateAuthority {
 public:
  // Its certificate is in `folder`, signed by another authority, or else by itself.
  explicit CertificateAuthority(std::string folder, const CertificateAuthority* by = nullptr);

  const std::string& certificate() const { return certificate_; }

  // Signs a certificate with a key of its own, as `<name>.crt` and `<name>.key` in the folder, in
  // place of earlier ones of that name. `alternative_names`: as OpenSSL writes them,
  // `DNS:localhost,IP:127.0.0.1,URI:spiffe://zhiping/scoring`. `usages`: what it may be used for,
  // as `serverAuth,clientAuth`; empty: anything.
  CertificateFiles Issue(const std::string& name, const std::string& alternative_names,
                         absl::Time from = absl::Now() - absl::Hours(1),
                         absl::Time until = absl::Now() + absl::Hours(24),
                         const std::string& usages = "") const;

 private:
  const std::string folder_;
  const std::string certificate_;
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> x509_;
};

// The alternative names of a service that runs on this machine.
std::string NamesOf(const std::string& service);

}  // namespace zhiping::processes
