// What goes into a statement and what comes out of it. Five types, the same on every database:
// 64-bit integers, UTF-8 text, bytes, booleans, and NULL.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping::sql {

struct Bytes {
  std::string value;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};

// A parameter or a column of a row. Default: NULL.
class Value {
 public:
  using Variant = std::variant<std::monostate, int64_t, bool, std::string, Bytes>;

  Value() = default;
  // NOLINTBEGIN(google-explicit-constructor): values are written as they are.
  Value(bool value) : value_(value) {}
  template <std::integral Integer>
  Value(Integer value) : value_(static_cast<int64_t>(value)) {}
  Value(const char* text) : value_(std::string(text)) {}
  Value(absl::string_view text) : value_(std::string(text)) {}
  Value(std::string text) : value_(std::move(text)) {}
  Value(Bytes bytes) : value_(std::move(bytes)) {}
  template <typename T>
  Value(std::optional<T> value) {
    if (value.has_value()) *this = Value(*std::move(value));
  }
  // NOLINTEND

  const Variant& variant() const { return value_; }
  bool null() const { return value_.index() == 0; }

  // Moves the value out if it has the type; an integer 0 or 1 is a boolean too, since SQLite knows
  // no other.
  bool Take(int64_t& value);
  bool Take(bool& value);
  bool Take(std::string& value);
  bool Take(Bytes& value);
  template <typename T>
  bool Take(std::optional<T>& value) {
    if (null()) return true;
    return Take(value.emplace());
  }

  // `integer`, `text`, …: for messages.
  absl::string_view type() const;

 private:
  Variant value_;
};

// How PostgreSQL plans a statement; SQLite, without statistics, plans without the values.
enum class Plan {
  // Kept, for any values.
  kKept,
  // Anew each time, for a fraction of a millisecond: where a value decides which index is right.
  kForValues,
};

// A statement with its parameters `$1` … `$n`, n = parameters.size(). It may contain the words of
// dialect.h. Statements are kept prepared by their text: values belong into parameters.
struct Statement {
  std::string sql;
  std::vector<Value> parameters;
  Plan plan = Plan::kKept;
};

// Refuses text that not every database can store: TEXT_NOT_STORABLE if it is not UTF-8 or contains
// NUL.
absl::Status CheckStorable(const Statement& statement);

// What a statement gave.
class Result {
 public:
  Result() = default;
  // REQUIRES: values.size() is a multiple of `columns`.
  Result(size_t columns, std::vector<Value> values, int64_t changed)
      : columns_(columns), values_(std::move(values)), changed_(changed) {}

  size_t rows() const { return columns_ == 0 ? 0 : values_.size() / columns_; }
  // Rows that were inserted, updated or deleted.
  int64_t changed() const { return changed_; }

  // The rows as tuples of int64_t, bool, std::string, Bytes, or std::optional of one where NULL may
  // stand. Columns of another number or type are a defect of the program: INTERNAL.
  template <typename... Columns>
  absl::StatusOr<std::vector<std::tuple<Columns...>>> Take() &&;

 private:
  static absl::Status WrongType(size_t column, const Value& value);
  static absl::Status WrongColumns(size_t expected, size_t actual);

  size_t columns_ = 0;
  std::vector<Value> values_;
  int64_t changed_ = 0;
};

template <typename... Columns>
absl::StatusOr<std::vector<std::tuple<Columns...>>> Result::Take() && {
  std::vector<std::tuple<Columns...>> all(rows());
  if (!all.empty() && columns_ != sizeof...(Columns)) {
    return WrongColumns(sizeof...(Columns), columns_);
  }
  auto value = values_.begin();
  for (auto& row : all) {
    const auto begin = value;
    const bool taken = std::apply(
        [&value](auto&... column) { return (... && (value->Take(column) && (++value, true))); },
        row);
    if (!taken) return WrongType(value - begin + 1, *value);
  }
  return all;
}

}  // namespace zhiping::sql
