// The client against servers that no real Redis is: bounds of time and memory, and nothing believed
// that was not asked for. The controls show that each fault does happen to hiredis alone.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "tests/integration/redis/client_under_test.h"
#include "tests/processes/process.h"
#include "tests/processes/scripted_server.h"

namespace zhiping::redis {
namespace {

using processes::Peer;
using processes::ScriptedServer;

constexpr char kDripped[] = "$30\r\n012345678901234567890123456789\r\n";
constexpr absl::Duration kPause = absl::Milliseconds(30);

void DripAnswer(Peer& peer) {
  if (!peer.Receive().empty()) peer.Drip(kDripped, kPause);
}

// hiredis as its examples use it.
struct Plain {
  explicit Plain(const ScriptedServer& server)
      : context(redisConnectWithTimeout("127.0.0.1", server.port(), timeval{0, 100'000}),
                redisFree) {
    redisSetTimeout(context.get(), timeval{0, 100'000});
  }
  // Whether a reply came.
  bool Get() {
    const std::unique_ptr<void, void (*)(void*)> reply(redisCommand(context.get(), "GET k"),
                                                       freeReplyObject);
    return reply != nullptr;
  }
  std::unique_ptr<redisContext, void (*)(redisContext*)> context;
};

// How much more memory than before the process has held at once since this was made, in bytes.
class PeakMemory {
 public:
  PeakMemory() {
    std::ofstream("/proc/self/clear_refs") << "5";
    before_ = Line("VmRSS");
  }
  size_t Grown() const {
    const size_t peak = Line("VmHWM");
    return peak > before_ ? peak - before_ : 0;
  }

 private:
  static size_t Line(const std::string& name) {
    std::ifstream status("/proc/self/status");
    std::string word;
    size_t kilobytes = 0;
    while (status >> word) {
      if (word == name + ":") status >> kilobytes;
    }
    return kilobytes << 10;
  }
  size_t before_ = 0;
};

// A port whose queue of connections is full: the system drops whatever else arrives there.
class BlackHole {
 public:
  BlackHole() {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address_);
    EXPECT_EQ(bind(listener_, Where(), size), 0);
    EXPECT_EQ(listen(listener_, 0), 0);
    getsockname(listener_, Where(), &size);
    while (waiting_.size() < 10 && Connects()) {
    }
  }
  ~BlackHole() {
    for (const int descriptor : waiting_) close(descriptor);
    close(listener_);
  }
  // Whether one more connection is made within 200 ms.
  bool Connects() {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    waiting_.push_back(descriptor);
    if (connect(descriptor, Where(), sizeof(address_)) == 0) return true;
    pollfd polled = {descriptor, POLLOUT, 0};
    return poll(&polled, 1, 200) == 1;
  }
  std::string address() const { return absl::StrCat("127.0.0.1:", ntohs(address_.sin_port)); }

 private:
  sockaddr* Where() { return reinterpret_cast<sockaddr*>(&address_); }

  int listener_ = -1;
  sockaddr_in address_{};
  std::vector<int> waiting_;
};

TEST(HostileServer, ADrippedReplyEndsAtTheDeadline) {
  ScriptedServer server(DripAnswer);
  const auto client = NewClient(Hurried(server.address()));
  EXPECT_LT(TimeOf([&] { EXPECT_THAT(client->Get("k"), Failed(FailureKind::kTimeout)); }),
            kHurriedBound);
  // It was the deadline, not the drips.
  EXPECT_EQ(**NewClient(Patient(server.address()))->Get("k"), "012345678901234567890123456789");
}

TEST(HostileServerControl, ADrippedReplyHoldsHiredisForLongerThanItsTimeout) {
  ScriptedServer server(DripAnswer);
  Plain plain(server);
  EXPECT_GT(TimeOf([&] { EXPECT_TRUE(plain.Get()); }), kHurriedBound);
}

TEST(HostileServer, ADrippedLogInEndsAtTheDeadline) {
  ScriptedServer server(DripAnswer);
  Options options = Hurried(server.address());
  options.database = 1;
  EXPECT_LT(
      TimeOf([&] { EXPECT_THAT(NewClient(options)->Get("k"), Failed(FailureKind::kTimeout)); }),
      kHurriedBound);
}

TEST(HostileServer, SilenceEndsAtTheDeadline) {
  ScriptedServer server([](Peer& peer) {
    while (!peer.Receive().empty()) {
    }
  });
  const auto client = NewClient(Hurried(server.address()));
  for (int i = 0; i < 3; ++i) {
    EXPECT_LT(TimeOf([&] { EXPECT_THAT(client->Get("k"), Failed(FailureKind::kTimeout)); }),
              kHurriedBound);
  }
}

TEST(HostileServer, AServerThatReadsNothingEndsAtTheDeadline) {
  absl::Notification end;
  ScriptedServer server([&](Peer&) { end.WaitForNotification(); });
  const auto client = NewClient(Hurried(server.address()));
  // More than the system takes on the server's behalf.
  const std::string value(8 << 20, 'x');
  EXPECT_LT(TimeOf([&] {
              EXPECT_THAT(client->Set("k", value, absl::Hours(1)), Failed(FailureKind::kTimeout));
            }),
            kHurriedBound);
  end.Notify();
}

TEST(HostileServer, ABlackHoleEndsAtTheDeadline) {
  BlackHole hole;
  ASSERT_FALSE(hole.Connects());
  const auto client = NewClient(Hurried(hole.address()));
  for (int i = 0; i < 3; ++i) {
    EXPECT_LT(TimeOf([&] { EXPECT_THAT(client->Ping(), Failed(FailureKind::kTimeout)); }),
              kHurriedBound);
  }
}

TEST(HostileServer, ANameServerThatDoesNotAnswerEndsAtTheDeadline) {
  ScriptedServer server(ScriptedServer::Answering("+PONG\r\n"));
  const auto answers = std::make_shared<absl::Notification>();
  const Lookup lookup = [answers](const std::string&, int port) {
    answers->WaitForNotification();
    return SystemLookup("127.0.0.1", port);
  };
  const auto client = NewClient(Hurried(absl::StrCat("redis:", server.port())), lookup);
  for (int i = 0; i < 3; ++i) {
    EXPECT_LT(TimeOf([&] { EXPECT_THAT(client->Ping(), Failed(FailureKind::kTimeout)); }),
              kHurriedBound);
  }
  answers->Notify();
  EXPECT_TRUE(processes::Eventually([&] { return client->Ping().ok(); }));
}

TEST(HostileServer, ANameThatDoesNotExistIsAnErrorInTime) {
  const auto client = NewClient(Hurried("redis.invalid:6379"));
  EXPECT_LT(TimeOf([&] { EXPECT_THAT(client->Ping(), HasReason(Reason::REDIS_UNAVAILABLE)); }),
            kHurriedBound);
}

TEST(HostileServer, TheNextAddressIsTriedWhenOneIsDead) {
  ScriptedServer server(ScriptedServer::Answering("+PONG\r\n"));
  const Lookup lookup = [](const std::string&, int port) {
    auto both = SystemLookup("127.0.0.2", port);
    both.push_back(SystemLookup("127.0.0.1", port).at(0));
    return both;
  };
  EXPECT_OK(NewClient(Patient(absl::StrCat("redis:", server.port())), lookup)->Ping());
}

TEST(HostileServer, AReplyThatIsCutIsAnError) {
  const std::string reply = "$5\r\nhello\r\n";
  for (size_t size = 0; size < reply.size(); ++size) {
    ScriptedServer server([&](Peer& peer) {
      peer.Receive();
      peer.Send(reply.substr(0, size));
    });
    EXPECT_THAT(NewClient(Patient(server.address()))->Get("k"), Failed(FailureKind::kUnreachable))
        << size;
  }
}

TEST(HostileServer, WhatIsNoReplyToTheCommandIsAnError) {
  for (const char* reply : {"+OK\r\n", "+PONG\r\n", ":1\r\n", "*1\r\n$1\r\na\r\n", "*-1 \r\n",
                            "HTTP/1.1 200 OK\r\n", "$1\r\na\r\n$1\r\nb\r\n"}) {
    ScriptedServer server(ScriptedServer::Answering(reply));
    EXPECT_THAT(NewClient(Patient(server.address()))->Get("k"), Failed(FailureKind::kProtocol))
        << reply;
  }
  for (const char* reply : {"$2\r\nOK\r\n", "+QUEUED\r\n", "$-1\r\n", "+\r\n"}) {
    ScriptedServer server(ScriptedServer::Answering(reply));
    const auto client = NewClient(Patient(server.address()));
    EXPECT_THAT(client->Set("k", "v", absl::Hours(1)), Failed(FailureKind::kProtocol)) << reply;
    EXPECT_THAT(client->Ping(), HasReason(Reason::REDIS_MALFORMED)) << reply;
  }
}

TEST(HostileServer, ErrorRepliesAreToldByTheirCode) {
  for (const std::string code : {"LOADING", "READONLY", "MASTERDOWN", "BUSY", "ERR"}) {
    ScriptedServer server(ScriptedServer::Answering(absl::StrCat("-", code, " text\r\n")));
    const auto client = NewClient(Patient(server.address()));
    const auto got = client->Get("k");
    EXPECT_THAT(got, Failed(FailureKind::kServerError));
    EXPECT_EQ(ValueOf(got.status(), "error"), code);
    // The next call gets a new connection: behind a Service it may lead elsewhere.
    (void)client->Get("k");
    EXPECT_EQ(server.connections(), 2);
  }
}

TEST(HostileServer, AReplySentUnaskedIsNotTakenForTheNext) {
  absl::Notification answered, forged;
  ScriptedServer server([&](Peer& peer) {
    if (peer.Receive().empty() || !peer.Send("$4\r\ntrue\r\n") || forged.HasBeenNotified()) return;
    answered.WaitForNotification();
    peer.Send("$6\r\nforged\r\n");
    forged.Notify();
    peer.Receive();
  });
  const auto client = NewClient(Patient(server.address()));
  EXPECT_EQ(**client->Get("k"), "true");
  answered.Notify();
  forged.WaitForNotification();
  EXPECT_EQ(**client->Get("other"), "true");
  EXPECT_EQ(server.connections(), 2);
}

TEST(HostileServerControl, HiredisTakesAReplySentUnaskedForTheNext) {
  ScriptedServer server(ScriptedServer::Answering("$4\r\ntrue\r\n$6\r\nforged\r\n"));
  Plain plain(server);
  ASSERT_TRUE(plain.Get());
  const std::unique_ptr<redisReply, void (*)(void*)> second(
      static_cast<redisReply*>(redisCommand(plain.context.get(), "GET other")), freeReplyObject);
  ASSERT_NE(second, nullptr);
  EXPECT_STREQ(second->str, "forged");
}

// What a server sends that means to fill our memory: `begin`, then 64 MiB of `x`.
constexpr size_t kFlood = 64 << 20;
ScriptedServer::Script Flooding(std::string begin) {
  return [begin](Peer& peer) {
    peer.Receive();
    if (peer.Send(begin)) peer.Flood(std::string(1 << 16, 'x'), kFlood);
  };
}

TEST(HostileServer, NoReplyMakesUsHoldMoreThanAllowed) {
  for (const char* begin : {"$2147483647\r\n", "$9223372036854775807\r\n", "$", "+", "-", ":",
                            "*2147483647\r\n", "*1\r\n*1\r\n*1\r\n$2147483647\r\n"}) {
    ScriptedServer server(Flooding(begin));
    Options options = Patient(server.address());
    options.max_value_bytes = 1 << 20;
    const auto client = NewClient(options);
    const PeakMemory memory;
    EXPECT_THAT(client->Get("k"),
                testing::AnyOf(Failed(FailureKind::kTooLarge), Failed(FailureKind::kProtocol)))
        << begin;
    EXPECT_LT(memory.Grown(), size_t{16} << 20) << begin;
  }
}

TEST(HostileServerControl, HiredisHoldsWhateverItIsSent) {
  ScriptedServer server(Flooding("$2147483647\r\n"));
  Plain plain(server);
  const PeakMemory memory;
  EXPECT_FALSE(plain.Get());
  EXPECT_GT(memory.Grown(), kFlood / 2);
}

// Closes each connection at once, as a server that restarts does.
void HangUp(Peer&) {}

TEST(HostileServer, AServerThatHangsUpDoesNotEndTheProgram) {
  ScriptedServer server(HangUp);
  const auto client = NewClient(Patient(server.address()));
  const std::string value(8 << 20, 'x');
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(client->Set("k", value, absl::Hours(1)), Failed(FailureKind::kUnreachable));
  }
}

[[noreturn]] void StoreWithHiredisInAServerThatHungUp() {
  signal(SIGPIPE, SIG_DFL);
  ScriptedServer server(HangUp);
  Plain plain(server);
  pollfd hung_up = {plain.context->fd, POLLIN, 0};
  poll(&hung_up, 1, -1);
  const std::string value(8 << 20, 'x');
  freeReplyObject(redisCommand(plain.context.get(), "SET k %b", value.data(), value.size()));
  _exit(0);
}

TEST(HostileServerControl, HiredisEndsTheProgramWhenTheServerHangsUp) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(StoreWithHiredisInAServerThatHungUp(), testing::KilledBySignal(SIGPIPE), "");
}

}  // namespace
}  // namespace zhiping::redis
