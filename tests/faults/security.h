// Certificates and tokens of a suite, as files that a test replaces while everything runs.
#pragma once

#include <grpcpp/security/credentials.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/tls.h"
#include "tests/faults/service_process.h"
#include "tests/integration/rpc/test_issuer.h"
#include "tests/processes/certificates.h"

namespace zhiping::faults {

class Security {
 public:
  // An authority, of which the services and callers have certificates, and an issuer.
  Security();

  // How a service is secured: its certificate is made, and its key is in the same file, so that
  // both are replaced at once.
  Flags FlagsOf(const std::string& service) const;

  // Replaces the certificate of a service by one of the authority's, with these alternative names.
  void Renew(const std::string& service, const processes::CertificateAuthority& by,
             const std::string& names) const;
  void Renew(const std::string& service, const processes::CertificateAuthority& by) const {
    Renew(service, by, processes::NamesOf(service));
  }
  // Leaves the beginning of a new one there, as a copy does that was interrupted.
  void RenewInPart(const std::string& service) const;
  // What it shows (or will, within two seconds), and its key.
  std::string CertificateOf(const std::string& service) const {
    return processes::Contents(absl::StrCat(folder_, "/", service, ".pem"));
  }
  // The authorities that everybody trusts from now on (within two seconds).
  void Trust(const std::vector<const processes::CertificateAuthority*>& authorities) const;

  const processes::CertificateAuthority& authority() const { return authority_; }
  const rpc::TestIssuer& issuer() const { return issuer_; }
  // The file with the authorities that are trusted.
  std::string authorities() const { return folder_ + "/authorities.crt"; }
  std::string identity_file() const { return issuer_.identity_file(); }

  // Of a person with that role, on every call of a channel; a platform says for whom it acts.
  std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const std::string& role) const;

 private:
  const std::string folder_ = processes::NewFolder();
  const processes::CertificateAuthority authority_{folder_};
  const rpc::TestIssuer issuer_{folder_};
};

}  // namespace zhiping::faults
