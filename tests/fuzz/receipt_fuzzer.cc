// A receipt whose bytes are anything, under a good signature: it is refused, or recomputed without
// harm; and nothing but what was made comes out whole.
#include "common/receipts/recompute.h"
#include "tests/edition_folder.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/unit/receipts/sample_receipt.h"

namespace zhiping::receipts {
namespace {

struct World {
  const std::shared_ptr<const criteria::Criteria> criteria = *criteria::CompileEdition2026();
  const FreshKey key;
  const std::shared_ptr<const envelope::Trust> trust = key.TrustFor("*");
  const std::string payload = SerializeReceipt(SampleReceipt(*criteria, Receipt::DECISION));
};

void Check(const World& world, const std::string& payload) {
  const auto read =
      ReadReceipt(world.key.Envelope(envelope::Purpose::RECEIPT, payload), *world.trust);
  if (!read.ok()) return;
  const Recomputed recomputed = Recompute(*read, *world.criteria);
  fuzz::Require(recomputed.compared > 0, "something is compared");
  fuzz::Require(recomputed.result.has_value() || !recomputed.differences.empty(),
                "what cannot be scored differs");
}

}  // namespace
}  // namespace zhiping::receipts

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const zhiping::receipts::World world;
  zhiping::receipts::Check(world, std::string(zhiping::fuzz::Text(data, size)));
  // Triples: position (two bytes) and new value.
  std::string changed = world.payload;
  for (size_t i = 0; i + 2 < size; i += 3) {
    changed[(data[i] << 8 | data[i + 1]) % changed.size()] = static_cast<char>(data[i + 2]);
  }
  zhiping::receipts::Check(world, changed);
  return 0;
}
