// A trust file.
#include "common/envelope/trust.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto trust = zhiping::envelope::Trust::Parse(zhiping::fuzz::Text(data, size));
  if (!trust.ok()) return 0;
  zhiping::envelope::Envelope envelope;
  envelope.payload_type = zhiping::envelope::PayloadType(zhiping::envelope::Purpose::RELEASE);
  envelope.signatures.push_back({"ed25519-0000000000000000", "x"});
  const auto keys =
      (*trust)->Verify(envelope, zhiping::envelope::Purpose::RELEASE, "p", absl::UnixEpoch());
  zhiping::fuzz::Require(!keys.ok(), "no signature, no trust");
  return 0;
}
