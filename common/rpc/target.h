// Addresses of services, as flags take them.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "common/rpc/tls.h"
#include "common/status/error.h"

namespace zhiping::rpc {

// Whether a channel can be made to it: HOST:PORT with a port from 1 to 65535, perhaps after a
// scheme that gRPC resolves (`dns:///HOST:PORT`, `ipv4:`, `ipv6:`), or `unix:PATH`. An URL such as
// `http://HOST:PORT` is none: gRPC would look for a host of that name.
bool IsTarget(absl::string_view target);

// A service that this one calls: the flag with its address, and what people call it.
struct CalledService {
  // `--scoring`, 评分服务, `scoring service`.
  absl::string_view flag, zh, en;
};

// Whether the service may be called there. Violations: INVALID_FIELD at the flag for what is no
// target; NOT_SECURED at `--tls-certificate` for another machine without TLS.
void CheckAddress(const CalledService& service, const std::string& target, const TlsFiles& tls,
                  Violations& violations);

}  // namespace zhiping::rpc
