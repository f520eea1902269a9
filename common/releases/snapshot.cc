#include "common/releases/snapshot.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::releases {
namespace {

absl::Status InvalidField(absl::string_view field, Reason::Value reason, absl::string_view zh,
                          absl::string_view en) {
  Violations violations;
  violations.Add(absl::StrCat("criteria.", field), reason, zh, en);
  return violations.ToStatus();
}

std::string Programmes(const Snapshot::InForce& in_force) {
  return absl::StrJoin(in_force, ", ", [](std::string* out, const auto& entry) {
    absl::StrAppend(out, entry.first);
  });
}

}  // namespace

absl::StatusOr<Chosen> Snapshot::Choose(const Choice& choice) const {
  if (choice.min_revision < 0) {
    return InvalidField("minRevision", Reason::INVALID_FIELD, "minRevision 不能为负数。",
                        "minRevision must not be negative.");
  }
  if (!choice.release_digest.empty()) return ChoosePinned(choice);
  ASSIGN_OR_RETURN(Chosen chosen, ChooseInForce(choice.programme));
  if (choice.min_revision > chosen.revision) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::REVISION_NOT_REACHED,
                     absl::StrCat("当前修订号为 ", chosen.revision, "，尚未达到要求的 ",
                                  choice.min_revision, "。"),
                     absl::StrCat("The revision here is ", chosen.revision, "; ",
                                  choice.min_revision, " was asked for."),
                     {{"revision", absl::StrCat(chosen.revision)},
                      {"minRevision", absl::StrCat(choice.min_revision)}});
  }
  return chosen;
}

absl::StatusOr<Chosen> Snapshot::ChoosePinned(const Choice& choice) const {
  if (choice.min_revision > 0) {
    return InvalidField("minRevision", Reason::MIN_REVISION_WITH_DIGEST,
                        "指定了 releaseDigest 时不能再要求 minRevision。",
                        "minRevision cannot be asked for together with releaseDigest.");
  }
  const auto found = available_.find(choice.release_digest);
  if (found == available_.end()) {
    return MakeError(absl::StatusCode::kNotFound, Reason::RELEASE_NOT_FOUND,
                     absl::StrCat("没有发布版 ", choice.release_digest, "。"),
                     absl::StrCat("There is no release ", choice.release_digest, "."),
                     {{"digest", std::string(choice.release_digest)}});
  }
  const auto& programme = found->second->edition().programme();
  if (!choice.programme.empty() && choice.programme != programme) {
    return InvalidField(
        "programme", Reason::INVALID_FIELD,
        absl::StrCat("这个发布版属于评测体系 ", programme, "，不属于 ", choice.programme, "。"),
        absl::StrCat("This release is of programme ", programme, ", not of ", choice.programme,
                     "."));
  }
  Chosen chosen;
  chosen.criteria = found->second;
  return chosen;
}

absl::StatusOr<Chosen> Snapshot::ChooseInForce(absl::string_view programme) const {
  if (in_force_.empty()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::NO_ACTIVE_RELEASE,
                     "目前没有启用的发布版。", "No release is in force.");
  }
  if (programme.empty()) {
    if (in_force_.size() == 1) return in_force_.begin()->second;
    return InvalidField("programme", Reason::FIELD_REQUIRED,
                        absl::StrCat("请指明评测体系，可选：", Programmes(in_force_), "。"),
                        absl::StrCat("Name the programme, one of: ", Programmes(in_force_), "."));
  }
  const auto found = in_force_.find(programme);
  if (found == in_force_.end()) {
    return MakeError(
        absl::StatusCode::kNotFound, Reason::UNKNOWN_PROGRAMME,
        absl::StrCat("没有评测体系 ", programme, "，现有：", Programmes(in_force_), "。"),
        absl::StrCat("There is no programme ", programme, "; there are: ", Programmes(in_force_),
                     "."),
        {{"programme", std::string(programme)}, {"known", Programmes(in_force_)}});
  }
  return found->second;
}

}  // namespace zhiping::releases
