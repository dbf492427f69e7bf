// Names of residues in force fields and modifications, and the standard residue that each represents.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "io/structure_raw.h"

namespace groel::io {

/// The residue that a force field's name stands for: "HIS" of HIE, HSD or HISE, "ALA" of NALA and CALA; empty for
/// others.
std::string force_field_parent(std::string_view name);

/// Names of residues in three letters are looked up here, with the file's own word on modified ones.
class ResidueNames {
 public:
  explicit ResidueNames(const std::map<std::string, std::string>& parents) : parents_(parents) {}

  RawResidue::Kind kind(const std::string& name) const;
  /// X: unknown. A modified residue has the letter of what it was made from.
  char letter(const std::string& name) const;
  /// Whether a sequence of the molecule has to have this residue's letter: it is neither modified nor unknown.
  bool is_certain(const std::string& name) const;
  /// "HIE as HIS"; empty for a residue under its own name, and where nothing is known.
  std::string read_as(const std::string& name) const;

 private:
  std::string resolved(const std::string& name) const;

  const std::map<std::string, std::string>& parents_;
};

}  // namespace groel::io
