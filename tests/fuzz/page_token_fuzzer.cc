// Page tokens: what is accepted is what was made.
#include "common/rpc/page_token.h"
#include "tests/fuzz/fuzz_target.h"
#include "zhiping/catalogue/v1/catalogue_service.pb.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const zhiping::catalogue::v1::ListReleasesRequest request;
  const absl::string_view token = zhiping::fuzz::Text(data, size);
  for (size_t values = 0; values < 4; ++values) {
    const auto position = zhiping::rpc::ReadPageToken(request, token, values);
    zhiping::fuzz::Require(
        !position.ok() || zhiping::rpc::MakePageToken(request, *position) == token,
        "what is accepted was made here");
  }
  return 0;
}
