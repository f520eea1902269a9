// The tables of a receipt's page, each HTML with its heading, or empty if there is nothing to show.
#pragma once

#include <string>

#include "services/ctl/receipt_page.h"

namespace zhiping::ctl {

// 参考得分率, of all and of each segment; beside it the reviewed one if there is one.
std::string IndexTable(const ReceiptPage& page);
// Every answer, by segment.
std::string AnswerTable(const ReceiptPage& page);
std::string FactTable(const ReceiptPage& page);
std::string EvidenceTable(const ReceiptPage& page);
// 审核认定: what was found, and what was decided.
std::string FindingTable(const ReceiptPage& page);
std::string DecisionTable(const ReceiptPage& page);

}  // namespace zhiping::ctl
