// Declares each option once, as a field of a struct together with its row of the table of options.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"

namespace groel {

/// A value, and whether somebody chose it or it is the table's.
template <class T>
struct Chosen {
  T value{};
  bool given = false;
};

/// Walks over the options of a struct, which declares them in order:
///
///     struct FoldOptions {
///       std::string model;
///       std::optional<std::int64_t> steps;
///       void declare(OptionBinder& to) {
///         to(model, model_option());
///         to(steps, {.name = "steps", .help = "…", .value_name = "N"});
///       }
///     };
///
/// The type of the field is that of the option: bool, std::int64_t, double, std::string (text, or choice where the row
/// has choices), std::vector<std::string> (a list, or the positional paths), std::size_t (bytes). One that may have no
/// value is a std::optional, or an empty text or list. Chosen<T> tells a given value from the table's.
class OptionBinder {
 public:
  OptionBinder() = default;                                              ///< collects the rows
  explicit OptionBinder(const Options& options) : options_(&options) {}  ///< fills the fields

  template <class Field>
  void operator()(Field& field, OptionSpec row) {
    set_type(field, row);
    if (row.group.empty()) row.group = group_;
    if (row.verbs.empty()) row.verbs = verbs_;
    if (options_ != nullptr) fill(field, row.name);
    rows_.push_back(std::move(row));
  }

  /// The heading of the rows that follow and name none; empty: none.
  void group(std::string name) { group_ = std::move(name); }
  /// The verbs of the rows that follow and name none; empty: all.
  void verbs(std::vector<std::string> names) { verbs_ = std::move(names); }
  /// All values by the names of their options, for a recipe.
  void values(nlohmann::json& field) const {
    if (options_ != nullptr) field = options_->json();
  }
  std::vector<OptionSpec> rows() && { return std::move(rows_); }

 private:
  template <class Field>
  static void set_type(const std::optional<Field>&, OptionSpec& row) {
    set_type(Field{}, row);
  }
  template <class Field>
  static void set_type(const Chosen<Field>&, OptionSpec& row) {
    set_type(Field{}, row);
  }
  static void set_type(bool, OptionSpec& row) { row.type = OptionType::flag; }
  static void set_type(std::int64_t, OptionSpec& row) { row.type = OptionType::integer; }
  static void set_type(double, OptionSpec& row) { row.type = OptionType::number; }
  static void set_type(std::size_t, OptionSpec& row) { row.type = OptionType::bytes; }
  static void set_type(const std::string&, OptionSpec& row) {
    row.type = row.choices.empty() ? OptionType::text : OptionType::choice;
  }
  static void set_type(const std::vector<std::string>&, OptionSpec& row) {
    if (row.type != OptionType::paths) row.type = OptionType::list;
  }

  template <class Field>
  void fill(Field& field, const std::string& name) const {
    if (const nlohmann::json& value = options_->at(name); !value.is_null()) field = value.get<Field>();
  }
  template <class Field>
  void fill(std::optional<Field>& field, const std::string& name) const {
    if (const nlohmann::json& value = options_->at(name); !value.is_null()) field = value.get<Field>();
  }
  template <class Field>
  void fill(Chosen<Field>& field, const std::string& name) const {
    fill(field.value, name);
    field.given = options_->is_given(name);
  }

  const Options* options_ = nullptr;
  std::string group_;
  std::vector<std::string> verbs_;
  std::vector<OptionSpec> rows_;
};

/// The table of a struct of options.
template <class T>
std::vector<OptionSpec> option_table() {
  OptionBinder binder;
  T().declare(binder);
  return std::move(binder).rows();
}

/// The struct, filled.
template <class T>
T bound(const Options& options) {
  T out;
  OptionBinder binder(options);
  out.declare(binder);
  return out;
}

}  // namespace groel
