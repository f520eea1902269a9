// How much of a list is shown: --limit and --skip.
#pragma once

#include <algorithm>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "services/ctl/command_line.h"

namespace zhiping::ctl {

struct PageOptions {
  std::string limit, skip;
};

void AddPageOptions(CLI::App& command, const CommandLine& line, PageOptions& options);

// A number from 0; `usual` if nothing is given. Errors: WRONG_USAGE.
absl::StatusOr<int32_t> ParseCount(absl::string_view option, const std::string& value,
                                   int32_t usual);

// As many entries as --limit says, over as many pages as that takes, as one answer.
template <typename Request, typename Call>
auto SomePages(Request request, const PageOptions& options, const Call& call)
    -> decltype(call(request)) {
  ASSIGN_OR_RETURN(int32_t left, ParseCount("--limit", options.limit, 100));
  ASSIGN_OR_RETURN(const int32_t skip, ParseCount("--skip", options.skip, 0));
  request.set_skip(skip);
  typename decltype(call(request))::value_type all;
  while (left > 0) {
    const int32_t asked = std::min(left, 1000);
    request.set_page_size(asked);
    ASSIGN_OR_RETURN(const auto page, call(request));
    all.clear_next_page_token();
    all.MergeFrom(page);
    if (all.next_page_token().empty()) break;
    request.set_page_token(all.next_page_token());
    request.set_skip(0);
    left -= asked;
  }
  return all;
}

}  // namespace zhiping::ctl
