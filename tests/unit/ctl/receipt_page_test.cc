// What is printed of a receipt, on paper and on the screen.
#include <algorithm>

#include "absl/strings/str_replace.h"
#include "common/receipts/signed_receipt.h"
#include "services/ctl/html.h"
#include "services/ctl/qr_code.h"
#include "services/ctl/receipt_page.h"
#include "services/ctl/receipt_report.h"
#include "services/scoring/domain/receipt.h"
#include "tests/edition_folder.h"
#include "tests/unit/receipts/sample_receipt.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using assessment::v1::Receipt;
using testing::HasSubstr;
using testing::Not;

class ReceiptPageTest : public testing::Test {
 protected:
  scoring::v1::VerifyReceiptResponse Verified(const Receipt& receipt) const {
    return scoring::VerifyReceipt({receipt, "7K3QD-8M2XV", digest_, {"ed25519-0011223344556677"}},
                                  *criteria_, "");
  }

  std::string Page(const Receipt& receipt) const {
    const auto verified = Verified(receipt);
    const auto html = ReceiptPageHtml({verified, *criteria_, *reference_, digest_, zone_});
    EXPECT_OK(html);
    return html.ok() ? *html : "";
  }

  Receipt Sample(Receipt::Kind kind) const { return receipts::SampleReceipt(*criteria_, kind); }

  const std::shared_ptr<const criteria::Criteria> criteria_ = *criteria::CompileEdition2026();
  const absl::StatusOr<reference::Reference> reference_ = reference::Reference::Open();
  const std::string digest_ = "sha256:" + std::string(64, '7');
  const Zone zone_;
};

TEST_F(ReceiptPageTest, ShowsTheRecordItself) {
  const Receipt receipt = Sample(Receipt::SUBMISSION);
  const std::string page = Page(receipt);
  for (const std::string& text :
       {std::string("自评测提交回执"), std::string("7K3QD-8M2XV"), std::string("2026年版第1次发布"),
        std::string("第2次提交"), zone_.Format(receipt.content().submitted_at()),
        std::string("北京时间"), std::string("示例智能装备（苏州）有限公司"),
        std::string("91320000MA1MXXXX5Y"),
        std::string("江苏省工业和信息化厅 › 苏州市工业和信息化局"), std::string("专用设备制造业"),
        std::string("视觉检测验收报告.pdf"), std::string("李强"),
        std::string("我单位承诺填报内容真实、准确。<br>"), std::string("（公章）"), digest_,
        receipt.content().release_digest(), std::string("企业自评"), receipt.statement().zh()}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  for (const auto& scenario : criteria_->edition().scenarios()) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat("<td>", scenario.name().text(), "</td>")));
  }
  for (const auto& segment : criteria_->edition().segments()) {
    EXPECT_THAT(page, HasSubstr(segment.name().text()));
  }
  EXPECT_THAT(page, Not(HasSubstr("审核意见")));
}

