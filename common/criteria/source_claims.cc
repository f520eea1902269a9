#include "common/criteria/source_claims.h"

#include "absl/strings/str_cat.h"
#include "common/text/utf8.h"

namespace zhiping::criteria {
namespace {

constexpr size_t kMaxShownBytes = 120;

}  // namespace

void SourceClaims::Claim(const PlacedText& text) {
  for (int line = text.first; line <= text.last; ++line) {
    const auto [owner, is_new] = owners_.try_emplace(line, text.field);
    if (is_new) continue;
    findings_.Error(
        text.field, Reason::SOURCE_LINE_TWICE,
        absl::StrCat("原文第 ", line, " 行已经是 ", owner->second, "；一行只能是一处文字。"),
        absl::StrCat("Line ", line, " of the source is ", owner->second,
                     " already; a line is one text only."));
  }
}

void SourceClaims::ClaimPart(const PlacedText& text) {
  for (int line = text.first; line <= text.last; ++line) owners_.try_emplace(line, text.field);
}

void SourceClaims::Excuse(const PlacedText& text) {
  for (int line = text.first; line <= text.last; ++line) excused_.insert(line);
}

void SourceClaims::CheckOrder(const std::vector<PlacedText>& texts) {
  for (size_t i = 1; i < texts.size(); ++i) {
    const PlacedText& before = texts[i - 1];
    const PlacedText& after = texts[i];
    if (after.last >= before.first) continue;
    findings_.Error(
        after.field, Reason::SOURCE_ORDER,
        absl::StrCat("原文第 ", after.first, " 行应在 ", before.field, "（第 ", before.first,
                     " 行）之后：年版须按原文的顺序。"),
        absl::StrCat("Line ", after.first, " of the source should come after ", before.field,
                     " (line ", before.first, "): an edition follows the order of its source."));
  }
}

void SourceClaims::CheckNothingLeftOut(const std::vector<absl::string_view>& visible,
                                       const google::protobuf::RepeatedField<int>& left_out) {
  std::set<int> no_text = excused_;
  for (int i = 0; i < left_out.size(); ++i) {
    const int line = left_out[i];
    const auto owner = owners_.find(line);
    const bool exists = line >= 1 && line <= static_cast<int>(visible.size());
    no_text.insert(line);
    if (exists && owner == owners_.end()) continue;
    const std::string what_zh = exists ? absl::StrCat("是 ", owner->second) : "不存在";
    const std::string what_en = exists ? absl::StrCat("is ", owner->second) : "does not exist";
    findings_.Error(
        absl::StrCat("source.lines_left_out[", i, "]"), Reason::SOURCE_MISMATCH,
        absl::StrCat("原文第 ", line, " 行", what_zh, "，不应列为未收录的行。"),
        absl::StrCat("Line ", line, " of the source ", what_en, ": it is not one left out."));
  }
  // One finding for lines that follow one another, blank ones apart.
  int first = 0;
  int last = 0;
  for (int line = 1; line <= static_cast<int>(visible.size()); ++line) {
    if (TrimBlanks(visible[line - 1]).empty()) continue;
    if (owners_.count(line) + no_text.count(line) == 0) {
      if (first == 0) first = line;
      last = line;
    } else if (first > 0) {
      LeftOut(first, last, visible[first - 1]);
      first = 0;
    }
  }
  if (first > 0) LeftOut(first, last, visible[first - 1]);
}

void SourceClaims::LeftOut(int first, int last, absl::string_view text) {
  const std::string shown = Clip(text, kMaxShownBytes);
  const std::string zh = first == last ? "" : absl::StrCat("至第 ", last, " 行");
  const std::string en =
      first == last ? absl::StrCat("Line ", first) : absl::StrCat("Lines ", first, " to ", last);
  findings_.Error(
      "source", Reason::SOURCE_LINE_LEFT_OUT,
      absl::StrCat("原文第 ", first, " 行（“", shown, "”）", zh,
                   "没有收录。确实不属于年版的行（如页码），请列入 source.lines_left_out。"),
      absl::StrCat(en, " of the source (\"", shown,
                   "\"): no text of the edition. What belongs to none, as page numbers do, is "
                   "listed in source.lines_left_out."));
}

}  // namespace zhiping::criteria
