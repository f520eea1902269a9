#include "common/envelope/trust.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace zhiping::envelope {
namespace {

constexpr char kAllProgrammes[] = "*";

absl::Status Refused(Reason::Value reason, absl::string_view key_id, absl::string_view zh,
                     absl::string_view en) {
  return MakeError(absl::StatusCode::kPermissionDenied, reason,
                   absl::StrCat("密钥 ", key_id, " ", zh, "。"),
                   absl::StrCat("Key ", key_id, " ", en, "."), {{"keyId", std::string(key_id)}});
}

// For people, in Beijing time: China has one zone, without daylight saving time.
std::string Show(absl::Time instant) {
  return absl::FormatTime(absl::RFC3339_sec, instant, absl::FixedTimeZone(8 * 60 * 60));
}

// One status for what is wrong with each signature; the most telling one first.
absl::Status Join(const std::vector<absl::Status>& failures) {
  if (failures.size() == 1) return failures[0];
  ErrorDetail detail = DetailOf(failures[0]);
  for (const auto& failure : failures) {
    const ErrorDetail one = DetailOf(failure);
    if (detail.reason() == Reason::UNKNOWN_KEY) {
      detail.set_reason(one.reason());
      *detail.mutable_message() = one.message();
      *detail.mutable_metadata() = one.metadata();
    }
    auto* violation = detail.add_violations();
    violation->set_field(absl::StrCat("signatures[", detail.violations_size() - 1, "]"));
    violation->set_reason(one.reason());
    *violation->mutable_message() = one.message();
  }
  return MakeError(absl::StatusCode::kPermissionDenied, detail);
}

}  // namespace

const Trust::TrustedKey* Trust::Find(absl::string_view key_id) const {
  for (const auto& trusted : keys_) {
    if (trusted.key.id() == key_id) return &trusted;
  }
  return nullptr;
}

absl::Status Trust::Check(const TrustedKey& trusted, const Claim& claim) {
  const auto& id = trusted.key.id();
  if (trusted.revoked) {
    return Refused(Reason::KEY_REVOKED, id, "已被吊销，它的签名一律无效",
                   "was revoked: none of its signatures counts");
  }
  const auto& purposes = trusted.purposes;
  if (std::find(purposes.begin(), purposes.end(), claim.purpose) == purposes.end()) {
    const std::string name = absl::AsciiStrToLower(Purpose::Value_Name(claim.purpose));
    return Refused(Reason::KEY_NOT_FOR_PURPOSE, id, absl::StrCat("不可用于签署 ", name),
                   absl::StrCat("may not sign for ", name));
  }
  const bool for_programme = std::any_of(
      trusted.programmes.begin(), trusted.programmes.end(), [&](const std::string& programme) {
        return programme == kAllProgrammes || programme == claim.programme;
      });
  if (!for_programme) {
    return Refused(Reason::KEY_NOT_FOR_PROGRAMME, id,
                   absl::StrCat("不可用于评测体系 ", claim.programme),
                   absl::StrCat("may not sign for programme ", claim.programme));
  }
  if (claim.instant < trusted.not_before) {
    return Refused(Reason::KEY_NOT_YET_VALID, id,
                   absl::StrCat("自 ", Show(trusted.not_before), " 起才有效"),
                   absl::StrCat("is valid only from ", Show(trusted.not_before)));
  }
  if (claim.instant >= trusted.not_after) {
    return Refused(Reason::KEY_EXPIRED, id, absl::StrCat("已于 ", Show(trusted.not_after), " 过期"),
                   absl::StrCat("expired at ", Show(trusted.not_after)));
  }
  return absl::OkStatus();
}

absl::Status Trust::CheckSignature(const Signature& signature, absl::string_view message,
                                   const Claim& claim) const {
  const TrustedKey* trusted = Find(signature.key_id);
  if (trusted == nullptr) {
    return Refused(Reason::UNKNOWN_KEY, signature.key_id, "不在信任文件中",
                   "is not in the trust file");
  }
  if (!trusted->key.Verify(message, signature.bytes)) {
    return Refused(Reason::BAD_SIGNATURE, signature.key_id, "的签名与内容不符，内容可能被改动过",
                   "did not make this signature: what was signed may have been changed");
  }
  return Check(*trusted, claim);
}

absl::StatusOr<std::vector<std::string>> Trust::Verify(const Envelope& envelope,
                                                       Purpose::Value purpose,
                                                       absl::string_view programme,
                                                       absl::Time instant) const {
  if (envelope.payload_type != PayloadType(purpose)) {
    return MakeError(absl::StatusCode::kPermissionDenied, Reason::WRONG_PAYLOAD_TYPE,
                     absl::StrCat("内容类型应为 ", PayloadType(purpose), "，而不是 ",
                                  envelope.payload_type, "。"),
                     absl::StrCat("The payload's type must be ", PayloadType(purpose), ", not ",
                                  envelope.payload_type, "."),
                     {{"payloadType", envelope.payload_type}});
  }
  const Claim claim = {purpose, programme, instant};
  const std::string message = PreAuthEncoding(envelope.payload_type, envelope.payload);
  std::vector<std::string> counting;
  std::vector<absl::Status> failures;
  std::set<KeyAlgorithm::Value> algorithms;
  for (const auto& signature : envelope.signatures) {
    const absl::Status status = CheckSignature(signature, message, claim);
    if (status.ok()) {
      counting.push_back(signature.key_id);
      algorithms.insert(Find(signature.key_id)->key.algorithm());
    } else {
      failures.push_back(status);
    }
  }
  if (all_algorithms_) {
    for (const auto& trusted : keys_) {
      const auto algorithm = trusted.key.algorithm();
      if (!Check(trusted, claim).ok() || !algorithms.insert(algorithm).second) continue;
      failures.push_back(
          Refused(Reason::UNKNOWN_KEY, trusted.key.id(),
                  absl::StrCat("或另一把可信的 ", KeyAlgorithm::Value_Name(algorithm),
                               " 密钥没有签名，而信任文件要求每种算法都有签名"),
                  absl::StrCat("or another trusted key of ", KeyAlgorithm::Value_Name(algorithm),
                               " did not sign, and the trust file asks for a "
                               "signature of every algorithm")));
      counting.clear();
    }
  }
  if (counting.empty()) return Join(failures);
  return counting;
}

}  // namespace zhiping::envelope
