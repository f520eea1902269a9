#include "tests/unit/assessment/review_world.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/receipts/recompute.h"
#include "services/assessment/domain/decisions.h"
#include "services/assessment/domain/findings.h"
#include "services/assessment/domain/in_hand_acts.h"
#include "services/assessment/domain/objections.h"
#include "services/assessment/domain/reviewed_result.h"
#include "services/assessment/domain/views.h"
#include "tests/unit/criteria/small_criteria.h"
#include "tests/unit/receipts/sample_receipt.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::assessment {
namespace {

using identity::Role;

v1::ReviewStage StageOf(v1::Stage::Value stage, const std::string& unit) {
  v1::ReviewStage made;
  made.set_stage(stage);
  made.set_unit(unit);
  made.set_unit_name(unit + "单位");
  return made;
}

constexpr char kUscc[] = "91110000600037341L";

v1::SubmittedContent ContentOf(v1::Channel::Value channel, const criteria::Criteria& criteria) {
  v1::SubmittedContent content;
  content.set_programme("small");
  content.set_release_digest(criteria.digest());
  content.set_release_label(criteria.release().label());
  auto& snapshot = *content.mutable_snapshot();
  snapshot.set_uscc(kUscc);
  snapshot.set_name("示例企业");
  snapshot.set_plant("main");
  snapshot.set_channel(channel);
  for (const char* unit : {"c1", "c", "p"}) {
    snapshot.add_units(unit);
    snapshot.add_unit_names(absl::StrCat(unit, "单位"));
  }
  const auto answer = [&](const char* scenario, const char* level, const char* reason) {
    auto& added = *content.add_answers();
    added.set_scenario(scenario);
    added.set_level(level);
    added.set_reason(reason);
  };
  answer("a", "l2", "");
  answer("b", "l1", "");
  answer("c", "not_applicable", "没有这一环节");
  auto& fact = *content.add_facts();
  fact.mutable_value()->set_fact("score");
  fact.mutable_value()->set_value("59.5");
  fact.set_source(v1::FactSource::DECLARED);
  *content.mutable_result() = receipts::ScoreOf(criteria, content, /*texts=*/false);
  return content;
}

google::protobuf::RepeatedPtrField<v1::Finding> OneFinding(const Actor& actor) {
  google::protobuf::RepeatedPtrField<v1::Finding> findings;
  findings.Add()->set_scenario("a");
  findings[0].set_level(actor.person.unit() == "c1" ? "l1" : "l0");
  findings[0].set_reason("现场没有看到");
  return findings;
}

}  // namespace

ReviewWorld::ReviewWorld(v1::ReviewPolicy::Mode mode, v1::Channel::Value channel)
    : now(absl::FromCivil(absl::CivilMinute(2026, 7, 1, 9, 0), absl::FixedTimeZone(8 * 3600))),
      criteria(*criteria::Criteria::Compile(criteria::SmallRelease(), "")) {
  campaign.set_campaign("small-2026");
  campaign.mutable_review()->set_mode(mode);
  campaign.mutable_due_days()->set_county(5);
  campaign.set_appeal_days(15);
  if (channel != v1::Channel::DIRECT) {
    stages = {StageOf(v1::Stage::COUNTY, "c1"), StageOf(v1::Stage::CITY, "c")};
  }
  stages.push_back(StageOf(v1::Stage::PROVINCE, "p"));
}

Actor ReviewWorld::ActorOf(const std::string& name) {
  Actor actor;
  actor.person.set_issuer("https://sign-on");
  actor.person.set_subject(name);
  actor.person.set_name("姓名" + name);
  if (name == "enterprise" || name == "platform") {
    actor.roles.Add(name == "platform" ? Role::PLATFORM : Role::ENTERPRISE);
    return actor;
  }
  static const auto& units = *new std::map<std::string, std::string>{
      {"county", "c1"}, {"city", "c"}, {"province", "p"}, {"other", "c2"}};
  const std::string unit = name.substr(0, name.find('_'));
  actor.person.set_unit(units.at(unit));
  if (!absl::EndsWith(name, "_head")) actor.roles.Add(Role::REVIEWER);
  if (name != unit) actor.roles.Add(Role::UNIT_HEAD);
  if (absl::EndsWith(name, "_own")) actor.person.set_subject("enterprise");
  if (absl::EndsWith(name, "_finder")) actor.person.set_subject("finder");
  return actor;
}

