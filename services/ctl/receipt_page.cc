#include "services/ctl/receipt_page.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/substitute.h"
#include "common/status/status_macros.h"
#include "services/ctl/html.h"
#include "services/ctl/qr_code.h"
#include "services/ctl/receipt_page_parts.h"
#include "services/ctl/receipt_style.h"
#include "services/ctl/receipt_words.h"

namespace zhiping::ctl {
namespace {

using assessment::v1::Receipt;
using assessment::v1::Snapshot;

constexpr Screen kChinese = {Language::kChinese};

bool IsDecision(const ReceiptPage& page) {
  return page.verified.receipt().kind() == Receipt::DECISION;
}

absl::string_view Title(const ReceiptPage& page) {
  return IsDecision(page) ? "自评测审核回执" : "自评测提交回执";
}

// Number, submission and time, with the QR code beside them.
absl::StatusOr<std::string> Head(const ReceiptPage& page) {
  const Receipt& receipt = page.verified.receipt();
  ASSIGN_OR_RETURN(const std::string code,
                   QrCodeSvg(absl::StrCat(page.verified.receipt_no(), "\n", page.digest)));
  std::string rows;
  const auto add = [&rows](absl::string_view name, const std::string& value) {
    if (value.empty()) return;
    absl::StrAppend(&rows, "<tr><th>", name, "</th><td>", Escaped(value), "</td></tr>\n");
  };
  add("回执编号", page.verified.receipt_no());
  add("发布版", receipt.release_text());
  add("批次", absl::StrCat(receipt.submission().campaign(), "，第", receipt.submission().number(),
                           "次提交"));
  add("提交时间", page.zone.FormatWithName(receipt.content().submitted_at(), kChinese));
  add("核验状态", AssuranceName(receipt.assurance(), kChinese));
  add("提交件状态", SubmissionStateName(receipt.state(), kChinese));
  return absl::StrCat("<h1>", Title(page), "</h1>\n<p class=\"edition\">",
                      Escaped(receipt.edition_title()),
                      "</p>\n<div class=\"head\"><table class=\"fields\">", rows, "</table>\n<div>",
                      code, "<p class=\"qr-text\">回执编号和内容摘要</p></div></div>\n");
}

std::string SizeName(const ReceiptPage& page, const std::string& id) {
  for (const auto& size : page.reference.sizes()) {
    if (size.id == id) return size.name;
  }
  return id;
}

std::string IndustryName(const ReceiptPage& page, const Snapshot& snapshot) {
  std::string text = snapshot.industry_division();
  for (const auto& industry : page.reference.industries()) {
    if (industry.code == text) absl::StrAppend(&text, " ", industry.name);
  }
  if (!snapshot.industry_class().empty()) {
    absl::StrAppend(&text, "（小类 ", snapshot.industry_class(), "）");
  }
  return text;
}

std::string PlantName(const Snapshot& snapshot) {
  if (!snapshot.plant_name().empty()) return snapshot.plant_name();
  return snapshot.plant() == "main" ? "主厂区" : snapshot.plant();
}

std::string Subject(const ReceiptPage& page) {
  const Snapshot& snapshot = page.verified.receipt().content().snapshot();
  // The province first, as people write it.
  std::vector<std::string> units(snapshot.unit_names().rbegin(), snapshot.unit_names().rend());
  return absl::StrCat("<h2>填报主体（提交时）</h2>\n",
                      FieldTable({{"企业名称", snapshot.name()},
                                  {"统一社会信用代码", snapshot.uscc()},
                                  {"工厂", PlantName(snapshot)},
                                  {"所在地区", snapshot.region_name()},
                                  {"行业", IndustryName(page, snapshot)},
                                  {"企业规模", SizeName(page, snapshot.size())},
                                  {"申报渠道", ChannelName(snapshot.channel(), kChinese)},
                                  {"审核单位", absl::StrJoin(units, " › ")},
                                  {"提交人", snapshot.submitter_name()}}),
                      snapshot.is_test() ? "<p><b>本企业为测试数据，不计入统计。</b></p>\n" : "");
}

std::string Commitment(const ReceiptPage& page) {
  const auto& commitment = page.verified.receipt().content().commitment();
  return absl::StrCat("<h2>企业承诺</h2>\n<p>", EscapedLines(commitment.text()),
                      "</p>\n<p>承诺人：", Escaped(commitment.given_by()), "　　承诺时间：",
                      Escaped(page.zone.FormatWithName(commitment.given_at(), kChinese)),
                      "　　承诺书版本：", Escaped(commitment.version()), "</p>\n");
}

// To be signed and stamped by hand: empty.
std::string Boxes() {
  std::string out = "<div class=\"boxes\">";
  for (const char* title : {"填报人（签字）", "企业负责人（签字）", "企业（公章）"}) {
    absl::StrAppend(&out, "<div class=\"box\"><div>", title,
                    "</div><div class=\"date\">　　年　　月　　日</div></div>");
  }
  return absl::StrCat(out, "</div>\n");
}

std::string Statement(const ReceiptPage& page) {
  return absl::StrCat("<p class=\"statement\">",
                      EscapedLines(page.verified.receipt().statement().zh()), "</p>\n");
}

std::string Verification(const ReceiptPage& page) {
  const Receipt& receipt = page.verified.receipt();
  return absl::StrCat(
      "<h2>核验</h2>\n<p class=\"small\">本页由回执文件生成，生成前已验证签名并逐项复算（",
      page.verified.compared(), " 项，全部一致）。本页不能代替回执文件；凭回执文件、",
      Escaped(receipt.release_text()),
      "的文件和信任文件，可随时离线核验：zhipingctl verify 回执文件 --release 发布版文件 "
      "--trust-file 信任文件 --receipt-no ",
      Escaped(page.verified.receipt_no()), "</p>\n<p class=\"hash\">回执摘要 ",
      Escaped(page.digest), "<br>\n发布版摘要 ", Escaped(receipt.content().release_digest()),
      "<br>\n签名密钥 ", Escaped(absl::StrJoin(page.verified.key_ids(), "、")), "<br>\n签署时间 ",
      Escaped(page.zone.FormatWithName(receipt.signed_at(), kChinese)), "</p>\n");
}

}  // namespace

absl::StatusOr<std::string> ReceiptPageHtml(const ReceiptPage& page) {
  ASSIGN_OR_RETURN(const std::string head, Head(page));
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<title>",
      Title(page), " ", page.verified.receipt_no(), "</title>\n<style>",
      absl::Substitute(kReceiptPageStyle, page.verified.receipt_no()), kReceiptStyle,
      "</style>\n</head>\n<body>\n", head, Statement(page), Subject(page), IndexTable(page),
      AnswerTable(page), FactTable(page), EvidenceTable(page), FindingTable(page),
      DecisionTable(page), Commitment(page), Boxes(), Verification(page), "</body>\n</html>\n");
}

}  // namespace zhiping::ctl
