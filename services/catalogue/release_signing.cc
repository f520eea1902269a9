#include "services/catalogue/release_signing.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/criteria/release.h"
#include "common/criteria/vectors.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::catalogue {
namespace {

// With what to do about it.
absl::Status CannotSign(const StoredRelease& release, const absl::Status& status) {
  ErrorDetail detail = DetailOf(status);
  const std::string& label = release.summary.label();
  *detail.mutable_message() = MakeText(
      absl::StrCat(
          "发布版 ", label, " 没有有效的签名，也不能由标准目录服务签名：", detail.message().zh(),
          "没有作任何改动。请用信任文件为它许可的发布密钥（--release-key）启动标准目录服务，"
          "再试一次。"),
      absl::StrCat("Release ", label,
                   " has no signature that counts, and the catalogue cannot sign "
                   "it: ",
                   detail.message().en(),
                   " Nothing was changed. Start the catalogue with a "
                   "--release-key that the trust file accepts for it, and try again."));
  return MakeError(status.code(), detail);
}

// The envelope of the release's bytes.
absl::StatusOr<std::string> SignBytes(StoreTransaction& transaction, const Signing& signing,
                                      const StoredRelease& release, absl::Time instant) {
  const std::string& digest = release.summary.digest();
  ASSIGN_OR_RETURN(const std::string bytes, transaction.ReleaseBytesOf(digest));
  ASSIGN_OR_RETURN(v1::Release message, criteria::ParseRelease(bytes));
  ASSIGN_OR_RETURN(const auto compiled, criteria::Criteria::Compile(std::move(message), digest));
  RETURN_IF_ERROR(criteria::VerifyVectors(*compiled));
  auto envelope = signing.SignRelease(bytes, release.summary.programme(), instant);
  if (!envelope.ok()) return CannotSign(release, envelope.status());
  return envelope;
}

}  // namespace

absl::StatusOr<Reason::Value> EnsureSigned(StoreTransaction& transaction, const Signing& signing,
                                           const StoredRelease& release, absl::Time instant,
                                           const Decision& decision) {
  const std::string& digest = release.summary.digest();
  const std::string& programme = release.summary.programme();
  if (!release.published()) {
    ASSIGN_OR_RETURN(const std::string envelope, SignBytes(transaction, signing, release, instant));
    RETURN_IF_ERROR(transaction.MarkPublished(digest, envelope, decision.now));
    return Reason::REASON_UNSPECIFIED;
  }
  ASSIGN_OR_RETURN(const std::string kept, transaction.ReleaseEnvelopeOf(digest));
  const absl::Status counts = signing.CheckRelease(kept, digest, programme, instant);
  if (counts.ok()) return Reason::REASON_UNSPECIFIED;
  const Reason::Value cause = DetailOf(counts).reason();
  ASSIGN_OR_RETURN(const std::string envelope, SignBytes(transaction, signing, release, instant));
  RETURN_IF_ERROR(transaction.ReplaceEnvelope(digest, envelope));
  v1::CatalogueEvent event;
  event.set_programme(programme);
  event.set_actor(decision.actor);
  event.set_reason(decision.reason);
  auto& resigned = *event.mutable_release_resigned();
  resigned.set_digest(digest);
  resigned.set_label(release.summary.label());
  resigned.set_cause(Reason::Value_Name(cause));
  RETURN_IF_ERROR(transaction.Append(event, decision.now));
  return cause;
}

}  // namespace zhiping::catalogue
