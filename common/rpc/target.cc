#include "common/rpc/target.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace zhiping::rpc {

bool IsTarget(absl::string_view target) {
  if (absl::StartsWith(target, "unix:")) return true;
  const size_t scheme = target.find("://");
  if (scheme != absl::string_view::npos) {
    if (target.substr(0, scheme) != "dns") return false;
    target.remove_prefix(target.rfind('/') + 1);
  }
  const size_t colon = target.rfind(':');
  int port = 0;
  return colon != absl::string_view::npos && colon > 0 &&
         absl::SimpleAtoi(target.substr(colon + 1), &port) && port >= 1 && port <= 65535;
}

}  // namespace zhiping::rpc
