// Stores that earlier versions of the catalogue made, and left as each migration has them; on both
// databases.
#include "absl/strings/str_cat.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::catalogue {
namespace {

using Admin = v1::CatalogueAdminService::Stub;

constexpr int kFence = 20;

class EarlierStoreTest : public testing::TestWithParam<sql::Engine> {
 protected:
  EarlierStoreTest() {
    options_.signing = NewSigning();
    options_.redis.address = "";
  }

  // A new store with a fence, and perhaps a publication over it, as a catalogue leaves it that
  // knows the migrations up to `last` alone.
  void Make(int last, bool published_over) {
    options_.database.database = sql::NewSetting(GetParam());
    {
      CatalogueUnderTest catalogue(options_);
      ASSERT_OK(catalogue.Publish(Publication(catalogue.Import())));
      v1::FenceRevisionRequest fence;
      fence.set_programme(kProgramme);
      fence.set_above(kFence);
      fence.mutable_actor()->set_name("张三");
      fence.mutable_actor()->set_reason("测试");
      fence.set_request_id(NewRequestId());
      ASSERT_OK(Call<v1::FenceRevisionResponse>(catalogue.admin(), &Admin::FenceRevision, fence));
      if (published_over) {
        ASSERT_OK(catalogue.Publish(Publication(catalogue.Import("改"))));
      }
    }
    GoBackTo(last);
  }
  void GoBackTo(int last) {
    std::vector<std::string> undo = {"UPDATE programme SET fenced_revision = 0"};
    if (last < 5) {
      undo.push_back("ALTER TABLE programme DROP COLUMN fenced_revision");
      undo.push_back("ALTER TABLE withdrawal DROP COLUMN met_at");
      if (GetParam() == sql::Engine::kPostgres) {
        undo.push_back(
            "ALTER TABLE withdrawal ADD CONSTRAINT withdrawal_digest_fkey "
            "FOREIGN KEY (digest) REFERENCES release (digest)");
      }
    }
    if (last < 4) {
      undo.push_back("ALTER TABLE release DROP COLUMN importer_issuer");
      undo.push_back("ALTER TABLE release DROP COLUMN importer_subject");
    }
    if (last < 3) undo.push_back("ALTER TABLE programme DROP COLUMN reached_revision");
    if (last < 2) undo.push_back("DROP TABLE restore");
    undo.push_back(
        absl::StrCat("DELETE FROM schema_migration WHERE part = 'catalogue' AND number > ", last));
    for (const std::string& sql : undo) Change(sql);
  }
  void Change(const std::string& sql) {
    const auto database = sql::OpenOrDie(options_.database.database);
    ASSERT_OK(sql::Execute(*database, sql)) << sql;
  }
  absl::Status Start() {
    rpc::Metrics metrics;
    const rpc::Log log(rpc::Severity::kError);
    const auto access = *rpc::AccessControl::Open({}, SystemClock(), log);
    return Catalogue::Open(options_, SystemClock(), {metrics, log, *access}, [](bool) {}).status();
  }

  CatalogueOptions options_;
};

TEST_P(EarlierStoreTest, OfEveryMigrationStartsAndKeepsItsFence) {
  for (int last = 1; last <= 5; ++last) {
    for (const bool published_over : {false, true}) {
      SCOPED_TRACE(absl::StrCat("migration ", last, published_over ? ", published over" : ""));
      ASSERT_NO_FATAL_FAILURE(Make(last, published_over));
      ASSERT_OK(Start());
      CatalogueUnderTest catalogue(options_);
      EXPECT_EQ(catalogue.store().ReadHistory(sql::Soon(), kProgramme)->fenced_revision, kFence);
      // No label that may have been given is given.
      const auto published = catalogue.Publish(Publication(catalogue.Import("又改")));
      ASSERT_OK(published);
      EXPECT_EQ(published->activation().revision(), kFence + (published_over ? 2 : 1));
      EXPECT_EQ(published->release_label(),
                absl::StrCat("2026-", kFence + (published_over ? 2 : 1)));
    }
  }
}

// The fence alone is taken from the log, and once.
TEST_P(EarlierStoreTest, IsComparedWithTheLogAllTheSame) {
  ASSERT_NO_FATAL_FAILURE(Make(4, /*published_over=*/false));
  Change("UPDATE programme SET next_revision = 2");
  EXPECT_THAT(Start(), HasReason(Reason::LOG_BROKEN));
  Change(absl::StrCat("UPDATE programme SET next_revision = ", kFence + 1));
  ASSERT_OK(Start());
  Change("UPDATE programme SET fenced_revision = 0");
  EXPECT_THAT(Start(), HasReason(Reason::LOG_BROKEN));
}

ON_BOTH_DATABASES(EarlierStoreTest);

}  // namespace
}  // namespace zhiping::catalogue
