// Receipts through the real program: those that are kept, verified and printed.
#include <nlohmann/json.hpp>

#include "common/envelope/envelope.h"
#include "tests/integration/ctl/run_ctl.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

const std::string kFolder = "tests/golden/receipts/0.1.0/";
const std::string kNumber = "H8GP3-WJF47";
const std::string kReceipt = kFolder + kNumber + ".receipt.json";

std::vector<std::string> With(std::vector<std::string> arguments,
                              const std::vector<std::string>& more = {}) {
  for (const std::string& argument : {std::string("--release"), kFolder + "2026-1.release.json",
                                      std::string("--trust-file"), kFolder + "trust.txtpb"}) {
    arguments.push_back(argument);
  }
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(ReceiptCommandTest, AKeptReceiptVerifiesOffline) {
  const Outcome zh = RunCtl(With({"verify", kReceipt, "--lang", "zh"}));
  EXPECT_EQ(zh.exit_code, 0) << zh.err;
  EXPECT_THAT(zh.out, HasSubstr("回执有效"));
  EXPECT_THAT(zh.out, HasSubstr(kNumber));
  const Outcome json = RunCtl(With({"verify", kReceipt, "--json"}));
  const Json said = Json::parse(json.out, nullptr, /*allow_exceptions=*/false);
  EXPECT_EQ(said["trusted"], true);
  EXPECT_EQ(said["valid"], true);
  EXPECT_EQ(said["purpose"], "receipt");
  EXPECT_EQ(said["receiptNo"], kNumber);
  EXPECT_EQ(said["keyIds"].size(), 2u);
}

TEST(ReceiptCommandTest, ExitCodesAreThoseOfVerify) {
  const auto code = [](const std::vector<std::string>& arguments) {
    return RunCtl(arguments).exit_code;
  };
  EXPECT_EQ(code(With({"verify", kReceipt}, {"--receipt-no", "h8gp3wjf47"})), 0);
  EXPECT_EQ(code(With({"verify", kReceipt}, {"--receipt-no", "7K3QD-8M2XV"})), 1);
  EXPECT_EQ(code(With({"verify", kReceipt}, {"--programme", "other"})), 1);
  EXPECT_EQ(code(With({"verify", kReceipt}, {"--purpose", "notes"})), 1);
  EXPECT_EQ(code(With({"verify", kReceipt}, {"--at", "2026-12-01 08:00"})), 2);
  EXPECT_EQ(code(With({"verify", kReceipt}, {"--server", "127.0.0.1:1"})), 2);
  EXPECT_EQ(code({"verify", kReceipt, "--trust-file", kFolder + "trust.txtpb"}), 2);
  EXPECT_EQ(code({"verify", kReceipt, "--server", "127.0.0.1:1", "--timeout", "200ms"}), 3);
  // Options of receipts say nothing about a release.
  EXPECT_EQ(code(With({"verify", kFolder + "2026-1.release.json"})), 2);
}

TEST(ReceiptCommandTest, OneFlippedBitIsNoticed) {
  auto envelope = envelope::ParseEnvelope(ReadWhole(ZHIPING_SOURCE_DIR "/" + kReceipt));
  ASSERT_OK(envelope);
  envelope->payload[100] = static_cast<char>(envelope->payload[100] ^ 1);
  const std::string forged = Scratch("forged.json", envelope::SerializeEnvelope(*envelope));
  const Outcome outcome = RunCtl(With({"verify", forged, "--json"}));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(ErrorOf(outcome).reason(), Reason::BAD_SIGNATURE);
  EXPECT_EQ(RunCtl(With({"receipt", "print", forged}, {"--out", ScratchFolder() + "/page.html"}))
                .exit_code,
            1);
}

TEST(ReceiptCommandTest, PrintsAPageAndNeverOverAnotherFile) {
  const std::string page = ScratchFolder() + "/page.html";
  const Outcome printed =
      RunCtl(With({"receipt", "print", kReceipt, "--lang", "zh"}, {"--out", page}));
  EXPECT_EQ(printed.exit_code, 0) << printed.err;
  EXPECT_THAT(ReadWhole(page), HasSubstr("自评测提交回执"));
  EXPECT_THAT(ReadWhole(page), HasSubstr(kNumber));
  EXPECT_EQ(RunCtl(With({"receipt", "print", kReceipt}, {"--out", page})).exit_code, 0);
  const std::string other = Scratch("other.html", "mine");
  const Outcome refused = RunCtl(With({"receipt", "print", kReceipt, "--json"}, {"--out", other}));
  EXPECT_EQ(ErrorOf(refused).reason(), Reason::FILE_UNWRITABLE);
  EXPECT_EQ(ReadWhole(other), "mine");
}

}  // namespace
}  // namespace zhiping::ctl
