#include "common/rpc/log.h"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <nlohmann/json.hpp>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace zhiping::rpc {
namespace {

// Lines that wait for the reader of standard output.
constexpr size_t kQueueLength = 8192;

const char* NameOf(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return "DEBUG";
    case Severity::kInfo:
      return "INFO";
    case Severity::kWarning:
      return "WARNING";
    case Severity::kError:
      return "ERROR";
  }
  return "ERROR";
}

}  // namespace

struct Log::Sink {
  Sink()
      : threads(std::make_shared<spdlog::details::thread_pool>(kQueueLength, 1)),
        logger(std::make_shared<spdlog::async_logger>(
            "zhiping", std::make_shared<spdlog::sinks::stdout_sink_mt>(), threads,
            spdlog::async_overflow_policy::overrun_oldest)) {
    logger->set_pattern("%v");
    logger->flush_on(spdlog::level::info);
  }

  std::shared_ptr<spdlog::details::thread_pool> threads;
  std::shared_ptr<spdlog::async_logger> logger;
};

Log::Log(Severity least) : least_(least), sink_(std::make_unique<Sink>()) {}
Log::~Log() = default;

void Log::Write(Severity severity, absl::string_view event,
                std::initializer_list<Field> fields) const {
  if (!Wants(severity)) return;
  nlohmann::ordered_json line;
  line["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone());
  line["severity"] = NameOf(severity);
  line["event"] = std::string(event);
  for (const auto& field : fields) {
    std::visit([&](const auto& value) { line[std::string(field.name)] = value; }, field.value);
  }
  // Bytes that are no UTF-8 are replaced, so that a line is always JSON.
  sink_->logger->info(line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace zhiping::rpc
