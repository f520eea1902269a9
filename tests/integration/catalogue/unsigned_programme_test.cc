// A programme that the activation key may not sign for, beside one that is well; on both databases.
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/time/timestamp.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::catalogue {
namespace {

using envelope::Purpose;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Admin = v1::CatalogueAdminService::Stub;

// Before kProgramme in every order.
constexpr char kUnsigned[] = "anhui-ai";

// Moved by hand.
class HandClock final : public Clock {
 public:
  absl::Time Now() const override { return start_ + passed_; }
  absl::Duration Steady() const override { return passed_; }
  void Pass(absl::Duration duration) { passed_ += duration; }

 private:
  const absl::Time start_ = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  absl::Duration passed_ = absl::Hours(1);
};

class UnsignedProgrammeTest : public testing::TestWithParam<sql::Engine> {
 protected:
  UnsignedProgrammeTest() {
    options_.database.database = sql::NewSetting(GetParam());
    options_.redis.address = "";
    options_.signing = NewKeys();
  }

  // States of kProgramme alone may be signed; those of the other one from an instant on, if there
  // is one.
  static SigningOptions NewKeys(std::optional<absl::Time> other_from = std::nullopt) {
    const std::string folder = processes::NewFolder();
    const auto key = envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
    const auto other = envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
    EXPECT_OK(envelope::WriteKeyFile(*key, folder + "/key.pem"));
    EXPECT_OK(envelope::WriteKeyFile(*other, folder + "/other.pem"));
    std::string trust = envelope::TrustEntry(
        *key, {Purpose::ACTIVATION, Purpose::RELEASE, Purpose::NOTES}, {kProgramme}, "test");
    SigningOptions options = {
        {folder + "/key.pem"}, {folder + "/key.pem"}, folder + "/trust.txtpb"};
    if (other_from.has_value()) {
      std::string entry = envelope::TrustEntry(*other, {Purpose::ACTIVATION}, {kUnsigned}, "other");
      trust += entry.insert(
          entry.rfind('}'),
          absl::StrCat("  not_before: \"",
                       absl::FormatTime(absl::RFC3339_sec, *other_from, absl::UTCTimeZone()),
                       "\"\n"));
      options.activation_keys.push_back(folder + "/other.pem");
    }
    EXPECT_OK(WriteFile(options.trust_file, trust, Overwrite::kNever));
    return options;
  }

  CatalogueOptions options_;
};

TEST_P(UnsignedProgrammeTest, HoldsUpNoOtherAndIsLoggedWhenItBeginsAndWhenItEnds) {
  const auto database = sql::OpenOrDie(options_.database.database);
  const auto store = *Store::Open(*database, sql::Soon());
  HandClock clock;
  const auto signing = *Signing::Open(NewKeys(clock.Now() + absl::Minutes(1)), clock.Now());
  std::vector<std::string> confirmed;
  const auto take = [&confirmed] { return std::exchange(confirmed, {}); };
  testing::internal::CaptureStdout();
  {
    const rpc::Log log(rpc::Severity::kInfo);
    Confirmer::Listeners listeners;
    listeners.confirmed = [&](const ConfirmedPtr& state) {
      confirmed.push_back(
          absl::StrCat(state->state.programme(), " ", state->history->next_revision));
    };
    listeners.forgotten = [](const std::string&) {};
    listeners.readable = [](bool) {};
    listeners.followed = [] { return std::set<std::string>{kProgramme, kUnsigned}; };
    Confirmer confirmer(*store, *signing, clock, log, {}, listeners);
    const auto watch = [&] {
      confirmer.Watch();
      return take();
    };
    EXPECT_THAT(watch(), ElementsAre("jiangsu-ai 1"));
    for (int fence = 1; fence <= 30; ++fence) {
      ASSERT_OK(store->Change(sql::Soon(), [&](StoreTransaction& transaction) -> absl::Status {
        const auto history = transaction.Lock(kProgramme);
        if (!history.ok()) return history.status();
        return transaction.SetFenced(kProgramme, fence);
      }));
      clock.Pass(absl::Milliseconds(100));
      EXPECT_THAT(watch(), ElementsAre(absl::StrCat("jiangsu-ai ", fence + 1)));
    }
    // Its time comes: nobody has to start anything.
    clock.Pass(absl::Minutes(1));
    EXPECT_THAT(watch(), ElementsAre("anhui-ai 1", "jiangsu-ai 31"));
  }
  const std::vector<std::string> logged =
      absl::StrSplit(testing::internal::GetCapturedStdout(), '\n', absl::SkipEmpty());
  EXPECT_THAT(logged, ElementsAre(HasSubstr("\"database_readable\""),
                                  AllOf(HasSubstr("\"state_not_confirmed\""), HasSubstr(kUnsigned),
                                        HasSubstr("\"text\":\"Key ")),
                                  AllOf(HasSubstr("\"state_confirmed\""), HasSubstr(kUnsigned))));
}

TEST_P(UnsignedProgrammeTest, WhoFollowsAnotherOneLearnsOfItsPublicationsAllTheSame) {
  // What is held up now, stays so.
  options_.confirming.retry_interval = absl::Hours(1);
  CatalogueUnderTest catalogue(options_);
  const auto follow = [&](grpc::ClientContext& context, const std::string& instance,
                          const std::vector<std::string>& programmes) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    auto stream = catalogue.stub().Subscribe(&context);
    auto hello = Hello(instance);
    hello.mutable_programmes()->Assign(programmes.begin(), programmes.end());
    EXPECT_TRUE(stream->Write(hello));
    return stream;
  };
  grpc::ClientContext unsigned_context, both_context;
  const auto unsigned_only = follow(unsigned_context, "scoring-1", {kUnsigned});
  const auto both = follow(both_context, "scoring-2", {kUnsigned, kProgramme});
  v1::SubscribeResponse states;
  ASSERT_TRUE(both->Read(&states));
  // Scheduled, so that the watch is what tells of it.
  ASSERT_OK(catalogue.Publish(Publication(catalogue.Import())));
  ASSERT_TRUE(both->Read(&states));
  auto scheduled = Publication(catalogue.Import("改"));
  *scheduled.mutable_in_force_from() = ToTimestamp(absl::Now() + absl::Milliseconds(1100));
  ASSERT_OK(catalogue.Publish(scheduled));
  ASSERT_TRUE(both->Read(&states));
  ASSERT_TRUE(both->Read(&states)) << "it came into force, and nobody was told";
  unsigned_context.TryCancel();
  both_context.TryCancel();
}

TEST_P(UnsignedProgrammeTest, WhoAsksForItsStateIsDeniedNothing) {
  CatalogueUnderTest catalogue(options_);
  v1::GetActivationRequest request;
  request.set_programme(kUnsigned);
  const auto state = Call<v1::GetActivationResponse>(
      catalogue.stub(), &v1::CatalogueService::Stub::GetActivation, request);
  EXPECT_THAT(state, HasReason(Reason::KEY_NOT_FOR_PROGRAMME));
  EXPECT_EQ(state.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_P(UnsignedProgrammeTest, NothingIsImportedForIt) {
  CatalogueUnderTest catalogue(options_);
  auto request = Edition2026();
  *request.mutable_edition() = absl::StrReplaceAll(
      *request.mutable_edition(), {{"\"jiangsu-ai\"", absl::StrCat("\"", kUnsigned, "\"")}});
  for (const bool validate_only : {true, false}) {
    request.set_validate_only(validate_only);
    const auto imported =
        Call<v1::ImportEditionResponse>(catalogue.admin(), &Admin::ImportEdition, request);
    ASSERT_OK(imported);
    EXPECT_EQ(imported->digest(), "");
    ASSERT_EQ(imported->findings_size(), 1);
    const v1::Finding& finding = imported->findings(0);
    EXPECT_EQ(finding.severity(), v1::Finding::ERROR);
    EXPECT_EQ(finding.reason(), "KEY_NOT_FOR_PROGRAMME");
    EXPECT_EQ(finding.field(), "programme");
    EXPECT_GT(finding.line(), 0);
    EXPECT_THAT(finding.message().zh(), AllOf(HasSubstr(kUnsigned), HasSubstr("--activation-key")));
    EXPECT_THAT(finding.message().en(), AllOf(HasSubstr(kUnsigned), HasSubstr("--activation-key")));
  }
  EXPECT_TRUE(catalogue.store().Versions(sql::Soon())->empty());
  EXPECT_NE(catalogue.Import(), "");
}

ON_BOTH_DATABASES(UnsignedProgrammeTest);

}  // namespace
}  // namespace zhiping::catalogue
