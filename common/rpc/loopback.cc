#include "common/rpc/loopback.h"

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace zhiping::rpc {

bool IsLoopbackPeer(absl::string_view peer) {
  for (const absl::string_view prefix :
       {"ipv4:127.", "ipv6:[::1]:", "ipv6:%5B::1%5D:", "ipv6:[::ffff:127.", "ipv6:%5B::ffff:127.",
        "unix:", "unix-abstract:"}) {
    if (absl::StartsWith(peer, prefix)) return true;
  }
  return false;
}

bool IsLoopbackAddress(absl::string_view address) {
  // What gRPC resolves (target.h).
  for (const absl::string_view scheme : {"dns:///", "ipv4:", "ipv6:"}) {
    if (absl::ConsumePrefix(&address, scheme)) break;
  }
  for (const absl::string_view prefix : {"127.", "localhost:", "[::1]:", "unix:"}) {
    if (absl::StartsWith(address, prefix)) return true;
  }
  return false;
}

}  // namespace zhiping::rpc
