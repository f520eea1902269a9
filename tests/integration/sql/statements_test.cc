// Statements, values and errors.
#include <limits>

#include "common/status/error.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::sql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StatementsTest : public DatabaseTest {
 protected:
  void SetUp() override {
    ASSERT_OK(
        Execute(*database_,
                "CREATE TABLE thing (id BIGINT PRIMARY KEY, name {text} UNIQUE, body {bytes}, "
                "flag BOOLEAN, parent BIGINT REFERENCES thing (id))"));
  }

  absl::Status Insert(int64_t id, Value name, Value body = {}, Value flag = {}, Value parent = {}) {
    return Execute(*database_,
                   "INSERT INTO thing (id, name, body, flag, parent) VALUES ($1, $2, $3, $4, $5)",
                   {id, std::move(name), std::move(body), std::move(flag), std::move(parent)});
  }

  template <typename... Columns>
  Rows<Columns...> Select(absl::string_view sql, std::vector<Value> parameters = {}) {
    auto rows = database_->Query<Columns...>(Soon(), sql, std::move(parameters));
    EXPECT_OK(rows);
    return rows.ok() ? *std::move(rows) : Rows<Columns...>();
  }
};

TEST_P(StatementsTest, ValuesComeBackAsTheyWent) {
  std::string bytes(256, '\0');
  for (int i = 0; i < 256; ++i) bytes[i] = static_cast<char>(i);
  ASSERT_OK(Insert(std::numeric_limits<int64_t>::min(), "智评 𠮷 ' \\ \n", Bytes{bytes}, true));
  ASSERT_OK(Insert(std::numeric_limits<int64_t>::max(), "", Bytes{""}, false,
                   std::numeric_limits<int64_t>::min()));
  const auto rows = Select<int64_t, std::string, Bytes, bool, std::optional<int64_t>>(
      "SELECT id, name, body, flag, parent FROM thing ORDER BY id");
  EXPECT_THAT(rows, ElementsAre(std::tuple(std::numeric_limits<int64_t>::min(), "智评 𠮷 ' \\ \n",
                                           Bytes{bytes}, true, std::nullopt),
                                std::tuple(std::numeric_limits<int64_t>::max(), "", Bytes{""},
                                           false, std::numeric_limits<int64_t>::min())));
}

TEST_P(StatementsTest, NullIsNoEmptyTextAndNoZero) {
  ASSERT_OK(Insert(1, Value(), Value(), Value()));
  ASSERT_OK(Insert(2, "", Bytes{}, false));
  using Row = std::tuple<std::optional<std::string>, std::optional<Bytes>, std::optional<bool>>;
  const auto rows = Select<std::optional<std::string>, std::optional<Bytes>, std::optional<bool>>(
      "SELECT name, body, flag FROM thing ORDER BY id");
  EXPECT_THAT(rows, ElementsAre(Row(), Row("", Bytes{}, false)));
  // Parameters of an earlier execution never stand in for NULL.
  ASSERT_OK(Insert(3, "name", Bytes{"body"}, true));
  ASSERT_OK(Insert(4, Value(), Value(), Value()));
  EXPECT_THAT(Select<int64_t>("SELECT id FROM thing WHERE name IS NULL AND body IS NULL AND flag "
                              "IS NULL ORDER BY id"),
              ElementsAre(1, 4));
}

TEST_P(StatementsTest, LargeBytes) {
  const std::string large(9 << 20, '\xAB');
  ASSERT_OK(Insert(1, "large", Bytes{large}));
  const auto rows = Select<Bytes>("SELECT body FROM thing");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(std::get<0>(rows[0]).value == large);
}

TEST_P(StatementsTest, TextIsOrderedAndComparedByItsBytes) {
  int64_t id = 0;
  for (const char* name : {"卓越", "b", "B", "a", "先进", "基础", "é", "z", "_", "领航"}) {
    ASSERT_OK(Insert(++id, name));
  }
  EXPECT_THAT(Select<std::string>("SELECT name FROM thing ORDER BY name"),
              ElementsAre("B", "_", "a", "b", "z", "é", "先进", "卓越", "基础", "领航"));
  EXPECT_THAT(Select<std::string>("SELECT name FROM thing WHERE name >= $1 ORDER BY name", {"卓"}),
              ElementsAre("卓越", "基础", "领航"));
  EXPECT_THAT(Select<std::string>("SELECT name FROM thing WHERE name = $1", {"A"}), IsEmpty());
}

