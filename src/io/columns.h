// The columns of a table, found by the name that a user gives or by the names that tables usually have.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace groel::io {

/// What a column holds.
enum class ColumnRole { id, sequence, variant, label };

/// "# Protein ID" -> "protein_id": names are compared without case, blanks and dashes, and a '#' at the front.
std::string plain_name(std::string_view column);

/// "'id', 'score'", the first 40 of them.
std::string listed(const std::vector<std::string>& columns);

/// A table's columns, and where they are written ("file.csv:1"), for errors.
struct Columns {
  std::vector<std::string> names;
  std::string where;

  /// By its exact name, or else by its plain one. Errors: bad_input where two columns have it.
  std::optional<std::size_t> find(const std::string& name) const;
  /// Errors: bad_input naming `option`, the nearest column and all there are.
  std::size_t named(const std::string& name, const std::string& option) const;
  /// The first usual name of the role that is a column. Errors: bad_input where two columns have it.
  std::optional<std::size_t> usual(ColumnRole role) const;
  /// The one that is named or else the usual one. Errors: bad_input naming `option`.
  std::size_t require(const std::string& name, ColumnRole role, const std::string& option) const;
};

/// Whether a name is one of those that columns of any role usually have.
bool is_usual_name(std::string_view column);
bool is_usual_name(std::string_view column, ColumnRole role);

}  // namespace groel::io
