// The state table (tests/unit/assessment/states.tsv) through the service, on both databases: every
// act of every actor in every state.
#include <map>
#include <mutex>
#include <thread>

#include "absl/strings/match.h"
#include "tests/integration/assessment/assessment_under_test.h"
#include "tests/unit/assessment/state_table.h"
#include "tests/uscc.h"

namespace zhiping::assessment {
namespace {

constexpr char kFile[] = ZHIPING_SOURCE_DIR "/tests/unit/assessment/states.tsv";
constexpr int kThreads = 8;

// One assessment, on which acts are done by name.
class World {
 public:
  World(AssessmentUnderTest& service, const std::string& uscc, const StartState& state)
      : service_(service), fixture_(service) {
    v1::Enterprise enterprise = NewEnterprise(uscc);
    // Another: that the wrong organisation code is warned about matters nothing here.
    EXPECT_OK(fixture_.Register(enterprise));
    const std::string campaign = absl::StrCat("states-", absl::AsciiStrToLower(state.mode));
    key_ = fixture_.KeyOf(uscc, campaign);
    if (state.direct) {
      v1::ImportTargetsRequest targets;
      targets.set_campaign(campaign);
      auto& target = *targets.add_targets();
      target.set_enterprise(uscc);
      target.set_channel(v1::Channel::DIRECT);
      EXPECT_OK(service_.As(kOfficer, &CampaignStub::ImportTargets, targets));
    }
    const auto draft = fixture_.Open(key_);
    EXPECT_OK(draft);
    if (!draft.ok()) return;
    const auto filled = fixture_.Fill(*draft, /*rank=*/3);
    EXPECT_OK(filled);
    if (filled.ok()) draft_etag_ = filled->etag();
  }

  // The state afterwards, or the reason of the error.
  std::string Do(const Step& step) {
    const absl::Status status = Run(step.act, CallerNamed(step.actor));
    if (status.ok()) return step.act == "Submit" ? latest_ : first_;
    const Reason::Value reason = DetailOf(status).reason();
    if (reason == Reason::INTERNAL_ERROR) ADD_FAILURE() << step.act << ": " << status;
    return Reason::Value_Name(reason);
  }

 private:
  CallerOf CallerNamed(const std::string& actor) const {
    if (actor == "enterprise") return fixture_.EnterpriseOf(key_.enterprise());
    if (actor == "platform") return kPlatform;
    static const auto& units = *new std::map<std::string, std::string>{{"county", "nanjing-gulou"},
                                                                       {"city", "nanjing"},
                                                                       {"province", "jiangsu"},
                                                                       {"other", "suzhou"}};
    const std::string& unit = units.at(actor.substr(0, actor.find('_')));
    if (absl::EndsWith(actor, "_own")) {
      const std::string person = fixture_.EnterpriseOf(key_.enterprise()).subject;
      return {person, {"reviewer", "unit-head"}, "", unit};
    }
    if (absl::EndsWith(actor, "_finder")) {
      return {"finder", {"reviewer", "unit-head"}, "", unit};
    }
    return {actor, {absl::EndsWith(actor, "_head") ? "unit-head" : "reviewer"}, "", unit};
  }

