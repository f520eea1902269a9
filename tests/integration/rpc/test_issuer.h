// An issuer of tokens, for tests.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/files/file.h"
#include "common/identity/token_signer.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::rpc {

// An issuer of tokens, with its files in a folder.
class TestIssuer {
 public:
  explicit TestIssuer(std::string folder) : folder_(std::move(folder)) {
    Publish({&signer_});
    EXPECT_OK(WriteFile(identity_file(), R"(
issuers {
  issuer: "https://issuer.example"
  audiences: "zhiping"
  algorithms: ES256
  jwks_file: "jwks.json"
  refresh_seconds: 1
  may_grant: VIEWER may_grant: ENTERPRISE may_grant: REVIEWER may_grant: UNIT_HEAD
  may_grant: CRITERIA_EDITOR may_grant: CRITERIA_APPROVER may_grant: CAMPAIGN_OFFICER
  may_grant: ANALYST may_grant: STATISTICS_OFFICIAL may_grant: FIGURES_APPROVER
  may_grant: PLATFORM may_grant: OPERATOR may_grant: SECURITY_ADMIN may_grant: AUDITOR
})",
                        Overwrite::kReplace));
  }

  std::string identity_file() const { return folder_ + "/identity.txtpb"; }
  const identity::TokenSigner& signer() const { return signer_; }

  // The keys that count from now on (within a second).
  void Publish(const std::vector<const identity::TokenSigner*>& signers) const {
    nlohmann::json keys = nlohmann::json::array();
    for (const auto* signer : signers) keys.push_back(signer->PublicJwk());
    EXPECT_OK(WriteFile(folder_ + "/jwks.json", nlohmann::json{{"keys", keys}}.dump(),
                        Overwrite::kReplace));
  }

  static nlohmann::json Claims(const std::vector<std::string>& roles,
                               absl::Duration valid_for = absl::Hours(1)) {
    return {{"iss", "https://issuer.example"},
            {"aud", "zhiping"},
            {"sub", "7001"},
            {"exp", absl::ToDoubleSeconds(absl::Now() + valid_for - absl::UnixEpoch())},
            {"roles", roles}};
  }
  std::string Token(const std::vector<std::string>& roles,
                    absl::Duration valid_for = absl::Hours(1)) const {
    return *signer_.Sign(Claims(roles, valid_for));
  }

 private:
  const std::string folder_;
  const identity::TokenSigner signer_ =
      *identity::TokenSigner::Generate(common::v1::TokenAlgorithm::ES256);
};

}  // namespace zhiping::rpc
