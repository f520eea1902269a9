#include "common/sql/log_chain.h"

#include "absl/strings/str_cat.h"
#include "common/sql/sha256.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::sql {
namespace {

std::string EightBytes(uint64_t number) {
  std::string bytes(8, '\0');
  for (size_t i = bytes.size(); i-- > 0; number >>= 8) bytes[i] = static_cast<char>(number & 0xFF);
  return bytes;
}

}  // namespace

std::string EntryHash(absl::string_view log, absl::string_view prev_hash, int64_t position,
                      int64_t instant_micros, absl::string_view bytes) {
  std::string covered;
  const auto add = [&covered](absl::string_view field) {
    covered.append(EightBytes(field.size()));
    covered.append(field.data(), field.size());
  };
  add("zhiping.log.v1");
  add(log);
  add(prev_hash);
  add(EightBytes(static_cast<uint64_t>(position)));
  add(EightBytes(static_cast<uint64_t>(instant_micros)));
  add(bytes);
  return Sha256(covered);
}

std::string FirstHash() { return std::string(32, '\0'); }

absl::Status CheckLink(absl::string_view log, int64_t position, absl::string_view hash,
                       const LogEntry& entry) {
  const bool follows = entry.position == position + 1 && entry.prev_hash == hash;
  return follows ? absl::OkStatus() : LogBroken(log, position + 1);
}

absl::Status CheckEntry(absl::string_view log, int64_t position, absl::string_view hash,
                        const LogEntry& entry) {
  RETURN_IF_ERROR(CheckLink(log, position, hash, entry));
  const bool unchanged = entry.hash == EntryHash(log, entry.prev_hash, entry.position,
                                                 entry.instant_micros, entry.bytes);
  return unchanged ? absl::OkStatus() : LogBroken(log, position + 1);
}

absl::Status LogBroken(absl::string_view log, int64_t position) {
  return MakeError(
      absl::StatusCode::kDataLoss, Reason::LOG_BROKEN,
      absl::StrCat("日志 ", log, " 在位置 ", position, " 处校验不符：有记录被改动或缺失。"),
      absl::StrCat("The log ", log, " does not verify at position ", position,
                   ": entries were changed or are missing."),
      {{"log", std::string(log)}, {"position", absl::StrCat(position)}});
}

}  // namespace zhiping::sql
