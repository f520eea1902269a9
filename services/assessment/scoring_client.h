// The scoring service, as this one calls it.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/criteria/answers.h"
#include "zhiping/common/v1/score_result.pb.h"
#include "zhiping/scoring/v1/scoring_service.grpc.pb.h"

namespace zhiping::assessment {

// Blocks until the deadline. Thread-safe.
class ScoringClient {
 public:
  explicit ScoringClient(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(scoring::v1::ScoringService::NewStub(channel)) {}

  // What answers and facts score under a pinned release, by ids alone or with texts. Errors: those
  // of Score; SERVICE_UNREACHABLE (UNAVAILABLE) while scoring is away.
  absl::StatusOr<common::v1::ScoreResult> Score(const std::string& programme,
                                                const std::string& digest,
                                                const criteria::AnswerList& answers,
                                                const criteria::FactList& facts,
                                                absl::Time deadline, bool with_texts = false) const;

 private:
  const std::unique_ptr<scoring::v1::ScoringService::Stub> stub_;
};

}  // namespace zhiping::assessment
