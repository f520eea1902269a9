#include "services/scoring/score_messages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace zhiping::scoring {
namespace {

// A request with one reason of so many bytes, handled and given back.
void Use(ScoreMessagePool& pool, size_t bytes) {
  ScoreMessages* const messages = pool.AllocateMessages();
  messages->request()->add_answers()->set_reason(std::string(bytes, 'x'));
  messages->Release();
}

// What the next request finds allocated.
size_t Kept(ScoreMessagePool& pool) {
  ScoreMessages* const messages = pool.AllocateMessages();
  const size_t kept = messages->request()->SpaceUsedLong();
  messages->Release();
  return kept;
}

TEST(ScoreMessagesTest, AreUsedAgainWithTheirMemory) {
  ScoreMessagePool pool(1);
  Use(pool, 4000);
  EXPECT_GE(Kept(pool), 4000);
}

TEST(ScoreMessagesTest, ALongRequestIsNotKept) {
  ScoreMessagePool pool(1);
  Use(pool, 70 << 10);
  EXPECT_LT(Kept(pool), 1000);
}

TEST(ScoreMessagesTest, MemoryThatGrewByShortRequestsIsNotKeptForLong) {
  ScoreMessagePool pool(1);
  size_t most = 0;
  // Each leaves its long reason in another answer.
  for (int calls = 1; calls <= 200; ++calls) {
    ScoreMessages* const messages = pool.AllocateMessages();
    for (int i = 0; i < calls % 100; ++i) messages->request()->add_answers();
    messages->request()->add_answers()->set_reason(std::string(8000, 'x'));
    messages->Release();
    most = std::max(most, Kept(pool));
  }
  // At most 32 calls of 8 KiB beyond the 64 KiB that may be kept.
  EXPECT_GT(most, 64 << 10);
  EXPECT_LT(most, (64 + 32 * 8 + 32) << 10);
}

}  // namespace
}  // namespace zhiping::scoring
