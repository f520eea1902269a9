// Convergence and releases for people, held as files, and when a revision is reached.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/time/timestamp.h"
#include "services/ctl/activation_report.h"
#include "services/ctl/convergence_report.h"
#include "services/ctl/convergence_wait.h"
#include "services/ctl/convergence_watch.h"
#include "services/ctl/display_width.h"
#include "services/ctl/release_report.h"
#include "services/ctl/words.h"
#include "tests/golden_text.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::Activation;
using catalogue::v1::ActivationRecord;
using catalogue::v1::GetConvergenceResponse;
using catalogue::v1::InstanceConvergence;
using common::v1::Freshness;
using testing::HasSubstr;

// 2026-12-01 08:00:00, Beijing time.
const absl::Time kNow = absl::FromUnixSeconds(1'796'083'200);

std::string Digest(char digit) { return absl::StrCat("sha256:", std::string(64, digit)); }

Activation MakeActivation(int32_t revision, char digit, absl::Time in_force_from,
                          const std::string& approver, const std::string& reason) {
  Activation activation;
  activation.set_revision(revision);
  activation.set_digest(Digest(digit));
  *activation.mutable_in_force_from() = ToTimestamp(in_force_from);
  activation.add_approvers(approver);
  activation.set_reason(reason);
  return activation;
}

// Revision 3 is in force.
GetConvergenceResponse InForce() {
  GetConvergenceResponse convergence;
  auto& state = *convergence.mutable_state();
  state.set_programme("jiangsu-ai");
  *state.mutable_current() = MakeActivation(3, 'b', kNow - absl::Hours(2), "unauthenticated:张三",
                                            "勘误：物料精准配送的说明");
  *state.mutable_confirmed_at() = ToTimestamp(kNow);
  convergence.set_current_label("2026-2");
  return convergence;
}

InstanceConvergence& AddInstance(const std::string& id, InstanceConvergence::Status status,
                                 int32_t revision, char digit, absl::Duration silent,
                                 GetConvergenceResponse& convergence) {
  auto& instance = *convergence.add_instances();
  instance.mutable_instance()->set_id(id);
  instance.mutable_instance()->set_service("scoring");
  instance.set_status(status);
  *instance.mutable_last_seen_at() = ToTimestamp(kNow - silent);
  if (revision == 0) return instance;
  instance.mutable_report()->set_revision(revision);
  instance.mutable_report()->set_digest(Digest(digit));
  instance.mutable_report()->set_freshness(Freshness::FRESH);
  return instance;
}

GetConvergenceResponse AllApplied() {
  GetConvergenceResponse convergence = InForce();
  AddInstance("scoring-7c9f-5d0c1e00", InstanceConvergence::APPLIED, 3, 'b', absl::Seconds(1),
              convergence);
  AddInstance("scoring-7c9f-90aa17b2", InstanceConvergence::APPLIED, 3, 'b', absl::Seconds(4),
              convergence);
  return convergence;
}

// Two processes of one copied machine.
GetConvergenceResponse OneId() {
  GetConvergenceResponse convergence = AllApplied();
  convergence.mutable_instances(1)->mutable_instance()->set_id(
      convergence.instances(0).instance().id());
  return convergence;
}

GetConvergenceResponse Troubled() {
  GetConvergenceResponse convergence = InForce();
  *convergence.mutable_state()->mutable_pending() =
      MakeActivation(4, 'c', kNow + absl::Hours(24), "unauthenticated:李四", "2026年版第3次发布");
  convergence.set_pending_label("2026-3");
  AddInstance("scoring-7c9f-5d0c1e00", InstanceConvergence::APPLIED, 3, 'b', absl::Seconds(1),
              convergence);
  AddInstance("scoring-7c9f-90aa17b2", InstanceConvergence::BEHIND, 1, 'a', absl::Seconds(4),
              convergence)
      .mutable_report()
      ->set_freshness(Freshness::STALE);
  auto& refused = *AddInstance("scoring-canary-0e11d2c3", InstanceConvergence::REFUSED, 1, 'a',
                               absl::Seconds(2), convergence)
                       .mutable_report()
                       ->mutable_refused();
  refused.set_revision(3);
  refused.set_reason("VECTOR_MISMATCH");
  *refused.mutable_message() =
      MakeText("校验样例 all_basic 的参考得分率应为 66/99，算得 65/99。",
               "The golden vector all_basic should give an index of 66/99, but gives 65/99.");
  AddInstance("scoring-nanjing-77d05a10", InstanceConvergence::UNKNOWN, 1, 'a', absl::Hours(3),
              convergence);
  AddInstance("scoring-new-4b2f6c11", InstanceConvergence::BEHIND, 0, 'a', absl::ZeroDuration(),
              convergence);
  auto& alarm = *convergence.add_alarms();
  alarm.set_kind("ROLLED_BACK");
  *alarm.mutable_message() =
      MakeText("修订号 3 是由一人决定的回退，尚无第二人会签。",
               "Revision 3 is a rollback that one person decided and no second one has "
               "countersigned.");
  *alarm.mutable_since() = ToTimestamp(kNow - absl::Hours(2));
  return convergence;
}

GetConvergenceResponse NothingPublished() {
  GetConvergenceResponse convergence;
  convergence.mutable_state()->set_programme("jiangsu-ai");
  *convergence.mutable_state()->mutable_confirmed_at() = ToTimestamp(kNow);
  return convergence;
}

const ReleaseLabels kLabels = {
    {Digest('a'), "2026-1"}, {Digest('b'), "2026-2"}, {Digest('c'), "2026-3"}};

catalogue::v1::ListReleasesResponse Releases() {
  catalogue::v1::ListReleasesResponse releases;
  for (const auto& [digest, label] : kLabels) {
    auto& release = *releases.add_releases();
    release.set_digest(digest);
    release.set_label(label);
    release.set_programme("jiangsu-ai");
    release.set_edition("jiangsu-ai-2026");
    release.set_title("江苏省制造业领域人工智能技术场景应用自评测参考（2026年版）");
    release.set_semantics(1);
    release.set_scenario_total(33);
    release.set_typical_total(40);
    release.set_vector_total(77);
    release.set_size_bytes(190405);
    *release.mutable_published_at() = ToTimestamp(kNow - absl::Hours(24));
  }
  releases.mutable_releases(0)->set_in_force(true);
  releases.mutable_releases(1)->set_withdrawn(true);
  releases.set_total_size(3);
  return releases;
}

catalogue::v1::ListActivationsResponse Activations() {
  catalogue::v1::ListActivationsResponse activations;
  const auto add = [&](const Activation& activation, ActivationRecord::Kind kind,
                       ActivationRecord::State state) {
    auto& record = *activations.add_activations();
    *record.mutable_activation() = activation;
    record.set_kind(kind);
    record.set_state(state);
    record.set_actor("unauthenticated:张三");
  };
  add(MakeActivation(5, 'a', kNow + absl::Hours(1), "", "再次启用"), ActivationRecord::PUBLICATION,
      ActivationRecord::PENDING);
  add(MakeActivation(4, 'a', kNow, "", "有误"), ActivationRecord::ROLLBACK,
      ActivationRecord::IN_FORCE);
  add(MakeActivation(3, 'b', kNow, "", "另一个发布版的"), ActivationRecord::PUBLICATION,
      ActivationRecord::REPLACED);
  add(MakeActivation(2, 'a', kNow - absl::Hours(1), "", ""), ActivationRecord::REISSUE,
      ActivationRecord::REPLACED);
  add(MakeActivation(1, 'a', kNow - absl::Hours(2), "", "首次发布"), ActivationRecord::PUBLICATION,
      ActivationRecord::CANCELLED);
  return activations;
}

struct Report {
  const char* name;
  std::string (*text)(const Screen&);
};

const Report kReports[] = {
    {"status_applied",
     [](const Screen& screen) { return ConvergenceReport(AllApplied(), kLabels, Zone(), screen); }},
    {"status_troubled",
     [](const Screen& screen) { return ConvergenceReport(Troubled(), kLabels, Zone(), screen); }},
    {"status_nobody",
     [](const Screen& screen) { return ConvergenceReport(InForce(), kLabels, Zone(), screen); }},
    {"status_nothing_published",
     [](const Screen& screen) {
       return ConvergenceReport(NothingPublished(), kLabels, Zone(), screen);
     }},
    {"status_lines",
     [](const Screen& screen) {
       return absl::StrCat(ConvergenceLine(AllApplied(), Zone(), screen), "\n",
                           ConvergenceLine(Troubled(), Zone(), screen), "\n");
     }},
    {"publish",
     [](const Screen& screen) {
       return ActivatedReport({Activated::kScheduled, "jiangsu-ai", "2026-3",
                               Troubled().state().pending(), Digest('b')},
                              Zone(), screen);
     }},
    {"release_list",
     [](const Screen& screen) { return ReleaseListReport(Releases(), Zone(), screen); }},
    {"release_show",
     [](const Screen& screen) {
       return ReleaseReport(Releases().releases(0), Activations(), Zone(), screen);
     }},
};

class ReleaseReportTest : public testing::TestWithParam<std::tuple<Report, const char*>> {};

TEST_P(ReleaseReportTest, IsAsReviewed) {
  const auto& [report, language] = GetParam();
  Screen screen;
  screen.language = *ParseLanguage(language);
  ExpectGolden(report.text(screen), absl::StrCat("ctl/", report.name, ".", language, ".txt"));
}

TEST_P(ReleaseReportTest, FitsEightyColumnsInColour) {
  const auto& [report, language] = GetParam();
  // For a log, which is not wrapped.
  if (absl::StartsWith(report.name, "status_lines")) return;
  Screen screen;
  screen.language = *ParseLanguage(language);
  screen.width = kNarrowest;
  screen.colours = true;
  const std::string text = report.text(screen);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(DisplayWidth(line), kNarrowest) << line;
  }
  EXPECT_THAT(text, HasSubstr("\x1b["));
  // What the screen writes is not taken for control characters.
  EXPECT_EQ(Visible(text, /*colours=*/true), text);
}

