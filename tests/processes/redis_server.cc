#include "tests/processes/redis_server.h"

#include <hiredis/hiredis.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace zhiping::processes {
namespace {

constexpr char kNoReply[] = "no reply";

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

std::string Send(redisContext* context, const std::vector<std::string>& command) {
  std::vector<const char*> words;
  std::vector<size_t> sizes;
  for (const auto& word : command) {
    words.push_back(word.data());
    sizes.push_back(word.size());
  }
  const std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(
      redisCommandArgv(context, static_cast<int>(words.size()), words.data(), sizes.data())));
  if (reply == nullptr) return kNoReply;
  if (reply->type == REDIS_REPLY_INTEGER) return absl::StrCat(reply->integer);
  return reply->str == nullptr ? "" : std::string(reply->str, reply->len);
}

}  // namespace

RedisServer::RedisServer(RedisOptions options) : options_(std::move(options)) { Start(); }

std::string RedisServer::address() const { return absl::StrCat("127.0.0.1:", port_); }

void RedisServer::Kill() { process_->Kill(); }

void RedisServer::Start() {
  Command command;
  command.arguments = {"redis-server", "--port",    absl::StrCat(port_),
                       "--bind",       "127.0.0.1", "--dir",
                       folder_,        "--save",    ""};
  command.output = folder_ + "/log";
  const auto add = [&command](const std::string& name, const std::string& value) {
    command.arguments.push_back(name);
    command.arguments.push_back(value);
  };
  if (options_.persistent) {
    add("--appendonly", "yes");
    add("--appendfsync", "always");
  }
  if (!options_.password.empty()) add("--requirepass", options_.password);
  if (!options_.max_memory.empty()) {
    add("--maxmemory", options_.max_memory);
    add("--maxmemory-policy", "noeviction");
  }
  process_ = std::make_unique<Process>(std::move(command));
  if (Eventually([this] { return Run({"PING"}) == "PONG"; })) return;
  std::fprintf(stderr, "redis-server does not start:\n%s\n", Contents(folder_ + "/log").c_str());
  std::abort();
}

void RedisServer::Freeze() { process_->Freeze(); }

void RedisServer::Thaw() { process_->Thaw(); }

void RedisServer::Flush() { Run({"FLUSHALL"}); }

std::string RedisServer::Run(const std::vector<std::string>& command) const {
  const timeval second = {1, 0};
  const std::unique_ptr<redisContext, FreeContext> context(
      redisConnectWithTimeout("127.0.0.1", port_, second));
  if (context == nullptr || context->err != 0) return kNoReply;
  redisSetTimeout(context.get(), second);
  if (!options_.password.empty()) Send(context.get(), {"AUTH", options_.password});
  return Send(context.get(), command);
}

}  // namespace zhiping::processes
