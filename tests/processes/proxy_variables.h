// A proxy that this program's environment names.
#pragma once

#include <cstdlib>
#include <string>

namespace zhiping::processes {

// All variables of it that curl and gRPC read.
inline constexpr const char* kProxyVariables[] = {"http_proxy", "https_proxy", "all_proxy",
                                                  "grpc_proxy"};

// REQUIRES: one at a time, and no thread reads the environment while it is made or destroyed.
class ProxyInEnvironment {
 public:
  // HOST:PORT. What may be meant to go by no proxy is not said.
  explicit ProxyInEnvironment(const std::string& address) {
    for (const char* const name : kProxyVariables) {
      setenv(name, ("http://" + address).c_str(), 1);
    }
    for (const char* const name : {"no_proxy", "no_grpc_proxy", "NO_PROXY"}) unsetenv(name);
  }
  ~ProxyInEnvironment() {
    for (const char* const name : kProxyVariables) unsetenv(name);
  }
  ProxyInEnvironment(const ProxyInEnvironment&) = delete;
  ProxyInEnvironment& operator=(const ProxyInEnvironment&) = delete;
};

}  // namespace zhiping::processes
