// All of gemmi that GroEL uses is compiled here, as C++17 (see src/CMakeLists.txt).
#include "io/structure_gemmi.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <gemmi/cif.hpp>
#include <gemmi/mmcif.hpp>
#include <gemmi/pdb.hpp>
#include <gemmi/resinfo.hpp>

namespace groel::io {
namespace {

// An mmCIF file has "data_" before anything but comments and white space.
bool is_cif(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::size_t first = text.find_first_not_of(" \t\r", at);
    if (first < end && text[first] != '#') return text.compare(first, 5, "data_") == 0;
    at = end + 1;
  }
  return false;
}

using ResidueKind = decltype(gemmi::ResidueInfo::kind);  // gemmi 0.7 has given it another name

bool is_amino_acid(ResidueKind kind) {
  return kind == ResidueKind::AA || kind == ResidueKind::AAD || kind == ResidueKind::PAA || kind == ResidueKind::MAA;
}

// Of a residue by its name; a modified one has the letter of what it was made from.
char letter_of(const std::string& name) {
  const gemmi::ResidueInfo info = gemmi::find_tabulated_residue(gemmi::Entity::first_mon(name));
  const int upper = std::toupper(static_cast<unsigned char>(info.one_letter_code));
  return is_amino_acid(info.kind) && std::isalpha(upper) != 0 ? static_cast<char>(upper) : 'X';
}

// A residue of the chain itself: neither water nor something bound to it, with the backbone of an amino acid.
bool belongs(const gemmi::Residue& residue) {
  if (residue.entity_type != gemmi::EntityType::Polymer && residue.entity_type != gemmi::EntityType::Unknown)
    return false;
  const gemmi::ResidueInfo info = gemmi::find_tabulated_residue(residue.name);
  if (info.found()) return is_amino_acid(info.kind);
  const auto has = [&](const char* name) { return residue.find_atom(name, '*') != nullptr; };
  return has("N") && has("CA") && has("C");
}

std::optional<bio::Point> site_of(const gemmi::Residue& residue) {
  const char* const wanted = residue.name == "GLY" ? "CA" : "CB";
  const gemmi::Atom* best = nullptr;
  for (const gemmi::Atom& atom : residue.atoms)
    if (atom.name == wanted && (best == nullptr || atom.occ > best->occ)) best = &atom;
  if (best == nullptr || !std::isfinite(best->pos.x + best->pos.y + best->pos.z)) return std::nullopt;
  return bio::Point{best->pos.x, best->pos.y, best->pos.z};
}

bio::SeenResidue seen(const gemmi::Residue& residue) {
  bio::SeenResidue out;
  out.name = residue.name + " " + residue.seqid.str();
  out.letter = letter_of(residue.name);
  out.modified = !gemmi::find_tabulated_residue(residue.name).is_standard() || out.letter == 'X';
  out.number = residue.seqid.num ? *residue.seqid.num : 0;
  out.inserted = residue.seqid.icode != ' ';
  out.place = residue.label_seq ? *residue.label_seq : 0;
  out.site = site_of(residue);
  return out;
}

// mmCIF: the entity of the chain's residues. PDB: SEQRES, which gemmi files under the chain's name.
const gemmi::Entity* entity_of(const gemmi::Structure& structure, const gemmi::Chain& chain,
                               const gemmi::Residue& residue) {
  for (const gemmi::Entity& entity : structure.entities)
    for (const std::string& part : entity.subchains)
      if (!residue.subchain.empty() && part == residue.subchain) return &entity;
  for (const gemmi::Entity& entity : structure.entities)
    if (entity.subchains.empty() && entity.name == chain.name) return &entity;
  return nullptr;
}

bio::Chain convert(const gemmi::Structure& structure, const gemmi::Chain& chain) {
  bio::Chain out{chain.name, {}, {}};
  const gemmi::Entity* entity = nullptr;
  const gemmi::Residue* last = nullptr;
  for (const gemmi::Residue& residue : chain.residues) {
    if (!belongs(residue)) continue;
    if (last != nullptr && last->seqid == residue.seqid) continue;  // another residue at the same place
    last = &residue;
    out.residues.push_back(seen(residue));
    if (entity == nullptr) entity = entity_of(structure, chain, residue);
  }
  if (entity != nullptr && !out.residues.empty())
    for (const std::string& name : entity->full_sequence) out.sequence += letter_of(name);
  if (!out.residues.empty()) bio::settle_sequence(out);
  return out;
}

gemmi::Structure parse(const std::string& text, const std::string& label) {
  if (!is_cif(text)) return gemmi::read_pdb_from_memory(text.data(), text.size(), label);
  const auto document = gemmi::cif::read_memory(text.data(), text.size(), label.c_str());
  for (const gemmi::cif::Block& block : document.blocks)
    if (block.has_tag("_atom_site.Cartn_x")) return gemmi::make_structure_from_block(block);
  return {};
}

}  // namespace

std::vector<bio::Chain> gemmi_chains(const std::string& text, const std::string& label) {
  std::vector<bio::Chain> out;
  const gemmi::Structure parsed = parse(text, label);
  if (parsed.models.empty()) return out;
  for (const gemmi::Chain& chain : parsed.models.front().chains) {
    bio::Chain converted = convert(parsed, chain);
    if (!converted.residues.empty()) out.push_back(std::move(converted));
  }
  return out;
}

}  // namespace groel::io
