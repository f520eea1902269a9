#include "services/ctl/encoding.h"

#include <iconv.h>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace zhiping::ctl {
namespace {

constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

absl::Status UnknownEncoding(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::UNKNOWN_ENCODING,
                   absl::StrCat(zh, "请另存为 CSV UTF-8 格式再试。"),
                   absl::StrCat(en, " Save it as CSV UTF-8 and try again."));
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
  iconv_close(converter);
  if (converted == static_cast<size_t>(-1)) {
    const size_t at = bytes.size() - from_left;
    return UnknownEncoding(
        absl::StrCat("文件既不是 UTF-8，也不是 GB18030 编码（第 ", at + 1, " 字节起无法识别）。"),
        absl::StrCat("The file is neither UTF-8 nor GB18030 (from byte ", at + 1, " on)."));
  }
  text.resize(text.size() - to_left);
  return text;
}

}  // namespace

bool IsUtf8(absl::string_view bytes) {
  for (size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    const int length = lead < 0x80                   ? 1
                       : lead >= 0xc2 && lead < 0xe0 ? 2
                       : lead >= 0xe0 && lead < 0xf0 ? 3
                       : lead >= 0xf0 && lead < 0xf5 ? 4
                                                     : 0;
    if (length == 0 || i + length > bytes.size()) return false;
    uint32_t character = length == 1 ? lead : lead & (0x7f >> length);
    for (int k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(bytes[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      character = character << 6 | (next & 0x3f);
    }
    const bool overlong =
        (length == 3 && character < 0x800) || (length == 4 && character < 0x10000);
    const bool surrogate = character >= 0xd800 && character < 0xe000;
    if (overlong || surrogate || character > 0x10ffff) return false;
    i += length;
  }
  return true;
}

absl::StatusOr<std::string> DecodeText(absl::string_view bytes) {
  if (bytes.find('\0') != absl::string_view::npos) {
    return UnknownEncoding("文件不是文本文件（含有空字节）。",
                           "The file is not a text file (it has NUL bytes).");
  }
  if (!IsUtf8(bytes)) return FromGb18030(bytes);
  if (bytes.substr(0, 3) == kByteOrderMark) bytes.remove_prefix(3);
  return std::string(bytes);
}

}  // namespace zhiping::ctl
