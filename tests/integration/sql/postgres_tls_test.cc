// A server that is asked for a certificate: only the one whose name and authority are as the
// setting says is given the password and the data.
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "tests/integration/sql/database_under_test.h"
#include "tests/processes/certificates.h"

namespace zhiping::sql {
namespace {

using processes::CertificateAuthority;
using testing::HasSubstr;

TEST(PostgresTlsTest, OnlyTheServerOfThatNameAndAuthorityIsUsed) {
  const std::string folder = processes::NewFolder();
  const CertificateAuthority authority(folder), another(processes::NewFolder());
  const auto files = authority.Issue("db", "IP:127.0.0.1");
  std::filesystem::permissions(files.key, std::filesystem::perms::owner_read);
  processes::GiveToUnprivileged(folder);
  const processes::Postgres server(
      {.fsync = false,
       .more = {"ssl=on", "ssl_cert_file=" + files.certificate, "ssl_key_file=" + files.key},
       .primary = nullptr});
  const auto ask = [&](const std::string& host, const CertificateAuthority& by) {
    const auto database =
        OpenOrDie(absl::StrCat(host, " port=", server.port(), " user=zhiping dbname=postgres ",
                               "sslmode=verify-full sslrootcert=", by.certificate()));
    return database->Query<bool>(Soon(),
                                 "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
  };
  const auto secured = ask("host=127.0.0.1", authority);
  ASSERT_OK(secured);
  EXPECT_TRUE(std::get<0>(secured->front()));
  EXPECT_THAT(LogText(ask("host=127.0.0.1", another).status()),
              HasSubstr("certificate verify failed"));
  EXPECT_THAT(LogText(ask("host=localhost hostaddr=127.0.0.1", authority).status()),
              HasSubstr("does not match host name"));
}

}  // namespace
}  // namespace zhiping::sql
