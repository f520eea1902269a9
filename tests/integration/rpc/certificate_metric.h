// What Prometheus is told of a service's certificate.
#pragma once

#include "common/rpc/metrics.h"

namespace zhiping::rpc {

// When it expires, as Unix time; 0: its files cannot be used; -1: nothing is told.
inline double ExpirationIn(const Metrics& metrics) {
  for (const auto& family : metrics.registry()->Collect()) {
    if (family.name == "zhiping_certificate_expiration_timestamp_seconds") {
      return family.metric.front().gauge.value;
    }
  }
  return -1;
}

}  // namespace zhiping::rpc
