// The state table of drafts (tests/unit/assessment/draft_states.tsv) through the service, on both
// databases: every act of every actor in every state.
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "absl/strings/match.h"
#include "tests/integration/assessment/assessment_under_test.h"
#include "tests/unit/assessment/state_table.h"
#include "tests/uscc.h"

namespace zhiping::assessment {
namespace {

constexpr char kFile[] = ZHIPING_SOURCE_DIR "/tests/unit/assessment/draft_states.tsv";
constexpr int kThreads = 8;

const std::vector<std::string> kDraftActors = {
    "enterprise",   "platform",     "other_enterprise", "other_platform", "county",
    "county_head",  "province",     "province_head",    "officer",        "other_officer",
    "idle_officer", "statistician", "editor",           "operator",       "auditor"};

const std::vector<std::string> kDraftActs = {
    "Create", "Get",     "UpdateAnswers", "SetFacts", "AddEvidence", "RemoveEvidence",
    "Rebase", "Preview", "Submit",        "Withdraw", "Close",       "Reopen"};

// How a draft gets into a state: what is done in the window, and whether that is over then. `pass`:
// the days of the return go by.
struct DraftState {
  std::string name;
  std::vector<std::string> steps;
  bool over = false;
};

const std::vector<DraftState>& DraftStates() {
  static const auto& states = *new std::vector<DraftState>{
      {"none", {}},
      {"none_window_over", {}, true},
      {"open", {"open"}},
      {"window_over", {"open"}, true},
      {"locked", {"open", "submit"}},
      {"locked_window_over", {"open", "submit"}, true},
      {"returned", {"open", "submit", "return"}},
      {"returned_window_over", {"open", "submit", "return"}, true},
      {"returned_time_over", {"open", "submit", "return", "pass"}, true},
      {"closed", {"open", "close"}},
      {"closed_window_over", {"open", "close"}, true},
      {"closed_under_review", {"open", "submit", "close"}},
      {"closed_returned_window_over", {"open", "submit", "return", "close"}, true},
  };
  return states;
}

std::string CampaignOf(const DraftState& state) { return state.over ? "over" : "running"; }

CallerOf CallerNamed(const std::string& actor, const std::string& uscc) {
  static const auto& officials = *new std::map<std::string, CallerOf>{
      {"platform", kPlatform},
      {"other_enterprise", {"of-another", {"enterprise"}, kUscc}},
      {"other_platform", {"other", {"platform"}}},
      {"county", ReviewerOf("nanjing-gulou")},
      {"county_head", {"county-head", {"unit-head"}, "", "nanjing-gulou"}},
      {"province", ReviewerOf("jiangsu")},
      {"province_head", {"province-head", {"unit-head"}, "", "jiangsu"}},
      {"officer", kOfficer},
      {"other_officer", {"other-officer", {"campaign-officer"}, "", "", {"another"}}},
      {"idle_officer", {"idle-officer", {"campaign-officer"}, "", "", {}}},
      {"statistician", {"statistician", {"statistics-official"}}},
      {"editor", {"editor", {"criteria-editor"}}},
      {"operator", {"operator", {"operator"}}},
      {"auditor", {"auditor", {"auditor"}}}};
  if (actor != "enterprise") return officials.at(actor);
  return {absl::StrCat("of-", uscc), {"enterprise"}, uscc};
}

// One assessment, on which acts are done by name.
class DraftWorld {
 public:
  DraftWorld(AssessmentUnderTest& service, const std::string& uscc, const DraftState& state)
      : service_(service), fixture_(service), key_(fixture_.KeyOf(uscc, CampaignOf(state))) {
    EXPECT_OK(fixture_.Register(NewEnterprise(uscc)));
    for (const std::string& step : state.steps) EXPECT_OK(Take(step)) << step;
    Reread();
  }

  // The state afterwards, or the reason of the error.
  std::string Do(const std::string& act, const std::string& actor) {
    const absl::Status status = Run(act, CallerNamed(actor, key_.enterprise()));
    if (status.ok()) {
      Reread();
      return v1::Assessment::State_Name(draft_.state());
    }
    const Reason::Value reason = DetailOf(status).reason();
    if (reason == Reason::INTERNAL_ERROR) ADD_FAILURE() << act << ": " << status;
    return Reason::Value_Name(reason);
  }

