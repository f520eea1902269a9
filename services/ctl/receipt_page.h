// A receipt as a page of paper: A4, black and white, 《自评测提交回执》.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/criteria/criteria.h"
#include "common/reference/reference.h"
#include "services/ctl/zone.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::ctl {

struct ReceiptPage {
  // Valid, with its release and where names of sizes and industries are from.
  const scoring::v1::VerifyReceiptResponse& verified;
  const criteria::Criteria& criteria;
  const reference::Reference& reference;
  // `sha256:…` of what is signed.
  const std::string& digest;
  const Zone& zone;
};

// One HTML file that needs nothing else: no script, font or picture. In Chinese, as it is handed
// in.
absl::StatusOr<std::string> ReceiptPageHtml(const ReceiptPage& page);

}  // namespace zhiping::ctl