Act ReviewWorld::ActOf(const Actor& actor, int32_t submission) {
  now += absl::Minutes(1);
  Act act;
  act.actor = actor;
  act.submission = submission;
  const bool exists = submission >= 1 && submission <= static_cast<int32_t>(all.size());
  act.etag = EtagOf(exists ? all[submission - 1] : v1::SubmissionRecord());
  act.now = now;
  act.zone = absl::FixedTimeZone(8 * 3600);
  act.units = units;
  return act;
}

absl::Status ReviewWorld::Do(const std::string& act, const std::string& actor, int32_t submission) {
  return Do(act, ActOf(ActorOf(actor), submission));
}

absl::Status ReviewWorld::Do(const std::string& name, const Act& act) {
  if (name == "Submit") {
    const auto channel = stages.size() == 1 ? v1::Channel::DIRECT : v1::Channel::STAGED;
    v1::AssessmentKey key;
    key.set_enterprise(kUscc);
    key.set_plant("main");
    key.set_campaign(campaign.campaign());
    return Submit(act, campaign, {key, ContentOf(channel, *criteria), stages}, all);
  }
  if (name == "Withdraw") return Withdraw(act, "填错了", all);
  if (name == "Cite") return Cite(act, campaign, "A-1", all);
  if (name == "Uncite") return Uncite(act, "A-1", all);
  if (name == "Take") return Take(act, all);
  if (name == "Release") return Release(act, all);
  if (name == "Assign") {
    v1::PersonRecord colleague = act.actor.person;
    colleague.set_subject(colleague.subject() + "-colleague");
    return Assign(act, colleague, all);
  }
  if (name == "RecordFindings") return RecordFindings(act, *criteria, OneFinding(act.actor), all);
  if (name == "TakeFindingBack") {
    auto findings = OneFinding(act.actor);
    findings[0].clear_level();
    return RecordFindings(act, *criteria, findings, all);
  }
  if (name == "Approve") return Approve(act, "", all);
  if (name == "BatchApprove") return ApproveInBatch(act, all);
  if (name == "ReturnToEnterprise") return ReturnToEnterprise(act, "请补充说明", all);
  if (name == "ReturnToPreviousStage") return ReturnToPreviousStage(act, "请再核实", all);
  if (name == "Reject") return Reject(act, "不属实", all);
  if (name == "RecallDecision") return RecallDecision(act, "点错了", all);
  if (name == "Revoke") return Revoke(act, "弄虚作假", all);
  if (name == "AddComment") return AddComment(act, "a", "请说明", /*internal=*/false, all);
  if (name == "ResolveComment") return ResolveComment(act, 1, all);
  if (name == "Object") return Object(act, "我们有依据", all);
  if (name == "DecideObjection" || name == "DismissObjection") {
    const auto record = FindSubmission(act, all);
    const int latest = record.ok() ? (*record)->submission().standing().objections_size() : 0;
    return DecideObjection(act, latest, /*upheld=*/name == "DecideObjection", "已核查", all);
  }
  return absl::UnimplementedError(name);
}

absl::Status ReviewWorld::DoAndSign(const std::string& act, const std::string& actor,
                                    int32_t submission) {
  const Submissions before = all;
  if (absl::Status done = Do(act, actor, submission); !done.ok()) return done;
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_OK(SetReviewedResult(*criteria, all[i]));
    const auto& decisions = all[i].submission().standing().decisions();
    if (i >= before.size() ||
        decisions.size() == before[i].submission().standing().decisions_size()) {
      continue;
    }
    const v1::Receipt receipt = DecisionReceiptOf(all[i], *criteria, {now, ""});
    for (const auto& difference :
         receipts::Recompute({receipt, "", "", {}}, *criteria).differences) {
      ADD_FAILURE() << difference.ShortDebugString();
    }
  }
  return absl::OkStatus();
}

absl::Status ReviewWorld::Decide(const std::string& act, const std::string& actor,
                                 int32_t submission) {
  if (absl::Status taken = Do("Take", actor, submission); !taken.ok()) return taken;
  return Do(act, actor, submission);
}

std::string ReviewWorld::State(int32_t number) const {
  const auto& standing = Standing(number);
  const std::string state = v1::SubmissionState::Value_Name(standing.state());
  if (standing.state() != v1::SubmissionState::UNDER_REVIEW) return state;
  return absl::StrCat(state, "_", v1::Stage::Value_Name(standing.stage()));
}

}  // namespace zhiping::assessment
