#include "services/ctl/release_names.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/criteria/release.h"
#include "common/status/error.h"
#include "services/ctl/command_line.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::ListReleasesRequest;
using catalogue::v1::ListReleasesResponse;
using catalogue::v1::ReleaseSummary;

constexpr char kDigestPrefix[] = "sha256:";
constexpr size_t kLeastDigits = 8;

bool IsLabel(absl::string_view name) {
  int year = 0;
  return absl::SimpleAtoi(name.substr(0, name.find('-')), &year) &&
         criteria::IsReleaseLabel(name, year);
}

// The digest, or the beginning of one, that a name stands for; empty: none.
std::string BeginningOfDigest(absl::string_view name) {
  absl::ConsumePrefix(&name, kDigestPrefix);
  const bool hex = std::all_of(name.begin(), name.end(), absl::ascii_isxdigit);
  if (!hex || name.size() < kLeastDigits || name.size() > 64) return "";
  return absl::StrCat(kDigestPrefix, absl::AsciiStrToLower(name));
}

absl::Status NotAName(absl::string_view name) {
  return WrongUsage(
      absl::StrCat("“", name, "”不是发布版的名称：请写摘要（sha256:…）、它开头至少 ", kLeastDigits,
                   " 位十六进制数，或标签（如 2026-1）。"),
      absl::StrCat("\"", name, "\" names no release: give its digest (sha256:…), at least ",
                   kLeastDigits, " hex digits of its beginning, or its label (such as 2026-1)."));
}

absl::Status NotFound(absl::string_view name) {
  return WithNextStep(
      MakeError(absl::StatusCode::kNotFound, Reason::RELEASE_NOT_FOUND,
                absl::StrCat("没有已发布的发布版“", name, "”；尚未发布的须写完整的摘要。"),
                absl::StrCat("No published release is called \"", name,
                             "\"; one that is not published yet goes by its whole digest."),
                {{"name", std::string(name)}}));
}

absl::Status Ambiguous(absl::string_view name, const std::vector<const ReleaseSummary*>& found) {
  const auto format = [](std::string* out, const ReleaseSummary* release) {
    absl::StrAppend(out, release->label(), " ", release->edition(), " ", release->digest());
  };
  const std::string zh = absl::StrJoin(found, "；", format);
  const std::string en = absl::StrJoin(found, "; ", format);
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::AMBIGUOUS,
      absl::StrCat("“", name, "”可以是 ", found.size(), " 个发布版，请写更长的摘要：", zh, "。"),
      absl::StrCat("\"", name, "\" may be any of ", found.size(),
                   " releases; give more of the digest: ", en, "."),
      {{"name", std::string(name)}});
}

}  // namespace

absl::StatusOr<std::string> FindRelease(absl::string_view name,
                                        const ListReleasesResponse& releases) {
  const std::string beginning = BeginningOfDigest(name);
  const bool is_label = IsLabel(name);
  if (beginning.empty() && !is_label) return NotAName(name);
  std::vector<const ReleaseSummary*> found;
  for (const auto& release : releases.releases()) {
    const bool fits =
        is_label ? release.label() == name : absl::StartsWith(release.digest(), beginning);
    if (fits) found.push_back(&release);
  }
  if (found.empty()) return NotFound(name);
  if (found.size() > 1) return Ambiguous(name, found);
  return found[0]->digest();
}

absl::StatusOr<std::string> DigestOf(absl::string_view name, const std::string& programme,
                                     CatalogueClient& client) {
  const std::string beginning = BeginningOfDigest(name);
  if (criteria::IsDigest(beginning)) return beginning;
  // Before anybody is asked.
  if (beginning.empty() && !IsLabel(name)) return NotAName(name);
  ListReleasesRequest request;
  request.set_programme(programme);
  ASSIGN_OR_RETURN(const ListReleasesResponse releases,
                   client.List(&Catalogue::ListReleases, request));
  return FindRelease(name, releases);
}

}  // namespace zhiping::ctl
