#include "common/rpc/cannot_listen.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace zhiping::rpc {

absl::Status CannotListen(absl::string_view flag, absl::string_view address) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::INVALID_FIELD,
      absl::StrCat(flag, "：无法在 ", address, " 上监听；应为 主机:端口，且端口未被占用。"),
      absl::StrCat(flag, ": cannot listen on ", address,
                   "; it must be HOST:PORT with a port that is free."),
      {{"field", std::string(flag)}});
}

}  // namespace zhiping::rpc
