#include "common/sql/sha256.h"

#include <openssl/evp.h>

namespace zhiping::sql {

std::string Sha256(absl::string_view bytes) {
  std::string digest(EVP_MD_size(EVP_sha256()), '\0');
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
             EVP_sha256(), nullptr);
  return digest;
}

}  // namespace zhiping::sql
