// Processes that have one id, as copies of a machine do: each is an instance, and none hides behind
// another.
#include "absl/time/clock.h"
#include "common/time/timestamp.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::catalogue {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;
using Status = v1::InstanceConvergence;

constexpr char kId[] = "scoring-vm-73829b5b";

class SharedIdTest : public testing::TestWithParam<sql::Engine> {
 protected:
  void SetUp() override {
    options_.database.database = sql::NewSetting(GetParam());
    options_.signing = NewSigning();
    options_.redis.address = "";
    options_.instance_lease = absl::Seconds(3);
    catalogue_ = std::make_unique<CatalogueUnderTest>(options_);
    digest_ = catalogue_->Import();
    ASSERT_OK(catalogue_->Publish(Publication(digest_)));
  }

  // What a process says, by when it was started.
  static v1::SubscribeRequest Of(int64_t started) {
    auto message = Hello(kId);
    *message.mutable_instance()->mutable_started_at() = ToTimestamp(absl::FromUnixSeconds(started));
    return message;
  }
  v1::SubscribeRequest Applied(int64_t started) const {
    auto message = Of(started);
    auto& report = *message.add_reports();
    report.set_programme(kProgramme);
    report.set_revision(1);
    report.set_digest(digest_);
    return message;
  }
  static v1::SubscribeRequest Refusing(int64_t started) {
    auto message = Of(started);
    auto& report = *message.add_reports();
    report.set_programme(kProgramme);
    report.mutable_refused()->set_reason("KEY_NOT_FOR_PURPOSE");
    return message;
  }
  static v1::SubscribeRequest Leaving() {
    v1::SubscribeRequest goodbye;
    goodbye.set_leaving(true);
    return goodbye;
  }

  // Instances by their start, and how they follow.
  using Picture = std::vector<std::pair<int64_t, Status::Status>>;
  static Picture PictureOf(CatalogueUnderTest& catalogue) {
    Picture picture;
    const auto convergence = catalogue.Convergence();
    EXPECT_OK(convergence);
    if (!convergence.ok()) return picture;
    for (const auto& instance : convergence->instances()) {
      EXPECT_EQ(instance.instance().id(), kId);
      picture.emplace_back(instance.instance().started_at().seconds(), instance.status());
    }
    return picture;
  }
  // The message of the alarm; empty: there is none.
  static std::string Alarm(CatalogueUnderTest& catalogue) {
    const auto convergence = catalogue.Convergence();
    EXPECT_OK(convergence);
    if (!convergence.ok()) return "";
    for (const auto& alarm : convergence->alarms()) {
      if (alarm.kind() == "INSTANCE_ID_SHARED") return alarm.message().en();
    }
    return "";
  }
  // Whether the picture comes to match while those that run go on reporting.
  template <typename Matcher>
  bool ComesToBe(const Matcher& matcher, const std::function<void()>& report) {
    return processes::Eventually([&] {
      report();
      return testing::Value(PictureOf(*catalogue_), matcher);
    });
  }

  CatalogueOptions options_;
  std::unique_ptr<CatalogueUnderTest> catalogue_;
  std::string digest_;
};

// Whatever their clocks say about which was started first.
TEST_P(SharedIdTest, EachIsAnInstanceAndAnAlarmUntilAllButOneHaveLeft) {
  for (const int64_t copy : {2000, 500}) {
    Follower first(*catalogue_);
    Follower second(*catalogue_);
    ASSERT_TRUE(first.Write(Applied(1000)));
    ASSERT_TRUE(ComesToBe(ElementsAre(Pair(1000, Status::APPLIED)), [] {}));
    ASSERT_TRUE(second.Write(Refusing(copy)));
    EXPECT_TRUE(ComesToBe(
        UnorderedElementsAre(Pair(1000, Status::APPLIED), Pair(copy, Status::REFUSED)), [&] {
          EXPECT_TRUE(first.Write(Applied(1000)));
          EXPECT_TRUE(second.Write(Refusing(copy)));
        }));
    EXPECT_THAT(Alarm(*catalogue_), HasSubstr("2 processes use the one instance id scoring-vm-"));
    // The goodbye of one is not the other's.
    ASSERT_TRUE(first.Write(Leaving()));
    EXPECT_TRUE(ComesToBe(ElementsAre(Pair(copy, Status::REFUSED)), [] {}));
    EXPECT_EQ(Alarm(*catalogue_), "");
    ASSERT_TRUE(second.Write(Leaving()));
    ASSERT_TRUE(ComesToBe(testing::IsEmpty(), [] {}));
  }
}

