// One assessment with its submissions in memory, where acts are done by name.
//
//   ReviewWorld world(v1::ReviewPolicy::ALL);
//   EXPECT_OK(world.Do("Submit", "enterprise"));
//   EXPECT_OK(world.Do("Take", "county"));
//   EXPECT_OK(world.Do("Approve", "county"));
//
// The enterprise is in county `c1` of city `c` of the province `p`; `other` is of county `c2`.
#pragma once

#include <string>

#include "common/criteria/criteria.h"
#include "services/assessment/domain/act.h"
#include "services/assessment/domain/submission_acts.h"

namespace zhiping::assessment {

class ReviewWorld {
 public:
  explicit ReviewWorld(v1::ReviewPolicy::Mode mode,
                       v1::Channel::Value channel = v1::Channel::STAGED);

  // `county`, `county_head`, … as state_table.h lists them; REQUIRES: it is one of those.
  static Actor ActorOf(const std::string& name);
  // As of one minute after the act before, based on the standing as it is.
  Act ActOf(const Actor& actor, int32_t submission);

  // An act as state_table.h lists them, or TakeFindingBack, with arguments that are right: the
  // application is `A-1`, the finding lowers scenario a, the county to l1, others to l0, the
  // comment is 1, the objection the latest.
  absl::Status Do(const std::string& act, const std::string& actor, int32_t submission = 1);
  absl::Status Do(const std::string& name, const Act& act);
  // As the service does it: what counts is scored anew, and what is signed of a decision has to
  // verify.
  absl::Status DoAndSign(const std::string& act, const std::string& actor, int32_t submission = 1);
  // Takes it first.
  absl::Status Decide(const std::string& act, const std::string& actor, int32_t submission = 1);

  v1::SubmissionRecord& Record(int32_t number) { return all[number - 1]; }
  const v1::SubmissionStanding& Standing(int32_t number) const {
    return all[number - 1].submission().standing();
  }
  // `UNDER_REVIEW_CITY`, `RETURNED`, …
  std::string State(int32_t number) const;

  Submissions all;
  v1::Campaign campaign;
  std::vector<v1::ReviewStage> stages;
  absl::Time now;
  // Null: none has ended.
  const reference::ReviewUnits* units = nullptr;
  // SmallRelease (tests/unit/criteria/small_criteria.h), where a is l2, b l1, c not_applicable;
  // fact score is 59.5, rank was not given.
  std::shared_ptr<const criteria::Criteria> criteria;
};

}  // namespace zhiping::assessment
