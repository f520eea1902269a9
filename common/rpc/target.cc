#include "common/rpc/target.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/loopback.h"

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

void CheckAddress(const CalledService& service, const std::string& target, const TlsFiles& tls,
                  Violations& violations) {
  const auto& [flag, zh, en] = service;
  if (!IsTarget(target)) {
    violations.Add(
        flag, Reason::INVALID_FIELD,
        absl::StrCat(flag, " 应为", zh,
                     "的“主机:端口”或 dns:///主机:端口，前面不加 http://，而不是“", target, "”。"),
        absl::StrCat(flag, " should be HOST:PORT of the ", en,
                     " or dns:///HOST:PORT, without http://, not \"", target, "\"."));
  } else if (tls.empty() && !IsLoopbackAddress(target)) {
    violations.Add(
        "--tls-certificate", Reason::NOT_SECURED,
        absl::StrCat(zh, " ", target,
                     " 不在本机，须用 TLS 连接：缺少 --tls-certificate、--tls-key 和 --tls-ca。"),
        absl::StrCat("The ", en, " ", target,
                     " is on another machine and has to be called by TLS: --tls-certificate, "
                     "--tls-key and --tls-ca are missing."));
  }
}

}  // namespace zhiping::rpc