  // All that an act might change.
  std::string Everything() {
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    const auto record = *service_.store().FindAssessment(deadline, key_);
    std::string all = record.has_value() ? record->SerializeAsString() : "";
    const auto submissions = service_.store().SubmissionsOf(deadline, key_);
    EXPECT_OK(submissions);
    for (const v1::SubmissionRecord& one : *submissions) {
      absl::StrAppend(&all, one.SerializeAsString());
    }
    return all;
  }

 private:
  void Reread() {
    const auto draft = fixture_.Get(key_);
    if (draft.ok()) draft_ = *draft;
  }

  absl::Status Take(const std::string& step) {
    const CallerOf enterprise = fixture_.EnterpriseOf(key_.enterprise());
    if (step == "open") {
      const auto draft = fixture_.Open(key_);
      if (!draft.ok()) return draft.status();
      const absl::Status added = fixture_.AddEvidence(key_, std::string(64, 'a')).status();
      if (!added.ok()) return added;
      return fixture_.Fill(*draft).status();
    }
    Reread();
    if (step == "submit") return Run("Submit", enterprise);
    if (step == "close") return Run("Close", kOfficer);
    if (step == "return") return Return();
    if (step == "pass") return LetTheReturnPass();
    return absl::UnimplementedError(step);
  }
  absl::Status Return() {
    const CallerOf county = ReviewerOf("nanjing-gulou");
    const auto taken = fixture_.Take(county, First());
    if (!taken.ok()) return taken.status();
    v1::ReturnToEnterpriseRequest request;
    *request.mutable_submission() = First();
    request.set_etag(taken->submission().standing().etag());
    request.set_reason("请补充");
    request.set_request_id(NewRequestId());
    return service_.As(county, &ReviewStub::ReturnToEnterprise, request).status();
  }
  // In the store, since they are days.
  absl::Status LetTheReturnPass() {
    return service_.store().Change(
        absl::Now() + absl::Seconds(20), [&](StoreTransaction& transaction) -> absl::Status {
          auto record = **transaction.FindSubmission(First());
          auto& standing = *record.mutable_submission()->mutable_standing();
          EXPECT_TRUE(standing.has_return_by());
          *standing.mutable_return_by() = ToTimestamp(absl::Now() - absl::Hours(1));
          record.set_version(record.version() + 1);
          return transaction.SaveSubmission(record);
        });
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
    } else {
      *request.mutable_key() = key_;
    }
    if constexpr (requires { request.set_reason(""); }) request.set_reason("理由");
    if constexpr (requires { request.set_request_id(""); }) request.set_request_id(NewRequestId());
    return request;
  }

  absl::Status Run(const std::string& act, const CallerOf& caller) {
    const criteria::Criteria& criteria = service_.criteria();
    const std::string& scenario = criteria.edition().scenarios(0).id();
    if (act == "Create") {
      return service_
          .As(caller, &AssessmentStub::CreateAssessment, About<v1::CreateAssessmentRequest>())
          .status();
    }
    if (act == "Get") {
      return service_.As(caller, &AssessmentStub::GetAssessment, About<v1::GetAssessmentRequest>())
          .status();
    }
    if (act == "UpdateAnswers") {
      auto request = About<v1::UpdateAnswersRequest>();
      auto& update = *request.add_updates();
      update.mutable_answer()->set_scenario(scenario);
      update.mutable_answer()->set_level("none");
      update.set_base_etag(draft_.answers().empty() ? "1" : draft_.answers(0).etag());
      return service_.As(caller, &AssessmentStub::UpdateAnswers, request).status();
    }
    if (act == "SetFacts") {
      auto request = About<v1::SetFactsRequest>();
      request.add_facts()->set_fact(criteria.rulebook().facts(0).name());
      request.mutable_facts(0)->set_value("1");
      return service_.As(caller, &AssessmentStub::SetFacts, request).status();
    }
    if (act == "AddEvidence") {
      auto request = About<v1::AddEvidenceRequest>();
      request.mutable_evidence()->set_name("照片.jpg");
      request.mutable_evidence()->set_sha256(std::string(64, 'b'));
      request.mutable_evidence()->add_scenarios(scenario);
      return service_.As(caller, &AssessmentStub::AddEvidence, request).status();
    }
    if (act == "RemoveEvidence") {
      auto request = About<v1::RemoveEvidenceRequest>();
      request.set_evidence(1);
      return service_.As(caller, &AssessmentStub::RemoveEvidence, request).status();
    }
    if (act == "Rebase") {
      auto request = About<v1::RebaseRequest>();
      request.set_etag(draft_.etag());
      return service_.As(caller, &AssessmentStub::Rebase, request).status();
    }
    if (act == "Preview") {
      return service_.As(caller, &AssessmentStub::Preview, About<v1::PreviewRequest>()).status();
    }
    if (act == "Submit") {
      const std::string etag = draft_.etag().empty() ? "1" : draft_.etag();
      return service_.As(caller, &AssessmentStub::Submit, fixture_.Submission(key_, etag)).status();
    }
    if (act == "Withdraw") {
      return service_.As(caller, &AssessmentStub::Withdraw, About<v1::WithdrawRequest>()).status();
    }
    if (act == "Close") {
      return service_
          .As(caller, &AssessmentStub::CloseAssessment, About<v1::CloseAssessmentRequest>())
          .status();
    }
    if (act == "Reopen") {
      return service_
          .As(caller, &AssessmentStub::ReopenAssessment, About<v1::ReopenAssessmentRequest>())
          .status();
    }
    return absl::UnimplementedError(act);
  }

