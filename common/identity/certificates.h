// Certificates in PEM files: of services, and of those who vouch for others.
#pragma once

#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace zhiping::identity {

struct X509Deleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using X509Ptr = std::unique_ptr<X509, X509Deleter>;

// All that are in the bytes, in their order; at least one. What is between them does not matter.
// Errors: CERTIFICATE_INVALID naming the file: none, or one that is not whole.
absl::StatusOr<std::vector<X509Ptr>> ParseCertificates(const std::string& file,
                                                       const std::string& bytes);

}  // namespace zhiping::identity
