// What a server, or something in between, answers instead of a response: the first byte is the
// code, the rest the details.
#include "common/rpc/status.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string details(zhiping::fuzz::Text(data + 1, size - 1));
  const auto status =
      zhiping::rpc::FromGrpcStatus({static_cast<grpc::StatusCode>(data[0] % 17), details, details});
  zhiping::fuzz::Require(status.ok() == (data[0] % 17 == 0), "an error stays one");
  const grpc::Status again = zhiping::rpc::ToGrpcStatus(status);
  zhiping::fuzz::Require(again.error_details().size() <= zhiping::rpc::kMaxStatusBytes,
                         "fits into headers");
  for (const char character : again.error_message()) {
    zhiping::fuzz::Require(character >= 0x20 && character < 0x7F, "the message is ASCII");
  }
  return 0;
}
