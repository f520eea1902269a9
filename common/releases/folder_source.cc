#include "common/releases/folder_source.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/criteria/release.h"
#include "common/envelope/envelope.h"
#include "common/files/file.h"
#include "common/files/file_lock.h"
#include "common/releases/seed.h"
#include "common/releases/state.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/status/system_error.h"

namespace zhiping::releases {
namespace {

namespace fs = std::filesystem;

absl::Status NotThere() { return absl::NotFoundError("not in the folder"); }

// A name of up to 64 characters and a number, and the identity of a file.
constexpr size_t kMaxInstanceBytes = 256;

class SeedSource final : public Source {
 public:
  SeedSource(std::string folder, std::map<std::string, std::string> releases)
      : folder_(std::move(folder)), releases_(std::move(releases)) {}

  absl::string_view name() const override { return "seed"; }

  absl::StatusOr<std::string> FindRelease(const std::string& digest) override {
    const auto found = releases_.find(digest);
    if (found == releases_.end()) return NotThere();
    return ReadFile(found->second, kMaxReleaseEnvelopeBytes);
  }

  absl::StatusOr<std::string> FindState(const std::string& programme) override {
    return ReadFile(absl::StrCat(folder_, "/", programme, kStateSuffix), kMaxStateEnvelopeBytes);
  }

 private:
  const std::string folder_;
  // Paths by digest.
  const std::map<std::string, std::string> releases_;
};

class FolderCache final : public ReleaseCache {
 public:
  // `lock`: null where there are no locks.
  FolderCache(std::string folder, std::unique_ptr<FileLock> lock)
      : folder_(std::move(folder)), lock_(std::move(lock)) {}

  absl::string_view name() const override { return "cache"; }

  absl::StatusOr<std::string> FindRelease(const std::string& digest) override {
    const std::string path = ReleasePath(digest);
    auto found = Find(path, kMaxReleaseEnvelopeBytes);
    // Its time says when it was used last.
    std::error_code ignored;
    if (found.ok()) fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
    return found;
  }

  absl::StatusOr<std::string> FindState(const std::string& programme) override {
    return Find(StatePath(programme), kMaxStateEnvelopeBytes);
  }

  bool HasRelease(const std::string& digest) const override {
    std::error_code ignored;
    return fs::exists(ReleasePath(digest), ignored);
  }

  absl::Status KeepRelease(const std::string& digest, absl::string_view envelope) override {
    return WriteFile(ReleasePath(digest), envelope, Overwrite::kReplace);
  }

  absl::Status KeepState(const std::string& programme, absl::string_view envelope) override {
    return WriteFile(StatePath(programme), envelope, Overwrite::kReplace);
  }

  std::string FindInstanceId() const override {
    const std::string lock = LockIdentity();
    const auto kept = Find(InstancePath(), kMaxInstanceBytes);
    if (lock.empty() || !kept.ok()) return "";
    const std::vector<std::string> lines = absl::StrSplit(*kept, '\n');
    return lines.size() == 2 && lines[1] == lock ? lines[0] : "";
  }

  absl::Status KeepInstanceId(const std::string& id) override {
    const std::string lock = LockIdentity();
    if (lock.empty()) return absl::OkStatus();
    return WriteFile(InstancePath(), absl::StrCat(id, "\n", lock), Overwrite::kReplace);
  }

  void Prune(const std::set<std::string>& needed) override {
    std::error_code ignored;
    std::vector<std::pair<fs::file_time_type, std::string>> others;
    for (const auto& path : ReleaseFiles(folder_)) {
      const std::string digest = DigestOf(path);
      if (digest.empty() || needed.count(digest) > 0) continue;
      others.emplace_back(fs::last_write_time(path, ignored), path);
    }
    std::sort(others.begin(), others.end(), std::greater<>());
    for (size_t i = kCachedReleases; i < others.size(); ++i) fs::remove(others[i].second, ignored);
  }

 private:
  // A colon is no part of a file's name everywhere.
  std::string ReleasePath(const std::string& digest) const {
    return absl::StrCat(folder_, "/", absl::StrReplaceAll(digest, {{":", "-"}}), kReleaseSuffix);
  }
  // Of a file of ReleasePath; empty for one that is not the cache's.
  static std::string DigestOf(const std::string& path) {
    const std::string file = fs::path(path).filename().string();
    std::string digest = absl::StrReplaceAll(absl::StripSuffix(file, kReleaseSuffix), {{"-", ":"}});
    return criteria::IsDigest(digest) ? digest : "";
  }
  std::string StatePath(const std::string& programme) const {
    return absl::StrCat(folder_, "/", programme, kStateSuffix);
  }
  // Of the file that is locked, which is copied with the folder. Empty if there is none.
  std::string LockIdentity() const { return lock_ == nullptr ? "" : lock_->Identity(); }
  // The id, and on the second line the identity of the lock.
  std::string InstancePath() const { return absl::StrCat(folder_, "/instance"); }
  static absl::StatusOr<std::string> Find(const std::string& path, size_t max_bytes) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return NotThere();
    return ReadFile(path, max_bytes);
  }

  const std::string folder_;
  const std::unique_ptr<FileLock> lock_;
};

absl::Status InUse(const std::string& folder) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::FOLDER_IN_USE,
      absl::StrCat("缓存文件夹“", folder, "”正被另一个进程使用；每个实例须有自己的 --cache-dir。"),
      absl::StrCat(
          "The cache folder \"", folder,
          "\" is in use by another process; every instance needs a --cache-dir of its own."),
      {{"path", folder}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Source>> NewSeedSource(const std::string& folder) {
  if (!IsFolder(folder)) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::FILE_UNREADABLE,
                     absl::StrCat("没有文件夹“", folder, "”。"),
                     absl::StrCat("There is no folder \"", folder, "\"."), {{"path", folder}});
  }
  std::map<std::string, std::string> releases;
  for (const auto& path : ReleaseFiles(folder)) {
    const auto json = ReadFile(path, kMaxReleaseEnvelopeBytes);
    if (!json.ok()) continue;
    const auto envelope = envelope::ParseEnvelope(*json);
    if (envelope.ok()) releases.emplace(criteria::DigestOf(envelope->payload), path);
  }
  return std::make_unique<SeedSource>(folder, std::move(releases));
}

absl::StatusOr<std::unique_ptr<ReleaseCache>> NewReleaseCache(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!IsFolder(folder)) {
    const auto why = SystemErrorText(error ? error.value() : ENOTDIR);
    return MakeError(
        absl::StatusCode::kInvalidArgument, Reason::FILE_UNWRITABLE,
        absl::StrCat("不能建立缓存文件夹“", folder, "”：", why.zh(), "。"),
        absl::StrCat("The cache folder \"", folder, "\" cannot be made: ", why.en(), "."),
        {{"path", folder}});
  }
  auto lock = std::make_unique<FileLock>();
  const FileLock::Taking taking = lock->Take(absl::StrCat(folder, "/.lock"));
  if (taking == FileLock::Taking::kHeld) return InUse(folder);
  if (taking == FileLock::Taking::kImpossible) lock.reset();
  // Processes in containers have the same number again and again, and so do their partial files.
  RemovePartialFiles(folder);
  return std::make_unique<FolderCache>(folder, std::move(lock));
}

}  // namespace zhiping::releases
