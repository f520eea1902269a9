// What came of verifying a receipt, for whoever received it.
#pragma once

#include <string>

#include "services/ctl/screen.h"
#include "services/ctl/zone.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::ctl {

// REQUIRES: the response has no refusal.
std::string ReceiptReport(const scoring::v1::VerifyReceiptResponse& response, const Zone& zone,
                          const Screen& screen);

}  // namespace zhiping::ctl
