// Addresses of services, as flags take them.
#pragma once

#include "absl/strings/string_view.h"

namespace zhiping::rpc {

// Whether a channel can be made to it: HOST:PORT with a port from 1 to 65535, perhaps after a
// scheme that gRPC resolves (`dns:///HOST:PORT`, `ipv4:`, `ipv6:`), or `unix:PATH`. An URL such as
// `http://HOST:PORT` is none: gRPC would look for a host of that name.
bool IsTarget(absl::string_view target);

}  // namespace zhiping::rpc