INSTANTIATE_TEST_SUITE_P(Every, ReleaseReportTest,
                         testing::Combine(testing::ValuesIn(kReports), testing::Values("zh", "en")),
                         [](const auto& test) {
                           return absl::StrCat(std::get<0>(test.param).name, "_",
                                               std::get<1>(test.param));
                         });

TEST(ConvergenceSentenceTest, IsGreenOnlyWhenEverybodyRunsWhatIsInForce) {
  Screen screen;
  screen.colours = true;
  const auto colour = [&](const GetConvergenceResponse& convergence) {
    const std::string report = ConvergenceReport(convergence, kLabels, Zone(), screen);
    // Bold, then the colour.
    return report.substr(4, 5);
  };
  EXPECT_EQ(colour(AllApplied()), "\x1b[32m");
  EXPECT_EQ(colour(Troubled()), "\x1b[31m");
  GetConvergenceResponse behind = AllApplied();
  behind.mutable_instances(0)->set_status(InstanceConvergence::BEHIND);
  EXPECT_EQ(colour(behind), "\x1b[33m");
  GetConvergenceResponse full = AllApplied();
  full.set_instances_full(true);
  EXPECT_EQ(colour(full), "\x1b[33m");
  EXPECT_EQ(colour(OneId()), "\x1b[33m");
}

