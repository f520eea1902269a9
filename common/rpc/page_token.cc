#include "common/rpc/page_token.h"

#include <openssl/sha.h>

#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace zhiping::rpc {
namespace {

// Bytes of a token: version, digest of the query, for each value its length and itself, checksum.
constexpr char kVersion = 1;
constexpr size_t kQueryBytes = 16;
constexpr size_t kChecksumBytes = 8;
constexpr size_t kLeast = 1 + kQueryBytes + kChecksumBytes;
constexpr size_t kMostTokenBytes = 4096;
constexpr int kMostSkip = 10'000;

std::string Sha256(absl::string_view bytes, size_t length) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest.substr(0, length);
}

std::string QueryDigest(const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> query(request.New());
  query->CopyFrom(request);
  for (const char* const name : {"page_size", "page_token", "skip"}) {
    const auto* const field = query->GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) query->GetReflection()->ClearField(query.get(), field);
  }
  std::string bytes = absl::StrCat(query->GetDescriptor()->full_name(), "\n");
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    query->SerializeToCodedStream(&coded);
  }
  return Sha256(bytes, kQueryBytes);
}

absl::Status InvalidToken() {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::INVALID_PAGE_TOKEN,
                   "pageToken 不属于这个查询，或已损坏；请从第一页开始。",
                   "The page token is of another query, or damaged: begin with the first page.",
                   {{"field", "pageToken"}});
}

}  // namespace

std::string MakePageToken(const google::protobuf::Message& request,
                          const std::vector<std::string>& position) {
  std::string bytes = absl::StrCat(std::string(1, kVersion), QueryDigest(request));
  for (const std::string& value : position) {
    bytes.push_back(static_cast<char>(value.size() >> 8));
    bytes.push_back(static_cast<char>(value.size() & 0xFF));
    bytes += value;
  }
  bytes += Sha256(bytes, kChecksumBytes);
  return absl::WebSafeBase64Escape(bytes);
}

absl::StatusOr<std::vector<std::string>> ReadPageToken(const google::protobuf::Message& request,
                                                       absl::string_view token, size_t values) {
  std::string bytes;
  if (token.size() > kMostTokenBytes || !absl::WebSafeBase64Unescape(token, &bytes) ||
      bytes.size() < kLeast || absl::WebSafeBase64Escape(bytes) != token) {
    return InvalidToken();
  }
  absl::string_view rest = bytes;
  const absl::string_view checksum = rest.substr(rest.size() - kChecksumBytes);
  rest.remove_suffix(kChecksumBytes);
  if (Sha256(rest, kChecksumBytes) != checksum || rest[0] != kVersion ||
      rest.substr(1, kQueryBytes) != QueryDigest(request)) {
    return InvalidToken();
  }
  rest.remove_prefix(1 + kQueryBytes);
  std::vector<std::string> position;
  while (rest.size() >= 2) {
    const size_t size =
        static_cast<unsigned char>(rest[0]) << 8 | static_cast<unsigned char>(rest[1]);
    rest.remove_prefix(2);
    if (size > rest.size()) return InvalidToken();
    position.emplace_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  if (!rest.empty() || position.size() != values) return InvalidToken();
  return position;
}

absl::StatusOr<Page> ReadPage(const google::protobuf::Message& request, int size, int skip,
                              absl::string_view token, size_t values) {
  Violations violations;
  if (size < 0 || size > kMostPageSize) {
    violations.Add("pageSize", Reason::INVALID_FIELD,
                   absl::StrCat("pageSize 应在 0 到 ", kMostPageSize, " 之间。"),
                   absl::StrCat("pageSize must be between 0 and ", kMostPageSize, "."));
  }
  if (skip < 0 || skip > kMostSkip || (skip > 0 && !token.empty())) {
    violations.Add(
        "skip", Reason::INVALID_FIELD,
        absl::StrCat("skip 应在 0 到 ", kMostSkip, " 之间，且不能与 pageToken 同时使用。"),
        absl::StrCat("skip must be between 0 and ", kMostSkip,
                     ", and cannot be used with pageToken."));
  }
  const absl::Status checked = violations.ToStatus();
  if (!checked.ok()) return checked;
  Page page;
  if (size > 0) page.size = size;
  page.skip = skip;
  if (token.empty()) return page;
  auto position = ReadPageToken(request, token, values);
  if (!position.ok()) return position.status();
  page.position = *std::move(position);
  return page;
}

absl::StatusOr<int64_t> PositionNumber(const std::string& value) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(value, &number)) return InvalidToken();
  return number;
}

}  // namespace zhiping::rpc
