#include "common/rpc/tls.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "common/identity/certificates.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::rpc {
namespace {

// How often the files are looked at.
constexpr unsigned kRefreshSeconds = 1;
constexpr size_t kMaxPemBytes = 1 << 20;

template <typename T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* object) const { Free(object); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY, EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, Deleter<BIO, BIO_free_all>>;

absl::Status Invalid(const std::string& file, absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::CERTIFICATE_INVALID,
                   absl::StrCat("证书文件 ", file, " ", zh, "。"),
                   absl::StrCat("The certificate file ", file, " ", en, "."), {{"file", file}});
}

BioPtr OverBytes(const std::string& bytes) {
  return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

absl::StatusOr<absl::Time> InstantOf(const ASN1_TIME* time, const std::string& file) {
  tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) {
    return Invalid(file, "的有效期读不出来", "has dates that cannot be read");
  }
  return absl::FromTM(fields, absl::UTCTimeZone());
}

absl::Status CheckPair(const TlsFiles& files, const std::string& key_bytes,
                       const X509& certificate) {
  const KeyPtr key(PEM_read_bio_PrivateKey(OverBytes(key_bytes).get(), nullptr, nullptr, nullptr));
  if (key == nullptr) {
    return Invalid(files.key, "中没有 PEM 格式的私钥", "has no private key in PEM");
  }
  if (X509_check_private_key(&certificate, key.get()) != 1) {
    return Invalid(files.certificate, absl::StrCat("与私钥文件 ", files.key, " 不匹配"),
                   absl::StrCat("does not belong to the private key of ", files.key));
  }
  return absl::OkStatus();
}

std::shared_ptr<grpc::experimental::FileWatcherCertificateProvider> Watch(const TlsFiles& files) {
  return std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      files.key, files.certificate, files.ca, kRefreshSeconds);
}

// That the server is for the host, and is the service.
class ServiceVerifier final : public grpc::experimental::ExternalCertificateVerifier {
 public:
  explicit ServiceVerifier(const std::string& service)
      : id_(absl::StrCat(kServiceIdPrefix, service)) {}

  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> callback, grpc::Status* status) override {
    // At once, without the callback.
    host_.Verify(request, std::move(callback), status);
    if (!status->ok()) return true;
    const auto ids = request->uri_names();
    if (ids.size() != 1 || ids.front() != id_) {
      *status = grpc::Status(grpc::StatusCode::UNAUTHENTICATED,
                             absl::StrCat("the server's certificate is not of ", id_));
    }
    return true;
  }
  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest*) override {}

 private:
  const std::string id_;
  grpc::experimental::HostNameCertificateVerifier host_;
};

}  // namespace

absl::Status CheckTls(const TlsFiles& files, absl::Time now) {
  Violations violations;
  for (const auto& [flag, value] :
       {std::pair("--tls-certificate", &files.certificate), std::pair("--tls-key", &files.key),
        std::pair("--tls-ca", &files.ca)}) {
    if (!value->empty()) continue;
    violations.Add(flag, Reason::FIELD_REQUIRED, absl::StrCat("启用 TLS 须同时给出 ", flag, "。"),
                   absl::StrCat("TLS needs ", flag, " as well."));
  }
  RETURN_IF_ERROR(violations.ToStatus());
  RETURN_IF_ERROR(ReadPair(files, now).status());
  return ReadAuthorities(files).status();
}

absl::StatusOr<std::string> ReadAuthorities(const TlsFiles& files) {
  ASSIGN_OR_RETURN(std::string bytes, ReadRegularFile(files.ca, kMaxPemBytes));
  RETURN_IF_ERROR(identity::ParseCertificates(files.ca, bytes).status());
  return bytes;
}

absl::StatusOr<TlsPair> ReadPair(const TlsFiles& files, absl::Time now) {
  TlsPair pair;
  ASSIGN_OR_RETURN(pair.certificate, ReadRegularFile(files.certificate, kMaxPemBytes));
  ASSIGN_OR_RETURN(pair.key, ReadRegularFile(files.key, kMaxPemBytes));
  ASSIGN_OR_RETURN(const std::vector<identity::X509Ptr> chain,
                   identity::ParseCertificates(files.certificate, pair.certificate));
  const X509& certificate = *chain.front();
  RETURN_IF_ERROR(CheckPair(files, pair.key, certificate));
  ASSIGN_OR_RETURN(const absl::Time from,
                   InstantOf(X509_get0_notBefore(&certificate), files.certificate));
  ASSIGN_OR_RETURN(pair.expiry, InstantOf(X509_get0_notAfter(&certificate), files.certificate));
  if (now < from || now > pair.expiry) {
    const std::string zh = absl::StrCat("现在无效：有效期自 ", absl::FormatTime(from), " 至 ",
                                        absl::FormatTime(pair.expiry));
    const std::string en = absl::StrCat("is not valid now: it is from ", absl::FormatTime(from),
                                        " until ", absl::FormatTime(pair.expiry));
    return Invalid(files.certificate, zh, en);
  }
  return pair;
}

std::shared_ptr<grpc::ServerCredentials> ServerCredentialsOf(const TlsFiles& files) {
  if (files.empty()) return grpc::InsecureServerCredentials();
  grpc::experimental::TlsServerCredentialsOptions options(Watch(files));
  options.watch_identity_key_cert_pairs();
  options.watch_root_certs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> ChannelCredentialsOf(const TlsFiles& files,
                                                               const std::string& service) {
  if (files.empty()) return grpc::InsecureChannelCredentials();
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Watch(files));
  options.watch_root_certs();
  if (!files.certificate.empty()) options.watch_identity_key_cert_pairs();
  if (!service.empty()) {
#ifndef __clang_analyzer__  // It takes what gRPC owns for a leak.
    options.set_certificate_verifier(
        grpc::experimental::ExternalCertificateVerifier::Create<ServiceVerifier>(service));
#endif
  }
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace zhiping::rpc
