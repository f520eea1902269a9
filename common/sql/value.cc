#include "common/sql/value.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace zhiping::sql {
namespace {

// The bytes of the character that begins the text; 0 if none does (RFC 3629).
size_t CharacterSize(absl::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t size = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (size == 0 || text.size() < size) return 0;
  // Nothing longer than needed, no surrogates, nothing above U+10FFFF.
  const unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < least || byte(1) > most) return 0;
  for (size_t i = 2; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return size;
}

bool Storable(absl::string_view text) {
  while (!text.empty()) {
    const size_t size = text[0] == '\0' ? 0 : CharacterSize(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

template <typename T>
bool TakeAs(Value::Variant& variant, T& value) {
  T* const held = std::get_if<T>(&variant);
  if (held == nullptr) return false;
  value = std::move(*held);
  return true;
}

}  // namespace

bool Value::Take(int64_t& value) { return TakeAs(value_, value); }

bool Value::Take(bool& value) {
  int64_t integer = 0;
  if (!TakeAs(value_, integer)) return TakeAs(value_, value);
  value = integer == 1;
  return integer == 0 || integer == 1;
}

bool Value::Take(std::string& value) { return TakeAs(value_, value); }

bool Value::Take(Bytes& value) { return TakeAs(value_, value); }

absl::string_view Value::type() const {
  static constexpr std::array<const char*, 5> kNames = {"NULL", "integer", "boolean", "text",
                                                        "bytes"};
  return kNames[value_.index()];
}

absl::Status CheckStorable(const Statement& statement) {
  for (size_t i = 0; i < statement.parameters.size(); ++i) {
    const auto* text = std::get_if<std::string>(&statement.parameters[i].variant());
    if (text == nullptr || Storable(*text)) continue;
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::TEXT_NOT_STORABLE,
                     "文本含有空字符（NUL）或不是 UTF-8 编码，不能保存。",
                     "A text that is not UTF-8, or contains NUL, cannot be stored.",
                     {{"parameter", absl::StrCat(i + 1)}});
  }
  return absl::OkStatus();
}

absl::Status Result::WrongType(size_t column, const Value& value) {
  return absl::InternalError(
      absl::StrCat("column ", column, " of a row is ", value.type(), ", which was not expected"));
}

absl::Status Result::WrongColumns(size_t expected, size_t actual) {
  return absl::InternalError(
      absl::StrCat("rows have ", actual, " columns, and ", expected, " were expected"));
}

}  // namespace zhiping::sql
