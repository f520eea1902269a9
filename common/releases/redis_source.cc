#include "common/releases/redis_source.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace zhiping::releases {
namespace {

class RedisSource final : public Source {
 public:
  explicit RedisSource(redis::Client& client) : client_(client) {}

  absl::string_view name() const override { return "redis"; }

  absl::StatusOr<std::string> FindRelease(const std::string& digest) override {
    return Find(RedisReleaseKey(digest));
  }

  absl::StatusOr<std::string> FindState(const std::string& programme) override {
    return Find(RedisStateKey(programme));
  }

 private:
  absl::StatusOr<std::string> Find(const std::string& key) {
    ASSIGN_OR_RETURN(auto value, client_.Get(key));
    if (!value.has_value()) return absl::NotFoundError("not in Redis");
    return *std::move(value);
  }

  redis::Client& client_;
};

}  // namespace

std::string RedisReleaseKey(absl::string_view digest) {
  return absl::StrCat("zhiping:release:", digest);
}

std::string RedisStateKey(absl::string_view programme) {
  return absl::StrCat("zhiping:state:", programme);
}

std::unique_ptr<Source> NewRedisSource(redis::Client& client) {
  return std::make_unique<RedisSource>(client);
}

}  // namespace zhiping::releases
