// The public keys of an issuer, as its URL gives them.
#include "common/identity/key_set.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using zhiping::common::v1::TokenAlgorithm;
  const auto keys = zhiping::identity::KeySet::Parse(zhiping::fuzz::Text(data, size));
  if (!keys.ok()) return 0;
  zhiping::fuzz::Require(keys->size() > 0 && keys->size() <= zhiping::identity::kMaxKeys,
                         "a key set has keys");
  for (int a = TokenAlgorithm::Value_MIN + 1; a <= TokenAlgorithm::Value_MAX; ++a) {
    keys->Find(static_cast<TokenAlgorithm::Value>(a), "1");
  }
  return 0;
}
