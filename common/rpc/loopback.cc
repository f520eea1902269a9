#include "common/rpc/loopback.h"

#include <arpa/inet.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace zhiping::rpc {
namespace {

bool IsLoopback(absl::string_view address) {
  for (const absl::string_view prefix : {"localhost:", "[::1]:", "unix:"}) {
    if (absl::StartsWith(address, prefix)) return true;
  }
  // 127.example.com is any machine.
  const std::string host(address.substr(0, address.find(':')));
  in_addr ip{};
  return absl::StartsWith(host, "127.") && inet_pton(AF_INET, host.c_str(), &ip) == 1;
}

}  // namespace

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
  // gRPC takes several of `ipv4:` and `ipv6:`, of which any may be elsewhere.
  const std::vector<absl::string_view> addresses = absl::StrSplit(address, ',');
  return std::all_of(addresses.begin(), addresses.end(), IsLoopback);
}

}  // namespace zhiping::rpc
