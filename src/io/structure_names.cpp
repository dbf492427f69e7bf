// Tables of residue names.
#include "io/structure_names.h"

#include <array>
#include <set>
#include <utility>

#include "io/structure_gemmi.h"

namespace groel::io {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// AMBER, CHARMM, GROMOS and OPLS by their protonation states; AMBER's phosphorylated residues.
constexpr std::array<Pair, 49> kForceField{
    {{"HID", "HIS"},  {"HIE", "HIS"},  {"HIP", "HIS"},  {"HSD", "HIS"},  {"HSE", "HIS"},  {"HSP", "HIS"},
     {"HISA", "HIS"}, {"HISB", "HIS"}, {"HISD", "HIS"}, {"HISE", "HIS"}, {"HISH", "HIS"}, {"HISP", "HIS"},
     {"HIS1", "HIS"}, {"HIS2", "HIS"}, {"CYX", "CYS"},  {"CYM", "CYS"},  {"CYS1", "CYS"}, {"CYS2", "CYS"},
     {"CYSH", "CYS"}, {"CYSX", "CYS"}, {"CYSD", "CYS"}, {"ASH", "ASP"},  {"ASPH", "ASP"}, {"ASPP", "ASP"},
     {"AS4", "ASP"},  {"GLH", "GLU"},  {"GLUH", "GLU"}, {"GLUP", "GLU"}, {"GL4", "GLU"},  {"LYN", "LYS"},
     {"LYSH", "LYS"}, {"LYSN", "LYS"}, {"LYP", "LYS"},  {"LSN", "LYS"},  {"ARN", "ARG"},  {"ARGN", "ARG"},
     {"ARGP", "ARG"}, {"TYM", "TYR"},  {"TYRO", "TYR"}, {"S1P", "SER"},  {"SP1", "SER"},  {"SP2", "SER"},
     {"T1P", "THR"},  {"TP1", "THR"},  {"TP2", "THR"},  {"Y1P", "TYR"},  {"YP1", "TYR"},  {"YP2", "TYR"},
     {"CSE", "SEC"}}};

// In the order of kLetters.
constexpr std::array<std::string_view, 20> kPlainNames{"ALA", "ARG", "ASN", "ASP", "CYS", "GLN", "GLU",
                                                       "GLY", "HIS", "ILE", "LEU", "LYS", "MET", "PHE",
                                                       "PRO", "SER", "THR", "TRP", "TYR", "VAL"};

std::string_view plain_of(char letter) {
  constexpr std::string_view kLetters = "ARNDCQEGHILKMFPSTWYV";
  const auto at = kLetters.find(letter);
  return at == std::string_view::npos ? std::string_view() : kPlainNames.at(at);
}

std::string listed(std::string_view name) {
  for (const auto& [own, parent] : kForceField)
    if (own == name) return std::string(parent);
  return {};
}

}  // namespace

std::string force_field_parent(std::string_view name) {
  if (std::string parent = listed(name); !parent.empty()) return parent;
  if (name.size() != 4 || (name[0] != 'N' && name[0] != 'C')) return {};
  const std::string_view inner = name.substr(1);  // of a chain's end
  for (const std::string_view plain : kPlainNames)
    if (plain == inner) return std::string(plain);
  return listed(inner);
}

std::string ResidueNames::resolved(const std::string& name) const {
  if (std::string parent = force_field_parent(name); !parent.empty()) return parent;
  const auto stated = parents_.find(name);
  const bool tabulated = residue_info(name).kind != RawResidue::Kind::unknown;
  return stated == parents_.end() || tabulated ? name : stated->second;
}

RawResidue::Kind ResidueNames::kind(const std::string& name) const {
  static const std::set<std::string> kWaters{"SOL", "TIP", "TIP3", "TP3", "TIP4", "TP4", "SPC", "T3P", "T4P"};
  return kWaters.contains(name) ? RawResidue::Kind::water : residue_info(resolved(name)).kind;
}

char ResidueNames::letter(const std::string& name) const { return residue_info(resolved(name)).letter; }

bool ResidueNames::is_certain(const std::string& name) const {
  const ResidueInfo info = residue_info(name);
  if (info.kind == RawResidue::Kind::amino) return info.is_standard && info.letter != 'X';
  return !force_field_parent(name).empty();
}

std::string ResidueNames::read_as(const std::string& name) const {
  const std::string_view plain = plain_of(letter(name));
  return plain.empty() || plain == name ? std::string() : name + " as " + std::string(plain);
}

}  // namespace groel::io
