#include "common/sql/log_chain.h"

#include "common/sql/sha256.h"

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

}  // namespace zhiping::sql
