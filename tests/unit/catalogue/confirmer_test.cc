#include "services/catalogue/confirmer.h"

#include <gtest/gtest.h>

namespace zhiping::catalogue {
namespace {

Confirmed Read(int32_t next_revision, absl::Duration read_at,
               const std::string& incarnation = "a") {
  History history;
  history.incarnation = incarnation;
  history.next_revision = next_revision;
  Confirmed confirmed;
  confirmed.history = std::make_shared<const History>(history);
  confirmed.read_at = read_at;
  return confirmed;
}

TEST(AtLeastAsNewTest, MoreRevisionsAreNewerWheneverTheyWereRead) {
  const absl::Duration earlier = absl::Seconds(1), later = absl::Seconds(2);
  EXPECT_TRUE(AtLeastAsNew(Read(3, earlier), Read(2, later)));
  EXPECT_FALSE(AtLeastAsNew(Read(2, later), Read(3, earlier)));
}

TEST(AtLeastAsNewTest, OfTheSameRevisionsWhatWasReadLaterIs) {
  const absl::Duration earlier = absl::Seconds(1), later = absl::Seconds(2);
  EXPECT_TRUE(AtLeastAsNew(Read(2, later), Read(2, earlier)));
  EXPECT_TRUE(AtLeastAsNew(Read(2, later), Read(2, later)));
  EXPECT_FALSE(AtLeastAsNew(Read(2, earlier), Read(2, later)));
  // A store that was restored begins anew.
  EXPECT_TRUE(AtLeastAsNew(Read(2, later, "b"), Read(3, earlier)));
  EXPECT_FALSE(AtLeastAsNew(Read(3, earlier), Read(2, later, "b")));
}

}  // namespace
}  // namespace zhiping::catalogue