  // Keeps what an answer says of the submission.
  template <typename Response>
  absl::Status Keep(const absl::StatusOr<Response>& response) {
    if (!response.ok()) return response.status();
    if constexpr (requires { response->submission(); }) {
      Note(response->submission().key().number(), response->submission().standing());
    } else {
      const v1::SubmissionSummary& summary = response->submissions(0);
      v1::SubmissionStanding standing;
      standing.set_state(summary.state());
      standing.set_stage(summary.stage());
      standing.set_etag(summary.etag());
      Note(summary.key().number(), standing);
    }
    return absl::OkStatus();
  }
  void Note(int number, const v1::SubmissionStanding& standing) {
    std::string state = v1::SubmissionState::Value_Name(standing.state());
    if (standing.state() == v1::SubmissionState::UNDER_REVIEW) {
      absl::StrAppend(&state, "_", v1::Stage::Value_Name(standing.stage()));
    }
    latest_ = state;
    if (number == 1) {
      first_ = state;
      etag_ = standing.etag();
      if (standing.objections_size() > 0) objection_ = standing.objections_size();
    } else {
      // It may have changed the first one: the act on that gets whatever it is now.
      RereadFirst();
    }
  }
  void RereadFirst() {
    v1::GetSubmissionRequest get;
    *get.mutable_submission() = First();
    const auto got = service_.As(kPlatform, &AssessmentStub::GetSubmission, get);
    EXPECT_OK(got);
    if (!got.ok()) return;
    etag_ = got->submission().standing().etag();
    first_ = v1::SubmissionState::Value_Name(got->submission().standing().state());
  }

  v1::SubmissionKey First() const {
    v1::SubmissionKey key;
    key.set_enterprise(key_.enterprise());
    key.set_plant(key_.plant());
    key.set_campaign(key_.campaign());
    key.set_number(1);
    return key;
  }

  template <typename Request>
  Request About() const {
    Request request;
    if constexpr (requires { request.mutable_submission(); }) {
      *request.mutable_submission() = First();
    }
    if constexpr (requires { request.set_etag(""); }) request.set_etag(etag_);
    if constexpr (requires { request.set_reason(""); }) request.set_reason("理由");
    if constexpr (requires { request.set_request_id(""); }) request.set_request_id(NewRequestId());
    return request;
  }

  absl::Status Run(const std::string& act, const CallerOf& caller) {
    if (act == "Submit") {
      const v1::SubmitRequest request = fixture_.Submission(key_, draft_etag_);
      return Keep(service_.As(caller, &AssessmentStub::Submit, request));
    }
    if (act == "Withdraw") {
      auto request = About<v1::WithdrawRequest>();
      return Keep(service_.As(caller, &AssessmentStub::Withdraw, request));
    }
    if (act == "Cite") {
      auto request = About<v1::CiteRequest>();
      request.set_application("A-1");
      return Keep(service_.As(caller, &AssessmentStub::Cite, request));
    }
    if (act == "Uncite") {
      auto request = About<v1::UnciteRequest>();
      request.set_application("A-1");
      return Keep(service_.As(caller, &AssessmentStub::Uncite, request));
    }
    if (act == "Take") {
      return Keep(service_.As(caller, &ReviewStub::Take, About<v1::TakeRequest>()));
    }
    if (act == "Release") {
      return Keep(service_.As(caller, &ReviewStub::Release, About<v1::ReleaseRequest>()));
    }
    if (act == "Assign") {
      auto request = About<v1::AssignRequest>();
      request.set_issuer("https://issuer.example");
      request.set_subject(caller.subject + "-colleague");
      request.set_name("同事");
      return Keep(service_.As(caller, &ReviewStub::Assign, request));
    }
    if (act == "RecordFindings") {
      auto request = About<v1::RecordFindingsRequest>();
      auto& finding = *request.add_findings();
      finding.set_scenario(service_.criteria().edition().scenarios(0).id());
      finding.set_level("none");
      finding.set_reason("现场没有看到");
      return Keep(service_.As(caller, &ReviewStub::RecordFindings, request));
    }
    if (act == "Approve") {
      return Keep(service_.As(caller, &ReviewStub::Approve, About<v1::ApproveRequest>()));
    }
    if (act == "BatchApprove") {
      auto request = About<v1::BatchApproveRequest>();
      *request.add_files()->mutable_submission() = First();
      request.mutable_files(0)->set_etag(etag_);
      return Keep(service_.As(caller, &ReviewStub::BatchApprove, request));
    }
    if (act == "AddComment") {
      auto request = About<v1::AddCommentRequest>();
      request.set_text("请说明");
      return Keep(service_.As(caller, &ReviewStub::AddComment, request));
    }
    if (act == "ResolveComment") {
      auto request = About<v1::ResolveCommentRequest>();
      request.set_comment(1);
      return Keep(service_.As(caller, &ReviewStub::ResolveComment, request));
    }
    if (act == "ReturnToEnterprise") {
      return Keep(service_.As(caller, &ReviewStub::ReturnToEnterprise,
                              About<v1::ReturnToEnterpriseRequest>()));
    }
    if (act == "ReturnToPreviousStage") {
      return Keep(service_.As(caller, &ReviewStub::ReturnToPreviousStage,
                              About<v1::ReturnToPreviousStageRequest>()));
    }
    if (act == "Reject") {
      return Keep(service_.As(caller, &ReviewStub::Reject, About<v1::RejectRequest>()));
    }
    if (act == "RecallDecision") {
      return Keep(
          service_.As(caller, &ReviewStub::RecallDecision, About<v1::RecallDecisionRequest>()));
    }
    if (act == "Revoke") {
      return Keep(service_.As(caller, &ReviewStub::Revoke, About<v1::RevokeRequest>()));
    }
    if (act == "Object") {
      return Keep(service_.As(caller, &ReviewStub::Object, About<v1::ObjectRequest>()));
    }
    if (act == "DecideObjection" || act == "DismissObjection") {
      auto request = About<v1::DecideObjectionRequest>();
      request.set_objection(objection_);
      request.set_upheld(act == "DecideObjection");
      return Keep(service_.As(caller, &ReviewStub::DecideObjection, request));
    }
    return absl::UnimplementedError(act);
  }

