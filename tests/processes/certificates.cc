#include "tests/processes/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace zhiping::processes {
namespace {

std::shared_ptr<EVP_PKEY> NewKey() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

// Writes a PEM file whole, so that whoever watches it never reads half of it.
template <typename Write>
void WritePem(const std::string& path, Write write) {
  const std::string partial = path + ".partial";
  FILE* file = std::fopen(partial.c_str(), "w");
  if (file == nullptr || write(file) != 1) std::abort();
  std::fclose(file);
  if (std::rename(partial.c_str(), path.c_str()) != 0) std::abort();
}

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) std::abort();
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

std::shared_ptr<X509> NewCertificate(const std::string& name, EVP_PKEY* key, absl::Time from,
                                     absl::Time until) {
  static std::atomic<long> serial = 1;
  std::shared_ptr<X509> certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), absl::ToTimeT(from));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), absl::ToTimeT(until));
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

}  // namespace

CertificateAuthority::CertificateAuthority(std::string folder, const CertificateAuthority* by)
    : folder_(std::move(folder)), certificate_(folder_ + "/ca.crt"), key_(NewKey()) {
  const std::string name = by == nullptr ? "Zhiping test authority" : "Zhiping test intermediate";
  x509_ = NewCertificate(name, key_.get(), absl::Now() - absl::Hours(48),
                         absl::Now() + absl::Hours(48));
  X509* const issuer = by == nullptr ? x509_.get() : by->x509_.get();
  X509_set_issuer_name(x509_.get(), X509_get_subject_name(issuer));
  AddExtension(x509_.get(), x509_.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(x509_.get(), x509_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  // Two authorities of one name are told apart by it.
  AddExtension(x509_.get(), x509_.get(), NID_subject_key_identifier, "hash");
  X509_sign(x509_.get(), by == nullptr ? key_.get() : by->key_.get(), EVP_sha256());
  WritePem(certificate_, [&](FILE* file) { return PEM_write_X509(file, x509_.get()); });
}

CertificateFiles CertificateAuthority::Issue(const std::string& name,
                                             const std::string& alternative_names, absl::Time from,
                                             absl::Time until, const std::string& usages) const {
  const CertificateFiles files = {absl::StrCat(folder_, "/", name, ".crt"),
                                  absl::StrCat(folder_, "/", name, ".key")};
  const std::shared_ptr<EVP_PKEY> key = NewKey();
  const std::shared_ptr<X509> certificate = NewCertificate(name, key.get(), from, until);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(x509_.get()));
  AddExtension(certificate.get(), x509_.get(), NID_basic_constraints, "critical,CA:FALSE");
  AddExtension(certificate.get(), x509_.get(), NID_authority_key_identifier, "keyid:always");
  AddExtension(certificate.get(), x509_.get(), NID_subject_alt_name, alternative_names);
  if (!usages.empty()) AddExtension(certificate.get(), x509_.get(), NID_ext_key_usage, usages);
  X509_sign(certificate.get(), key_.get(), EVP_sha256());
  WritePem(files.key, [&](FILE* file) {
    return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  WritePem(files.certificate, [&](FILE* file) { return PEM_write_X509(file, certificate.get()); });
  return files;
}

std::string NamesOf(const std::string& service) {
  return absl::StrCat("DNS:localhost,IP:127.0.0.1,URI:spiffe://zhiping/", service);
}

}  // namespace zhiping::processes
