// Trust::Parse and TrustEntry: trust files as text.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/envelope/trust.h"
#include "common/status/error.h"
#include "common/text/text_format.h"
#include "google/protobuf/text_format.h"

namespace zhiping::envelope {

// Reads a trust file and collects what is wrong with it.
class TrustReader final {
 public:
  absl::StatusOr<std::shared_ptr<const Trust>> Read(absl::string_view text) {
    common::v1::Trust file;
    for (const TextFault& fault : ParseTextFormat(text, file)) {
      violations_.Add(absl::StrCat("line ", fault.line, ", column ", fault.column), fault.reason,
                      absl::StrCat("信任文件", fault.message.zh()),
                      absl::StrCat("Trust file: ", fault.message.en()));
    }
    if (!violations_.empty()) return violations_.ToStatus();
    if (file.keys().empty()) {
      violations_.Add("keys", Reason::FIELD_REQUIRED, "信任文件中没有密钥。",
                      "The trust file has no key.");
    }
    auto trust = std::shared_ptr<Trust>(new Trust());
    trust->all_algorithms_ = file.policy() == common::v1::Policy::ALL;
    for (int i = 0; i < file.keys_size(); ++i) {
      ReadKey(file.keys(i), absl::StrCat("keys[", i, "]."), *trust);
    }
    if (!violations_.empty()) return violations_.ToStatus();
    return trust;
  }

 private:
  void ReadKey(const common::v1::TrustedKey& from, const std::string& at, Trust& trust) {
    absl::StatusOr<Key> key = Key::FromPublicBase64(from.public_key());
    if (!key.ok()) {
      violations_.Add(absl::StrCat(at, "public_key"), Reason::MALFORMED,
                      "应为 base64 的 DER SubjectPublicKeyInfo（Ed25519 或 SM2）。",
                      "It must be a DER SubjectPublicKeyInfo of Ed25519 or SM2 in base64.");
    } else {
      if (key->id() != from.key_id()) {
        violations_.Add(absl::StrCat(at, "key_id"), Reason::INVALID_FIELD,
                        absl::StrCat("这个公钥的编号是 ", key->id(), "。"),
                        absl::StrCat("The id of this public key is ", key->id(), "."));
      }
      if (key->algorithm() != from.algorithm()) {
        const auto& name = KeyAlgorithm::Value_Name(key->algorithm());
        violations_.Add(absl::StrCat(at, "algorithm"), Reason::INVALID_FIELD,
                        absl::StrCat("这个公钥的算法是 ", name, "。"),
                        absl::StrCat("The algorithm of this public key is ", name, "."));
      }
      if (trust.Find(key->id()) != nullptr) {
        violations_.Add(absl::StrCat(at, "key_id"), Reason::DUPLICATE_ID,
                        absl::StrCat("密钥 ", key->id(), " 出现了两次。"),
                        absl::StrCat("Key ", key->id(), " is there twice."));
      }
    }
    if (from.purposes().empty()) Required(at, "purposes");
    if (from.programmes().empty()) Required(at, "programmes");
    const absl::Time not_before =
        ReadInstant(from.not_before(), absl::StrCat(at, "not_before"), absl::InfinitePast());
    const absl::Time not_after =
        ReadInstant(from.not_after(), absl::StrCat(at, "not_after"), absl::InfiniteFuture());
    ReadInstant(from.revoked_at(), absl::StrCat(at, "revoked_at"), absl::InfiniteFuture());
    if (not_after <= not_before) {
      violations_.Add(absl::StrCat(at, "not_after"), Reason::INVALID_FIELD,
                      "not_after 应晚于 not_before。", "not_after must be after not_before.");
    }
    std::vector<Purpose::Value> purposes;
    for (const int purpose : from.purposes()) {
      purposes.push_back(static_cast<Purpose::Value>(purpose));
    }
    if (key.ok()) {
      trust.keys_.push_back({*key,
                             std::move(purposes),
                             {from.programmes().begin(), from.programmes().end()},
                             not_before,
                             not_after,
                             !from.revoked_at().empty()});
    }
  }

  void Required(const std::string& at, absl::string_view field) {
    violations_.Add(absl::StrCat(at, field), Reason::FIELD_REQUIRED,
                    absl::StrCat("至少要写一个 ", field, "。"),
                    absl::StrCat("At least one of ", field, " is needed."));
  }

  absl::Time ReadInstant(const std::string& text, const std::string& at, absl::Time missing) {
    if (text.empty()) return missing;
    absl::Time instant;
    std::string error;
    if (absl::ParseTime(absl::RFC3339_full, text, &instant, &error) &&
        instant != absl::InfiniteFuture() && instant != absl::InfinitePast()) {
      return instant;
    }
    violations_.Add(
        at, Reason::INVALID_FIELD,
        absl::StrCat("应为带时区的时刻，例如 2026-01-01T00:00:00+08:00，而不是 ", text, "。"),
        absl::StrCat("It must be an instant with a zone, such as "
                     "2026-01-01T00:00:00+08:00, not ",
                     text, "."));
    return missing;
  }

  Violations violations_;
};

absl::StatusOr<std::shared_ptr<const Trust>> Trust::Parse(absl::string_view text) {
  return TrustReader().Read(text);
}

std::string TrustEntry(const Key& key, const std::vector<Purpose::Value>& purposes,
                       const std::vector<std::string>& programmes, absl::string_view comment) {
  common::v1::Trust file;
  auto* entry = file.add_keys();
  entry->set_key_id(key.id());
  entry->set_algorithm(key.algorithm());
  entry->set_public_key(key.public_base64());
  for (const auto purpose : purposes) entry->add_purposes(purpose);
  for (const auto& programme : programmes) entry->add_programmes(programme);
  entry->set_comment(std::string(comment));
  std::string text;
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  printer.PrintToString(file, &text);
  return text;
}

}  // namespace zhiping::envelope