// One whose machine lost its power leaves its stream open, and what it said last may be read late.
TEST_P(SharedIdTest, OneThatWasRestartedIsOneWhateverIsLeftOfItsStream) {
  Follower before(*catalogue_);
  ASSERT_TRUE(before.Write(Refusing(1000)));
  ASSERT_TRUE(ComesToBe(ElementsAre(Pair(1000, Status::REFUSED)), [] {}));
  Follower again(*catalogue_);
  ASSERT_TRUE(again.Write(Applied(2000)));
  ASSERT_TRUE(ComesToBe(ElementsAre(Pair(2000, Status::APPLIED)), [] {}));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(before.Write(Refusing(1000)));
  const absl::Time start = absl::Now();
  while (absl::Now() - start < absl::Seconds(5)) {
    ASSERT_TRUE(again.Write(Applied(2000)));
    EXPECT_THAT(PictureOf(*catalogue_), ElementsAre(Pair(2000, Status::APPLIED)));
    EXPECT_EQ(Alarm(*catalogue_), "");
    absl::SleepFor(absl::Milliseconds(100));
  }
}

TEST_P(SharedIdTest, OneThatIsFrozenIsUnknownUntilItIsForgotten) {
  Follower alive(*catalogue_);
  Follower frozen(*catalogue_);
  ASSERT_TRUE(frozen.Write(Applied(1000)));
  ASSERT_TRUE(ComesToBe(ElementsAre(Pair(1000, Status::APPLIED)), [] {}));
  ASSERT_TRUE(alive.Write(Applied(2000)));
  const auto goes_on = [&] { EXPECT_TRUE(alive.Write(Applied(2000))); };
  ASSERT_TRUE(ComesToBe(testing::SizeIs(2), [&] {
    goes_on();
    EXPECT_TRUE(frozen.Write(Applied(1000)));
  }));
  v1::ForgetInstanceRequest forget;
  forget.set_instance(kId);
  forget.mutable_actor()->set_name("张三");
  const auto forgotten = [&] {
    return Call<v1::ForgetInstanceResponse>(
        catalogue_->admin(), &v1::CatalogueAdminService::Stub::ForgetInstance, forget);
  };
  EXPECT_THAT(forgotten(), HasReason(Reason::INSTANCE_NOT_LOST));
  EXPECT_TRUE(ComesToBe(
      UnorderedElementsAre(Pair(1000, Status::UNKNOWN), Pair(2000, Status::APPLIED)), goes_on));
  EXPECT_NE(Alarm(*catalogue_), "");
  EXPECT_OK(forgotten());
  EXPECT_TRUE(ComesToBe(ElementsAre(Pair(2000, Status::APPLIED)), goes_on));
  EXPECT_EQ(Alarm(*catalogue_), "");
  // It thaws.
  EXPECT_TRUE(ComesToBe(testing::SizeIs(2), [&] {
    goes_on();
    EXPECT_TRUE(frozen.Write(Applied(1000)));
  }));
}

// It is back, and takes no place of one that runs.
TEST_P(SharedIdTest, OneThatIsRestartedTakesThePlaceOfTheOneThatIsSilent) {
  Follower alive(*catalogue_);
  const auto goes_on = [&] { EXPECT_TRUE(alive.Write(Applied(2000))); };
  {
    Follower killed(*catalogue_);
    ASSERT_TRUE(killed.Write(Refusing(1000)));
    ASSERT_TRUE(ComesToBe(testing::SizeIs(1), [] {}));
    ASSERT_TRUE(ComesToBe(testing::SizeIs(2), [&] {
      goes_on();
      EXPECT_TRUE(killed.Write(Refusing(1000)));
    }));
  }
  ASSERT_TRUE(ComesToBe(
      UnorderedElementsAre(Pair(1000, Status::UNKNOWN), Pair(2000, Status::APPLIED)), goes_on));
  Follower again(*catalogue_);
  ASSERT_TRUE(again.Write(Applied(3000)));
  EXPECT_TRUE(ComesToBe(
      UnorderedElementsAre(Pair(3000, Status::APPLIED), Pair(2000, Status::APPLIED)), goes_on));
}

TEST_P(SharedIdTest, StreamsAtTwoReplicasAreOnePictureAtBoth) {
  if (GetParam() == sql::Engine::kSqlite) GTEST_SKIP() << "has one process";
  CatalogueUnderTest other(options_);
  Follower first(*catalogue_);
  Follower second(other);
  ASSERT_TRUE(first.Write(Applied(1000)));
  ASSERT_TRUE(ComesToBe(testing::SizeIs(1), [] {}));
  ASSERT_TRUE(second.Write(Refusing(2000)));
  const auto both = UnorderedElementsAre(Pair(1000, Status::APPLIED), Pair(2000, Status::REFUSED));
  const auto report = [&] {
    EXPECT_TRUE(first.Write(Applied(1000)));
    EXPECT_TRUE(second.Write(Refusing(2000)));
  };
  EXPECT_TRUE(ComesToBe(both, report));
  EXPECT_TRUE(processes::Eventually([&] {
    report();
    return testing::Value(PictureOf(other), both) && !Alarm(other).empty();
  }));
}

ON_BOTH_DATABASES(SharedIdTest);

}  // namespace
}  // namespace zhiping::catalogue
