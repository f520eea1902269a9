#include "common/identity/key_set.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/error.h"
#include "common/text/strict_json.h"

namespace zhiping::identity {
namespace {

absl::Status Invalid(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::KEY_SET_INVALID,
                   absl::StrCat("密钥集（JWKS）无效：", zh, "。"),
                   absl::StrCat("The key set (JWKS) is invalid: ", en, "."));
}

}  // namespace

absl::StatusOr<KeySet> KeySet::Parse(absl::string_view json) {
  if (json.size() > kMaxKeySetBytes) {
    return Invalid(absl::StrCat("超过 ", kMaxKeySetBytes >> 10, " KiB"),
                   absl::StrCat("it has more than ", kMaxKeySetBytes >> 10, " KiB"));
  }
  const absl::StatusOr<nlohmann::json> document = ParseStrictJson(json);
  if (!document.ok()) {
    const common::v1::LocalText why = DetailOf(document.status()).message();
    return Invalid(absl::StripSuffix(why.zh(), "。"), absl::StripSuffix(why.en(), "."));
  }
  if (!document->is_object() || !document->contains("keys") || !document->at("keys").is_array()) {
    return Invalid("应为含有数组 keys 的 JSON 对象",
                   "it should be a JSON object with the array `keys`");
  }
  const nlohmann::json& members = document->at("keys");
  if (members.size() > kMaxKeys) {
    return Invalid(absl::StrCat("有 ", members.size(), " 把密钥，至多 ", kMaxKeys, " 把"),
                   absl::StrCat("it has ", members.size(), " keys, and may have ", kMaxKeys));
  }
  KeySet set;
  absl::Status first_fault;
  for (const nlohmann::json& member : members) {
    absl::StatusOr<PublicKey> key = PublicKey::FromJwk(member);
    if (key.ok()) {
      set.keys_.push_back(*std::move(key));
      continue;
    }
    if (member.is_object() && member.contains("d")) return key.status();
    first_fault.Update(key.status());
  }
  if (!set.keys_.empty()) return set;
  if (!first_fault.ok()) return first_fault;
  return Invalid("没有密钥", "it has no key");
}

std::vector<const PublicKey*> KeySet::Find(TokenAlgorithm::Value algorithm,
                                           absl::string_view key_id) const {
  std::vector<const PublicKey*> found;
  for (const PublicKey& key : keys_) {
    if (key.IsFor(algorithm) && (key_id.empty() || key.id() == key_id)) found.push_back(&key);
  }
  if (key_id.empty() && found.size() > 1) found.clear();
  return found;
}

}  // namespace zhiping::identity
