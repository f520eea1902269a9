#include "tests/faults/security.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "common/rpc/acting_for.h"

namespace zhiping::faults {
namespace {

// Says so on every call.
class ActingFor final : public grpc::MetadataCredentialsPlugin {
 public:
  grpc::Status GetMetadata(grpc::string_ref /*url*/, grpc::string_ref /*method*/,
                           const grpc::AuthContext& /*channel*/,
                           std::multimap<grpc::string, grpc::string>* metadata) override {
    metadata->emplace(rpc::kActingFor, rpc::WriteActingFor("张三"));
    return grpc::Status::OK;
  }
};

}  // namespace

Security::Security() { Trust({&authority_}); }

Flags Security::FlagsOf(const std::string& service) const {
  Renew(service, authority_);
  const std::string file = absl::StrCat(folder_, "/", service, ".pem");
  return {{"--tls-certificate", file},
          {"--tls-key", file},
          {"--tls-ca", authorities()},
          {"--identity-file", identity_file()}};
}

void Security::Renew(const std::string& service, const processes::CertificateAuthority& by,
                     const std::string& names) const {
  const processes::CertificateFiles files = by.Issue(absl::StrCat("new-", service), names);
  EXPECT_OK(WriteFile(absl::StrCat(folder_, "/", service, ".pem"),
                      processes::Contents(files.certificate) + processes::Contents(files.key),
                      Overwrite::kReplace, /*secret=*/true));
}

void Security::RenewInPart(const std::string& service) const {
  Renew(service, authority_);
  const std::string whole = CertificateOf(service);
  EXPECT_OK(WriteFile(absl::StrCat(folder_, "/", service, ".pem"),
                      whole.substr(0, whole.size() / 4), Overwrite::kReplace, /*secret=*/true));
}

void Security::Trust(const std::vector<const processes::CertificateAuthority*>& authorities) const {
  std::string certificates;
  for (const auto* authority : authorities) {
    absl::StrAppend(&certificates, processes::Contents(authority->certificate()));
  }
  EXPECT_OK(WriteFile(this->authorities(), certificates, Overwrite::kReplace));
}

std::shared_ptr<grpc::ChannelCredentials> Security::CredentialsOf(const std::string& role) const {
  nlohmann::json claims = rpc::TestIssuer::Claims({role});
  claims["sub"] = role;
  claims["programmes"] = {"*"};
  return grpc::CompositeChannelCredentials(
      rpc::ChannelCredentialsOf({"", "", authorities()}),
      grpc::CompositeCallCredentials(
          grpc::AccessTokenCredentials(*issuer_.signer().Sign(claims)),
          grpc::MetadataCredentialsFromPlugin(std::make_unique<ActingFor>())));
}

}  // namespace zhiping::faults
