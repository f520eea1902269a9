#include "common/sql/options.h"

#include "absl/strings/str_cat.h"
#include "common/sql/database.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::sql {
namespace {

TEST(ParseSetting, KnowsBothDatabases) {
  const auto sqlite = ParseSetting("sqlite:/data/目录.db");
  ASSERT_OK(sqlite);
  EXPECT_EQ(sqlite->engine, Engine::kSqlite);
  EXPECT_EQ(sqlite->path, "/data/目录.db");
  EXPECT_EQ(sqlite->Description(), "sqlite:/data/目录.db");
  const std::string kDescription = "postgres: user=u dbname=d host=h,i port=1,2";
  for (const char* setting : {"postgres://u@h:1,i:2/d?sslmode=verify-full&passfile=/f",
                              "postgresql://u@h:1,i:2/d", "host=h,i port=1,2 dbname=d user='u'"}) {
    const auto postgres = ParseSetting(setting);
    ASSERT_OK(postgres) << setting;
    EXPECT_EQ(postgres->engine, Engine::kPostgres);
    EXPECT_EQ(postgres->Description(), kDescription) << setting;
  }
}

TEST(ParseSetting, ReadsOfThePrimaryAlone) {
  for (const char* server : {"primary", "read-write"}) {
    EXPECT_OK(ParseSetting(absl::StrCat("postgres://h,i/d?target_session_attrs=", server)));
  }
  for (const char* server : {"any", "standby", "prefer-standby", "read-only"}) {
    EXPECT_THAT(ParseSetting(absl::StrCat("postgres://h,i/d?target_session_attrs=", server)),
                HasReason(Reason::INVALID_FIELD))
        << server;
  }
}

TEST(ParseSetting, KnowsHowLongOneHostMayTake) {
  EXPECT_FALSE(ParseSetting("postgres://h/d")->host_timeout.has_value());
  EXPECT_EQ(ParseSetting("postgres://h/d?connect_timeout=1")->host_timeout, absl::Seconds(1));
  EXPECT_EQ(ParseSetting("host=h connect_timeout=60")->host_timeout, absl::Seconds(60));
  // Among them what libpq takes for no limit.
  for (const char* seconds : {"0", "-1", "61", "2s", "0.5"}) {
    EXPECT_THAT(ParseSetting(absl::StrCat("postgres://h/d?connect_timeout=", seconds)),
                HasReason(Reason::INVALID_FIELD))
        << seconds;
  }
}

TEST(ParseSetting, RefusesWhatItCannotUseAndNeverQuotesIt) {
  for (const char* setting :
       {"", "sqlite:", "sqlite::memory:", "/data/a.db", "mysql://secret@h/d", "secret=1",
        "host=h secret", "postgres://u:secret@h/d", "postgres://u@h/d?password=secret",
        "host=h password=secret", "host=h sslpassword=secret", "postgres://u@h:secret%/d"}) {
    const auto parsed = ParseSetting(setting);
    EXPECT_THAT(parsed, HasReason(Reason::INVALID_FIELD)) << setting;
    EXPECT_EQ(parsed.status().ToString().find("secret"), std::string::npos) << setting;
  }
  EXPECT_THAT(ParseSetting(absl::string_view("host=h\0password=secret", 22)),
              HasReason(Reason::INVALID_FIELD));
}

TEST(CheckSecured, AServerElsewhereIsAskedForACertificateOfItsName) {
  for (const char* setting :
       {"sqlite:/data/a.db", "postgres://u@127.0.0.1:5432/d", "postgres://u@localhost/d",
        "postgres://u@[::1]:5432/d", "postgres://u@127.0.0.1:1,localhost:2/d", "dbname=d",
        "host=/run/postgresql dbname=d", "host=@abstract", "host=db hostaddr=127.0.0.1",
        "postgres://u@db:1,db:2/d?sslmode=verify-full&sslrootcert=/ca.pem"}) {
    EXPECT_OK(CheckSecured(*ParseSetting(setting))) << setting;
  }
  for (const char* setting :
       {"postgres://u@db/d", "postgres://u@192.0.2.1/d", "postgres://u@[2001:db8::1]/d",
        "postgres://u@127.0.0.1,db/d", "postgres://u@127.db/d", "postgres://u@db/d?sslmode=require",
        "postgres://u@db/d?sslmode=verify-ca&sslrootcert=/ca.pem",
        "host=localhost hostaddr=192.0.2.1", "service=elsewhere dbname=d"}) {
    const absl::Status status = CheckSecured(*ParseSetting(setting));
    EXPECT_THAT(status, HasReason(Reason::NOT_SECURED)) << setting;
    EXPECT_NE(status.message().find("sslmode=verify-full"), absl::string_view::npos);
  }
  Options options;
  options.database = "postgres://u@db/d";
  EXPECT_THAT(Database::Open(options), HasReason(Reason::NOT_SECURED));
}

// libpq takes from the environment what the setting does not say.
TEST(CheckSecured, TheEnvironmentCountsAsFarAsItIsUsed) {
  for (const char* variable : {"PGHOST", "PGHOSTADDR", "PGSERVICE"}) {
    ASSERT_EQ(setenv(variable, "db", 1), 0);
    EXPECT_THAT(CheckSecured(*ParseSetting("dbname=d")), HasReason(Reason::NOT_SECURED));
    unsetenv(variable);
  }
  ASSERT_EQ(setenv("PGSSLMODE", "verify-full", 1), 0);
  EXPECT_THAT(CheckSecured(*ParseSetting("host=db")), HasReason(Reason::NOT_SECURED));
  unsetenv("PGSSLMODE");
}

TEST(Open, RefusesOptionsOutOfRange) {
  const auto refuses = [](void (*change)(Options&), const char* field) {
    Options options;
    options.database = "host=127.0.0.1";
    change(options);
    const auto database = Database::Open(options);
    EXPECT_THAT(database, HasReason(Reason::INVALID_FIELD)) << field;
    EXPECT_NE(database.status().message().find(field), absl::string_view::npos) << field;
  };
  refuses([](Options& options) { options.pool_size = 0; }, "pool_size");
  refuses([](Options& options) { options.connect_timeout = absl::ZeroDuration(); },
          "connect_timeout");
  refuses([](Options& options) { options.call_timeout = absl::InfiniteDuration(); },
          "call_timeout");
  refuses([](Options& options) { options.busy_timeout = -absl::Seconds(1); }, "busy_timeout");
}

}  // namespace
}  // namespace zhiping::sql
