// Where the key set of an issuer is read from.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping::identity {

// Thread-safe.
class KeySource {
 public:
  virtual ~KeySource() = default;
  // The bytes of the key set. Blocks for at most 5 s. Errors: FILE_UNREADABLE,
  // TOO_LARGE, ISSUER_KEYS_UNAVAILABLE.
  virtual absl::StatusOr<std::string> Read() = 0;
  // A Read under way ends soon, and those that follow at once.
  virtual void Cancel() {}
};

std::unique_ptr<KeySource> NewFileKeySource(std::string path);

// Whether what an `http://` or `https://` URL names is on this machine: `localhost`, `127.0.0.1` or
// `[::1]`, with or without a port.
bool IsLoopbackUrl(absl::string_view url);

// By HTTP GET. ca_file: PEM; empty: the system's certificates. The proxy of the environment
// (`https_proxy` and others) is used by TLS to other machines alone.
std::unique_ptr<KeySource> NewUrlKeySource(std::string url, std::string ca_file);

}  // namespace zhiping::identity
