// What a command shows a service to say who is calling, and how it knows the service.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/tls.h"
#include "services/ctl/command_line.h"

namespace zhiping::ctl {

struct CredentialOptions {
  std::string token_file, tls_ca;
};

// --token-file and --tls-ca.
void AddCredentialOptions(CLI::App& command, const CommandLine& line, CredentialOptions& options);

struct Credentials {
  // Empty: none.
  std::string token;
  // Only the authorities; empty: without TLS.
  rpc::TlsFiles tls;
  // The natural person for whom a platform calls; empty: none.
  std::string acting_for;
};

// What the options name, for a service at that target. Errors: FILE_UNREADABLE; WRONG_USAGE if a
// token would go unencrypted to another machine, or the file has none.
absl::StatusOr<Credentials> ReadCredentials(const CredentialOptions& options,
                                            const std::string& target);

}  // namespace zhiping::ctl
