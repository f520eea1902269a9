// Tokens of pages: where a list goes on. Opaque to callers, bound to the query, and refused if
// anything in them was changed.
//
//   ASSIGN_OR_RETURN(const Page page, ReadPage(request));
//   … the entries after page.position, page.size of them, leaving out page.skip …
//   response.set_next_page_token(MakePageToken(request, {last.year, last.id}));
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace zhiping::rpc {

inline constexpr int kDefaultPageSize = 100;
inline constexpr int kMostPageSize = 1000;

// The token that goes on after `position`, the values by which the list is ordered. `request` is
// the request of the list: its fields other than page_size, page_token and skip are the query.
std::string MakePageToken(const google::protobuf::Message& request,
                          const std::vector<std::string>& position);

// The position in a token. Errors: INVALID_PAGE_TOKEN if it was not made for this query with
// `values` values.
absl::StatusOr<std::vector<std::string>> ReadPageToken(const google::protobuf::Message& request,
                                                       absl::string_view token, size_t values);

struct Page {
  int size = kDefaultPageSize;
  int skip = 0;
  // Empty on the first page.
  std::vector<std::string> position;
};

// Errors: INVALID_FIELD for a size or skip out of its range, or a skip together with a token;
// INVALID_PAGE_TOKEN.
absl::StatusOr<Page> ReadPage(const google::protobuf::Message& request, int size, int skip,
                              absl::string_view token, size_t values);

template <typename Request>
absl::StatusOr<Page> ReadPage(const Request& request, size_t values) {
  return ReadPage(request, request.page_size(), request.skip(), request.page_token(), values);
}

// A number of a position. Errors: INVALID_PAGE_TOKEN.
absl::StatusOr<int64_t> PositionNumber(const std::string& value);

}  // namespace zhiping::rpc