TEST(NeedsSomebodyTest, ARefusalOrAnAlarmThatCanBeEnded) {
  EXPECT_FALSE(NeedsSomebody(AllApplied()));
  GetConvergenceResponse refused = AllApplied();
  refused.mutable_instances(1)->set_status(InstanceConvergence::REFUSED);
  EXPECT_TRUE(NeedsSomebody(refused));
  GetConvergenceResponse unknown = AllApplied();
  unknown.mutable_instances(1)->set_status(InstanceConvergence::UNKNOWN);
  EXPECT_FALSE(NeedsSomebody(unknown));
  const auto with_alarm = [](const std::string& kind) {
    GetConvergenceResponse convergence = AllApplied();
    convergence.add_alarms()->set_kind(kind);
    return convergence;
  };
  for (const char* kind : {"REVISION_AHEAD", "TOO_MANY_INSTANCES", "A_LATER_KIND"}) {
    EXPECT_TRUE(NeedsSomebody(with_alarm(kind))) << kind;
  }
  for (const char* kind : {"ROLLED_BACK", "NO_APPROVAL"}) {
    EXPECT_FALSE(NeedsSomebody(with_alarm(kind))) << kind;
  }
}

TEST(ConvergenceTest, IsReachedWhenTheRevisionIsInForceAndNobodyIsMissing) {
  EXPECT_EQ(ConvergenceOn(3, AllApplied()), Convergence::kReached);
  EXPECT_EQ(ConvergenceOn(3, InForce()), Convergence::kReached);
  EXPECT_EQ(ConvergenceOn(3, Troubled()), Convergence::kNotYet);
  EXPECT_EQ(ConvergenceOn(4, AllApplied()), Convergence::kNotYet);
  EXPECT_EQ(ConvergenceOn(2, AllApplied()), Convergence::kReplaced);
  EXPECT_EQ(ConvergenceOn(1, NothingPublished()), Convergence::kNotYet);
  for (const auto status :
       {InstanceConvergence::BEHIND, InstanceConvergence::REFUSED, InstanceConvergence::UNKNOWN}) {
    GetConvergenceResponse convergence = AllApplied();
    convergence.mutable_instances(1)->set_status(status);
    EXPECT_EQ(ConvergenceOn(3, convergence), Convergence::kNotYet);
    EXPECT_THAT(LaggardsReport(convergence, kLabels, Screen()), HasSubstr("90aa17b2"));
    EXPECT_THAT(LaggardsReport(convergence, kLabels, Screen()),
                testing::Not(HasSubstr("5d0c1e00")));
  }
  EXPECT_EQ(LaggardsReport(AllApplied(), kLabels, Screen()), "");
}

