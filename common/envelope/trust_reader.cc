// Trust::Parse and TrustEntry: trust files as text.
#include <utility>

#include "absl/strings/str_cat.h"
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
      const common::v1::TrustedKey& key = file.keys(i);
      place_ = {absl::StrCat("keys[", i, "]."),
                MakeText(absl::StrCat("第 ", i + 1, " 把密钥（", key.key_id(), "）的 "),
                         absl::StrCat(" of key ", i + 1, " (", key.key_id(), ") "))};
      ReadKey(key, *trust);
    }
    if (!violations_.empty()) return violations_.ToStatus();
    return trust;
  }

 private:
  // A key of the file, as violations say it.
  struct Place {
    // `keys[1].`
    std::string path;
    // 「第 2 把密钥（…）的 」 / " of key 2 (…) ": before or after a field's name.
    common::v1::LocalText text;
  };

  void Add(const std::string& field, Reason::Value reason, absl::string_view zh,
           absl::string_view en) {
    violations_.Add(absl::StrCat(place_.path, field), reason,
                    absl::StrCat(place_.text.zh(), field, " ", zh),
                    absl::StrCat("The ", field, place_.text.en(), en));
  }

  void ReadKey(const common::v1::TrustedKey& from, Trust& trust) {
    absl::StatusOr<Key> key = Key::FromPublicBase64(from.public_key());
    if (!key.ok()) {
      Add("public_key", Reason::MALFORMED,
          "应为 base64 的 DER SubjectPublicKeyInfo（Ed25519 或 SM2）。",
          "must be a DER SubjectPublicKeyInfo of Ed25519 or SM2 in base64.");
    } else {
      CheckKey(*key, from, trust);
    }
    for (const auto& [field, empty] : {std::pair("purposes", from.purposes().empty()),
                                       std::pair("programmes", from.programmes().empty())}) {
      if (!empty) continue;
      Add(field, Reason::FIELD_REQUIRED, "不能为空，至少要写一个。",
          "may not be empty: at least one is needed.");
    }
    const absl::Time not_before =
        ReadInstant(from.not_before(), "not_before", absl::InfinitePast());
    const absl::Time not_after = ReadInstant(from.not_after(), "not_after", absl::InfiniteFuture());
    ReadInstant(from.revoked_at(), "revoked_at", absl::InfiniteFuture());
    if (not_after <= not_before) {
      Add("not_after", Reason::INVALID_FIELD, "应晚于 not_before。", "must be after not_before.");
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

  // Whether the entry says of the public key what is true.
  void CheckKey(const Key& key, const common::v1::TrustedKey& from, const Trust& trust) {
    if (key.id() != from.key_id()) {
      Add("key_id", Reason::INVALID_FIELD, absl::StrCat("应为 ", key.id(), "，这是其公钥的编号。"),
          absl::StrCat("must be ", key.id(), ", the id of its public key."));
    }
    if (key.algorithm() != from.algorithm()) {
      const auto& name = KeyAlgorithm::Value_Name(key.algorithm());
      Add("algorithm", Reason::INVALID_FIELD, absl::StrCat("应为 ", name, "，这是其公钥的算法。"),
          absl::StrCat("must be ", name, ", which its public key is of."));
    }
    if (trust.Find(key.id()) != nullptr) {
      Add("key_id", Reason::DUPLICATE_ID, "在信任文件中出现了两次。",
          "is there twice in the trust file.");
    }
  }

  absl::Time ReadInstant(const std::string& text, const std::string& field, absl::Time missing) {
    if (text.empty()) return missing;
    absl::Time instant;
    std::string error;
    if (absl::ParseTime(absl::RFC3339_full, text, &instant, &error) &&
        instant != absl::InfiniteFuture() && instant != absl::InfinitePast()) {
      return instant;
    }
    Add(field, Reason::INVALID_FIELD,
        absl::StrCat("应为带时区的时刻，例如 2026-01-01T00:00:00+08:00，而不是“", text, "”。"),
        absl::StrCat("must be an instant with a zone, such as 2026-01-01T00:00:00+08:00, not \"",
                     text, "\"."));
    return missing;
  }

  Place place_;
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
