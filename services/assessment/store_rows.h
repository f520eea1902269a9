// What lists of the store are asked for, and what they give.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/identity/access_rule.h"
#include "common/identity/caller.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// A page of a list.
template <typename Item>
struct ListOf {
  std::vector<Item> items;
  // Where the next page begins, for rpc::MakePageToken; empty: this is the last one.
  std::vector<std::string> next;
  // Exact up to 10,000; 10,001 stands for more.
  int total = 0;
};

// How many values a position has: for rpc::ReadPage.
inline constexpr size_t kEnterprisePosition = 1;
inline constexpr size_t kChangeRequestPosition = 3;
inline constexpr size_t kCampaignPosition = 2;
inline constexpr size_t kTargetPosition = 3;
inline constexpr size_t kAssessmentPosition = 3;
inline constexpr size_t kSubmissionPosition = 5;
inline constexpr size_t kQueuePosition = 6;
inline constexpr size_t kAccessPosition = 3;

// By USCC.
struct EnterpriseQuery {
  // Programmes do not matter: whoever has rights for any reaches every enterprise.
  identity::FilesInReach reach;
  // Only those of one of the units, in one of the regions; empty: any.
  std::vector<std::string> units;
  std::vector<std::string> regions;
  // Only those whose USCC begins so, or whose name contains that, if either is given. A search of
  // names reads them all, for 2 seconds at most.
  std::string uscc_prefix;
  std::string name_part;
  bool with_tests = false;
};

// The oldest first, then by USCC and number.
struct ChangeRequestQuery {
  // The unit is the receiving one; programmes as in EnterpriseQuery.
  identity::FilesInReach reach;
  // Empty: any.
  std::string enterprise;
  bool open_only = false;
};

// The latest year first, then by id; without those that were deleted.
struct CampaignQuery {
  // Empty: any.
  std::string programme;
  // Only those that are open then.
  std::optional<absl::Time> open_at;
};

// The newest first.
struct SubmissionQuery {
  // The unit is the one that received it: the enterprise's when it was made.
  identity::FilesInReach reach;
  // Empty, UNSPECIFIED: any.
  std::string enterprise;
  std::string plant;
  std::string campaign;
  v1::SubmissionState::Value state = v1::SubmissionState::SUBMISSION_STATE_UNSPECIFIED;
  // Of its own receipt or of one of a decision, as receipts have it: `7K3QD-8M2XV`.
  std::string receipt_no;
  bool effective_only = false;
};

// By due date, those without one last; then by when they were made. Without test enterprises.
struct QueueQuery {
  // In whose queue; none: the queue is empty.
  std::vector<std::string> units;
  // Empty, UNSPECIFIED: any.
  std::string campaign;
  v1::Stage::Value stage = v1::Stage::STAGE_UNSPECIFIED;
  // What is in nobody's hand at `now`.
  bool free_only = false;
  // What is in the hand of this person at `now`, if it is known().
  identity::Person taken_by;
  absl::Time now;
  // Those with objections to decide, instead of those to review.
  bool objections = false;
};

struct ListedSubmission {
  v1::SubmissionRecord record;
  // Whether another enterprise, no test, has handed in a file with the same content.
  bool evidence_matches = false;
};

// Who else has handed in a file.
struct EvidenceMatches {
  std::string sha256;
  // Those in reach, at most 100, by USCC.
  std::vector<v1::SubmissionRecord> others;
  // How many enterprises outside have it: of the first 1,001 such files.
  int elsewhere = 0;
};

// A request that was made before.
struct KnownRequest {
  // The answer; absent: it was not carried out.
  std::optional<std::string> response;
  // When it came first, if it could not be carried out then.
  std::optional<absl::Time> received;
};

// What an assessment is made of; absent: it is not there.
struct AssessmentRows {
  std::optional<v1::EnterpriseRecord> enterprise;
  std::optional<v1::CampaignRecord> campaign;
  std::optional<v1::AssessmentRecord> assessment;
  // By number.
  std::vector<v1::SubmissionRecord> submissions;
  // Of the campaign's target list.
  std::optional<v1::Target> target;
  // Of the request that was asked for.
  KnownRequest request;
};

// `main` for an empty one.
std::string PlantOf(const std::string& plant);

}  // namespace zhiping::assessment
