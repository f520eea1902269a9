// submission countersign: the platform signs a receipt beside the service.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/envelope/envelope.h"
#include "common/envelope/signer.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/display_width.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct CountersignOptions {
  AssessmentOptions service;
  std::string submission, key;
};

absl::StatusOr<int> Countersign(const CountersignOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const auto signer, envelope::ReadKeyFile(options.key));
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::GetReceiptRequest get;
  ASSIGN_OR_RETURN(*get.mutable_submission(), SubmissionOf(options.submission, *access.client));
  ASSIGN_OR_RETURN(const auto receipt, access.client->Call(&Assessments::GetReceipt, get));
  ASSIGN_OR_RETURN(const auto envelope, envelope::ParseEnvelope(receipt.receipt()));
  v1::CountersignReceiptRequest request;
  *request.mutable_submission() = get.submission();
  request.set_key_id(signer->key_id());
  ASSIGN_OR_RETURN(*request.mutable_signature(), signer->Sign(envelope::PreAuthEncoding(
                                                     envelope.payload_type, envelope.payload)));
  ASSIGN_OR_RETURN(const auto response,
                   access.client->Call(&Assessments::CountersignReceipt, request));
  ASSIGN_OR_RETURN(const auto signed_too, envelope::ParseEnvelope(response.receipt()));
  const std::string& number = receipt.receipt_no();
  Json keys = Json::array();
  for (const auto& signature : signed_too.signatures) keys.push_back(signature.key_id);
  Print(line.json ? Dump(Json{{"receiptNo", number}, {"keyIds", keys}})
                  : Hang("",
                         line.screen.Say(
                             absl::StrCat("已在回执 ", number, " 上加签，密钥 ", signer->key_id(),
                                          "；回执现有 ", keys.size(), " 个签名，编号不变。"),
                             absl::StrCat("Receipt ", number, " is signed by the key ",
                                          signer->key_id(), " too; it has ", keys.size(),
                                          " signatures now, and the same number.")),
                         line.screen.width),
        line.screen);
  return kExitOk;
}

}  // namespace

void AddSubmissionCountersignCommand(CLI::App& submission, CommandLine& line) {
  const auto options = std::make_shared<CountersignOptions>();
  CLI::App* const command =
      AddCommand(submission, line, "countersign", "用平台自己的密钥在提交回执上加签（平台）",
                 "Sign the receipt with the platform's own key too (for platforms)");
  AddOption(*command, line, "SUBMISSION", options->submission, "", kSubmissionNameZh,
            kSubmissionNameEn)
      ->required();
  AddOption(*command, line, "--key", options->key, "FILE",
            "平台的私钥文件；信任文件须接受它对回执的签名",
            "The platform's private key, which the trust file accepts for receipts")
      ->required();
  AddAssessmentOptions(*command, line, options->service);
  RunWith(*command, line, options, &Countersign);
}

}  // namespace zhiping::ctl
