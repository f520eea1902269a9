// A token: bytes that nobody signed, and, after a first byte of 1, the payload of one that the
// issuer signed. The keys are made at start, so that whoever is accepted unsigned is a finding.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "common/identity/token_signer.h"
#include "common/identity/token_verifier.h"
#include "common/time/clock.h"
#include "tests/fuzz/fuzz_target.h"

namespace zhiping::identity {
namespace {

constexpr char kIdentity[] = R"(
issuers {
  issuer: "i"
  audiences: "a"
  algorithms: ES256
  jwks_file: "jwks.json"
  may_grant: VIEWER may_grant: ENTERPRISE may_grant: REVIEWER may_grant: AUDITOR may_grant: OPERATOR
})";

class Target {
 public:
  Target() {
    namespace fs = std::filesystem;
    std::string folder = (fs::temp_directory_path() / "zhiping-token-XXXXXX").string();
    fuzz::Require(mkdtemp(folder.data()) != nullptr, "a folder can be made");
    const nlohmann::json keys = {{"keys", {signer_.PublicJwk()}}};
    const std::string identity = folder + "/identity.txtpb";
    fuzz::Require(WriteFile(folder + "/jwks.json", keys.dump(), Overwrite::kNever).ok() &&
                      WriteFile(identity, kIdentity, Overwrite::kNever).ok(),
                  "files can be written");
    verifier_ = *TokenVerifier::Open({.identity_file = identity}, SystemClock(),
                                     [](const std::string&, const identity::KeysReading&) {});
    // The keys are read.
    fs::remove_all(folder);
  }

  void Unsigned(absl::string_view token) {
    fuzz::Require(!verifier_->Verify(token).ok(), "only what was signed counts");
  }

  void Signed(absl::string_view payload) {
    auto claims = nlohmann::json::parse(payload, nullptr, /*allow_exceptions=*/false);
    if (!claims.is_object()) return;
    const auto token = signer_.Sign(claims);
    if (!token.ok()) return;
    const auto caller = verifier_->Verify(*token);
    if (!caller.ok()) return;
    fuzz::Require(claims["aud"].is_array() || claims["aud"] == "a", "the audience is ours");
    fuzz::Require((*caller)->issuer == "i" && !(*caller)->subject.empty(), "it is somebody");
    fuzz::Require(verifier_->Verify(*token).ok(), "the cache says the same");
  }

 private:
  const TokenSigner signer_ = *TokenSigner::Generate(common::v1::TokenAlgorithm::ES256);
  std::unique_ptr<TokenVerifier> verifier_;
};

}  // namespace
}  // namespace zhiping::identity

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static auto& target = *new zhiping::identity::Target();
  const absl::string_view text = zhiping::fuzz::Text(data, size);
  if (size > 0 && data[0] == 1) {
    target.Signed(text.substr(1));
  } else {
    target.Unsigned(text);
  }
  return 0;
}
