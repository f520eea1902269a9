// An envelope: as it is, and as bytes that are changed in a genuine one. Neither may verify, unless
// payload and type are what was signed.
#include "common/envelope/envelope.h"

#include "common/envelope/signer.h"
#include "common/envelope/trust.h"
#include "tests/fuzz/fuzz_target.h"

namespace zhiping::envelope {
namespace {

class FreshKey final : public Signer {
 public:
  explicit FreshKey(KeyAlgorithm::Value algorithm) : key(*Key::Generate(algorithm)) {}
  const std::string& key_id() const override { return key.id(); }
  absl::StatusOr<std::string> Sign(absl::string_view message) const override {
    return key.Sign(message);
  }
  const Key key;
};

struct World {
  World()
      : genuine(*SignPayload(Purpose::RELEASE, "what was signed", {&ed25519, &sm2})),
        json(SerializeEnvelope(genuine)),
        trust(*Trust::Parse(TrustEntry(ed25519.key, {Purpose::RELEASE}, {"*"}, "") +
                            TrustEntry(sm2.key, {Purpose::RELEASE}, {"*"}, ""))) {}
  const FreshKey ed25519{KeyAlgorithm::ED25519};
  const FreshKey sm2{KeyAlgorithm::SM2};
  const Envelope genuine;
  const std::string json;
  const std::shared_ptr<const Trust> trust;
};

void Check(const World& world, absl::string_view json) {
  const auto envelope = ParseEnvelope(json);
  if (!envelope.ok()) return;
  const auto again = ParseEnvelope(SerializeEnvelope(*envelope));
  fuzz::Require(again.ok() && again->payload == envelope->payload, "the same after writing");
  const auto keys = world.trust->Verify(*envelope, Purpose::RELEASE, "p", absl::UnixEpoch());
  if (!keys.ok()) return;
  fuzz::Require(envelope->payload == world.genuine.payload &&
                    envelope->payload_type == world.genuine.payload_type,
                "only what was signed verifies");
}

}  // namespace
}  // namespace zhiping::envelope

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const zhiping::envelope::World world;
  zhiping::envelope::Check(world, zhiping::fuzz::Text(data, size));
  // Triples: position (two bytes) and new value.
  std::string changed = world.json;
  for (size_t i = 0; i + 2 < size; i += 3) {
    changed[(data[i] << 8 | data[i + 1]) % changed.size()] = static_cast<char>(data[i + 2]);
  }
  zhiping::envelope::Check(world, changed);
  return 0;
}
