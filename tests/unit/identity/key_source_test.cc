#include "common/identity/key_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/identity/key_set.h"
#include "tests/processes/certificates.h"
#include "tests/processes/process.h"
#include "tests/processes/proxy_variables.h"
#include "tests/processes/scripted_server.h"
#include "tests/processes/tls_script.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::identity {
namespace {

using processes::Peer;
using processes::ScriptedServer;
using testing::HasSubstr;

std::string Answer(absl::string_view status, absl::string_view body,
                   absl::string_view headers = "") {
  return absl::StrCat("HTTP/1.1 ", status, "\r\nConnection: close\r\nContent-Length: ", body.size(),
                      "\r\n", headers, "\r\n", body);
}

// Answers once and closes.
ScriptedServer::Script Once(std::string answer) {
  return [answer = std::move(answer)](Peer& peer) {
    peer.Receive();
    peer.Send(answer);
  };
}

std::string Url(const ScriptedServer& server) {
  return absl::StrCat("http://", server.address(), "/keys");
}

TEST(UrlKeySourceTest, GivesWhatTheServerHas) {
  const ScriptedServer server(Once(Answer("200 OK", R"({"keys":[]})")));
  const auto bytes = NewUrlKeySource(Url(server), "")->Read();
  ASSERT_OK(bytes);
  EXPECT_EQ(*bytes, R"({"keys":[]})");
}

TEST(UrlKeySourceTest, SaysWhatWentWrong) {
  const struct {
    std::string answer, text;
  } cases[] = {
      {Answer("404 Not Found", "no"), "HTTP 404"},
      {Answer("302 Found", "", "Location: http://127.0.0.1:1/\r\n"), "HTTP 302"},
      {Answer("200 OK", std::string(kMaxKeySetBytes + 1, 'x')), "KiB"},
      {"garbage", "failed"},
      {"", "failed"},
  };
  for (const auto& [answer, text] : cases) {
    const ScriptedServer server(Once(answer));
    const auto bytes = NewUrlKeySource(Url(server), "")->Read();
    EXPECT_THAT(bytes, HasReason(Reason::ISSUER_KEYS_UNAVAILABLE));
    EXPECT_THAT(std::string(bytes.status().message()), HasSubstr(text));
  }
  EXPECT_THAT(NewUrlKeySource("https://127.0.0.1:1/keys", "")->Read(),
              HasReason(Reason::ISSUER_KEYS_UNAVAILABLE));
}

// A server that never ends its answer holds up neither the end of the program …
TEST(UrlKeySourceTest, EndsWhenItIsCancelled) {
  absl::Notification asked;
  const ScriptedServer server([&](Peer& peer) {
    peer.Receive();
    if (!asked.HasBeenNotified()) asked.Notify();
    peer.Drip(Answer("200 OK", std::string(1000, 'x')), absl::Milliseconds(100));
  });
  const auto source = NewUrlKeySource(Url(server), "");
  absl::StatusOr<std::string> bytes;
  std::thread reading([&] { bytes = source->Read(); });
  asked.WaitForNotification();
  const absl::Time start = absl::Now();
  source->Cancel();
  reading.join();
  EXPECT_LT(absl::Now() - start, absl::Seconds(3));
  EXPECT_THAT(bytes, HasReason(Reason::ISSUER_KEYS_UNAVAILABLE));
}

// … nor those who wait for the keys.
TEST(UrlKeySourceTest, GivesUpAfterItsTime) {
  const ScriptedServer server([](Peer& peer) {
    peer.Receive();
    peer.Drip(Answer("200 OK", std::string(1000, 'x')), absl::Milliseconds(100));
  });
  const absl::Time start = absl::Now();
  EXPECT_THAT(NewUrlKeySource(Url(server), "")->Read(), HasReason(Reason::ISSUER_KEYS_UNAVAILABLE));
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

// Whoever answers there could make operators.
TEST(UrlKeySourceTest, NoProxyIsAskedForWhatIsOnThisMachine) {
  const ScriptedServer proxy(Once(Answer("200 OK", "forged")));
  const processes::ProxyInEnvironment variables(proxy.address());
  const ScriptedServer server(Once(Answer("200 OK", "own")));
  const auto bytes = NewUrlKeySource(Url(server), "")->Read();
  ASSERT_OK(bytes);
  EXPECT_EQ(*bytes, "own");
  EXPECT_THAT(NewUrlKeySource("http://sso.invalid/keys", "")->Read(),
              HasReason(Reason::ISSUER_KEYS_UNAVAILABLE));
  const ScriptedServer secure([](Peer& peer) { peer.Receive(); });
  EXPECT_THAT(NewUrlKeySource(absl::StrCat("https://", secure.address(), "/keys"), "")->Read(),
              HasReason(Reason::ISSUER_KEYS_UNAVAILABLE));
  EXPECT_EQ(secure.connections(), 1);
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(UrlKeySourceTest, TlsToAnotherMachineGoesByTheProxyOfTheEnvironment) {
  std::string asked;
  {
    const ScriptedServer proxy([&](Peer& peer) { asked = peer.Receive(); });
    const processes::ProxyInEnvironment variables(proxy.address());
    EXPECT_THAT(NewUrlKeySource("https://sso.example/keys", "")->Read(),
                HasReason(Reason::ISSUER_KEYS_UNAVAILABLE));
  }
  EXPECT_THAT(asked, testing::StartsWith("CONNECT sso.example:443"));
}

TEST(UrlKeySourceTest, OnlyAServerThatTheAuthorityVouchesForIsBelieved) {
  const processes::CertificateAuthority authority(processes::NewFolder());
  const processes::CertificateAuthority other(processes::NewFolder());
  const std::string here = "IP:127.0.0.1";
  const absl::Time now = absl::Now();
  const struct {
    const char* what;
    processes::CertificateFiles shown;
    std::string ca_file;
    bool believed;
  } cases[] = {
      {"right", authority.Issue("right", here), authority.certificate(), true},
      {"another authority", other.Issue("other", here), authority.certificate(), false},
      {"another host", authority.Issue("host", "DNS:sso.example,IP:127.0.0.2"),
       authority.certificate(), false},
      {"expired", authority.Issue("expired", here, now - absl::Hours(2), now - absl::Hours(1)),
       authority.certificate(), false},
      {"not valid yet", authority.Issue("early", here, now + absl::Hours(1), now + absl::Hours(2)),
       authority.certificate(), false},
      {"no authority given", authority.Issue("system", here), "", false},
  };
  for (const auto& [what, shown, ca_file, believed] : cases) {
    SCOPED_TRACE(what);
    const ScriptedServer server(processes::AnsweringOnceByTls(shown, Answer("200 OK", "keys")));
    const auto bytes =
        NewUrlKeySource(absl::StrCat("https://", server.address(), "/keys"), ca_file)->Read();
    EXPECT_EQ(server.connections(), 1);
    if (believed) {
      ASSERT_OK(bytes);
      EXPECT_EQ(*bytes, "keys");
    } else {
      EXPECT_THAT(bytes, HasReason(Reason::ISSUER_KEYS_UNAVAILABLE));
    }
  }
}

}  // namespace
}  // namespace zhiping::identity
