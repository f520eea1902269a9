#include "services/ctl/request_id.h"

#include "absl/random/random.h"
#include "absl/strings/str_format.h"

namespace zhiping::ctl {

std::string NewRequestId() {
  absl::BitGen random;
  const auto high = absl::Uniform<uint64_t>(random);
  const auto low = absl::Uniform<uint64_t>(random);
  // RFC 9562: version 4, variant 10.
  return absl::StrFormat("%08x-%04x-4%03x-%04x-%012x", high >> 32, (high >> 16) & 0xffff,
                         high & 0xfff, 0x8000 | (low >> 48 & 0x3fff), low & 0xffff'ffff'ffff);
}

}  // namespace zhiping::ctl
