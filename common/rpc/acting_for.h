// For whom a platform calls: it names the natural person in the metadata `zhiping-acting-for`,
// percent-encoded UTF-8 (`%E5%BC%A0%E4%B8%89`), since metadata are ASCII.
#pragma once

#include <grpcpp/server_context.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping::rpc {

inline constexpr char kActingFor[] = "zhiping-acting-for";
// Characters.
inline constexpr int kMaxActingFor = 100;

// Never empty. Errors, with the field `zhiping-acting-for`: FIELD_REQUIRED; INVALID_FIELD for what
// is not percent-encoded UTF-8, is too long, or has control characters.
absl::StatusOr<std::string> ReadActingFor(const grpc::ServerContextBase& context);

// The name as the metadata has it.
std::string WriteActingFor(absl::string_view name);

}  // namespace zhiping::rpc
