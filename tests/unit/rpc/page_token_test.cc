#include "common/rpc/page_token.h"

#include "tests/unit/status_matchers.h"
#include "zhiping/catalogue/v1/catalogue_service.pb.h"

namespace zhiping::rpc {
namespace {

using catalogue::v1::ListEditionsRequest;
using catalogue::v1::ListReleasesRequest;

ListReleasesRequest Query(const std::string& programme) {
  ListReleasesRequest request;
  request.set_programme(programme);
  return request;
}

TEST(PageTokenTest, GivesBackThePosition) {
  const std::vector<std::string> position = {"2026", "", std::string("\0\xFF", 2)};
  const auto read = ReadPageToken(Query("a"), MakePageToken(Query("a"), position), 3);
  ASSERT_OK(read);
  EXPECT_EQ(*read, position);
}

TEST(PageTokenTest, IsBoundToTheQueryButNotToThePage) {
  const std::string token = MakePageToken(Query("a"), {"1"});
  auto other_page = Query("a");
  other_page.set_page_size(7);
  other_page.set_page_token(token);
  EXPECT_OK(ReadPageToken(other_page, token, 1));
  EXPECT_THAT(ReadPageToken(Query("b"), token, 1), HasReason(Reason::INVALID_PAGE_TOKEN));
  ListEditionsRequest other_list;
  other_list.set_programme("a");
  EXPECT_THAT(ReadPageToken(other_list, token, 1), HasReason(Reason::INVALID_PAGE_TOKEN));
  EXPECT_THAT(ReadPageToken(Query("a"), token, 2), HasReason(Reason::INVALID_PAGE_TOKEN));
}

TEST(PageTokenTest, AnyChangeOfItIsRefused) {
  const std::string token = MakePageToken(Query("a"), {"2026", "id"});
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(ReadPageToken(Query("a"), changed, 2), HasReason(Reason::INVALID_PAGE_TOKEN)) << i;
    EXPECT_THAT(ReadPageToken(Query("a"), token.substr(0, i), 2),
                HasReason(Reason::INVALID_PAGE_TOKEN));
  }
}

TEST(PageTokenTest, SizesAndSkipsHaveBounds) {
  auto request = Query("a");
  EXPECT_EQ(ReadPage(request, 1)->size, kDefaultPageSize);
  request.set_page_size(kMostPageSize + 1);
  EXPECT_THAT(ReadPage(request, 1), HasReason(Reason::INVALID_FIELD));
  request.set_page_size(1);
  request.set_skip(1);
  EXPECT_OK(ReadPage(request, 1));
  request.set_page_token(MakePageToken(request, {"1"}));
  EXPECT_THAT(ReadPage(request, 1), HasReason(Reason::INVALID_FIELD));
}

}  // namespace
}  // namespace zhiping::rpc
