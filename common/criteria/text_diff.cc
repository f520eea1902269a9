#include "common/criteria/text_diff.h"

#include <algorithm>
#include <string>
#include <vector>

namespace zhiping::criteria {
namespace {

using catalogue::v1::TextPiece;

constexpr size_t kMostPairs = 4'000'000;

std::vector<absl::string_view> Characters(absl::string_view text) {
  std::vector<absl::string_view> characters;
  size_t begin = 0;
  for (size_t i = 1; i <= text.size(); ++i) {
    if (i < text.size() && (text[i] & 0xc0) == 0x80) continue;
    characters.push_back(text.substr(begin, i - begin));
    begin = i;
  }
  return characters;
}

void Append(TextPiece::Kind kind, absl::string_view text,
            google::protobuf::RepeatedPtrField<TextPiece>& pieces) {
  if (text.empty()) return;
  if (pieces.empty() || pieces[pieces.size() - 1].kind() != kind) pieces.Add()->set_kind(kind);
  pieces[pieces.size() - 1].mutable_text()->append(text.data(), text.size());
}

}  // namespace

void DiffText(absl::string_view from, absl::string_view to,
              google::protobuf::RepeatedPtrField<TextPiece>& pieces) {
  const std::vector<absl::string_view> a = Characters(from);
  const std::vector<absl::string_view> b = Characters(to);
  if (a.size() * b.size() > kMostPairs) {
    Append(TextPiece::REMOVED, from, pieces);
    Append(TextPiece::ADDED, to, pieces);
    return;
  }
  // common[i][j]: the longest common subsequence of a[i…] and b[j…].
  const size_t width = b.size() + 1;
  std::vector<int32_t> common((a.size() + 1) * width, 0);
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      common[i * width + j] =
          a[i] == b[j] ? common[(i + 1) * width + j + 1] + 1
                       : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      Append(TextPiece::SAME, a[i], pieces);
      ++i;
      ++j;
    } else if (j == b.size() ||
               (i < a.size() && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      Append(TextPiece::REMOVED, a[i++], pieces);
    } else {
      Append(TextPiece::ADDED, b[j++], pieces);
    }
  }
}

void AddTextChange(const std::string& field, absl::string_view from, absl::string_view to,
                   TextChanges& changes) {
  if (from == to) return;
  auto& change = *changes.Add();
  change.set_field(field);
  DiffText(from, to, *change.mutable_pieces());
}

}  // namespace zhiping::criteria
