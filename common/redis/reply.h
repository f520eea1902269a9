// Reads one reply of a server that may be anything: hiredis's reader, with bounds around it.
#pragma once

#include <hiredis/read.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace zhiping::redis {

// The most a client may allow: hiredis counts some lengths in int.
inline constexpr size_t kMaxValueBytes = size_t{256} << 20;

struct Reply {
  enum class Type { kString, kStatus, kNil, kError };
  Type type = Type::kNil;
  // The bytes of a string; the text of a status or error.
  std::string text;
};

// Feed it until it says something else than kMore; it is then of no more use.
class ReplyReader {
 public:
  enum class State {
    // The reply is not whole yet.
    kMore,
    // The reply is whole, and nothing follows it.
    kDone,
    // Not a reply, a number or a list, a line without end, or more than one reply.
    kMalformed,
    // A string of more than max_value_bytes.
    kTooLarge,
  };

  // Holds at most about twice max_value_bytes, whatever it is fed in pieces of 64 KiB.
  // REQUIRES: max_value_bytes ≤ kMaxValueBytes.
  explicit ReplyReader(size_t max_value_bytes);

  State Feed(absl::string_view bytes);
  // REQUIRES: Feed returned kDone.
  Reply Take() { return std::move(reply_); }

 private:
  struct Free {
    void operator()(redisReader* reader) const { redisReaderFree(reader); }
  };

  const size_t max_value_bytes_;
  // How much may still come; known with the first byte.
  size_t allowed_ = 0;
  bool started_ = false;
  bool is_string_ = false;
  const std::unique_ptr<redisReader, Free> reader_;
  Reply reply_;
};

}  // namespace zhiping::redis
