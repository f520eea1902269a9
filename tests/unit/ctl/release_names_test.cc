// Releases by what people type.
#include "services/ctl/release_names.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/ctl/request_id.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using testing::HasSubstr;

std::string Digest(const std::string& beginning) {
  return absl::StrCat("sha256:", beginning, std::string(64 - beginning.size(), '0'));
}

catalogue::v1::ListReleasesResponse Releases() {
  catalogue::v1::ListReleasesResponse releases;
  const auto add = [&](const char* label, const char* edition, const char* beginning) {
    auto& release = *releases.add_releases();
    release.set_label(label);
    release.set_edition(edition);
    release.set_digest(Digest(beginning));
  };
  add("2026-2", "jiangsu-ai-2026", "0123456789ab");
  add("2026-1", "jiangsu-ai-2026", "0123456712");
  add("2026-1", "other-2026", "ffff");
  return releases;
}

TEST(ReleaseNamesTest, ADigestItsBeginningAndALabelNameTheSame) {
  for (const std::string& name : {Digest("0123456789ab"), Digest("0123456789ab").substr(7),
                                  std::string("0123456789"), std::string("sha256:01234567") + "89",
                                  std::string("0123456789AB"), std::string("2026-2")}) {
    const auto found = FindRelease(name, Releases());
    ASSERT_OK(found) << name;
    EXPECT_EQ(*found, Digest("0123456789ab"));
  }
}

TEST(ReleaseNamesTest, WhatFitsSeveralNamesThem) {
  const auto label = FindRelease("2026-1", Releases());
  EXPECT_THAT(label, HasReason(Reason::AMBIGUOUS));
  for (const std::string& candidate : {Digest("0123456712"), Digest("ffff")}) {
    EXPECT_THAT(DetailOf(label.status()).message().zh(), HasSubstr(candidate));
    EXPECT_THAT(DetailOf(label.status()).message().en(), HasSubstr(candidate));
  }
  EXPECT_THAT(FindRelease("01234567", Releases()), HasReason(Reason::AMBIGUOUS));
}

TEST(ReleaseNamesTest, WhatIsThereForNobodyIsNotFound) {
  EXPECT_THAT(FindRelease("2026-3", Releases()), HasReason(Reason::RELEASE_NOT_FOUND));
  EXPECT_THAT(FindRelease("deadbeef", Releases()), HasReason(Reason::RELEASE_NOT_FOUND));
}

TEST(ReleaseNamesTest, WhatIsNoNameIsWrongUsage) {
  for (const std::string& name :
       {std::string(), std::string("0123456"), std::string("2026-0"), std::string("2026"),
        std::string("latest"), std::string("sha256:"), Digest("0123") + "0"}) {
    EXPECT_THAT(FindRelease(name, Releases()), HasReason(Reason::WRONG_USAGE)) << name;
  }
}

TEST(RequestIdTest, IsAnotherUuidOfVersion4EachTime) {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const std::string id = NewRequestId();
    EXPECT_THAT(id, testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                                          "[0-9a-f]{12}"));
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 100u);
}

}  // namespace
}  // namespace zhiping::ctl
