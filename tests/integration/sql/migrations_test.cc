// Migrations.
#include "common/sql/migrations.h"

#include <thread>

#include "tests/integration/sql/database_under_test.h"

namespace zhiping::sql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Migration kFirst = {"0001_first",
                              "-- A comment; with a semicolon;\n"
                              "CREATE TABLE first (\n"
                              "  id {identity},\n"
                              "  name {text} NOT NULL\n"
                              ");\n"
                              "\n"
                              "CREATE INDEX first_name ON first (name);\n"};
constexpr Migration kSecond = {"0002_second", "INSERT INTO first (name) VALUES ('a;b');\n"};
constexpr Migration kBad = {"0003_bad",
                            "INSERT INTO first (name) VALUES ('lost');\n"
                            "INSERT INTO nowhere (name) VALUES ('x');"};

class MigrationsTest : public DatabaseTest {
 protected:
  absl::Status Apply(const std::vector<Migration>& migrations, absl::string_view part = "part") {
    return Migrate(*database_, Soon(), part, migrations);
  }
  Rows<std::string> Names() {
    auto names = database_->Query<std::string>(Soon(), "SELECT name FROM first ORDER BY id");
    EXPECT_OK(names);
    return *names;
  }
  Rows<std::string> Applied() {
    auto names = database_->Query<std::string>(
        Soon(), "SELECT name FROM schema_migration ORDER BY part, number");
    EXPECT_OK(names);
    return *names;
  }
};

TEST_P(MigrationsTest, AreAppliedOnceAndInOrder) {
  ASSERT_OK(Apply({kFirst}));
  ASSERT_OK(Apply({kFirst, kSecond}));
  ASSERT_OK(Apply({kFirst, kSecond}));
  EXPECT_THAT(Names(), ElementsAre("a;b"));
  EXPECT_THAT(Applied(), ElementsAre("0001_first", "0002_second"));
}

TEST_P(MigrationsTest, AStatementMayBeForOneDatabaseAlone) {
  ASSERT_OK(Apply({kFirst,
                   {"0002_second",
                    "-- only sqlite\n"
                    "INSERT INTO first (name)\nVALUES (sqlite_version() || 'sqlite');\n"
                    "-- only postgres\n"
                    "INSERT INTO first (name)\nVALUES (current_schema() || 'postgres');\n"
                    "INSERT INTO first (name) VALUES ('both');\n"}}));
  const auto names = Names();
  ASSERT_EQ(names.size(), 2U);
  EXPECT_THAT(std::get<0>(names[0]), testing::EndsWith(postgres() ? "postgres" : "sqlite"));
  EXPECT_EQ(std::get<0>(names[1]), "both");
}

TEST_P(MigrationsTest, PartsCountApart) {
  ASSERT_OK(Apply({kFirst, kSecond}));
  ASSERT_OK(Apply({{"0001_other", "CREATE TABLE other (id BIGINT);"}}, "other"));
  ASSERT_OK(Apply({kFirst, kSecond}));
  EXPECT_THAT(Applied(), ElementsAre("0001_other", "0001_first", "0002_second"));
}

TEST_P(MigrationsTest, AFailureLeavesNothing) {
  ASSERT_OK(Apply({kFirst}));
  EXPECT_EQ(Apply({kFirst, kSecond, kBad}).code(), absl::StatusCode::kInternal);
  EXPECT_THAT(Names(), IsEmpty());
  EXPECT_THAT(Applied(), ElementsAre("0001_first"));
  EXPECT_OK(Apply({kFirst, kSecond}));
}

TEST_P(MigrationsTest, ANewerDatabaseIsRefusedUnchanged) {
  ASSERT_OK(Apply({kFirst, kSecond}));
  const absl::Status refused = Apply({kFirst});
  EXPECT_THAT(refused, HasReason(Reason::DATABASE_TOO_NEW));
  EXPECT_NE(refused.message().find("0002_second"), absl::string_view::npos) << refused;
  EXPECT_THAT(Applied(), ElementsAre("0001_first", "0002_second"));
}

TEST_P(MigrationsTest, AChangedMigrationIsRefusedUnchanged) {
  ASSERT_OK(Apply({kFirst}));
  const Migration changed = {kFirst.name, "CREATE TABLE first (id BIGINT);"};
  EXPECT_THAT(Apply({changed, kSecond}), HasReason(Reason::MIGRATION_CHANGED));
  const Migration renamed = {"0001_renamed", kFirst.sql};
  EXPECT_THAT(Apply({renamed, kSecond}), HasReason(Reason::MIGRATION_CHANGED));
  EXPECT_THAT(Names(), IsEmpty());
  EXPECT_THAT(Applied(), ElementsAre("0001_first"));
}

TEST_P(MigrationsTest, ReplicasMayStartTogether) {
  std::vector<std::thread> replicas;
  for (int i = 0; i < 6; ++i) {
    replicas.emplace_back([this] { EXPECT_OK(Apply({kFirst, kSecond})); });
  }
  for (auto& replica : replicas) replica.join();
  EXPECT_THAT(Names(), ElementsAre("a;b"));
}

ON_BOTH_DATABASES(MigrationsTest);

}  // namespace
}  // namespace zhiping::sql
