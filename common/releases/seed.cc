#include "common/releases/seed.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/criteria/release.h"
#include "common/files/file.h"
#include "common/releases/seed_json.h"
#include "common/releases/signed_release.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::releases {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxSmallFileBytes = 1 << 20;

// The same error, said of a file.
absl::Status InFile(const std::string& path, const absl::Status& status) {
  ErrorDetail detail = DetailOf(status);
  *detail.mutable_message() = MakeText(absl::StrCat(path, "：", detail.message().zh()),
                                       absl::StrCat(path, ": ", detail.message().en()));
  return MakeError(status.code(), detail);
}

absl::StatusOr<Snapshot::Available> ReadReleases(const std::string& folder,
                                                 const envelope::Trust& trust, absl::Time now) {
  Snapshot::Available available;
  for (const auto& path : ReleaseFiles(folder)) {
    ASSIGN_OR_RETURN(const std::string json, ReadFile(path, kMaxReleaseEnvelopeBytes));
    auto criteria = OpenRelease(json, {}, trust, now);
    if (!criteria.ok()) return InFile(path, criteria.status());
    available.emplace((*criteria)->digest(), *criteria);
  }
  return available;
}

}  // namespace

absl::StatusOr<catalogue::v1::Seed> ReadSeedFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string json, ReadFile(path, kMaxSmallFileBytes));
  auto seed = ParseSeed(json);
  if (!seed.ok()) return InFile(path, seed.status());
  return seed;
}

std::vector<std::string> ReleaseFiles(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string path = entry.path().string();
    if (absl::EndsWith(path, kReleaseSuffix)) paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

absl::StatusOr<std::shared_ptr<const Snapshot>> ReadSeed(const std::string& folder,
                                                         const envelope::Trust& trust,
                                                         absl::Time now) {
  const std::string seed_path = (fs::path(folder) / kSeedFile).string();
  ASSIGN_OR_RETURN(const catalogue::v1::Seed seed, ReadSeedFile(seed_path));
  ASSIGN_OR_RETURN(Snapshot::Available available, ReadReleases(folder, trust, now));
  Snapshot::InForce in_force;
  Violations violations;
  for (int i = 0; i < seed.programmes_size(); ++i) {
    const auto& entry = seed.programmes(i);
    const auto found = available.find(entry.release_digest());
    const std::string field = absl::StrCat("programmes[", i, "]");
    if (found == available.end()) {
      violations.Add(
          absl::StrCat(field, ".releaseDigest"), Reason::RELEASE_NOT_FOUND,
          absl::StrCat(seed_path, " 指定的发布版 ", entry.release_digest(), " 不在这个文件夹里。"),
          absl::StrCat(seed_path, " names release ", entry.release_digest(),
                       ", which is not in the folder."));
    } else if (found->second->edition().programme() != entry.programme()) {
      violations.Add(
          absl::StrCat(field, ".programme"), Reason::UNKNOWN_PROGRAMME,
          absl::StrCat(seed_path, "：发布版 ", entry.release_digest(), " 属于评测体系 ",
                       found->second->edition().programme(), "，而不是 ", entry.programme(), "。"),
          absl::StrCat(seed_path, ": release ", entry.release_digest(), " is of programme ",
                       found->second->edition().programme(), ", not ", entry.programme(), "."));
    } else {
      in_force.emplace(entry.programme(), ReleaseInForce{found->second, 0, {}});
    }
  }
  if (seed.programmes().empty()) {
    violations.Add("programmes", Reason::FIELD_REQUIRED,
                   absl::StrCat(seed_path, " 没有指定任何发布版。"),
                   absl::StrCat(seed_path, " names no release."));
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return std::make_shared<const Snapshot>(std::move(available), std::move(in_force));
}

absl::StatusOr<std::shared_ptr<const envelope::Trust>> ReadTrustFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxSmallFileBytes));
  auto trust = envelope::Trust::Parse(text);
  if (!trust.ok()) return InFile(path, trust.status());
  return trust;
}

}  // namespace zhiping::releases
