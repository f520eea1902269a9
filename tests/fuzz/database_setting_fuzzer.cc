// What an operator writes as the setting of a database: no crash, and no password accepted.
#include "absl/strings/match.h"
#include "common/sql/options.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto setting = zhiping::sql::ParseSetting(zhiping::fuzz::Text(data, size));
  if (!setting.ok()) return 0;
  for (const auto& [keyword, value] : setting->keywords) {
    zhiping::fuzz::Require(!absl::StrContains(keyword, "password"), "no password is accepted");
  }
  zhiping::fuzz::Require(
      setting->engine == zhiping::sql::Engine::kPostgres || !setting->path.empty(),
      "a file has a name");
  return 0;
}
