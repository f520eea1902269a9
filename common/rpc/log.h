// Logs: one JSON line an event, on standard output. What is logged holds no personal data and
// nothing that enterprises answer.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"

namespace zhiping::rpc {

enum class Severity { kDebug, kInfo, kWarning, kError };

// Thread-safe. Never blocks: when the reader of standard output is too slow, the oldest lines that
// are still waiting are dropped.
class Log {
 public:
  using Value = std::variant<std::string, int64_t, double, bool>;
  struct Field {
    // lowerCamelCase.
    absl::string_view name;
    Value value;
  };

  // Events below `least` are left out.
  explicit Log(Severity least);
  // Writes what is waiting.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  bool Wants(Severity severity) const { return severity >= least_; }

  // event: a fixed name in snake_case, for example `call_failed`.
  void Write(Severity severity, absl::string_view event, std::initializer_list<Field> fields) const;

 private:
  struct Sink;
  Severity least_;
  std::unique_ptr<Sink> sink_;
};

}  // namespace zhiping::rpc
