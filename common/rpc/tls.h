// TLS between services and for their callers: certificates from files, which may be replaced while
// the program runs. gRPC takes what it finds in them: services give it the files of
// CertificateWatch.
#pragma once

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/time/clock.h"

namespace zhiping::rpc {

// PEM files. A service shows the same certificate to its callers and to the services that it calls.
struct TlsFiles {
  // Of this service, with the chain to the authority. Its SAN has the DNS names and addresses that
  // it is reached by, and a URI `spiffe://zhiping/<service>`, which says who it is.
  std::string certificate;
  std::string key;
  // Authorities of the certificates of other services.
  std::string ca;

  bool empty() const { return certificate.empty() && key.empty() && ca.empty(); }
};

// Whether the files can be used now. Errors: FIELD_REQUIRED naming the flag that is missing; those
// of ReadPair and ReadAuthorities.
absl::Status CheckTls(const TlsFiles& files, absl::Time now);

// A certificate and its key, as they were read from their files.
struct TlsPair {
  std::string certificate;
  std::string key;
  // When the certificate expires.
  absl::Time expiry;

  friend bool operator==(const TlsPair&, const TlsPair&) = default;
};

// Errors: FILE_UNREADABLE; CERTIFICATE_INVALID, which nobody could use now: no certificate or a
// truncated one, expired, not valid yet, or of another key.
absl::StatusOr<TlsPair> ReadPair(const TlsFiles& files, absl::Time now);

// What is in the file of the authorities. Errors: FILE_UNREADABLE; CERTIFICATE_INVALID: no
// certificate, or a truncated one.
absl::StatusOr<std::string> ReadAuthorities(const TlsFiles& files);

// Without files: without TLS. Clients may show a certificate; one that is shown has to be of `ca`.
std::shared_ptr<grpc::ServerCredentials> ServerCredentialsOf(const TlsFiles& files);

// Of the identities of services (SPIFFE): the rest is the service's name.
inline constexpr absl::string_view kServiceIdPrefix = "spiffe://zhiping/";

// Without files: without TLS. Without a certificate of its own the client shows none. The server's
// certificate has to be of `ca` and for the host that is called; and of `service`, if that is not
// empty, since the certificates of services on one machine are for the same host.
std::shared_ptr<grpc::ChannelCredentials> ChannelCredentialsOf(const TlsFiles& files,
                                                               const std::string& service = {});

}  // namespace zhiping::rpc
