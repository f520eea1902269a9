// A receipt computed anew from the answers and the release, and compared with what was signed,
// field by field.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/criteria/criteria.h"
#include "common/receipts/signed_receipt.h"
#include "zhiping/assessment/v1/receipt.pb.h"
#include "zhiping/common/v1/score_result.pb.h"

namespace zhiping::receipts {

struct Recomputed {
  // How many values were compared.
  int compared = 0;
  // Where it says anything else than what comes out. Where nothing can come out, the recomputed
  // value is the name of the reason: UNKNOWN_SCENARIO, LEVEL_NOT_AVAILABLE, INCOMPLETE, …
  std::vector<assessment::v1::ReceiptDifference> differences;
  // What the answers and facts score, with texts, revision 0 and no freshness; absent if they
  // cannot be scored.
  std::optional<common::v1::ScoreResult> result;
  // The same with the findings; absent without findings too.
  std::optional<common::v1::ScoreResult> reviewed_result;
};

// Compared: programme, digest, label, title and release in words; that every scenario is answered
// once, in the edition's order, by ids; enterprise and plant with the snapshot; the result and the
// reviewed result, but for what says how they came about rather than what they are: engine_version,
// revision and freshness; that findings raise nothing; the statement.
// Not compared, since only the signature vouches for it: the snapshot, evidence, commitment,
// decisions, state and instants.
//
// expected_receipt_no: as ReceiptNo writes it; compared with the receipt's if it is not empty.
Recomputed Recompute(const SignedReceipt& signed_receipt, const criteria::Criteria& criteria,
                     const std::string& expected_receipt_no = "");

}  // namespace zhiping::receipts
