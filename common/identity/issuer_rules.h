// What the settings say about one issuer, read and checked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/caller.h"
#include "nlohmann/json.hpp"
#include "zhiping/common/v1/identity.pb.h"

namespace zhiping::identity {

using common::v1::TokenAlgorithm;

// Where one value, or a list of them, stands in the claims of a token.
struct ClaimRule {
  nlohmann::json::json_pointer pointer;
  // The pointer as it was written, for people.
  std::string text;
  // What the issuer's words mean. Empty: they are ours.
  absl::flat_hash_map<std::string, std::vector<std::string>> values;
};

struct IssuerRules {
  std::string issuer;
  std::vector<std::string> audiences;
  std::vector<TokenAlgorithm::Value> algorithms;
  // One of them is empty.
  std::string jwks_file;
  std::string jwks_url;
  std::string jwks_ca_file;
  absl::Duration refresh;
  absl::Duration skew;
  Roles may_grant;
  ClaimRule subject, name, roles, uscc, review_unit, programmes;
};

// Reads a common.v1.Identity in text format. Paths are completed with `folder`.
// Errors, all at once: MALFORMED with the line; violations with fields such as
// `issuers[1].audiences`.
absl::StatusOr<std::vector<IssuerRules>> ReadIdentity(absl::string_view text,
                                                      absl::string_view folder);

// Who the claims of a verified token say is calling, without `expires`. Errors, UNAUTHENTICATED:
// TOKEN_CLAIM_INVALID.
absl::StatusOr<Caller> ReadCaller(const IssuerRules& rules, const nlohmann::json& claims);

}  // namespace zhiping::identity
