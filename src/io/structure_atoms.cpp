// All atoms of structures: sorted from what gemmi reads, and written as PDB and mmCIF.
#include "io/structure_atoms.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "io/structure_gemmi.h"
#include "io/structure_text.h"

namespace groel::io {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr std::string_view kLetters = "ARNDCQEGHILKMFPSTWYV";
constexpr std::array<std::string_view, 20> kThreeLetters{"ALA", "ARG", "ASN", "ASP", "CYS", "GLN", "GLU",
                                                         "GLY", "HIS", "ILE", "LEU", "LYS", "MET", "PHE",
                                                         "PRO", "SER", "THR", "TRP", "TYR", "VAL"};

char letter_of(const std::string& name) {
  const auto found = std::find(kThreeLetters.begin(), kThreeLetters.end(), name);
  return found == kThreeLetters.end() ? 'X' : kLetters[static_cast<std::size_t>(found - kThreeLetters.begin())];
}

AtomResidue residue_of(const RawResidue& raw) {
  AtomResidue out{letter_of(raw.name), raw.number, 0, {}, {}, raw.insertion};
  for (auto& atom : out.atoms) atom.fill(kMissing);
  for (const RawAtom& atom : raw.atoms) {
    // Selenium is where methionine has its sulphur.
    const auto found = std::find(kAtomNames.begin(), kAtomNames.end(), atom.name == "SE" ? "SD" : atom.name);
    if (found == kAtomNames.end()) continue;
    auto& at = out.atoms[static_cast<std::size_t>(found - kAtomNames.begin())];
    if (!std::isnan(at[0])) continue;  // another location of the same atom
    for (std::size_t i = 0; i < 3; ++i) at[i] = static_cast<float>(atom.at[i]);
    if (atom.name == "CA") out.b_factor = atom.b_factor;
  }
  return out;
}

bool is_amino(const RawResidue& residue) {
  return residue_info(residue.name).kind == RawResidue::Kind::amino || residue.name == "UNK";
}

bool is_there(const std::array<float, 3>& atom) {
  return std::all_of(atom.begin(), atom.end(), [](float x) { return std::isfinite(x); });
}

float b_factor(const AtomResidue& residue, std::size_t atom) {
  return residue.b_factors ? (*residue.b_factors)[atom] : residue.b_factor;
}

// As the file has one column for it.
std::string one_letter(const std::string& name) {
  if (name.size() != 1)
    throw Error(ErrorKind::bad_input,
                {fmt::format("the name of chain '{}' does not fit into a PDB file", name), {}, "write mmCIF"});
  return name;
}

std::string chain_name(std::size_t i) {
  constexpr std::string_view kNamesOfChains = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  if (i >= kNamesOfChains.size())
    throw Error(ErrorKind::bad_input, {"over 62 chains do not go into a PDB file", {}, "write mmCIF"});
  return std::string(1, kNamesOfChains[i]);
}

}  // namespace

std::string_view three_letters(char letter) {
  const std::size_t at = kLetters.find(letter);
  return at == std::string_view::npos ? "UNK" : kThreeLetters[at];
}

AtomStructure parse_atoms(const std::string& text, const std::string& label) {
  const RawStructure raw = raw_structure_of(text, label, WhichAtoms::every);
  AtomStructure out;
  out.models = raw.models;
  for (const RawChain& chain : raw.chains)
    for (const RawResidue& residue : chain.residues) {
      if (residue.is_hetero) {
        ++out.hetero;
        continue;
      }
      if (!is_amino(residue)) continue;
      auto at = std::find_if(out.chains.begin(), out.chains.end(), [&](const auto& c) { return c.name == chain.name; });
      if (at == out.chains.end()) at = out.chains.insert(at, {chain.name, {}});
      at->residues.push_back(residue_of(residue));
    }
  if (out.chains.empty())
    throw Error(ErrorKind::bad_input, {"no residue of a protein has coordinates here", label,
                                       "an mmCIF or PDB file with ATOM records is expected"});
  return out;
}