  AssessmentUnderTest& service_;
  Fixture fixture_;
  const v1::AssessmentKey key_;
  v1::Assessment draft_;
};

bool IsState(const std::string& outcome) {
  v1::Assessment::State state = v1::Assessment::STATE_UNSPECIFIED;
  return v1::Assessment::State_Parse(outcome, &state);
}

// What one draft is for: one act of one actor, or all of whom the act is refused, since that
// changes nothing.
struct Cells {
  const DraftState* state;
  std::string act;
  std::vector<std::string> actors;
  std::unique_ptr<DraftWorld> world;
};

class DraftStatesTest : public testing::TestWithParam<sql::Engine> {
 protected:
  const StateTable table_ = ReadStateTable(kFile);
  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};

  std::vector<Cells> AllCells() {
    std::vector<Cells> all;
    for (const DraftState& state : DraftStates()) {
      for (const std::string& act : kDraftActs) {
        Cells refused = {&state, act, {}, nullptr};
        for (const std::string& actor : kDraftActors) {
          if (IsState(table_.at({state.name, act, actor}))) {
            all.push_back({&state, act, {actor}, nullptr});
          } else {
            refused.actors.push_back(actor);
          }
        }
        all.push_back(std::move(refused));
      }
    }
    return all;
  }

  void Run(Cells& cells) {
    const std::string before = cells.world->Everything();
    bool changes = false;
    for (const std::string& actor : cells.actors) {
      const std::string& wanted = table_.at({cells.state->name, cells.act, actor});
      const std::string outcome = cells.world->Do(cells.act, actor);
      const std::lock_guard lock(mutex_);
      EXPECT_EQ(outcome, wanted) << cells.state->name << " × " << cells.act << " × " << actor;
      changes = changes || IsState(wanted);
    }
    const std::string after = cells.world->Everything();
    const std::lock_guard lock(mutex_);
    if (changes) return;
    EXPECT_EQ(after, before) << cells.state->name << " × " << cells.act;
  }

  template <typename Body>
  static void InParallel(size_t count, const Body& body) {
    std::atomic<size_t> next = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (size_t n = next++; n < count; n = next++) body(n);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

 private:
  std::mutex mutex_;
};

TEST_P(DraftStatesTest, EveryCellOfTheTableHolds) {
  ASSERT_EQ(table_.size(), DraftStates().size() * kDraftActs.size() * kDraftActors.size());
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria(), v1::ReviewPolicy::ALL, "running")));
  auto over = fixture_.Create(NewCampaign(service_.criteria(), v1::ReviewPolicy::ALL, "over"));
  ASSERT_OK(over);
  std::vector<Cells> all = AllCells();
  InParallel(all.size(), [&](size_t n) {
    all[n].world =
        std::make_unique<DraftWorld>(service_, TestUscc(static_cast<int>(n)), *all[n].state);
  });
  *over->mutable_closes_at() = ToTimestamp(absl::Now() - absl::Seconds(1));
  v1::UpdateCampaignRequest update;
  *update.mutable_campaign() = *over;
  update.mutable_update_mask()->add_paths("closes_at");
  ASSERT_OK(service_.As(kOfficer, &CampaignStub::UpdateCampaign, update));
  InParallel(all.size(), [&](size_t n) { Run(all[n]); });
}

ON_BOTH_DATABASES(DraftStatesTest);

}  // namespace
}  // namespace zhiping::assessment