TEST(WaitReportTest, SaysWhatCameOfIt) {
  const Activated activated = {Activated::kPublished, "jiangsu-ai", "2026-2",
                               InForce().state().current(), ""};
  const auto report = [&](const GetConvergenceResponse& convergence) {
    const WaitResult result = {ConvergenceOn(3, convergence), convergence, absl::OkStatus()};
    return WaitReport(result, activated, absl::Seconds(30), kLabels, Screen());
  };
  EXPECT_EQ(report(AllApplied()), "全部 2 个实例都已启用现行发布版 2026-2。\n");
  EXPECT_THAT(report(Troubled()),
              testing::StartsWith("等了 30s，仍有实例没有启用修订号 3：\n  状态"));
  EXPECT_EQ(report(NothingPublished()), "等了 30s，修订号 3 还没有启用。\n");
  // Others may run that are not listed.
  GetConvergenceResponse full = AllApplied();
  full.set_instances_full(true);
  EXPECT_EQ(ConvergenceOn(3, full), Convergence::kNotYet);
  EXPECT_EQ(
      report(full),
      "所列 2 个实例都已启用现行发布版 2026-2；可能还有实例没有列出（TOO_MANY_INSTANCES）。\n");
  EXPECT_EQ(ConvergenceOn(3, OneId()), Convergence::kNotYet);
  EXPECT_EQ(report(OneId()),
            "所列 2 个实例都已启用现行发布版 2026-2；但有几个编号相同，须先分开"
            "（INSTANCE_ID_SHARED）。\n");
  GetConvergenceResponse later = AllApplied();
  later.mutable_state()->mutable_current()->set_revision(5);
  EXPECT_EQ(report(later), "修订号 3 已被修订号 5 取代。\n");
}

TEST(WatchTest, OnlyWhatMattersIsAChange) {
  GetConvergenceResponse later = AllApplied();
  *later.mutable_state()->mutable_confirmed_at() = ToTimestamp(kNow + absl::Seconds(10));
  *later.mutable_instances(0)->mutable_last_seen_at() = ToTimestamp(kNow + absl::Seconds(10));
  EXPECT_TRUE(SameConvergence(AllApplied(), later));
  later.mutable_instances(0)->mutable_report()->set_freshness(Freshness::STALE);
  EXPECT_FALSE(SameConvergence(AllApplied(), later));
}

TEST(WatchTest, AWindowThatIsTooLowIsCutAndSaysSo) {
  Screen screen;
  screen.height = 4;
  EXPECT_EQ(InWindow("1\n2\n3\n", screen), "\x1b[H1\x1b[K\n2\x1b[K\n3\x1b[K\n\x1b[J");
  EXPECT_EQ(InWindow("1\n2\n3\n4\n", screen),
            "\x1b[H1\x1b[K\n2\x1b[K\n… 还有 2 行，窗口放不下\x1b[K\n\x1b[J");
}

TEST(ActorNameTest, SaysThatNobodyChecked) {
  EXPECT_EQ(ActorName("unauthenticated:张三", Screen()), "张三（未认证）");
  EXPECT_EQ(ActorName("bootstrap:unauthenticated:张三", Screen()), "张三（未认证，首次发布）");
  EXPECT_EQ(ActorName("https://issuer/zhangsan", Screen()), "https://issuer/zhangsan");
}

}  // namespace
}  // namespace zhiping::ctl
