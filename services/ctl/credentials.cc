#include "services/ctl/credentials.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "common/identity/certificates.h"
#include "common/rpc/loopback.h"
#include "common/status/status_macros.h"

namespace zhiping::ctl {
namespace {

// What services take of it at most, and more than any token has.
constexpr size_t kMaxTokenFileBytes = 64 << 10;
constexpr size_t kMaxCertificatesBytes = 4 << 20;

}  // namespace

void AddCredentialOptions(CLI::App& command, const CommandLine& line, CredentialOptions& options) {
  AddOption(command, line, "--token-file", options.token_file, "FILE",
            "存有访问令牌（JWT）的文件；服务要求登录时必填",
            "File with the access token (JWT); needed where the service asks who is calling")
      ->envname("ZHIPING_TOKEN_FILE");
  AddOption(command, line, "--tls-ca", options.tls_ca, "FILE",
            "签发服务证书的机构证书（PEM）；给出即用 TLS 连接",
            "Certificates of the authority (PEM) of the service's certificate; the connection is "
            "by TLS if it is given")
      ->envname("ZHIPING_TLS_CA");
}

absl::StatusOr<Credentials> ReadCredentials(const CredentialOptions& options,
                                            const std::string& target) {
  Credentials credentials;
  credentials.tls.ca = options.tls_ca;
  if (!options.tls_ca.empty()) {
    ASSIGN_OR_RETURN(const std::string pem, ReadFile(options.tls_ca, kMaxCertificatesBytes));
    RETURN_IF_ERROR(identity::ParseCertificates(options.tls_ca, pem).status());
  }
  if (options.token_file.empty()) return credentials;
  if (options.tls_ca.empty() && !rpc::IsLoopbackAddress(target)) {
    return WrongUsage(
        absl::StrCat("--token-file 须与 --tls-ca 同用：不加密地把令牌发往另一台机器（", target,
                     "），途中的人都能拿去用。"),
        absl::StrCat(
            "--token-file is used together with --tls-ca: a token that goes unencrypted to "
            "another machine (",
            target, ") is anybody's on the way."));
  }
  ASSIGN_OR_RETURN(const std::string text, ReadFile(options.token_file, kMaxTokenFileBytes));
  credentials.token = std::string(absl::StripAsciiWhitespace(text));
  for (const char c : credentials.token) {
    if (absl::ascii_isgraph(static_cast<unsigned char>(c))) continue;
    credentials.token.clear();
    break;
  }
  if (credentials.token.empty()) {
    return WrongUsage(absl::StrCat("--token-file：", options.token_file, " 中不是一个令牌。"),
                      absl::StrCat("--token-file: ", options.token_file, " has no token."));
  }
  return credentials;
}

}  // namespace zhiping::ctl
