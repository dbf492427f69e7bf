// Writes mmCIF: categories of named items, aligned as columns.
#pragma once

#include <string>
#include <vector>

namespace groel::io {

/// A category as `_atom_site`. Values are texts; what needs quotes gets them, "?" and "." stand for themselves.
class CifCategory {
 public:
  /// `name`: with its underscore.
  CifCategory(std::string name, std::vector<std::string> items);

  /// A value for each item, in their order.
  void add(const std::vector<std::string>& row);

  const std::string& name() const { return name_; }
  std::size_t rows() const { return values_.size() / items_.size(); }
  /// A loop, or pairs of item and value where there is one row (but of `_atom_site`, which readers expect as a loop).
  void write(std::string& to) const;

 private:
  void write_pairs(std::string& to) const;
  void write_loop(std::string& to) const;

  std::string name_;
  std::vector<std::string> items_;
  std::vector<std::string> values_;
};

/// A data block: `_entry` first, `_atom_site` last, the others by name; categories without rows are left out.
std::string cif_text(const std::string& block, std::vector<CifCategory> categories);

}  // namespace groel::io
