// Redis as a source: what the catalogue put there, never trusted.
#pragma once

#include <memory>
#include <string>

#include "common/redis/client.h"
#include "common/releases/source.h"

namespace zhiping::releases {

// Under which names the catalogue puts envelopes into Redis.
std::string RedisReleaseKey(absl::string_view digest);
std::string RedisStateKey(absl::string_view programme);

// REQUIRES: the client outlives the source.
std::unique_ptr<Source> NewRedisSource(redis::Client& client);

}  // namespace zhiping::releases
