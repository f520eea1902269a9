#include "common/identity/certificates.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace zhiping::identity {
namespace {

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};

absl::Status Invalid(const std::string& file, absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::CERTIFICATE_INVALID,
                   absl::StrCat("证书文件 ", file, " ", zh, "。"),
                   absl::StrCat("The certificate file ", file, " ", en, "."), {{"file", file}});
}

}  // namespace

absl::StatusOr<std::vector<X509Ptr>> ParseCertificates(const std::string& file,
                                                       const std::string& bytes) {
  const std::unique_ptr<BIO, BioDeleter> bio(
      BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
  std::vector<X509Ptr> certificates;
  while (X509Ptr next{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    certificates.push_back(std::move(next));
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (certificates.empty()) {
    return Invalid(file, "中没有 PEM 格式的证书", "has no certificate in PEM");
  }
  if (!at_end) return Invalid(file, "中有不完整的证书", "has a certificate that is not whole");
  return certificates;
}

}  // namespace zhiping::identity
