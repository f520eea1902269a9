// Acts on submissions: in a transaction that has locked their enterprise, on all submissions of an
// assessment, of which those that changed are stored and logged.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "services/assessment/domain/act.h"
#include "services/assessment/environment.h"
#include "services/assessment/receipt_signing.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// Of an assessment, locked.
struct LockedSubmissions {
  v1::EnterpriseRecord enterprise;
  v1::CampaignRecord campaign;
  Submissions all;
};

// What the rights of callers to a submission are judged by: its enterprise, the unit that received
// it, and its programme.
identity::FileCoordinates CoordinatesOf(const v1::EnterpriseRecord& enterprise,
                                        const v1::SubmissionRecord& submission);

// All of the assessment that the submission is of. Errors: SUBMISSION_NOT_FOUND if the enterprise
// or the campaign is not there.
absl::StatusOr<LockedSubmissions> LockSubmissions(StoreTransaction& transaction,
                                                  const v1::SubmissionKey& key);

// Stores those that are new or have a greater version than `before`, and logs what the log tells of
// them. `receipt`: of the new one.
absl::Status SaveChanged(StoreTransaction& transaction, const Submissions& before,
                         const Submissions& after, absl::Time now, const std::string& receipt = "");

// The scope and the act of one call on one submission.
struct SubmissionCall {
  // With its plant.
  v1::SubmissionKey key;
  const rpc::Call& call;
  // The etag that the request is based on; empty: any.
  std::string etag;
};

// The act of the call: who, when and on which submission. The unit of a caller who was not asked is
// the one that acts for whose turn it is.
Act ActOf(const Environment& environment, const SubmissionCall& about, const Submissions& all,
          absl::Time now);

// Whether the caller may: by UNIT or FILE, as the method's scope is. Both are null if they are not
// there. Without `record` its enterprise alone says whose it would be; with it UNIT needs no
// `enterprise`. Errors: SUBMISSION_NOT_FOUND, also for what is outside of the scope.
absl::Status CheckMay(const SubmissionCall& about, const v1::EnterpriseRecord* enterprise,
                      const v1::SubmissionRecord* record);
absl::Status CheckMay(const SubmissionCall& about, const LockedSubmissions& locked);

// A submission that the caller may reach, without a lock. Errors: SUBMISSION_NOT_FOUND.
absl::StatusOr<v1::SubmissionRecord> FindFile(Store& store, const SubmissionCall& about,
                                              absl::Time deadline);

// Whether the caller reviews the file, or is head of a unit that does: of the scope FILE.
bool ReviewsFile(const rpc::Call& call, const v1::SubmissionRecord& record);

// How many submissions one request may name: 1 … 100.
void CheckFiles(int files, absl::string_view field, Violations& violations);

}  // namespace zhiping::assessment
