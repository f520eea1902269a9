// What a server, or something in between, sends instead of a reply: the first byte is the longest
// string allowed less one, the second the size of the pieces it arrives in less one, the rest what
// is sent.
#include "absl/strings/str_cat.h"
#include "common/redis/reply.h"
#include "tests/fuzz/fuzz_target.h"

// Nothing a server sends may make us ask for more than this at once.
extern "C" const char* __asan_default_options() {  // NOLINT(bugprone-reserved-identifier)
  return "max_allocation_size_mb=64:allocator_may_return_null=0";
}

namespace zhiping::redis {
namespace {

using fuzz::Require;
using State = ReplyReader::State;

// The only bytes that a reply may have been read from; a null is sent in two ways.
bool IsFormOf(absl::string_view bytes, const Reply& reply) {
  switch (reply.type) {
    case Reply::Type::kStatus:
      return bytes == absl::StrCat("+", reply.text, "\r\n");
    case Reply::Type::kError:
      return bytes == absl::StrCat("-", reply.text, "\r\n");
    case Reply::Type::kString:
      return bytes == absl::StrCat("$", reply.text.size(), "\r\n", reply.text, "\r\n");
    case Reply::Type::kNil:
      return reply.text.empty() && (bytes == "$-1\r\n" || bytes == "*-1\r\n");
  }
  return false;
}

void Read(absl::string_view sent, size_t max_value_bytes, size_t piece) {
  ReplyReader in_pieces(max_value_bytes);
  State state = State::kMore;
  size_t read = 0;
  while (state == State::kMore && read < sent.size()) {
    const absl::string_view next = sent.substr(read, piece);
    state = in_pieces.Feed(next);
    read += next.size();
  }
  ReplyReader at_once(max_value_bytes);
  const State same = at_once.Feed(sent.substr(0, read));
  if (state == State::kMore) Require(same == State::kMore, "pieces make no difference");
  if (state != State::kDone) return;
  Require(same == State::kDone, "what is whole in pieces is whole at once");
  const Reply reply = in_pieces.Take();
  Require(IsFormOf(sent.substr(0, read), reply), "a reply is all that was sent");
  Require(reply.type != Reply::Type::kString || reply.text.size() <= max_value_bytes,
          "a string is no longer than allowed");
  const Reply again = at_once.Take();
  Require(again.type == reply.type && again.text == reply.text, "the same reply");
}

}  // namespace
}  // namespace zhiping::redis

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  zhiping::redis::Read(zhiping::fuzz::Text(data + 2, size - 2), size_t{data[0]} + 1,
                       size_t{data[1]} + 1);
  return 0;
}
