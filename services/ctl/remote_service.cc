#include "services/ctl/remote_service.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/rpc/acting_for.h"
#include "common/rpc/target.h"
#include "common/status/error.h"
#include "services/ctl/command_line.h"

namespace zhiping::ctl {

std::shared_ptr<grpc::Channel> ChannelTo(const RemoteService& service,
                                         const std::vector<std::string>& services) {
  return rpc::NewChannel(service.target, services, rpc::Instances::kAll, service.credentials.tls);
}

std::unique_ptr<grpc::ClientContext> NewContext(const RemoteService& service) {
  auto context = rpc::NewContext(service.timeout);
  const std::string& token = service.credentials.token;
  if (!token.empty()) context->AddMetadata("authorization", absl::StrCat("Bearer ", token));
  const std::string& person = service.credentials.acting_for;
  if (!person.empty()) context->AddMetadata(rpc::kActingFor, rpc::WriteActingFor(person));
  return context;
}

absl::Status CheckTarget(const RemoteService& service) {
  const std::string& target = service.target;
  if (rpc::IsTarget(target)) return absl::OkStatus();
  return WrongUsage(
      absl::StrCat(service.option, " 应为", service.name.zh(), "的“主机:端口”，例如 ",
                   service.usual_target, "，前面不加 http://，而不是“", target, "”。"),
      absl::StrCat(service.option, " should be HOST:PORT of the ", service.name.en(),
                   " without http://, such as ", service.usual_target, ", not \"", target, "\"."));
}

absl::Status Explain(const RemoteService& service, const absl::Status& status) {
  const ErrorDetail detail = DetailOf(status);
  const std::string& target = service.target;
  // An answer may say the same of a service that stands behind this one.
  const bool unanswered =
      std::any_of(detail.metadata().begin(), detail.metadata().end(),
                  [](const auto& entry) { return entry.key() == rpc::kGrpcMessage; });
  if (detail.reason() == Reason::SERVICE_UNREACHABLE && unanswered) {
    // What TLS finds wrong looks to gRPC as if nobody were there.
    const common::v1::LocalText tls =
        service.credentials.tls.empty()
            ? MakeText("若服务启用了 TLS，须给出 --tls-ca。", "If it uses TLS, --tls-ca is needed.")
            : MakeText(absl::StrCat("还请确认服务启用了 TLS，其证书包含这个地址，并由 --tls-ca ",
                                    service.credentials.tls.ca, " 中的机构签发。"),
                       absl::StrCat("Does it use TLS, with a certificate for this address by an "
                                    "authority of --tls-ca ",
                                    service.credentials.tls.ca, "?"));
    return MakeError(
        status.code(), detail.reason(),
        absl::StrCat("连接不上", service.name.zh(), " ", target, "；请确认服务已启动、",
                     service.option, " 地址正确", service.instead.zh(), "。", tls.zh()),
        absl::StrCat("The ", service.name.en(), " at ", target,
                     " cannot be reached. Is it running and is ", service.option, " right?",
                     service.instead.en(), " ", tls.en()),
        {{"server", target}});
  }
  if (detail.reason() == Reason::TOKEN_REQUIRED) {
    return MakeError(
        status.code(), detail.reason(),
        absl::StrCat(service.name.zh(), " ", target,
                     " 需要身份令牌：请用 --token-file 给出存有令牌的文件。"),
        absl::StrCat("The ", service.name.en(), " at ", target,
                     " asks who is calling: give the file with the token by --token-file."),
        {{"server", target}});
  }
  if (detail.reason() == Reason::NO_SUCH_SERVICE) {
    ErrorDetail explained = detail;
    *explained.mutable_message() = MakeText(
        absl::StrCat("地址 ", target, " 上没有", service.name.zh(),
                     "：答复的是另一个服务，或者不支持 gRPC。", service.option, " 应为",
                     service.name.zh(), "的“主机:端口”，例如 ", service.usual_target, "。"),
        absl::StrCat("There is no ", service.name.en(), " at ", target,
                     ": another service answers, or one that does not speak gRPC. ", service.option,
                     " should be HOST:PORT of the ", service.name.en(), ", such as ",
                     service.usual_target, "."));
    return MakeError(status.code(), explained);
  }
  if (detail.reason() == Reason::DEADLINE_PASSED && unanswered) {
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
