#include "common/identity/key_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/identity/key_set.h"
#include "tests/processes/scripted_server.h"
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

}  // namespace
}  // namespace zhiping::identity
