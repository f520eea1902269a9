#include <grpcpp/impl/client_unary_call.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "common/criteria/result.h"
#include "common/criteria/score.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/scoring/domain/plan.h"
#include "tests/integration/scoring/service_under_test.h"
#include "tests/oracle/hard_criteria.h"
#include "tests/oracle/random_criteria.h"

namespace zhiping::scoring {
namespace {

using common::v1::Freshness;
using common::v1::ScoreResult;
using google::protobuf::util::MessageDifferencer;
using oracle::Random;

// A request with these answers and facts, in a random order: ids, and some missing ones left out.
v1::ScoreRequest RequestOf(const criteria::Criteria& criteria, const std::vector<uint8_t>& answers,
                           const std::vector<int32_t>& facts, Random& random) {
  v1::ScoreRequest request;
  for (int i = 0; i < criteria.scenario_count(); ++i) {
    if (answers[i] == criteria::kMissing && random.OneIn(2)) continue;
    auto* answer = request.add_answers();
    answer->set_scenario(criteria.edition().scenarios(i).id());
    answer->set_level(std::string(criteria.AnswerId(answers[i])));
    if (answers[i] == criteria::kNotApplicable) answer->set_reason("no such workshop");
  }
  for (int i = request.answers_size() - 1; i > 0; --i) {
    request.mutable_answers()->SwapElements(i, random.Below(i + 1));
  }
  for (int f = 0; f < criteria.fact_count(); ++f) {
    if (facts[f] == criteria::kFactMissing) continue;
    const auto& fact = criteria.rulebook().facts(f);
    auto* value = request.add_facts();
    value->set_fact(fact.name());
    value->set_value(criteria::FormatDecimal(facts[f], fact.scale()));
  }
  return request;
}

ScoreResult Expected(const criteria::Criteria& criteria, const std::vector<uint8_t>& answers,
                     const std::vector<int32_t>& facts, bool texts) {
  auto tally = criteria.NewTally();
  EXPECT_TRUE(criteria::Score(criteria, answers, facts, tally));
  ScoreResult result = criteria::MakeResult(criteria, tally, texts);
  result.set_freshness(Freshness::OFFLINE);
  return result;
}

// P3: what the service answers is what the engine computes, whatever was asked before on the same
// connection, by whichever caller, in whichever view.
TEST(ScoringService, AnswersWhatTheEngineComputesUnderConcurrentCallers) {
  ServiceUnderTest service;
  const auto call = [&](uint64_t seed) {
    Random random(seed);
    const auto& criteria = service.criteria();
    for (int i = 0; i < 300; ++i) {
      const auto answers = oracle::RandomAnswers(criteria, random);
      const auto facts = oracle::RandomFacts(criteria, random);
      v1::ScoreRequest request = RequestOf(criteria, answers, facts, random);
      const bool full = random.OneIn(4);
      request.set_view(full ? v1::View::FULL : v1::View::BASIC);
      if (random.OneIn(5)) {
        v1::ScoreRequest wrong = request;
        wrong.add_answers()->set_scenario("no-such-scenario");
        ASSERT_THAT(service.Score(wrong), HasReason(Reason::UNKNOWN_SCENARIO));
      }
      const auto response = service.Score(request);
      ASSERT_OK(response);
      const ScoreResult expected = Expected(criteria, answers, facts, full);
      ASSERT_EQ(response->result().SerializeAsString(), expected.SerializeAsString())
          << "seed " << seed << ", case " << i << "\n"
          << response->ShortDebugString();
      ASSERT_EQ(response->has_input(), full);
    }
  };
  std::vector<std::thread> callers;
  for (uint64_t seed = 1; seed <= 4; ++seed) callers.emplace_back(call, seed);
  for (auto& caller : callers) caller.join();
}

TEST(ScoringService, SaysWhatTheResultRestsOn) {
  ServiceUnderTest service;
  const auto response = service.Score({});
  ASSERT_OK(response);
  const auto& result = response->result();
  EXPECT_EQ(result.release_digest(), service.criteria().digest());
  EXPECT_EQ(result.release_label(), "2026-1");
  EXPECT_EQ(result.revision(), 0);
  EXPECT_EQ(result.freshness(), Freshness::OFFLINE);
  EXPECT_EQ(result.semantics(), 1);
  EXPECT_FALSE(result.engine_version().empty());
  EXPECT_FALSE(result.complete());
}

TEST(ScoringService, EveryFieldThatIsWrongIsSaidInBothLanguages) {
  ServiceUnderTest service;
  v1::ScoreRequest request;
  for (const char* level : {"no-such-level", "/"}) {
    auto* answer = request.add_answers();
    answer->set_scenario(service.criteria().edition().scenarios(0).id());
    answer->set_level(level);
  }
  request.add_facts()->set_fact("no_such_fact");
  const auto response = service.Score(request);
  EXPECT_THAT(response, HasReason(Reason::SEVERAL_VIOLATIONS));
  const ErrorDetail detail = DetailOf(response.status());
  ASSERT_GE(detail.violations_size(), 3);
  for (const auto& violation : detail.violations()) {
    EXPECT_FALSE(violation.field().empty());
    EXPECT_FALSE(violation.message().zh().empty());
    EXPECT_FALSE(violation.message().en().empty());
  }
  EXPECT_EQ(detail.violations(0).field(), "answers[0].level");
}

// What is wrong without end costs its reading and nothing more: whoever asks properly meanwhile
// hardly notices.
TEST(ScoringService, RequestsThatAreWrongWithoutEndDoNotSlowOthersDown) {
  ServiceUnderTest service;
  v1::ScoreRequest answers;
  for (int i = 0; i < 300'000; ++i) answers.add_answers()->set_scenario("n");
  v1::ScoreRequest facts;
  for (int i = 0; i < 100'000; ++i) facts.add_facts()->set_fact("n");
  v1::PlanUpgradeRequest plan;
  for (int i = 0; i < 100'000; ++i) plan.add_costs()->set_scenario("n");
  EXPECT_THAT(service.Score(answers), HasReason(Reason::TOO_LARGE));
  EXPECT_THAT(service.Score(facts), HasReason(Reason::TOO_LARGE));
  const auto refused = service.PlanUpgrade(plan);
  EXPECT_THAT(refused, HasReason(Reason::SEVERAL_VIOLATIONS));
  EXPECT_EQ(ViolationsTotal(DetailOf(refused.status())), 100'001) << "the costs and the tier";

  std::atomic<bool> stop = false;
  std::vector<std::thread> attackers;
  for (int i = 0; i < 2; ++i) {
    attackers.emplace_back([&] {
      while (!stop) {
        EXPECT_FALSE(service.Score(answers).ok());
        EXPECT_FALSE(service.PlanUpgrade(plan).ok());
      }
    });
  }
  std::vector<absl::Duration> took;
  for (int i = 0; i < 50; ++i) {
    const absl::Time start = absl::Now();
    EXPECT_OK(service.Score({}));
    took.push_back(absl::Now() - start);
  }
  stop = true;
  for (auto& attacker : attackers) attacker.join();
  std::sort(took.begin(), took.end());
  EXPECT_LT(took[took.size() / 2], absl::Milliseconds(500));
}

// gRPC itself answers what it cannot parse, or what is too large; the caller is told what it was.
TEST(ScoringService, WhatIsNoMessageIsMalformedAndWhatIsTooLargeIsSaid) {
  ServiceUnderTest service;
  const auto channel = rpc::NewChannel(absl::StrCat("127.0.0.1:", service.port()), {});
  const auto send = [&](const char* path, const std::string& bytes) {
    const grpc::internal::RpcMethod method(path, grpc::internal::RpcMethod::NORMAL_RPC, channel);
    const auto context = rpc::NewContext(absl::Minutes(1));
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer in(&slice, 1);
    grpc::ByteBuffer out;
    return rpc::FromGrpcStatus(
        grpc::internal::BlockingUnaryCall(channel.get(), method, context.get(), in, &out));
  };
  const std::string gb18030("\x12\x06\x0a\x04\xb3\xa1\xbe\xb0", 8);
  const std::string truncated("\x12\x06\x0a", 3);
  for (const char* path : {"/zhiping.scoring.v1.ScoringService/Score",
                           "/zhiping.scoring.v1.ScoringService/PlanUpgrade"}) {
    for (const std::string& bytes : {gb18030, truncated}) {
      const absl::Status status = send(path, bytes);
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(status, HasReason(Reason::MALFORMED));
      EXPECT_FALSE(DetailOf(status).message().zh().empty());
    }
    EXPECT_THAT(send(path, std::string(5 << 20, '\0')), HasReason(Reason::TOO_LARGE));
  }
  EXPECT_EQ(send("/zhiping.scoring.v1.ScoringService/Nope", "").code(),
            absl::StatusCode::kUnimplemented)
      << "a method that is missing is still missing";
}

// A plan that would take much longer than anybody waits for it.
class LongPlan : public testing::Test {
 protected:
  LongPlan() {
    Random random(9);
    const auto hard = criteria::Criteria::Compile(oracle::HardRelease(4096, 16, random), "hard");
    EXPECT_OK(hard);
    service_ = std::make_unique<ServiceUnderTest>(std::vector{*hard});
    request_.mutable_criteria()->set_programme("hard");
    request_.set_tier("t");
    request_.set_node_budget(kMaxNodeBudget);
  }

  absl::Status Plan(grpc::ClientContext& context) {
    v1::PlanUpgradeResponse response;
    return rpc::FromGrpcStatus(service_->stub().PlanUpgrade(&context, request_, &response));
  }

  // Gives the calls of other threads a second to get into the pool.
  void WaitUntilPlanning() {
    EXPECT_THAT(Plan(*rpc::NewContext(absl::Seconds(1))), HasReason(Reason::DEADLINE_PASSED));
  }

  // Both threads of the service's pool are free again.
  void ExpectFreeSoon() {
    const absl::Time start = absl::Now();
    v1::PlanUpgradeRequest small;
    small.mutable_criteria()->set_programme(service_->criteria().edition().programme());
    small.set_tier(service_->criteria().rulebook().tiers(1).id());
    EXPECT_OK(service_->PlanUpgrade(small));
    EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  }

  std::unique_ptr<ServiceUnderTest> service_;
  v1::PlanUpgradeRequest request_;
};

TEST_F(LongPlan, EndsWhenItsDeadlinePasses) {
  std::vector<std::thread> callers;
  for (int i = 0; i < 2; ++i) {
    callers.emplace_back([&] {
      EXPECT_THAT(Plan(*rpc::NewContext(absl::Seconds(1))), HasReason(Reason::DEADLINE_PASSED));
    });
  }
  for (auto& caller : callers) caller.join();
  ExpectFreeSoon();
}

TEST_F(LongPlan, EndsWhenItsCallersAreGone) {
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::thread> callers;
  for (int i = 0; i < 2; ++i) {
    contexts.push_back(rpc::NewContext(absl::Minutes(5)));
    callers.emplace_back([this, context = contexts.back().get()] {
      EXPECT_THAT(Plan(*context), HasReason(Reason::CANCELLED));
    });
  }
  WaitUntilPlanning();
  for (auto& context : contexts) context->TryCancel();
  for (auto& caller : callers) caller.join();
  ExpectFreeSoon();
}

TEST_F(LongPlan, EndsWithTheServer) {
  std::thread caller([&] { EXPECT_FALSE(Plan(*rpc::NewContext(absl::Minutes(5))).ok()); });
  WaitUntilPlanning();
  const absl::Time start = absl::Now();
  service_->CloseNow();
  caller.join();
  service_.reset();
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
}

TEST(ScoringService, AViewThatDoesNotExistIsRefused) {
  ServiceUnderTest service;
  v1::ScoreRequest score;
  score.set_view(static_cast<v1::View::Value>(99));
  EXPECT_THAT(service.Score(score), HasReason(Reason::INVALID_FIELD));
  v1::PlanUpgradeRequest plan;
  plan.set_tier(service.criteria().rulebook().tiers(1).id());
  plan.set_view(static_cast<v1::View::Value>(99));
  const auto refused = service.PlanUpgrade(plan);
  EXPECT_THAT(refused, HasReason(Reason::INVALID_FIELD));
  EXPECT_EQ(DetailOf(refused.status()).violations(0).field(), "view");
}

TEST(ScoringService, CriteriaAreChosenByProgrammeOrDigest) {
  Random random(7);
  catalogue::v1::Release other = oracle::RandomRelease({}, random);
  other.mutable_edition()->set_programme("another");
  const auto compiled = criteria::Criteria::Compile(other, "sha256:another");
  ASSERT_OK(compiled);
  ServiceUnderTest service({*compiled});
  const std::string programme = service.criteria().edition().programme();
  const auto score = [&](const std::string& name, const std::string& digest, int revision) {
    v1::ScoreRequest request;
    request.mutable_criteria()->set_programme(name);
    request.mutable_criteria()->set_release_digest(digest);
    request.mutable_criteria()->set_min_revision(revision);
    const auto response = service.Score(request);
    if (!response.ok()) return absl::StatusOr<std::string>(response.status());
    return absl::StatusOr<std::string>(response->result().release_digest());
  };
  EXPECT_EQ(*score(programme, "", 0), service.criteria().digest());
  EXPECT_EQ(*score("another", "", 0), "sha256:another");
  EXPECT_EQ(*score("", "sha256:another", 0), "sha256:another");
  EXPECT_THAT(score("", "", 0), HasReason(Reason::FIELD_REQUIRED));
  EXPECT_THAT(score("unknown", "", 0), HasReason(Reason::UNKNOWN_PROGRAMME));
  EXPECT_THAT(score("", "sha256:0", 0), HasReason(Reason::RELEASE_NOT_FOUND));
  EXPECT_THAT(score(programme, "sha256:another", 0), HasReason(Reason::INVALID_FIELD));
  EXPECT_THAT(score("", "sha256:another", 1), HasReason(Reason::MIN_REVISION_WITH_DIGEST));
  EXPECT_THAT(score("another", "", 1), HasReason(Reason::REVISION_NOT_REACHED));
  EXPECT_THAT(score("another", "", -1), HasReason(Reason::INVALID_FIELD));

  const auto status = service.GetStatus();
  ASSERT_OK(status);
  ASSERT_EQ(status->programmes_size(), 2);
  EXPECT_EQ(status->programmes(0).programme(), "another");
  EXPECT_EQ(status->programmes(1).release_digest(), service.criteria().digest());
  EXPECT_EQ(status->programmes(1).available_size(), 1);
}

TEST(ScoringService, PlansAsTheEngineDoes) {
  ServiceUnderTest service;
  const auto& criteria = service.criteria();
  Random random(11);
  for (int i = 0; i < 20; ++i) {
    const auto score = RequestOf(criteria, oracle::RandomAnswers(criteria, random),
                                 oracle::RandomFacts(criteria, random), random);
    v1::PlanUpgradeRequest request;
    *request.mutable_answers() = score.answers();
    *request.mutable_facts() = score.facts();
    const auto& tiers = criteria.rulebook().tiers();
    do {
      request.set_tier(tiers[random.Below(tiers.size())].id());
    } while (criteria.tiers()[criteria.FindTier(request.tier())].conditions < 0);
    request.set_view(random.OneIn(2) ? v1::View::FULL : v1::View::BASIC);
    auto expected = PlanUpgrade(criteria, request);
    ASSERT_OK(expected);
    if (expected->has_after()) expected->mutable_after()->set_freshness(Freshness::OFFLINE);
    const auto response = service.PlanUpgrade(request);
    ASSERT_OK(response);
    EXPECT_TRUE(MessageDifferencer::Equals(*response, *expected)) << response->ShortDebugString();
  }
  EXPECT_THAT(service.PlanUpgrade({}), HasReason(Reason::UNKNOWN_TIER));
}

// ---- ScoreBatch ---------------------------------------------------------------------------------

class BatchCall {
 public:
  explicit BatchCall(ServiceUnderTest& service)
      : context_(rpc::NewContext(absl::Minutes(1))),
        stream_(service.stub().ScoreBatch(context_.get())) {}

  absl::StatusOr<v1::ScoreBatchResponse> Send(const v1::ScoreBatchRequest& request) {
    v1::ScoreBatchResponse response;
    if (stream_->Write(request) && stream_->Read(&response)) return response;
    return rpc::FromGrpcStatus(stream_->Finish());
  }
  absl::Status Finish() {
    stream_->WritesDone();
    return rpc::FromGrpcStatus(stream_->Finish());
  }

 private:
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ScoreBatchRequest, v1::ScoreBatchResponse>> stream_;
};

TEST(ScoreBatch, GivesTheNumbersOfScore) {
  ServiceUnderTest service;
  const auto& criteria = service.criteria();
  Random random(3);
  BatchCall call(service);
  for (const int rows : {1, 0, 500, 31'000, 2}) {
    v1::ScoreBatchRequest request;
    for (const auto& fact : criteria.rulebook().facts()) {
      request.add_facts()->set_fact(fact.name());
    }
    std::vector<ScoreResult> expected;
    for (int row = 0; row < rows; ++row) {
      const auto answers = oracle::RandomAnswers(criteria, random);
      const auto facts = oracle::RandomFacts(criteria, random);
      request.mutable_answers()->append(answers.begin(), answers.end());
      for (int f = 0; f < criteria.fact_count(); ++f) {
        request.mutable_facts(f)->add_values(facts[f] == criteria::kFactMissing ? -1 : facts[f]);
      }
      expected.push_back(Expected(criteria, answers, facts, false));
    }
    const auto response = call.Send(request);
    ASSERT_OK(response);
    if (rows == 1) {
      EXPECT_EQ(response->header().release_digest(), criteria.digest());
      EXPECT_EQ(response->header().freshness(), Freshness::OFFLINE);
      EXPECT_EQ(response->header().max_points(), criteria.max_points());
      EXPECT_EQ(response->header().tiers_size(), criteria.tier_count());
    }
    EXPECT_EQ(response->has_header(), rows == 1);
    ASSERT_EQ(response->points_size(), rows);
    const int segments = criteria.segment_count();
    for (int row = 0; row < rows; ++row) {
      const auto& result = expected[row];
      ASSERT_EQ(response->points(row), result.index().numerator());
      ASSERT_EQ(response->applicable_max_points(row), result.index_applicable().denominator());
      ASSERT_EQ(response->built(row), result.built());
      ASSERT_EQ(response->applicable(row), result.applicable());
      ASSERT_EQ(response->missing(row), result.missing_size());
      ASSERT_EQ(response->typical_covered(row), result.typical_covered());
      for (int s = 0; s < segments; ++s) {
        ASSERT_EQ(response->segment_points(row * segments + s),
                  result.segments(s).index().numerator());
      }
      for (int t = 0; t < criteria.tier_count(); ++t) {
        ASSERT_EQ(response->tier_statuses()[row * criteria.tier_count() + t],
                  result.tiers(t).status());
      }
    }
  }
  EXPECT_OK(call.Finish());
}

TEST(ScoreBatch, WhatIsWrongEndsTheStreamAndIsSaid) {
  ServiceUnderTest service;
  const auto& criteria = service.criteria();
  const int scenarios = criteria.scenario_count();
  const auto refused = [&](const v1::ScoreBatchRequest& request, const std::string& field,
                           Reason::Value reason) {
    BatchCall call(service);
    const auto response = call.Send(request);
    EXPECT_THAT(response, HasReason(reason)) << field;
    const ErrorDetail detail = DetailOf(response.status());
    ASSERT_EQ(detail.violations_size(), 1);
    EXPECT_EQ(detail.violations(0).field(), field);
  };
  v1::ScoreBatchRequest request;
  request.set_answers(std::string(scenarios + 1, '\0'));
  refused(request, "answers", Reason::INVALID_FIELD);
  request.set_answers(std::string(3 * scenarios, '\0'));
  request.mutable_answers()->at(2 * scenarios + 5) = '\xFF';
  refused(request, absl::StrCat("answers[", 2 * scenarios + 5, "]"), Reason::UNKNOWN_LEVEL);
  for (int i = 0; i < scenarios; ++i) {
    for (int rank = 1; rank <= criteria.level_count(); ++rank) {
      if (criteria.LevelExists(i, rank)) continue;
      request.set_answers(std::string(scenarios, '\0'));
      request.mutable_answers()->at(i) = static_cast<char>(criteria::CodeOfRank(rank));
      refused(request, absl::StrCat("answers[", i, "]"), Reason::LEVEL_NOT_AVAILABLE);
    }
  }
  request.set_answers(std::string((1 << 20) / scenarios * scenarios + scenarios, '\0'));
  refused(request, "answers", Reason::TOO_LARGE);

  const auto& fact = criteria.rulebook().facts(0);
  request.set_answers(std::string(2 * scenarios, '\0'));
  request.add_facts()->set_fact("no_such_fact");
  refused(request, "facts[0].fact", Reason::UNKNOWN_FACT);
  request.mutable_facts(0)->set_fact(fact.name());
  request.mutable_facts(0)->add_values(fact.min());
  refused(request, "facts[0].values", Reason::INVALID_FIELD);
  request.mutable_facts(0)->add_values(fact.max() + 1);
  refused(request, "facts[0].values[1]", Reason::FACT_OUT_OF_RANGE);
  request.mutable_facts(0)->set_values(1, fact.max());
  *request.add_facts() = request.facts(0);
  refused(request, "facts[1].fact", Reason::DUPLICATE_FACT);
}

// Were it read as the end of the stream, the caller would take the answers so far for all.
TEST(ScoreBatch, AMessageThatCannotBeParsedIsRefused) {
  ServiceUnderTest service;
  const auto channel = rpc::NewChannel(absl::StrCat("127.0.0.1:", service.port()), {});
  const auto context = rpc::NewContext(absl::Minutes(1));
  const grpc::internal::RpcMethod method("/zhiping.scoring.v1.ScoringService/ScoreBatch",
                                         grpc::internal::RpcMethod::BIDI_STREAMING, channel);
  const std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
      grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
          channel.get(), method, context.get()));
  const auto send = [&](const std::string& bytes) {
    const grpc::Slice slice(bytes);
    grpc::ByteBuffer out;
    return stream->Write(grpc::ByteBuffer(&slice, 1)) && stream->Read(&out);
  };
  EXPECT_TRUE(send(""));
  EXPECT_FALSE(send(std::string("\x12\x06\x0a", 3)));
  EXPECT_THAT(rpc::FromGrpcStatus(stream->Finish()), HasReason(Reason::MALFORMED));
}

TEST(ScoreBatch, TheFirstMessageFixesTheRelease) {
  ServiceUnderTest service;
  BatchCall call(service);
  v1::ScoreBatchRequest request;
  request.mutable_criteria()->set_release_digest(service.criteria().digest());
  EXPECT_OK(call.Send(request));
  EXPECT_THAT(call.Send(request), HasReason(Reason::WRONG_STREAM_MESSAGE));
  BatchCall unknown(service);
  request.mutable_criteria()->set_release_digest("sha256:0");
  EXPECT_THAT(unknown.Send(request), HasReason(Reason::RELEASE_NOT_FOUND));
}

}  // namespace
}  // namespace zhiping::scoring
