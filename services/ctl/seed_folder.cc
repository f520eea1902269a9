#include "services/ctl/seed_folder.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/envelope/envelope.h"
#include "common/files/file.h"
#include "common/releases/seed.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ctl/json_output.h"

namespace zhiping::ctl {

absl::Status CheckReleaseFile(const std::string& path, absl::string_view bytes) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored) || IsFolder(path)) return absl::OkStatus();
  const auto existing = ReadFile(path, releases::kMaxReleaseEnvelopeBytes);
  if (existing.ok()) {
    const auto envelope = envelope::ParseEnvelope(*existing);
    if (envelope.ok() && envelope->payload == bytes) return absl::OkStatus();
  }
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::FILE_UNWRITABLE,
      absl::StrCat("“", path, "”已存在，内容不是这个发布版；不会覆盖，请换一个文件名。"),
      absl::StrCat("\"", path,
                   "\" exists and is not this release; it is not replaced. Choose "
                   "another name."),
      {{"path", path}});
}

absl::StatusOr<std::string> SeedWith(const std::string& path, const std::string& programme,
                                     const std::string& digest) {
  catalogue::v1::Seed seed;
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    ASSIGN_OR_RETURN(seed, releases::ReadSeedFile(path));
  }
  catalogue::v1::SeedProgramme* entry = nullptr;
  for (auto& known : *seed.mutable_programmes()) {
    if (known.programme() == programme) entry = &known;
  }
  if (entry == nullptr) entry = seed.add_programmes();
  entry->set_programme(programme);
  entry->set_release_digest(digest);
  return ToJson(seed);
}

}  // namespace zhiping::ctl
