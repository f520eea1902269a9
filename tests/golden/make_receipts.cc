// Makes the receipts that are kept for a version of the software: tests/golden/receipts/README.md.
// The keys live as long as this program runs.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "common/receipts/receipt_no.h"
#include "tests/edition_folder.h"
#include "tests/unit/receipts/sample_receipt.h"

namespace zhiping::receipts {
namespace {

using envelope::KeyAlgorithm;
using envelope::Purpose;

class Sm2Key final : public envelope::Signer {
 public:
  const std::string& key_id() const override { return key.id(); }
  absl::StatusOr<std::string> Sign(absl::string_view message) const override {
    return key.Sign(message);
  }
  const envelope::Key key = *envelope::Key::Generate(KeyAlgorithm::SM2);
};

void Write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

void MakeReceipts(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const auto criteria = *criteria::CompileEdition2026();
  const std::string& programme = criteria->edition().programme();
  const FreshKey ed25519;
  const Sm2Key sm2;
  const std::vector<Purpose::Value> purposes = {Purpose::RELEASE, Purpose::RECEIPT};
  Write(folder / "trust.txtpb",
        "policy: ALL\n" +
            envelope::TrustEntry(ed25519.key, purposes, {programme}, "its private part is gone") +
            envelope::TrustEntry(sm2.key, purposes, {programme}, "its private part is gone"));
  const auto sign = [&](Purpose::Value purpose, const std::string& payload) {
    return envelope::SerializeEnvelope(*envelope::SignPayload(purpose, payload, {&ed25519, &sm2}));
  };
  Write(folder / "2026-1.release.json",
        sign(Purpose::RELEASE, criteria::SerializeRelease(criteria->release())));
  for (const auto kind : {Receipt::SUBMISSION, Receipt::DECISION}) {
    const std::string payload = SerializeReceipt(SampleReceipt(*criteria, kind));
    Write(folder / (ReceiptNo(payload) + ".receipt.json"), sign(Purpose::RECEIPT, payload));
  }
}

}  // namespace
}  // namespace zhiping::receipts

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: zhiping_make_receipts tests/golden/receipts/VERSION\n";
    return 2;
  }
  zhiping::receipts::MakeReceipts(argv[1]);
  return 0;
}
