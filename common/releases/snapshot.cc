#include "common/releases/snapshot.h"

#include <algorithm>

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

}  // namespace

common::v1::Freshness::Value Snapshot::FreshnessOf(const ReleaseInForce& in_force,
                                                   absl::Duration steady) const {
  if (!in_force.confirmation.has_value()) return common::v1::Freshness::OFFLINE;
  return releases::FreshnessOf(*in_force.confirmation, limits_, steady);
}

std::string Snapshot::InForceText() const {
  return absl::StrJoin(in_force_, ", ", [](std::string* text, const auto& entry) {
    const auto& criteria = entry.second.criteria;
    absl::StrAppend(text, entry.first, ": ");
    if (criteria == nullptr) {
      absl::StrAppend(text, "none");
    } else {
      absl::StrAppend(text, criteria->release().label(), " ", criteria->digest());
    }
  });
}

absl::StatusOr<Chosen> Snapshot::Choose(const Choice& choice, absl::Duration steady) const {
  if (choice.min_revision < 0) {
    return InvalidField("minRevision", Reason::INVALID_FIELD, "minRevision 不能为负数。",
                        "minRevision must not be negative.");
  }
  if (!choice.release_digest.empty()) return ChoosePinned(choice, steady);
  ASSIGN_OR_RETURN(Chosen chosen, ChooseInForce(choice.programme, steady));
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

absl::StatusOr<Chosen> Snapshot::ChoosePinned(const Choice& choice, absl::Duration steady) const {
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
                     {{"digest", choice.release_digest}});
  }
  const auto& programme = found->second->edition().programme();
  if (!choice.programme.empty() && choice.programme != programme) {
    return InvalidField(
        "programme", Reason::INVALID_FIELD,
        absl::StrCat("这个发布版属于评测体系 ", programme, "，不属于 ", choice.programme, "。"),
        absl::StrCat("This release is of programme ", programme, ", not of ", choice.programme,
                     "."));
  }
  Chosen chosen{found->second};
  // How old the knowledge is of what is in force, for whoever compares.
  const auto in_force = in_force_.find(programme);
  if (in_force != in_force_.end()) chosen.freshness = FreshnessOf(in_force->second, steady);
  return chosen;
}

absl::StatusOr<Snapshot::InForce::const_iterator> Snapshot::FindProgramme(
    absl::string_view programme) const {
  const auto known = [this] {
    std::vector<std::string> names = unknown_;
    for (const auto& [name, in_force] : in_force_) names.push_back(name);
    std::sort(names.begin(), names.end());
    return names;
  };
  if (programme.empty()) {
    if (in_force_.size() == 1 && unknown_.empty()) return in_force_.begin();
    if (in_force_.size() + unknown_.size() > 1) {
      const std::string names = absl::StrJoin(known(), ", ");
      return InvalidField("programme", Reason::FIELD_REQUIRED,
                          absl::StrCat("请指明评测体系，可选：", names, "。"),
                          absl::StrCat("Name the programme, one of: ", names, "."));
    }
  }
  const auto found = in_force_.find(programme);
  if (found != in_force_.end()) return found;
  if (programme.empty() ||
      std::find(unknown_.begin(), unknown_.end(), programme) != unknown_.end()) {
    return MakeError(absl::StatusCode::kUnavailable, Reason::CRITERIA_UNKNOWN,
                     "还不知道启用的是哪个发布版：标准目录服务、缓存和本地都没有取到启用状态。",
                     "It is not known yet which release is in force: no activation state came from "
                     "the catalogue, the cache or this machine.");
  }
  const std::string names = absl::StrJoin(known(), ", ");
  return MakeError(absl::StatusCode::kNotFound, Reason::UNKNOWN_PROGRAMME,
                   absl::StrCat("没有评测体系 ", programme, "，现有：", names, "。"),
                   absl::StrCat("There is no programme ", programme, "; there are: ", names, "."),
                   {{"programme", std::string(programme)}, {"known", names}});
}

absl::StatusOr<Chosen> Snapshot::ChooseInForce(absl::string_view programme,
                                               absl::Duration steady) const {
  ASSIGN_OR_RETURN(const auto found, FindProgramme(programme));
  const ReleaseInForce& in_force = found->second;
  if (in_force.criteria == nullptr) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::NO_ACTIVE_RELEASE,
                     absl::StrCat("评测体系 ", found->first, " 目前没有启用的发布版。"),
                     absl::StrCat("No release of programme ", found->first, " is in force."),
                     {{"programme", found->first}});
  }
  const Chosen chosen{in_force.criteria, in_force.revision, FreshnessOf(in_force, steady)};
  if (chosen.freshness == common::v1::Freshness::EXPIRED) {
    const std::string confirmed = absl::FormatTime(
        absl::RFC3339_sec, in_force.confirmation->confirmed_at, absl::UTCTimeZone());
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::CRITERIA_EXPIRED,
                     absl::StrCat("启用状态已过期（最后确认于 ", confirmed,
                                  "），不能按“现行发布版”评分；可用 releaseDigest 指定发布版。"),
                     absl::StrCat("What is in force was last confirmed at ", confirmed,
                                  ", which is too long ago; name a release by releaseDigest."),
                     {{"confirmedAt", confirmed}, {"digest", in_force.criteria->digest()}});
  }
  return chosen;
}

}  // namespace zhiping::releases
