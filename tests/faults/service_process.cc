#include "tests/faults/service_process.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/impl/client_unary_call.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"

namespace zhiping::faults {
namespace {

std::shared_ptr<grpc::Channel> ImpatientChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
  arguments.SetMaxReceiveMessageSize(-1);
  // Of its own: another channel's attempts and pauses are not its.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

}  // namespace

Flags With(Flags flags, const Flags& more) {
  for (const auto& [name, value] : more) flags[name] = value;
  return flags;
}

bool HealthSays(const std::shared_ptr<grpc::Channel>& channel, const std::string& name) {
  const auto context = rpc::NewContext(absl::Milliseconds(500));
  // Else nobody looks whether the connection has come about: gRPC does that while it waits.
  context->set_wait_for_ready(true);
  const grpc::internal::RpcMethod method("/grpc.health.v1.Health/Check",
                                         grpc::internal::RpcMethod::NORMAL_RPC, channel);
  // HealthCheckRequest: the name is its field 1. The answer's last byte is 1 for SERVING.
  std::string request;
  if (!name.empty())
    request = absl::StrCat("\n", std::string(1, static_cast<char>(name.size())), name);
  const grpc::Slice slice(request);
  const grpc::ByteBuffer in(&slice, 1);
  grpc::ByteBuffer out;
  if (!grpc::internal::BlockingUnaryCall(channel.get(), method, context.get(), in, &out).ok()) {
    return false;
  }
  grpc::Slice answer;
  return out.DumpToSingleSlice(&answer).ok() && answer.size() == 2 && answer.begin()[1] == 1;
}

ServiceProcess::ServiceProcess(std::vector<std::string> program, Flags flags,
                               const std::shared_ptr<grpc::ChannelCredentials>& credentials)
    : program_(std::move(program)),
      channel_(ImpatientChannel(address(), credentials)),
      flags_(std::move(flags)) {}

std::string ServiceProcess::address() const { return absl::StrCat("127.0.0.1:", port_); }

void ServiceProcess::Start() {
  processes::Command command;
  command.arguments = program_;
  if (flags_.count("--listen") == 0) {
    command.arguments.insert(command.arguments.end(), {"--listen", address()});
  }
  for (const auto& [name, value] : flags_) {
    command.arguments.push_back(name);
    if (!value.empty()) command.arguments.push_back(value);
  }
  output_ = absl::StrCat(folder_, "/output.", ++starts_);
  command.output = output_;
  process_ = std::make_unique<processes::Process>(std::move(command));
}

void ServiceProcess::StartAndAwait() {
  Start();
  bool ended = false;
  if (processes::Eventually([&] { return Serving() || (ended = !process_->Running()); },
                            absl::Seconds(60)) &&
      !ended) {
    return;
  }
  std::fprintf(stderr, "%s does not serve:\n%s\n", program_.back().c_str(), Output().c_str());
  std::abort();
}

bool ServiceProcess::Serving() const { return HealthSays(channel_, ""); }

int ServiceProcess::AwaitEnd(absl::Duration timeout) {
  if (!processes::Eventually([this] { return !process_->Running(); }, timeout)) return -1;
  return process_->Terminate();
}

}  // namespace zhiping::faults
