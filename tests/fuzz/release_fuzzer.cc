// The bytes of a release.
#include "common/criteria/release.h"

#include "common/criteria/vectors.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zhiping::criteria;  // NOLINT(google-build-using-namespace)
  auto release = ParseRelease(zhiping::fuzz::Text(data, size));
  if (!release.ok()) return 0;
  const auto criteria = Criteria::Compile(*std::move(release), "");
  if (criteria.ok()) VerifyVectors(**criteria).IgnoreError();
  return 0;
}
