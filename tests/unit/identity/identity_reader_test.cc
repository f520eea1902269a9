// What the identity file names is looked at when it is read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "common/identity/issuer_rules.h"
#include "common/status/error.h"
#include "tests/processes/certificates.h"
#include "tests/processes/process.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::identity {
namespace {

using processes::CertificateAuthority;
using testing::HasSubstr;

TEST(ReadIdentityTest, AuthoritiesThatCannotVouchForTheServerOfTheKeysAreRefused) {
  const std::string folder = processes::NewFolder();
  const CertificateAuthority authority(folder);
  const std::string whole = processes::Contents(authority.certificate());
  ASSERT_OK(WriteFile(folder + "/empty.crt", "", Overwrite::kNever));
  ASSERT_OK(WriteFile(folder + "/half.crt", whole + whole.substr(0, 200), Overwrite::kNever));
  const auto read = [&](const std::string& file) {
    return ReadIdentity(
        absl::StrCat(R"(issuers { issuer: "a" audiences: "b" algorithms: ES256 may_grant: VIEWER
                          jwks_url: "https://sso.example/keys" jwks_ca_file: ")",
                     file, "\" }"),
        folder);
  };
  EXPECT_OK(read("ca.crt"));
  EXPECT_OK(read(authority.certificate()));
  for (const auto& [file, reason] : {std::pair("nowhere.crt", Reason::FILE_UNREADABLE),
                                     std::pair("empty.crt", Reason::CERTIFICATE_INVALID),
                                     std::pair("half.crt", Reason::CERTIFICATE_INVALID)}) {
    const absl::Status refused = read(file).status();
    EXPECT_THAT(refused, HasReason(reason));
    const ErrorDetail detail = DetailOf(refused);
    ASSERT_EQ(detail.violations_size(), 1);
    EXPECT_EQ(detail.violations(0).field(), "issuers[0].jwks_ca_file");
    for (const std::string& text : {detail.message().zh(), detail.message().en()}) {
      EXPECT_THAT(text, HasSubstr("issuers[0].jwks_ca_file"));
      EXPECT_THAT(text, HasSubstr(absl::StrCat(folder, "/", file)));
    }
  }
}

}  // namespace
}  // namespace zhiping::identity
