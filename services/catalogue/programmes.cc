#include "services/catalogue/programmes.h"

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::catalogue {

absl::StatusOr<std::map<std::string, ProgrammeIs>> Programmes(Store& store, absl::Time deadline) {
  std::map<std::string, ProgrammeIs> programmes;
  ASSIGN_OR_RETURN(const auto stored, store.Versions(deadline));
  for (const auto& [programme, version] : stored) programmes[programme] = ProgrammeIs::kStored;
  ASSIGN_OR_RETURN(const auto instances, store.Instances(deadline));
  for (const StoredInstance& instance : instances) {
    for (const std::string& programme : instance.record.programmes()) {
      programmes.emplace(programme, ProgrammeIs::kFollowed);
    }
  }
  return programmes;
}

absl::Status CheckKnownProgramme(Store& store, absl::Time deadline, const std::string& programme) {
  ASSIGN_OR_RETURN(const auto programmes, Programmes(store, deadline));
  if (programmes.count(programme) > 0) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kNotFound, Reason::UNKNOWN_PROGRAMME,
      absl::StrCat("没有评测体系“", programme, "”：从未导入过它的年版，也没有实例跟随它。"),
      absl::StrCat("There is no programme \"", programme,
                   "\": no edition of it was ever imported, and nobody follows it."),
      {{"programme", programme}});
}

}  // namespace zhiping::catalogue
