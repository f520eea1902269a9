// How many streams of large messages a server takes at a time, so that all that they may make it
// hold has room in what requests have together (ServerOptions::request_buffer_bytes).
//
// gRPC itself, when that is used up, ends calls at random, whoever's they are, and tells their
// callers no reason. Refused here is a stream at its beginning, before it has sent anything; those
// that were taken go on to their end.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "common/rpc/metrics.h"

namespace zhiping::rpc {

// What gRPC takes of a stream, or call, whose handler is not reading, in bytes. HTTP/2's own
// default, which clients may use before they hear of any other.
inline constexpr int kStreamWindowBytes = 64 << 10;

// Thread-safe.
class LargeStreams {
 public:
  // `buffer_bytes` is what requests have together; as many streams are taken as hold half of it
  // with messages of `message_bytes`, but at least one. Metrics: zhiping_large_streams, those that
  // are open, and zhiping_large_streams_refused_total.
  LargeStreams(int64_t buffer_bytes, int message_bytes, Metrics& metrics);
  LargeStreams(const LargeStreams&) = delete;
  LargeStreams& operator=(const LargeStreams&) = delete;

  int most() const { return most_; }

  // One of the streams, until it is destroyed. Errors, RESOURCE_EXHAUSTED: OVERLOADED, with the
  // delay after which to try again.
  class Stream;
  absl::StatusOr<std::unique_ptr<Stream>> Take();

 private:
  const int most_;
  std::atomic<int> open_ = 0;
  prometheus::Gauge& open_metric_;
  prometheus::Counter& refused_metric_;
};

class LargeStreams::Stream {
 public:
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

 private:
  friend class LargeStreams;
  explicit Stream(LargeStreams& owner) : owner_(owner) {}

  LargeStreams& owner_;
};

}  // namespace zhiping::rpc
