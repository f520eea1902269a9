// How a receipt's page looks: for A4 and printers without colour.
#pragma once

namespace zhiping::ctl {

// Goes before kReceiptStyle: page margins with the number of the receipt ($0) and of the page.
inline constexpr char kReceiptPageStyle[] = R"(
@page {
  size: A4;
  margin: 16mm 15mm 18mm;
  @bottom-left { content: "回执编号 $0"; font: 8.5pt serif; }
  @bottom-right { content: "第" counter(page) "页 共" counter(pages) "页"; font: 8.5pt serif; }
}
)";

inline constexpr char kReceiptStyle[] = R"(
* { box-sizing: border-box; }
html { color: #000; background: #fff; font: 10pt/1.5 "Source Han Serif SC", "Noto Serif CJK SC", "Songti SC", SimSun, serif; }
body { max-width: 180mm; margin: 0 auto; }
h1 { font-size: 19pt; letter-spacing: .15em; text-align: center; margin: 0 0 1mm; }
h2 { font-size: 11.5pt; margin: 5mm 0 1.5mm; break-after: avoid; }
p { margin: 1mm 0; }
.edition { text-align: center; margin-bottom: 4mm; }
.head { display: flex; gap: 4mm; align-items: flex-start; }
.head table { flex: 1; }
.qr { width: 34mm; height: 34mm; flex: none; fill: #000; }
.qr-text { font-size: 7.5pt; text-align: center; width: 34mm; line-height: 1.3; }
table { width: 100%; border-collapse: collapse; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: .3mm solid #000; padding: .7mm 1.5mm; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: bold; }
.fields th { width: 16%; white-space: nowrap; }
.fields td { width: 34%; }
.head .fields th { width: 24%; }
tr.segment { break-after: avoid; }
tr.segment td { font-weight: bold; border-top-width: .5mm; }
.number { width: 11mm; text-align: right; }
.level { width: 24mm; white-space: nowrap; }
.hash { font: 7.5pt/1.4 monospace; word-break: break-all; }
.statement { border: .5mm solid #000; padding: 1.5mm 2.5mm; margin: 2mm 0; break-inside: avoid; }
.small { font-size: 8.5pt; }
.boxes { display: flex; gap: 4mm; margin-top: 3mm; break-inside: avoid; }
.box { flex: 1; height: 34mm; border: .3mm solid #000; padding: 1.5mm 2mm; display: flex; flex-direction: column; justify-content: space-between; }
.date { text-align: right; }
@media screen { body { padding: 12mm 0; } }
)";

}  // namespace zhiping::ctl
