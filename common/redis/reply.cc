#include "common/redis/reply.h"

#include <utility>

namespace zhiping::redis {
namespace {

// The longest status or error line. Redis's own are far shorter.
constexpr size_t kMaxLineBytes = 1 << 10;
// What stands around a string: its length, and two line ends.
constexpr size_t kFrameBytes = 32;

// Called when the whole reply is there; a null pointer is an error.
void* MakeString(const redisReadTask* task, char* text, size_t size) {
  // hiredis takes whatever two bytes follow a string for its line end.
  const bool ends = text[size] == '\r' && text[size + 1] == '\n';
  if (!ends) return nullptr;
  const Reply::Type type = task->type == REDIS_REPLY_STRING   ? Reply::Type::kString
                           : task->type == REDIS_REPLY_STATUS ? Reply::Type::kStatus
                                                              : Reply::Type::kError;
  return new Reply{type, std::string(text, size)};
}

void* MakeNil(const redisReadTask*) { return new Reply; }

// No command of ours is answered by a list or a number, and hiredis asks before it allocates.
void* RefuseArray(const redisReadTask*, int) { return nullptr; }
void* RefuseInteger(const redisReadTask*, long long) { return nullptr; }

void FreeReply(void* reply) { delete static_cast<Reply*>(reply); }

constexpr redisReplyObjectFunctions kFunctions = {MakeString, RefuseArray, RefuseInteger, MakeNil,
                                                  FreeReply};

}  // namespace

ReplyReader::ReplyReader(size_t max_value_bytes)
    : max_value_bytes_(max_value_bytes),
      // hiredis only reads the table.
      reader_(redisReaderCreateWithFunctions(const_cast<redisReplyObjectFunctions*>(&kFunctions))) {
}

ReplyReader::State ReplyReader::Feed(absl::string_view bytes) {
  if (bytes.empty()) return State::kMore;
  if (!std::exchange(started_, true)) {
    is_string_ = bytes[0] == '$';
    allowed_ = is_string_ ? max_value_bytes_ + kFrameBytes : kMaxLineBytes;
  }
  if (bytes.size() > allowed_) return is_string_ ? State::kTooLarge : State::kMalformed;
  allowed_ -= bytes.size();
  void* object = nullptr;
  if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK ||
      redisReaderGetReply(reader_.get(), &object) != REDIS_OK) {
    return State::kMalformed;
  }
  if (object == nullptr) return State::kMore;
  const std::unique_ptr<Reply> reply(static_cast<Reply*>(object));
  reply_ = std::move(*reply);
  if (reader_->pos != reader_->len) return State::kMalformed;
  const bool too_large = is_string_ && reply_.text.size() > max_value_bytes_;
  return too_large ? State::kTooLarge : State::kDone;
}

}  // namespace zhiping::redis
