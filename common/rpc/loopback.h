// Which addresses are of this machine.
#pragma once

#include "absl/strings/string_view.h"

namespace zhiping::rpc {

// Whether gRPC's name of a peer is of this machine: `ipv4:127.0.0.1:4711`, `ipv6:%5B::1%5D:4711`,
// `unix:…`.
bool IsLoopbackPeer(absl::string_view peer);

// Whether only this machine is at a HOST:PORT that is listened on or called: `127.0.0.1:50051`,
// `localhost:0`, `[::1]:50051`, `unix:…`, `dns:///localhost:50051`.
bool IsLoopbackAddress(absl::string_view address);

}  // namespace zhiping::rpc