TEST_P(StatementsTest, TextThatIsNotUtf8OrHasNulIsRefused) {
  for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE4\xBD", "\xFF"}) {
    EXPECT_THAT(Insert(1, bad), HasReason(Reason::TEXT_NOT_STORABLE)) << bad;
  }
  EXPECT_THAT(Insert(1, std::string("a\0b", 3)), HasReason(Reason::TEXT_NOT_STORABLE));
  EXPECT_THAT(database_->Query<int64_t>(Soon(), "SELECT id FROM thing WHERE name = $1", {"\xFF"}),
              HasReason(Reason::TEXT_NOT_STORABLE));
  EXPECT_OK(Insert(1, "\x01 \x7F \xC2\x80 \xEF\xBF\xBF \xF4\x8F\xBF\xBF"));
}

TEST_P(StatementsTest, ParametersAreNumberedAndMayRepeat) {
  EXPECT_THAT((Select<int64_t, std::string, int64_t, bool>("SELECT $2, $1, $2 + 1, $3",
                                                           {"one", int64_t{1} << 40, true})),
              ElementsAre(std::tuple(int64_t{1} << 40, "one", (int64_t{1} << 40) + 1, true)));
}

TEST_P(StatementsTest, WrongNumbersOfParametersAreDefects) {
  for (const auto& [sql, parameters, plan] : std::vector<Statement>{{"SELECT $1, $2", {1}},
                                                                    {"SELECT $1", {1, 2}},
                                                                    {"SELECT $1, $3", {1, 2, 3}},
                                                                    {"SELECT $0", {1}},
                                                                    {"SELECT 1", {1}}}) {
    EXPECT_EQ(database_->Query<int64_t>(Soon(), sql, parameters).status().code(),
              absl::StatusCode::kInternal)
        << sql;
  }
}

TEST_P(StatementsTest, WrongTypesAreDefects) {
  ASSERT_OK(Insert(5, "text"));
  const auto code = [](const auto& rows) { return ToStatus(rows).code(); };
  const auto kInternal = absl::StatusCode::kInternal;
  EXPECT_EQ(code(database_->Query<int64_t>(Soon(), "SELECT name FROM thing")), kInternal);
  EXPECT_EQ(code(database_->Query<std::string>(Soon(), "SELECT id FROM thing")), kInternal);
  EXPECT_EQ(code(database_->Query<Bytes>(Soon(), "SELECT name FROM thing")), kInternal);
  EXPECT_EQ(code(database_->Query<bool>(Soon(), "SELECT id FROM thing")), kInternal);
  // NULL, where it is not expected.
  EXPECT_EQ(code(database_->Query<Bytes>(Soon(), "SELECT body FROM thing")), kInternal);
  // Too few and too many columns.
  EXPECT_EQ(code(database_->Query<int64_t>(Soon(), "SELECT id, id FROM thing")), kInternal);
  EXPECT_EQ(code(database_->Query<int64_t, int64_t>(Soon(), "SELECT id FROM thing")), kInternal);
  // A number that is no integer.
  EXPECT_EQ(code(database_->Query<int64_t>(Soon(), "SELECT 0.5 FROM thing")), kInternal);
}

