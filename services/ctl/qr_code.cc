#include "services/ctl/qr_code.h"

#include <qrencode.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace zhiping::ctl {
namespace {

constexpr size_t kMostBytes = 2000;
// Modules of white on each side, as the standard asks for.
constexpr int kMargin = 4;

using Code = std::unique_ptr<QRcode, void (*)(QRcode*)>;

// Runs of dark modules, a row after the other, as one path.
std::string PathOf(const QRcode& code) {
  std::string path;
  for (int row = 0; row < code.width; ++row) {
    for (int column = 0; column < code.width;) {
      const auto dark = [&](int at) {
        return at < code.width && (code.data[row * code.width + at] & 1) != 0;
      };
      int end = column;
      while (dark(end)) ++end;
      if (end > column) {
        absl::StrAppend(&path, "M", column + kMargin, " ", row + kMargin, "h", end - column, "v1h-",
                        end - column, "z");
      }
      column = end + 1;
    }
  }
  return path;
}

}  // namespace

absl::StatusOr<std::string> QrCodeSvg(absl::string_view text) {
  const Code code(text.size() > kMostBytes
                      ? nullptr
                      : QRcode_encodeData(static_cast<int>(text.size()),
                                          reinterpret_cast<const unsigned char*>(text.data()),
                                          /*version=*/0, QR_ECLEVEL_M),
                  &QRcode_free);
  if (code == nullptr) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::TOO_LARGE,
                     absl::StrCat("二维码最多容纳 ", kMostBytes, " 字节。"),
                     absl::StrCat("A QR code holds at most ", kMostBytes, " bytes."));
  }
  const int side = code->width + 2 * kMargin;
  return absl::StrCat("<svg class=\"qr\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", side,
                      " ", side, "\" role=\"img\" shape-rendering=\"crispEdges\"><path d=\"",
                      PathOf(*code), "\"/></svg>");
}

}  // namespace zhiping::ctl
