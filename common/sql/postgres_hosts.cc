#include "common/sql/postgres_hosts.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/sql/error.h"

namespace zhiping::sql {
namespace {

std::vector<std::string> ListOf(const Keywords& setting, absl::string_view keyword) {
  const std::string list = ValueOf(setting, keyword);
  if (list.empty()) return {};
  return absl::StrSplit(list, ',');
}

// No items, or one for each.
bool Fits(const std::vector<std::string>& list, size_t count) {
  return list.empty() || list.size() == count;
}

// An item that is empty means libpq's default.
void Add(absl::string_view keyword, const std::vector<std::string>& list, size_t item,
         Keywords& host) {
  if (item < list.size() && !list[item].empty()) host.emplace_back(keyword, list[item]);
}

}  // namespace

std::string ValueOf(const Keywords& setting, absl::string_view keyword) {
  for (const auto& [name, value] : setting) {
    if (name == keyword) return value;
  }
  return "";
}

std::vector<Keywords> EachHost(const Keywords& setting) {
  const auto names = ListOf(setting, "host"), addresses = ListOf(setting, "hostaddr");
  const auto ports = ListOf(setting, "port");
  const size_t count = std::max(names.size(), addresses.size());
  if (count == 0 || !Fits(names, count) || !Fits(addresses, count) ||
      !(Fits(ports, count) || ports.size() == 1)) {
    return {setting};
  }
  Keywords rest;
  for (const auto& [keyword, value] : setting) {
    if (keyword == "host" || keyword == "hostaddr" || keyword == "port") continue;
    rest.emplace_back(keyword, value);
  }
  std::vector<Keywords> hosts(count, rest);
  for (size_t i = 0; i < count; ++i) {
    Add("host", names, i, hosts[i]);
    Add("hostaddr", addresses, i, hosts[i]);
    Add("port", ports, ports.size() == 1 ? 0 : i, hosts[i]);
  }
  return hosts;
}

absl::StatusOr<std::vector<Keywords>> EachAddress(const Keywords& host) {
  const std::string name = ValueOf(host, "host");
  // A socket's folder is no name; a list is what EachHost left to libpq.
  const bool is_name = !name.empty() && name.find_first_of("/@,") == std::string::npos;
  if (!is_name || !ValueOf(host, "hostaddr").empty()) return std::vector<Keywords>{host};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure = getaddrinfo(name.c_str(), nullptr, &hints, &found);
  if (failure != 0) {
    return MakeSqlError(SqlError::kConnectionLost, absl::StrCat(name, ": ", gai_strerror(failure)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> freed(found, &freeaddrinfo);
  std::vector<Keywords> addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    char address[NI_MAXHOST];
    if (getnameinfo(each->ai_addr, each->ai_addrlen, address, sizeof(address), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      continue;
    }
    addresses.push_back(host);
    addresses.back().emplace_back("hostaddr", address);
  }
  return addresses;
}

}  // namespace zhiping::sql
