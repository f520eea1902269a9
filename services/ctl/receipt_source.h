// A receipt's file verified: here, by the file of its release, or by the scoring service.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/criteria/criteria.h"
#include "services/ctl/command_line.h"
#include "services/ctl/credentials.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::ctl {

struct ReceiptOptions {
  std::string release, server, receipt_no, timeout;
  CredentialOptions credentials;
};

// --release, --receipt-no; and, for whom a service may verify, --server with what calling takes.
void AddReceiptOptions(CLI::App& command, const CommandLine& line, ReceiptOptions& options);
void AddReceiptServerOptions(CLI::App& command, const CommandLine& line, ReceiptOptions& options);

struct VerifiedReceipt {
  // Without refusal.
  scoring::v1::VerifyReceiptResponse response;
  // The release; null if a service verified.
  std::shared_ptr<const criteria::Criteria> criteria;
};

// `json`: of the receipt's file. A release counts at the instant at which the receipt was signed.
// Errors: those of receipts::ReadReceipt and releases::OpenRelease; WRONG_USAGE.
absl::StatusOr<VerifiedReceipt> VerifyReceipt(const std::string& json,
                                              const std::string& trust_file,
                                              const ReceiptOptions& options);

}  // namespace zhiping::ctl
