#include "common/rpc/own_certificate.h"

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/identity/certificates.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::rpc {
namespace {

using identity::X509Ptr;

constexpr char kFlag[] = "--tls-certificate";

template <typename T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* object) const { Free(object); }
};
using StorePtr = std::unique_ptr<X509_STORE, Deleter<X509_STORE, X509_STORE_free>>;
using ContextPtr = std::unique_ptr<X509_STORE_CTX, Deleter<X509_STORE_CTX, X509_STORE_CTX_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, Deleter<GENERAL_NAMES, GENERAL_NAMES_free>>;
struct StackDeleter {
  // What is in it is not its own.
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using StackPtr = std::unique_ptr<STACK_OF(X509), StackDeleter>;

absl::Status Invalid(const std::string& file, absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::CERTIFICATE_INVALID,
                   absl::StrCat(kFlag, " 的证书 ", file, " ", zh, "。"),
                   absl::StrCat("The certificate ", file, " of ", kFlag, " ", en, "."),
                   {{"field", kFlag}, {"file", file}});
}

std::vector<std::string> UrisOf(const X509& certificate) {
  std::vector<std::string> uris;
  const NamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* const uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                      static_cast<size_t>(ASN1_STRING_length(uri)));
  }
  return uris;
}

absl::Status CheckName(const X509& certificate, const std::string& file,
                       const std::string& service) {
  const std::string id = absl::StrCat(kServiceIdPrefix, service);
  const std::vector<std::string> uris = UrisOf(certificate);
  if (uris == std::vector{id}) return absl::OkStatus();
  const std::string found = absl::StrJoin(uris, ", ");
  return Invalid(file,
                 absl::StrCat("不是本服务的：其使用者可选名称（SAN）中",
                              uris.empty() ? "没有 URI" : absl::StrCat("的 URI 是 ", found),
                              "，应当只有一个 URI，即 ", id),
                 absl::StrCat("is not of this service: its SAN has ",
                              uris.empty() ? "no URI" : absl::StrCat("the URI ", found),
                              "; it should have one URI alone, ", id));
}

// Why the first does not verify at that time by these authorities, as gRPC judges it; the others
// are its chain. Empty: it does.
std::string WhyNotBelieved(const std::vector<X509Ptr>& chain,
                           const std::vector<X509Ptr>& authorities, int purpose, absl::Time now) {
  const StorePtr store(X509_STORE_new());
  for (const X509Ptr& authority : authorities) X509_STORE_add_cert(store.get(), authority.get());
  const StackPtr others(sk_X509_new_null());
  for (size_t i = 1; i < chain.size(); ++i) sk_X509_push(others.get(), chain[i].get());
  const ContextPtr context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), chain.front().get(), others.get());
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
  X509_STORE_CTX_set_purpose(context.get(), purpose);
  X509_STORE_CTX_set_time(context.get(), 0, absl::ToTimeT(now));
  if (X509_verify_cert(context.get()) == 1) return "";
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

}  // namespace

absl::Status CheckOwnCertificate(const TlsPair& pair, const std::string& authorities,
                                 const TlsFiles& files, const std::string& service,
                                 absl::Time now) {
  ASSIGN_OR_RETURN(const std::vector<X509Ptr> chain,
                   identity::ParseCertificates(files.certificate, pair.certificate));
  ASSIGN_OR_RETURN(const std::vector<X509Ptr> trusted,
                   identity::ParseCertificates(files.ca, authorities));
  RETURN_IF_ERROR(CheckName(*chain.front(), files.certificate, service));
  for (const int purpose : {X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT}) {
    const std::string why = WhyNotBelieved(chain, trusted, purpose, now);
    if (why.empty()) continue;
    return Invalid(
        files.certificate,
        absl::StrCat("用 --tls-ca 的 ", files.ca, " 验证不了（", why,
                     "）：应由其中的机构签发，服务端和客户端都能用，中间证书附在证书之后"),
        absl::StrCat("does not verify by ", files.ca, " of --tls-ca (", why,
                     "): it should be by an authority in there, for servers and clients, with "
                     "intermediate certificates after it"));
  }
  return absl::OkStatus();
}

}  // namespace zhiping::rpc