TEST_P(StatementsTest, ExactlyOneStatementAtATime) {
  EXPECT_EQ(Execute(*database_, "DELETE FROM thing; DELETE FROM thing").code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(Execute(*database_, "DELETE FROM nothing_there").code(), absl::StatusCode::kInternal);
  EXPECT_EQ(Execute(*database_, "DELETE FROM {thing}").code(), absl::StatusCode::kInternal);
  EXPECT_EQ(Execute(*database_, "DELETE FROM thing WHERE name = \"quoted\"").code(),
            absl::StatusCode::kInternal);
  EXPECT_OK(Insert(1, "still usable"));
}

TEST_P(StatementsTest, ErrorsAreTheSameOnBoth) {
  ASSERT_OK(Insert(1, "one"));
  EXPECT_THAT(Insert(1, "two"), IsSqlError(SqlError::kUnique));
  EXPECT_THAT(Insert(2, "one"), IsSqlError(SqlError::kUnique));
  EXPECT_THAT(Insert(2, "two", Value(), Value(), 7), IsSqlError(SqlError::kForeignKey));
  ASSERT_OK(Insert(2, "two", Value(), Value(), 1));
  const absl::Status referenced = Execute(*database_, "DELETE FROM thing WHERE id = 1");
  EXPECT_THAT(referenced, IsSqlError(SqlError::kForeignKey));
  EXPECT_THAT(referenced, HasReason(Reason::ROW_REFERENCED));
  // What people read names no table.
  EXPECT_EQ(DetailOf(referenced).message().en().find("thing"), std::string::npos);
  EXPECT_NE(LogText(referenced), "");
  EXPECT_THAT(Select<int64_t>("SELECT count(*) FROM thing"), ElementsAre(2));
}

TEST_P(StatementsTest, ChangedRowsAreCountedAndReturned) {
  const auto results = database_->Apply(
      Soon(), {{"INSERT INTO thing (id, name) VALUES (1, 'a'), (2, 'b') RETURNING id", {}},
               {"INSERT INTO thing (id, name) VALUES (3, 'a') ON CONFLICT DO NOTHING", {}},
               {"UPDATE thing SET flag = TRUE WHERE id > $1", {0}},
               {"SELECT id FROM thing", {}},
               {"DELETE FROM thing WHERE id = 1", {}}});
  ASSERT_OK(results);
  std::vector<int64_t> changed;
  for (const Result& result : *results) changed.push_back(result.changed());
  EXPECT_THAT(changed, ElementsAre(2, 0, 2, 0, 1));
  EXPECT_EQ((*results)[0].rows(), 2U);
}

TEST_P(StatementsTest, IdentitiesGrowAndAreNeverReused) {
  ASSERT_OK(Execute(*database_, "CREATE TABLE numbered (id {identity}, note {text})"));
  const char insert[] = "INSERT INTO numbered (note) VALUES ('x')";
  ASSERT_OK(Execute(*database_, insert));
  ASSERT_OK(Execute(*database_, insert));
  ASSERT_OK(Execute(*database_, "DELETE FROM numbered"));
  ASSERT_OK(Execute(*database_, insert));
  EXPECT_THAT(Select<int64_t>("SELECT id FROM numbered"), ElementsAre(3));
}

TEST_P(StatementsTest, ThousandsOfStatementsAtOnce) {
  std::vector<Statement> inserts;
  for (int i = 0; i < 5000; ++i) {
    inserts.push_back({"INSERT INTO thing (id, body) VALUES ($1, $2)",
                       {i, Bytes{std::string(1000, static_cast<char>(i))}}});
  }
  // Answers larger than what the connection buffers.
  for (int i = 0; i < 20; ++i) inserts.push_back({"SELECT body FROM thing", {}});
  ASSERT_OK(database_->Apply(Soon(), inserts));
  EXPECT_THAT(Select<int64_t>("SELECT count(*) FROM thing"), ElementsAre(5000));
}

TEST_P(StatementsTest, MoreTextsThanAreKept) {
  for (int i = 0; i < 1200; ++i) {
    ASSERT_THAT(Select<int64_t>(absl::StrCat("SELECT $1 + ", i), {1}), ElementsAre(i + 1));
  }
  // Kept ones still work.
  EXPECT_THAT(Select<int64_t>("SELECT $1 + 0", {1}), ElementsAre(1));
}

TEST_P(StatementsTest, TablesMayChangeUnderKeptStatements) {
  ASSERT_OK(Insert(1, "one"));
  EXPECT_OK(database_->Query<int64_t>(Soon(), "SELECT * FROM (SELECT id FROM thing) AS t"));
  const auto all = [this] { return database_->Query<std::string>(Soon(), "SELECT * FROM view1"); };
  ASSERT_OK(Execute(*database_, "CREATE VIEW view1 AS SELECT name FROM thing"));
  ASSERT_OK(all());
  ASSERT_OK(Execute(*database_, "DROP VIEW view1"));
  ASSERT_OK(Execute(*database_, "CREATE VIEW view1 AS SELECT body FROM thing"));
  // The first may fail; the connection that holds the old plan is replaced.
  (void)all();
  EXPECT_OK((database_->Query<std::optional<Bytes>>(Soon(), "SELECT * FROM view1")));
}

ON_BOTH_DATABASES(StatementsTest);

}  // namespace
}  // namespace zhiping::sql
