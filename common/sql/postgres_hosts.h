// The hosts that a PostgreSQL setting names, each as a setting of its own, so that each is given
// its share of the time: within one attempt of libpq's, a host that never answers keeps it all.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping::sql {

// libpq's keywords and values.
using Keywords = std::vector<std::pair<std::string, std::string>>;

// Empty if the setting does not say it.
std::string ValueOf(const Keywords& setting, absl::string_view keyword);

// `host`, `hostaddr` and `port` are lists that go together, as libpq has it: one port may stand for
// all. The setting itself if it names no host (a service file, PGHOST, the socket) or if the
// lists have different lengths, about which libpq says what is wrong.
std::vector<Keywords> EachHost(const Keywords& setting);

// One for each address of a host's name, with the name kept for certificates and password files.
// Errors: kConnectionLost if the name has none. Blocks as long as the resolver does.
absl::StatusOr<std::vector<Keywords>> EachAddress(const Keywords& host);

}  // namespace zhiping::sql
