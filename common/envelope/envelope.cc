#include "common/envelope/envelope.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/text/strict_json.h"

namespace zhiping::envelope {
namespace {

using Json = nlohmann::json;

constexpr char kTypePrefix[] = "application/vnd.zhiping.";
constexpr char kTypeSuffix[] = ".v1";
constexpr char kPayload[] = "payload";
constexpr char kPayloadType[] = "payloadType";
constexpr char kSignatures[] = "signatures";
constexpr char kKeyId[] = "keyid";
constexpr char kSignature[] = "sig";
// Base64 makes four characters of three bytes; the rest is for types and signatures.
constexpr size_t kMaxJsonBytes = kMaxPayloadBytes / 3 * 4 + (1 << 20);

absl::Status Malformed(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::MALFORMED,
                   absl::StrCat("不是有效的签名信封：", zh, "。"),
                   absl::StrCat("Not a valid envelope: ", en, "."));
}

absl::StatusOr<std::string> TextMember(const Json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) {
    return Malformed(absl::StrCat("缺少文本成员 ", name), absl::StrCat("it lacks the text ", name));
  }
  return member->get<std::string>();
}

absl::StatusOr<std::string> Base64Member(const Json& object, const char* name) {
  ASSIGN_OR_RETURN(const std::string text, TextMember(object, name));
  std::string bytes;
  // Abseil also reads white space and missing padding: only one spelling is accepted.
  if (!absl::Base64Unescape(text, &bytes) || absl::Base64Escape(bytes) != text) {
    return Malformed(absl::StrCat(name, " 不是标准 base64"),
                     absl::StrCat(name, " is not standard base64"));
  }
  return bytes;
}

absl::Status CheckMembers(const Json& object, std::initializer_list<absl::string_view> known) {
  for (const auto& member : object.items()) {
    if (std::find(known.begin(), known.end(), member.key()) == known.end()) {
      return Malformed(absl::StrCat("有多余的成员 ", member.key()),
                       absl::StrCat("it has an unknown member ", member.key()));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Signature>> ReadSignatures(const Json& object) {
  const auto list = object.find(kSignatures);
  if (list == object.end() || !list->is_array() || list->empty() || list->size() > kMaxSignatures) {
    return Malformed("签名应为 1 至 16 个", "there must be 1 to 16 signatures");
  }
  std::vector<Signature> signatures;
  for (const auto& entry : *list) {
    if (!entry.is_object()) return Malformed("签名不是对象", "a signature is not an object");
    RETURN_IF_ERROR(CheckMembers(entry, {kKeyId, kSignature}));
    Signature signature;
    ASSIGN_OR_RETURN(signature.key_id, TextMember(entry, kKeyId));
    ASSIGN_OR_RETURN(signature.bytes, Base64Member(entry, kSignature));
    for (const auto& other : signatures) {
      if (other.key_id == signature.key_id) {
        return Malformed(absl::StrCat("密钥 ", signature.key_id, " 签了两次"),
                         absl::StrCat("key ", signature.key_id, " signed twice"));
      }
    }
    signatures.push_back(std::move(signature));
  }
  return signatures;
}

}  // namespace

std::string PayloadType(Purpose::Value purpose) {
  return absl::StrCat(kTypePrefix, absl::AsciiStrToLower(Purpose::Value_Name(purpose)),
                      kTypeSuffix);
}

Purpose::Value PurposeOf(absl::string_view payload_type) {
  for (int value = 1; value < Purpose::Value_ARRAYSIZE; ++value) {
    const auto purpose = static_cast<Purpose::Value>(value);
    if (PayloadType(purpose) == payload_type) return purpose;
  }
  return Purpose::PURPOSE_UNSPECIFIED;
}

std::string PreAuthEncoding(absl::string_view payload_type, absl::string_view payload) {
  return absl::StrCat("DSSEv1 ", payload_type.size(), " ", payload_type, " ", payload.size(), " ",
                      payload);
}

absl::StatusOr<Envelope> ParseEnvelope(absl::string_view json) {
  if (json.size() > kMaxJsonBytes) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::TOO_LARGE,
                     "签名信封过大：内容最多 64 MiB。",
                     "The envelope is too large: at most 64 MiB.");
  }
  const absl::StatusOr<Json> parsed = ParseStrictJson(json);
  if (!parsed.ok()) {
    const auto detail = DetailOf(parsed.status());
    return Malformed(absl::StripSuffix(detail.message().zh(), "。"),
                     absl::StripSuffix(detail.message().en(), "."));
  }
  const Json& object = *parsed;
  if (!object.is_object()) return Malformed("不是 JSON 对象", "it is not a JSON object");
  RETURN_IF_ERROR(CheckMembers(object, {kPayload, kPayloadType, kSignatures}));
  Envelope envelope;
  ASSIGN_OR_RETURN(envelope.payload_type, TextMember(object, kPayloadType));
  ASSIGN_OR_RETURN(envelope.payload, Base64Member(object, kPayload));
  ASSIGN_OR_RETURN(envelope.signatures, ReadSignatures(object));
  return envelope;
}

std::string SerializeEnvelope(const Envelope& envelope) {
  nlohmann::ordered_json object;
  object[kPayload] = absl::Base64Escape(envelope.payload);
  object[kPayloadType] = envelope.payload_type;
  object[kSignatures] = nlohmann::ordered_json::array();
  for (const auto& signature : envelope.signatures) {
    object[kSignatures].push_back(
        {{kKeyId, signature.key_id}, {kSignature, absl::Base64Escape(signature.bytes)}});
  }
  return object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace zhiping::envelope
