#include "common/sql/postgres_hosts.h"

#include "common/sql/options.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::sql {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Key;
using testing::Not;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

std::vector<Keywords> HostsOf(const char* setting) {
  return EachHost(ParseSetting(setting)->keywords);
}

TEST(EachHost, TakesTheListsTogether) {
  EXPECT_THAT(HostsOf("postgres://u@a:1,b:2/d"),
              ElementsAre(UnorderedElementsAre(Pair("user", "u"), Pair("dbname", "d"),
                                               Pair("host", "a"), Pair("port", "1")),
                          UnorderedElementsAre(Pair("user", "u"), Pair("dbname", "d"),
                                               Pair("host", "b"), Pair("port", "2"))));
  // One port for all, and addresses instead of names or beside them.
  EXPECT_THAT(
      HostsOf("host=a, hostaddr=10.0.0.1,10.0.0.2 port=5433"),
      ElementsAre(UnorderedElementsAre(Pair("host", "a"), Pair("hostaddr", "10.0.0.1"),
                                       Pair("port", "5433")),
                  UnorderedElementsAre(Pair("hostaddr", "10.0.0.2"), Pair("port", "5433"))));
  // A port that one of them leaves out is the default.
  EXPECT_THAT(HostsOf("postgres://a:5433,b,[::1]:5434/"),
              ElementsAre(UnorderedElementsAre(Pair("host", "a"), Pair("port", "5433")),
                          UnorderedElementsAre(Pair("host", "b")),
                          UnorderedElementsAre(Pair("host", "::1"), Pair("port", "5434"))));
  EXPECT_THAT(HostsOf("host=/run/a,b"),
              ElementsAre(ElementsAre(Pair("host", "/run/a")), ElementsAre(Pair("host", "b"))));
}

TEST(EachHost, LeavesToLibpqWhatItDoesNotKnow) {
  for (const char* setting : {"dbname=d", "service=s port=1,2", "host=a,b port=1,2,3",
                              "host=a,b hostaddr=10.0.0.1", "host=a port=1,2"}) {
    EXPECT_THAT(HostsOf(setting), ElementsAre(ParseSetting(setting)->keywords)) << setting;
  }
}

TEST(EachAddress, KeepsTheNameAndAddsEachOfItsAddresses) {
  const auto addresses = EachAddress({{"host", "localhost"}, {"port", "1"}});
  ASSERT_OK(addresses);
  EXPECT_THAT(*addresses,
              AllOf(Not(SizeIs(0)),
                    testing::Each(AllOf(Contains(Pair("host", "localhost")),
                                        Contains(Pair("port", "1")), Contains(Key("hostaddr"))))));
  EXPECT_THAT(*EachAddress({{"host", "::1"}}),
              ElementsAre(ElementsAre(Pair("host", "::1"), Pair("hostaddr", "::1"))));
}

TEST(EachAddress, TakesSocketsAndAddressesAsTheyAre) {
  for (const Keywords& host :
       {Keywords{}, Keywords{{"host", "/run/postgresql"}}, Keywords{{"host", "@abstract"}},
        Keywords{{"host", "no.such.name.invalid"}, {"hostaddr", "10.0.0.1"}}}) {
    EXPECT_THAT(*EachAddress(host), ElementsAre(host));
  }
}

}  // namespace
}  // namespace zhiping::sql
