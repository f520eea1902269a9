#include "common/rpc/large_streams.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "prometheus/gauge.h"

namespace zhiping::rpc {
namespace {

// A message that is being read or handled, and the window for what comes after it. gRPC needs up to
// 1.6 times that (README.md): it keeps what it read at once for as long as any stream uses a part.
int Most(int64_t buffer_bytes, int message_bytes) {
  const int64_t of_one = int64_t{message_bytes} + kStreamWindowBytes;
  return static_cast<int>(std::max<int64_t>(1, buffer_bytes / 2 / of_one));
}

}  // namespace

LargeStreams::LargeStreams(int64_t buffer_bytes, int message_bytes, Metrics& metrics)
    : most_(Most(buffer_bytes, message_bytes)),
      open_metric_(prometheus::BuildGauge()
                       .Name("zhiping_large_streams")
                       .Help("Streams of large messages that are open")
                       .Register(*metrics.registry())
                       .Add({})),
      refused_metric_(prometheus::BuildCounter()
                          .Name("zhiping_large_streams_refused_total")
                          .Help("Streams of large messages that there was no room for")
                          .Register(*metrics.registry())
                          .Add({})) {}

absl::StatusOr<std::unique_ptr<LargeStreams::Stream>> LargeStreams::Take() {
  if (open_.fetch_add(1) >= most_) {
    open_.fetch_sub(1);
    refused_metric_.Increment();
    return MakeError(
        absl::StatusCode::kResourceExhausted, Reason::OVERLOADED,
        absl::StrCat("服务繁忙：同时处理的批量流已达上限（", most_, " 个），请稍后重试。"),
        absl::StrCat("The service is busy: it has as many streams of batches as it takes (", most_,
                     "). Try again later."),
        {{kRetryDelayMilliseconds, "1000"}});
  }
  open_metric_.Increment();
  return std::unique_ptr<Stream>(new Stream(*this));
}

LargeStreams::Stream::~Stream() {
  owner_.open_metric_.Decrement();
  owner_.open_.fetch_sub(1);
}

}  // namespace zhiping::rpc
