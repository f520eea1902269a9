#include "services/ctl/encoding.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/error.h"
#include "common/text/utf8.h"

namespace zhiping::ctl {
namespace {

absl::Status UnknownEncoding(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::UNKNOWN_ENCODING,
                   absl::StrCat(zh, "请另存为 CSV UTF-8 格式再试。"),
                   absl::StrCat(en, " Save it as CSV UTF-8 and try again."));
}

// What the `valid` first bytes are followed by belongs to no character.
absl::Status UnknownByte(absl::string_view bytes, size_t valid, absl::string_view zh,
                         absl::string_view en) {
  const auto line = std::count(bytes.begin(), bytes.begin() + valid, '\n') + 1;
  return UnknownEncoding(
      absl::StrCat("文件", zh, "（第 ", line, " 行，第 ", valid + 1, " 字节起无法识别）。"),
      absl::StrCat("The file ", en, " (line ", line, ", from byte ", valid + 1, " on)."));
}

absl::Status Truncated(absl::string_view bytes) {
  const auto line = std::count(bytes.begin(), bytes.end(), '\n') + 1;
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::MALFORMED,
      absl::StrCat("文件不完整：在第 ", line, " 行的一个字中间中断，请重新导出或传送。"),
      absl::StrCat("The file is truncated: line ", line,
                   " ends within a character. Export or send it again."));
}

absl::StatusOr<std::string> FromGb18030(absl::string_view bytes) {
  const iconv_t converter = iconv_open("UTF-8", "GB18030");
  if (converter == reinterpret_cast<iconv_t>(-1)) {
    return UnknownEncoding("本机不能转换 GB18030 编码。", "This machine cannot convert GB18030.");
  }
  // GB18030 spends at least half as many bytes on a character as UTF-8 does.
  std::string text(2 * bytes.size() + 4, '\0');
  char* from = const_cast<char*>(bytes.data());
  size_t from_left = bytes.size();
  char* to = text.data();
  size_t to_left = text.size();
  const size_t converted = iconv(converter, &from, &from_left, &to, &to_left);
  const int error = errno;
  iconv_close(converter);
  if (converted == static_cast<size_t>(-1)) {
    if (error == EINVAL) return Truncated(bytes);
    return UnknownByte(bytes, bytes.size() - from_left, "既不是 UTF-8，也不是 GB18030 编码",
                       "is neither UTF-8 nor GB18030");
  }
  text.resize(text.size() - to_left);
  return text;
}

bool IsAscii(absl::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return (c & 0x80) == 0; });
}

}  // namespace

absl::StatusOr<std::string> DecodeText(absl::string_view bytes) {
  if (absl::StartsWith(bytes, "\xFF\xFE") || absl::StartsWith(bytes, "\xFE\xFF")) {
    return UnknownEncoding("文件是 UTF-16 编码（Excel 称为“Unicode 文本”）。",
                           "The file is UTF-16, which Excel calls Unicode Text.");
  }
  if (bytes.find('\0') != absl::string_view::npos) {
    return UnknownEncoding("文件不是文本文件（含有空字节）。",
                           "The file is not a text file (it has NUL bytes).");
  }
  const bool marked = absl::ConsumePrefix(&bytes, kByteOrderMark);
  const size_t valid = Utf8PrefixSize(bytes);
  if (valid == bytes.size()) return std::string(bytes);
  // Other characters before it show that a text is UTF-8; without any, a last character of GB18030
  // can look like the beginning of one of UTF-8.
  const bool is_utf8 = marked || !IsAscii(bytes.substr(0, valid));
  const bool is_cut = IsCutCharacter(bytes.substr(valid));
  if (is_utf8 && is_cut) return Truncated(bytes);
  if (marked) return UnknownByte(bytes, valid, "应为 UTF-8 编码", "should be UTF-8");
  auto text = FromGb18030(bytes);
  return text.ok() || !is_cut ? text : Truncated(bytes);
}

}  // namespace zhiping::ctl
