#include "services/ctl/remote_service.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "services/ctl/command_line.h"

namespace zhiping::ctl {

absl::Status CheckTarget(const RemoteService& service) {
  int port = 0;
  const std::string& target = service.target;
  const size_t colon = target.rfind(':');
  if (colon != std::string::npos && colon > 0 &&
      absl::SimpleAtoi(target.substr(colon + 1), &port) && port >= 1 && port <= 65535) {
    return absl::OkStatus();
  }
  return WrongUsage(absl::StrCat(service.option, " 应为“主机:端口”，例如 ", service.usual_target,
                                 "，而不是“", target, "”。"),
                    absl::StrCat(service.option, " should be HOST:PORT, such as ",
                                 service.usual_target, ", not \"", target, "\"."));
}

absl::Status Explain(const RemoteService& service, const absl::Status& status) {
  const ErrorDetail detail = DetailOf(status);
  const std::string& target = service.target;
  if (detail.reason() == Reason::SERVICE_UNREACHABLE) {
    return MakeError(
        status.code(), detail.reason(),
        absl::StrCat("连接不上", service.name.zh(), " ", target, "；请确认服务已启动、",
                     service.option, " 地址正确", service.instead.zh(), "。"),
        absl::StrCat("The ", service.name.en(), " at ", target,
                     " cannot be reached. Is it running and is ", service.option, " right?",
                     service.instead.en()),
        {{"server", target}});
  }
  if (detail.reason() == Reason::DEADLINE_PASSED) {
    const std::string timeout = absl::FormatDuration(service.timeout);
    return MakeError(status.code(), detail.reason(),
                     absl::StrCat(service.name.zh(), " ", target, " 在 ", timeout,
                                  " 内没有答复；可用 --timeout 延长。"),
                     absl::StrCat("The ", service.name.en(), " at ", target,
                                  " did not answer within ", timeout, "; --timeout waits longer."),
                     {{"server", target}});
  }
  return status;
}

}  // namespace zhiping::ctl