TEST_F(ReceiptPageTest, ShowsFindingsAndDecisionsOfADecision) {
  const std::string page = Page(Sample(Receipt::DECISION));
  for (const char* text : {"自评测审核回执", "县级已审核", "现场未见运行记录。", "与证书不符。",
                           "吴中区工业和信息化局", "审核通过", "参考得分率（审核后）"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  EXPECT_THAT(page, Not(HasSubstr("赵审核")));
}

TEST_F(ReceiptPageTest, IsOneFileWithoutScriptsThatNeverSpeaksOfRecognition) {
  for (const auto kind : {Receipt::SUBMISSION, Receipt::DECISION}) {
    const std::string page = Page(Sample(kind));
    for (const char* text : {"<script", "http:", "https:", "url(", "@import", "<img", "<link",
                             "达到", "获评", "color: red"}) {
      // The name of SVG is no address that anybody opens.
      const std::string without_name =
          absl::StrReplaceAll(page, {{"http://www.w3.org/2000/svg", ""}});
      EXPECT_THAT(without_name, Not(HasSubstr(text)));
    }
  }
}

TEST_F(ReceiptPageTest, NoTextBecomesMarkup) {
  Receipt receipt = Sample(Receipt::DECISION);
  const std::string evil = "<b onclick='x'>\"&\u202e</b>";
  auto& content = *receipt.mutable_content();
  content.mutable_snapshot()->set_name(evil);
  content.mutable_snapshot()->set_plant_name(evil);
  content.mutable_snapshot()->set_size(evil);
  content.mutable_snapshot()->set_industry_class(evil);
  content.mutable_snapshot()->set_submitter_name(evil);
  content.mutable_snapshot()->set_unit_names(0, evil);
  content.mutable_answers(0)->set_reason(evil);
  content.mutable_evidence(0)->set_name(evil);
  content.mutable_evidence(0)->set_sha256(evil);
  content.mutable_evidence(0)->set_expires_on(evil);
  content.mutable_commitment()->set_text(evil);
  content.mutable_commitment()->set_given_by(evil);
  content.mutable_commitment()->set_version(evil);
  receipt.mutable_submission()->set_campaign(evil);
  receipt.mutable_findings(0)->set_reason(evil);
  receipt.mutable_decisions(0)->set_unit_name(evil);
  receipt.mutable_decisions(0)->set_reason(evil);
  const std::string page = Page(receipt);
  EXPECT_THAT(page, Not(HasSubstr("<b onclick")));
  EXPECT_THAT(page, Not(HasSubstr("\u202e")));
  EXPECT_THAT(page, HasSubstr("&lt;b onclick=&#39;x&#39;&gt;&quot;&amp;"));
}

TEST(QrCodeTest, IsADrawingThatSaysItsMargin) {
  const auto svg = QrCodeSvg("7K3QD-8M2XV\nsha256:" + std::string(64, '7'));
  ASSERT_OK(svg);
  // Version 5, as 83 bytes at level M need: 37 modules and a margin of 4 on each side.
  EXPECT_THAT(*svg, HasSubstr("viewBox=\"0 0 45 45\""));
  // The first row of the finder in the corner: seven dark modules.
  EXPECT_THAT(*svg, HasSubstr("M4 4h7v1h-7z"));
  EXPECT_THAT(QrCodeSvg(std::string(2001, 'x')), HasReason(Reason::TOO_LARGE));
}

TEST_F(ReceiptPageTest, TheScreenSaysTheVerdictInBothLanguages) {
  const auto report = [&](const Receipt& receipt, Language language) {
    return ReceiptReport(Verified(receipt), zone_, Screen{language});
  };
  const Receipt good = Sample(Receipt::DECISION);
  const std::string zh = report(good, Language::kChinese);
  for (const char* text :
       {"回执有效", "7K3QD-8M2XV", "2026年版第1次发布", "参考得分率", "县级已审核", "项一致",
        "ed25519-0011223344556677", "北京时间", "也不是证书"}) {
    EXPECT_THAT(zh, HasSubstr(text));
  }
  EXPECT_THAT(zh, Not(HasSubstr("达到")));
  EXPECT_THAT(zh, Not(HasSubstr("获评")));
  const std::string en = report(good, Language::kEnglish);
  EXPECT_THAT(en, HasSubstr("The receipt is valid"));
  EXPECT_THAT(en, HasSubstr("release 1 of the 2026 edition"));

  Receipt forged = good;
  forged.mutable_content()->mutable_result()->mutable_index()->set_numerator(98);
  const std::string wrong = report(forged, Language::kChinese);
  EXPECT_THAT(wrong, HasSubstr("回执无效"));
  EXPECT_THAT(wrong, HasSubstr("1 项不一致"));
  EXPECT_THAT(wrong, HasSubstr("content.result.index.numerator"));
}

}  // namespace
}  // namespace zhiping::ctl
