// receipt print: a receipt as a page of paper.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/criteria/release.h"
#include "common/envelope/envelope.h"
#include "common/files/file.h"
#include "common/receipts/signed_receipt.h"
#include "common/reference/reference.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ctl/commands.h"
#include "services/ctl/json_output.h"
#include "services/ctl/receipt_page.h"
#include "services/ctl/receipt_source.h"
#include "services/ctl/zone.h"

namespace zhiping::ctl {
namespace {

struct PrintOptions {
  std::string receipt, trust_file, out, time_zone;
  ReceiptOptions verifying;
};

absl::Status Mismatch(const scoring::v1::VerifyReceiptResponse& response) {
  const int different = response.differences_size();
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::RECEIPT_MISMATCH,
      absl::StrCat("回执有 ", different,
                   " 项与复算结果不一致，不予打印；用 zhipingctl verify 查看是哪些。"),
      absl::StrCat(
          different,
          different == 1 ? " value of the receipt differs" : " values of the receipt differ",
          " from what comes out, so it is not printed; zhipingctl verify shows which."),
      {{"differences", absl::StrCat(different)}});
}

absl::StatusOr<int> Run(const PrintOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const Zone zone, Zone::Load(options.time_zone));
  ASSIGN_OR_RETURN(const std::string json,
                   ReadFile(options.receipt, receipts::kMaxReceiptEnvelopeBytes));
  ASSIGN_OR_RETURN(const VerifiedReceipt verified,
                   VerifyReceipt(json, options.trust_file, options.verifying));
  if (!verified.response.valid()) return Mismatch(verified.response);
  ASSIGN_OR_RETURN(const envelope::Envelope envelope, envelope::ParseEnvelope(json));
  ASSIGN_OR_RETURN(const auto reference, reference::Reference::Open());
  const std::string digest = criteria::DigestOf(envelope.payload);
  ASSIGN_OR_RETURN(const std::string html, ReceiptPageHtml({verified.response, *verified.criteria,
                                                            reference, digest, zone}));
  RETURN_IF_ERROR(WriteFile(options.out, html, Overwrite::kOnlyEqual, /*secret=*/false));
  const std::string& number = verified.response.receipt_no();
  Print(line.json ? Dump({{"receiptNo", number}, {"out", options.out}})
                  : absl::StrCat(line.screen.Say(
                        absl::StrCat("回执 ", number, " 已核验，页面写入 ", options.out,
                                     "；用浏览器打开，按 A4 打印。\n"),
                        absl::StrCat("Receipt ", number, " is verified; its page is in ",
                                     options.out, ": open it in a browser and print it on A4.\n"))),
        line.screen);
  return kExitOk;
}

}  // namespace

void AddReceiptCommands(CLI::App& app, CommandLine& line) {
  CLI::App* const group = AddCommandGroup(app, line, "receipt", "打印回执；核验用 verify",
                                          "Print receipts; verify checks them");
  CLI::App* const command =
      AddCommand(*group, line, "print", "核验一份回执，生成可打印的《自评测提交回执》（A4，HTML）",
                 "Verify a receipt and write it as an A4 page in HTML");
  const auto options = std::make_shared<PrintOptions>();
  AddOption(*command, line, "RECEIPT", options->receipt, "", "回执文件", "The receipt's file")
      ->required();
  AddOption(*command, line, "--trust-file", options->trust_file, "FILE", "信任文件",
            "The trusted keys")
      ->required()
      ->envname("ZHIPING_TRUST_FILE");
  AddReceiptOptions(*command, line, options->verifying);
  command->get_option("--release")->required();
  AddOption(*command, line, "--out", options->out, "FILE",
            "写入的 HTML 文件；不会替换已有的其他文件",
            "The HTML file to write; another file that is there is never replaced")
      ->required();
  AddTimeZoneOption(*command, line, options->time_zone);
  command->callback(
      [options, &line] { line.action = [options, &line] { return Run(*options, line); }; });
}

}  // namespace zhiping::ctl
