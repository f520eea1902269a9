#include "services/ctl/receipt_source.h"

#include <utility>

#include "common/files/file.h"
#include "common/receipts/receipt_no.h"
#include "common/receipts/signed_receipt.h"
#include "common/releases/seed.h"
#include "common/releases/signed_release.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/ctl/edition_source.h"
#include "services/ctl/remote_service.h"
#include "services/scoring/domain/receipt.h"
#include "zhiping/scoring/v1/scoring_service.grpc.pb.h"

namespace zhiping::ctl {
namespace {

using scoring::v1::ScoringService;
using scoring::v1::VerifyReceiptRequest;
using scoring::v1::VerifyReceiptResponse;

constexpr char kUsualTarget[] = "127.0.0.1:50051";

absl::StatusOr<VerifiedReceipt> VerifyByService(const std::string& json,
                                                const ReceiptOptions& options) {
  ASSIGN_OR_RETURN(
      const absl::Duration timeout,
      ParseDurationOption("--timeout", options.timeout.empty() ? "10s" : options.timeout,
                          absl::Milliseconds(100), absl::Minutes(10)));
  RemoteService service = {
      MakeText("评分服务", "scoring service"),
      "--server",
      kUsualTarget,
      MakeText("，或用 --release 在本机核验", " --release verifies without it."),
      options.server,
      timeout,
      {}};
  RETURN_IF_ERROR(CheckTarget(service));
  ASSIGN_OR_RETURN(service.credentials, ReadCredentials(options.credentials, service.target));
  const auto stub =
      ScoringService::NewStub(ChannelTo(service, {ScoringService::service_full_name()}));
  VerifyReceiptRequest request;
  request.set_receipt(json);
  request.set_receipt_no(options.receipt_no);
  VerifiedReceipt verified;
  ASSIGN_OR_RETURN(verified.response,
                   Ask(service, *stub, &ScoringService::Stub::VerifyReceipt, request));
  if (verified.response.has_refusal()) {
    return MakeError(absl::StatusCode::kPermissionDenied, verified.response.refusal());
  }
  return verified;
}

absl::StatusOr<VerifiedReceipt> VerifyHere(const std::string& json, const std::string& trust_file,
                                           const ReceiptOptions& options) {
  if (trust_file.empty()) {
    return WrongUsage("在本机核验回执，须用 --trust-file 给出信任文件。",
                      "To verify a receipt here, --trust-file has to name the trusted keys.");
  }
  std::string receipt_no;
  if (!options.receipt_no.empty()) {
    ASSIGN_OR_RETURN(receipt_no, receipts::ParseReceiptNo(options.receipt_no));
  }
  ASSIGN_OR_RETURN(const auto trust, releases::ReadTrustFile(trust_file));
  ASSIGN_OR_RETURN(const auto receipt, receipts::ReadReceipt(json, *trust));
  ASSIGN_OR_RETURN(const std::string release, ReadFile(options.release, kMaxEnvelopeBytes));
  const auto& content = receipt.receipt.content();
  VerifiedReceipt verified;
  ASSIGN_OR_RETURN(
      verified.criteria,
      releases::OpenRelease(
          release, {content.release_digest(), content.programme(), envelope::Purpose::RELEASE},
          *trust, FromTimestamp(receipt.receipt.signed_at())));
  auto& response = verified.response;
  response = scoring::VerifyReceipt(receipt, *verified.criteria, receipt_no);
  if (response.has_result()) {
    response.mutable_result()->set_freshness(common::v1::Freshness::OFFLINE);
  }
  if (response.has_reviewed_result()) {
    response.mutable_reviewed_result()->set_freshness(common::v1::Freshness::OFFLINE);
  }
  return verified;
}

}  // namespace

void AddReceiptOptions(CLI::App& command, const CommandLine& line, ReceiptOptions& options) {
  AddOption(command, line, "--release", options.release, "FILE",
            "回执所用发布版的文件，用来逐项复算",
            "The file of the receipt's release, to recompute it by");
  AddOption(command, line, "--receipt-no", options.receipt_no, "NO",
            "回执应有的编号，例如 7K3QD-8M2XV，大小写和连字符不限",
            "The number that the receipt should have, such as 7K3QD-8M2XV, in any spelling");
}

void AddReceiptServerOptions(CLI::App& command, const CommandLine& line, ReceiptOptions& options) {
  AddOption(command, line, "--server", options.server, "HOST:PORT",
            "由评分服务核验回执，代替 --release 和 --trust-file",
            "Let the scoring service verify a receipt, instead of --release and --trust-file");
  AddOption(command, line, "--timeout", options.timeout, "DURATION",
            "等待服务的时间，100ms 至 10m，默认 10s",
            "How long to wait for the service, 100ms to 10m, by default 10s")
      ->envname("ZHIPING_TIMEOUT");
  AddCredentialOptions(command, line, options.credentials);
}

absl::StatusOr<VerifiedReceipt> VerifyReceipt(const std::string& json,
                                              const std::string& trust_file,
                                              const ReceiptOptions& options) {
  if (options.release.empty() == options.server.empty()) {
    return WrongUsage(
        "核验回执须用 --release 给出回执所用发布版的文件，或用 --server 指明评分服务，二者选一。",
        "To verify a receipt, give the file of its release as --release, or the scoring service as "
        "--server: one of the two.");
  }
  return options.server.empty() ? VerifyHere(json, trust_file, options)
                                : VerifyByService(json, options);
}

}  // namespace zhiping::ctl