  AssessmentUnderTest& service_;
  Fixture fixture_;
  v1::AssessmentKey key_;
  std::string draft_etag_;
  std::string etag_;
  std::string first_, latest_;
  int objection_ = 0;
};

struct CellOf {
  const StartState* state;
  std::string act, actor;
};

class StatesTest : public testing::TestWithParam<sql::Engine> {};

TEST_P(StatesTest, EveryCellOfTheTableHolds) {
  const StateTable expected = ReadStateTable(kFile);
  AssessmentUnderTest service(sql::NewSetting(GetParam()));
  Fixture fixture(service);
  for (const auto mode : {v1::ReviewPolicy::NONE, v1::ReviewPolicy::CITED, v1::ReviewPolicy::ALL}) {
    const std::string id =
        absl::StrCat("states-", absl::AsciiStrToLower(v1::ReviewPolicy::Mode_Name(mode)));
    ASSERT_OK(fixture.Create(NewCampaign(service.criteria(), mode, id)));
  }
  std::vector<CellOf> cells;
  for (const StartState& state : StartStates()) {
    for (const std::string& act : kActs) {
      for (const std::string& actor : kActors) cells.push_back({&state, act, actor});
    }
  }
  ASSERT_EQ(cells.size(), expected.size());
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  const auto run = [&] {
    for (size_t i = next++; i < cells.size(); i = next++) {
      const CellOf& cell = cells[i];
      World world(service, TestUscc(static_cast<int>(i)), *cell.state);
      const std::string outcome = RunCell(*cell.state, cell.act, cell.actor,
                                          [&](const Step& step) { return world.Do(step); });
      std::string wanted = expected.at({cell.state->name, cell.act, cell.actor});
      // Of what they may not see, callers do not learn whether it exists.
      if (wanted == "OUTSIDE_SCOPE") wanted = "SUBMISSION_NOT_FOUND";
      const std::lock_guard lock(mutex);
      EXPECT_EQ(outcome, wanted) << cell.state->name << " × " << cell.act << " × " << cell.actor;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(run);
  for (std::thread& thread : threads) thread.join();
}

ON_BOTH_DATABASES(StatesTest);

}  // namespace
}  // namespace zhiping::assessment
