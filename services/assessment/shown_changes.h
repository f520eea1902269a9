// What of the log of changes is shown to a platform: of enterprises that it is not enrolled for,
// where an entry stands in the chain, and nothing of what it says. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "common/rpc/call_audit.h"
#include "zhiping/assessment/v1/change.pb.h"

namespace zhiping::assessment {

// The USCCs that the entries are about.
absl::flat_hash_set<std::string> EnterprisesIn(const std::vector<v1::ChangeEntry>& entries);

// Withholds what the entry says of others than these enterprises, as ChangeEntry describes. What
// cannot be read is withheld: nobody knows whose it is.
void WithholdOthers(const absl::flat_hash_set<std::string>& enrolled, v1::ChangeEntry& entry);

// The files that the entries show.
std::vector<rpc::EnterpriseFile> FilesIn(const std::vector<v1::ChangeEntry>& entries);

}  // namespace zhiping::assessment