AtomStructure read_atoms(const std::string& path) { return parse_atoms(read_structure_text(path), path); }

std::string AtomResidue::label() const {
  return insertion == ' ' ? std::to_string(number) : std::to_string(number) + insertion;
}

std::string pdb_text(const std::vector<AtomChain>& chains, StructureNames names) {
  std::string out;
  std::int64_t serial = 0;
  for (std::size_t c = 0; c < chains.size(); ++c) {
    const std::string chain = names == StructureNames::own ? one_letter(chains[c].name) : chain_name(c);
    std::int64_t place = 0;
    for (const AtomResidue& residue : chains[c].residues) {
      ++place;
      const std::int64_t number = names == StructureNames::own ? residue.number : place;
      const char insertion = names == StructureNames::own ? residue.insertion : ' ';
      for (std::size_t a = 0; a < kAtomNames.size(); ++a) {
        const auto& at = residue.atoms[a];
        if (!is_there(at)) continue;
        ++serial;
        const bool fits = std::all_of(at.begin(), at.end(), [](float x) { return x < 9999.999F && x > -999.999F; });
        if (!fits || serial > 99999 || number > 9999 || number < -999)
          throw Error(ErrorKind::bad_input,
                      {fmt::format("residue {} does not fit into a PDB file", number), {}, "write mmCIF"});
        const std::string name = fmt::format(" {:<3}", kAtomNames[a]);
        out +=
            fmt::format("ATOM  {:>5} {} {:>3} {}{:>4}{}   {:>8.3f}{:>8.3f}{:>8.3f}{:>6.2f}{:>6.2f}          {:>2}  \n",
                        serial, name, three_letters(residue.letter), chain, number, insertion, at[0], at[1], at[2], 1.0,
                        b_factor(residue, a), kAtomNames[a].substr(0, 1));
      }
    }
  }
  return out;
}

std::string mmcif_text(const std::vector<AtomChain>& chains, const std::string& id, StructureNames names) {
  std::string name;
  for (const char c : id) name += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ? c : '_';
  std::string out = fmt::format("data_{}\n#\nloop_\n", name.empty() ? "structure" : name);
  for (const char* tag :
       {"group_PDB", "id", "type_symbol", "label_atom_id", "label_alt_id", "label_comp_id", "label_asym_id",
        "label_entity_id", "label_seq_id", "pdbx_PDB_ins_code", "Cartn_x", "Cartn_y", "Cartn_z", "occupancy",
        "B_iso_or_equiv", "auth_seq_id", "auth_asym_id", "pdbx_PDB_model_num"})
    out += fmt::format("_atom_site.{}\n", tag);
  std::int64_t serial = 0;
  for (std::size_t c = 0; c < chains.size(); ++c) {
    std::string chain(1, static_cast<char>('A' + c % 26));
    if (c >= 26) chain += std::to_string(c / 26);
    const std::string& author = names == StructureNames::own ? chains[c].name : chain;
    std::int64_t place = 0;
    for (const AtomResidue& residue : chains[c].residues) {
      ++place;
      const std::int64_t number = names == StructureNames::own ? residue.number : place;
      const char insertion = names == StructureNames::own && residue.insertion != ' ' ? residue.insertion : '?';
      for (std::size_t a = 0; a < kAtomNames.size(); ++a)
        if (const auto& at = residue.atoms[a]; is_there(at))
          out += fmt::format("ATOM {} {} {} . {} {} {} {} {} {:.3f} {:.3f} {:.3f} 1.00 {:.2f} {} {} 1\n", ++serial,
                             kAtomNames[a].substr(0, 1), kAtomNames[a], three_letters(residue.letter), chain, c + 1,
                             place, insertion, at[0], at[1], at[2], b_factor(residue, a), number, author);
    }
  }
  return out + "#\n";
}

}  // namespace groel::io
