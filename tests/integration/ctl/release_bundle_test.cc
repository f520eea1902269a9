// release bundle.
#include <algorithm>
#include <functional>

#include "absl/strings/str_replace.h"
#include "tests/integration/ctl/release_under_test.h"

namespace zhiping::ctl {
namespace {

class BundleTest : public ReleaseTest {
 protected:
  std::vector<std::string> Bundle(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"release", "bundle",       "--out",
                                          folder_,   "--trust-file", signing_.trust_file};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  // The sample's result, without what depends on the way.
  static Json Score(std::vector<std::string> more) {
    std::vector<std::string> arguments = {"score", "--answers", kSampleAnswers, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Json result = Parse(RunCtl(arguments).out);
    result.erase("freshness");
    result.erase("revision");
    return result;
  }

  const std::string folder_ = processes::NewFolder() + "/bundle";
};

TEST_F(BundleTest, WorksAsASeedAndOffline) {
  const std::string digest = Publish();
  const Json bundle = RunJson(Bundle());
  EXPECT_EQ(bundle["releases"][0]["digest"], digest);
  EXPECT_THAT(Files(), testing::ElementsAre("jiangsu-ai-2026.2026-1.release.json",
                                            "jiangsu-ai.state.json", "seed.json"));
  const std::string file = bundle["releases"][0]["file"];
  EXPECT_EQ(RunCtl({"verify", file, "--trust-file", signing_.trust_file}).exit_code, 0);
  EXPECT_EQ(RunCtl({"verify", bundle["stateFile"], "--trust-file", signing_.trust_file,
                    "--programme", kProgramme})
                .exit_code,
            0);
  const Json offline = Score({"--offline", file, "--trust-file", signing_.trust_file});
  EXPECT_EQ(offline["releaseDigest"], digest);
  const int port = processes::FreePort();
  const processes::Process scoring(
      processes::Command{{ZHIPING_SCORING, "--seed-dir", folder_, "--trust-file",
                          signing_.trust_file, "--listen", absl::StrCat("127.0.0.1:", port)},
                         {},
                         "",
                         false});
  const auto served = [&] { return Score({"--server", absl::StrCat("127.0.0.1:", port)}); };
  EXPECT_TRUE(Eventually([&] { return served() == offline; })) << served();
}

TEST_F(BundleTest, BelowACatalogueThatIsAwayItGivesBytesAndTheLastState) {
  Publish();
  Publish("改");
  const Json bundle = RunJson(Bundle());
  const int port = processes::FreePort();
  // Port 1 is nobody's.
  const processes::Process scoring(processes::Command{
      {ZHIPING_SCORING, "--catalogue", "127.0.0.1:1", "--programmes", kProgramme, "--seed-dir",
       folder_, "--trust-file", signing_.trust_file, "--listen", absl::StrCat("127.0.0.1:", port)},
      {},
      "",
      false});
  const auto revision = [&] {
    const Outcome outcome = RunCtl({"score", "--answers", kSampleAnswers, "--json", "--server",
                                    absl::StrCat("127.0.0.1:", port)});
    return Parse(outcome.out).value("revision", 0);
  };
  EXPECT_TRUE(Eventually([&] { return revision() == 2; }));
}

TEST_F(BundleTest, FollowsWhatIsPublishedAndTakesAllIfAsked) {
  Publish();
  RunJson(Bundle());
  const std::string second = Publish("改");
  EXPECT_EQ(RunJson(Bundle())["releases"].size(), 1u);
  EXPECT_THAT(ReadWhole(folder_ + "/seed.json"), HasSubstr(second));
  std::filesystem::remove_all(folder_);
  EXPECT_EQ(RunJson(Bundle({"--all"}))["releases"].size(), 2u);
  EXPECT_THAT(Files(), testing::SizeIs(4));
  EXPECT_THAT(Run(Bundle({"--all"})).out, HasSubstr("发布版 2026-1"));
}

TEST_F(BundleTest, NothingIsWrittenUnlessEverySignatureCounts) {
  Publish();
  // Another catalogue's keys; and ours, but for activations only.
  EXPECT_EQ(Refused({"release", "bundle", "--out", folder_, "--trust-file",
                     catalogue::NewSigning().trust_file})
                .reason(),
            Reason::UNKNOWN_KEY);
  const std::string trust =
      Scratch("trust.txtpb", absl::StrReplaceAll(ReadWhole(signing_.trust_file),
                                                 {{"purposes: RELEASE", "purposes: RECEIPT"}}));
  EXPECT_EQ(Refused({"release", "bundle", "--out", folder_, "--trust-file", trust}).reason(),
            Reason::KEY_NOT_FOR_PURPOSE);
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(BundleTest, NothingElseIsReplaced) {
  Publish();
  EXPECT_EQ(Refused(Bundle({"--programme", "other"})).reason(), Reason::NO_ACTIVE_RELEASE);
  for (const char* name :
       {"jiangsu-ai-2026.2026-1.release.json", "jiangsu-ai.state.json", "seed.json"}) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    std::ofstream(absl::StrCat(folder_, "/", name)) << "something else";
    const ErrorDetail error = Refused(Bundle());
    EXPECT_THAT(error.message().zh(), HasSubstr(name));
    EXPECT_THAT(Files(), testing::ElementsAre(name));
    EXPECT_EQ(ReadWhole(absl::StrCat(folder_, "/", name)), "something else");
  }
}

// What another catalogue with the same keys signed, or this one before it was restored, as an
// instance reports it.
class UnsignedTest : public BundleTest {
 protected:
  ErrorDetail RefusedAfterMeeting(
      const std::function<void(catalogue::v1::ActivationState&)>& change) {
    Publish();
    auto state = catalogue_.Activation()->state();
    change(state);
    const auto key = *envelope::ReadKeyFile(signing_.activation_keys[0]);
    const auto held = *envelope::SignPayload(envelope::Purpose::ACTIVATION,
                                             state.SerializeAsString(), {key.get()});
    auto hello = catalogue::Hello("scoring-1");
    auto& report = *hello.add_reports();
    report.set_programme(kProgramme);
    report.set_held_state(envelope::SerializeEnvelope(held));
    catalogue::Follower follower(catalogue_);
    EXPECT_TRUE(follower.Write(hello));
    EXPECT_TRUE(Eventually([&] { return catalogue_.Activation()->envelope().empty(); }));
    const ErrorDetail error = Refused(Bundle());
    EXPECT_FALSE(std::filesystem::exists(folder_));
    return error;
  }
};

TEST_F(UnsignedTest, ARevisionAheadIsSaid) {
  const ErrorDetail error =
      RefusedAfterMeeting([](auto& state) { state.mutable_current()->set_revision(9); });
  EXPECT_EQ(error.reason(), Reason::REVISION_AHEAD);
  EXPECT_THAT(error.message().zh(), HasSubstr("没有打包。见到本存储没有签发过的修订号 9"));
  EXPECT_THAT(error.message().en(), HasSubstr("Fence it, then publish"));
}

TEST_F(UnsignedTest, AConflictIsSaid) {
  const ErrorDetail error = RefusedAfterMeeting([](auto& state) {
    state.mutable_current()->set_digest(absl::StrCat("sha256:", std::string(64, 'a')));
  });
  EXPECT_EQ(error.reason(), Reason::REVISION_CONFLICT);
  EXPECT_THAT(error.message().en(), HasSubstr("Revision 1 (sha256:aaaa"));
}

TEST_F(UnsignedTest, AWithdrawalIsSaid) {
  const ErrorDetail error =
      RefusedAfterMeeting([](auto& state) { state.add_withdrawn(state.current().digest()); });
  EXPECT_EQ(error.reason(), Reason::RELEASE_WITHDRAWN);
  EXPECT_THAT(error.message().zh(), HasSubstr("已被撤回"));
  EXPECT_THAT(error.message().en(), HasSubstr("or roll back"));
}

TEST_F(BundleTest, AnEarlierStateReplacesNoLaterOne) {
  Publish();
  RunJson(Bundle());
  const auto key = envelope::ReadKeyFile(signing_.activation_keys[0]);
  ASSERT_OK(key);
  catalogue::v1::ActivationState later;
  const auto present =
      envelope::ParseEnvelope(ReadWhole(absl::StrCat(folder_, "/jiangsu-ai.state.json")));
  ASSERT_OK(present);
  ASSERT_TRUE(later.ParseFromString(present->payload));
  later.mutable_current()->set_revision(9);
  const auto signed_state =
      envelope::SignPayload(envelope::Purpose::ACTIVATION, later.SerializeAsString(), {key->get()});
  ASSERT_OK(signed_state);
  std::ofstream(absl::StrCat(folder_, "/jiangsu-ai.state.json"))
      << envelope::SerializeEnvelope(*signed_state);
  const ErrorDetail error = Refused(Bundle());
  EXPECT_EQ(error.reason(), Reason::FILE_UNWRITABLE);
  EXPECT_THAT(error.message().zh(), HasSubstr("更新的启用状态"));
}

}  // namespace
}  // namespace zhiping::ctl
