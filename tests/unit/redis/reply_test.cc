#include "common/redis/reply.h"

#include <gtest/gtest.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

namespace zhiping::redis {
namespace {

using State = ReplyReader::State;
using Type = Reply::Type;

constexpr size_t kMax = 1000;

State FeedAll(ReplyReader& reader, absl::string_view bytes, size_t piece) {
  State state = State::kMore;
  for (; !bytes.empty() && state == State::kMore;
       bytes.remove_prefix(std::min(piece, bytes.size()))) {
    state = reader.Feed(bytes.substr(0, piece));
  }
  return state;
}

std::string StringReply(absl::string_view value) {
  return absl::StrCat("$", value.size(), "\r\n", value, "\r\n");
}

// The memory this process has reserved, in bytes; signed, since it may also shrink.
int64_t Reserved() {
  std::ifstream status("/proc/self/status");
  std::string word;
  int64_t kilobytes = 0;
  while (status >> word) {
    if (word == "VmSize:") status >> kilobytes;
  }
  return kilobytes << 10;
}

TEST(ReplyReader, ReadsWhatRedisSendsInPiecesOfAnySize) {
  const std::string binary("\0\r\n\xFF$3\r\n", 8);
  const struct {
    std::string bytes;
    Type type;
    std::string text;
  } cases[] = {
      {"+OK\r\n", Type::kStatus, "OK"},
      {"+\r\n", Type::kStatus, ""},
      {"-OOM command not allowed\r\n", Type::kError, "OOM command not allowed"},
      {"$-1\r\n", Type::kNil, ""},
      {"$0\r\n\r\n", Type::kString, ""},
      {StringReply(binary), Type::kString, binary},
      {StringReply(std::string(kMax, 'x')), Type::kString, std::string(kMax, 'x')},
  };
  for (const auto& c : cases) {
    for (const size_t piece : {size_t{1}, size_t{2}, size_t{7}, c.bytes.size()}) {
      ReplyReader reader(kMax);
      ASSERT_EQ(FeedAll(reader, c.bytes, piece), State::kDone) << c.bytes << " by " << piece;
      const Reply reply = reader.Take();
      EXPECT_EQ(reply.type, c.type) << c.bytes;
      EXPECT_EQ(reply.text, c.text);
    }
  }
}

TEST(ReplyReader, RefusesWhatNoCommandOfOursIsAnsweredBy) {
  const std::string cases[] = {
      "hello\r\n", "HTTP/1.1 400 Bad Request\r\n", "\r\n", std::string(1, '\0'),
      // Numbers and lists, nested ones included.
      ":1\r\n", "*0\r\n", "*1\r\n$1\r\na\r\n", "*2147483647\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n",
      // RESP3.
      "_\r\n", "%1\r\n", ">1\r\n", "=5\r\ntxt:a\r\n",
      // Lengths.
      "$\r\n", "$a\r\n", "$-2\r\n", "$01\r\n", "$9223372036854775808\r\n",
      "$99999999999999999999999\r\n",
      // Strings that do not end where they say.
      "$3\r\nhello", "$5\r\nhello\r\r", "$0\r\nab",
      // More than one reply.
      "+OK\r\n+OK\r\n", "$1\r\na\r\n$1\r\nb\r\n", "$-1\r\n\r", "+PONG\r\n ",
      // A line without end.
      "+" + std::string(1 << 10, 'x'), "-" + std::string(1 << 20, 'x')};
  for (const std::string& bytes : cases) {
    ReplyReader reader(kMax);
    EXPECT_EQ(reader.Feed(bytes), State::kMalformed) << bytes.substr(0, 40);
  }
}

TEST(ReplyReader, RefusesStringsLongerThanAllowed) {
  for (const size_t size : {kMax + 1, kMax + 20, kMax + 1000, size_t{1} << 20}) {
    for (const size_t piece : {size_t{1}, size_t{64} << 10}) {
      ReplyReader reader(kMax);
      EXPECT_EQ(FeedAll(reader, StringReply(std::string(size, 'x')), piece), State::kTooLarge)
          << size << " by " << piece;
    }
  }
}

TEST(ReplyReader, WaitsForAForgedLengthWithoutReservingIt) {
  const int64_t before = Reserved();
  for (const std::string length : {"2147483647", "1099511627776", "9223372036854775807"}) {
    ReplyReader reader(kMax);
    EXPECT_EQ(reader.Feed(absl::StrCat("$", length, "\r\n")), State::kMore);
    EXPECT_EQ(reader.Feed(std::string(kMax, 'x')), State::kMore);
    EXPECT_EQ(reader.Feed(std::string(kMax, 'x')), State::kTooLarge);
  }
  EXPECT_LT(Reserved() - before, int64_t{64} << 20);
}

// Why lists are refused before hiredis allocates them.
TEST(ReplyReaderControl, HiredisAloneReservesWhatAListClaimsToHave) {
  const std::string list = "*50000000\r\n";
  const int64_t before = Reserved();
  const std::unique_ptr<redisReader, void (*)(redisReader*)> plain(redisReaderCreate(),
                                                                   redisReaderFree);
  void* reply = nullptr;
  ASSERT_EQ(redisReaderFeed(plain.get(), list.data(), list.size()), REDIS_OK);
  ASSERT_EQ(redisReaderGetReply(plain.get(), &reply), REDIS_OK);
  // Eight bytes each, less what the heap gave back meanwhile.
  EXPECT_GE(Reserved() - before, int64_t{300'000'000});

  const int64_t with_plain = Reserved();
  ReplyReader reader(kMax);
  EXPECT_EQ(reader.Feed(list), State::kMalformed);
  EXPECT_LT(Reserved() - with_plain, int64_t{1} << 20);
}

}  // namespace
}  // namespace zhiping::redis
