// All of gemmi that GroEL uses; compiled alone, as C++17 (see src/CMakeLists.txt).
#include "io/structure_gemmi.h"

#include <algorithm>
#include <cctype>
#include <sstream>
// Where gemmi is headers alone, its writers are compiled here, with the system's snprintf.
#define GEMMI_WRITE_IMPLEMENTATION
#define USE_STD_SNPRINTF 1
#include <gemmi/align.hpp>
#include <gemmi/cif.hpp>
#include <gemmi/mmcif.hpp>
#include <gemmi/pdb.hpp>
#include <gemmi/polyheur.hpp>
#include <gemmi/resinfo.hpp>
#include <gemmi/to_cif.hpp>
#include <gemmi/to_mmcif.hpp>
#include <gemmi/to_pdb.hpp>

namespace groel::io {
namespace {

// The column of an mmCIF loop that has a tag; -1: none.
int column(const gemmi::cif::Loop& loop, const char* tag) { return loop.find_tag(std::string("_atom_site.") + tag); }

// Gives the loop of atoms a column with a tag, unless it has it with values: the first of `others` that it has, or the
// same value everywhere. Numbers without a value are taken from the others, row by row.
void complete(gemmi::cif::Loop& loop, const char* tag, std::initializer_list<const char*> others,
              const std::string& otherwise) {
  int from = -1;
  for (const char* other : others)
    if (from < 0) from = column(loop, other);
  int to = column(loop, tag);
  const std::size_t rows = loop.length(), width = loop.width();
  if (to < 0) {
    std::vector<std::string> values;
    values.reserve(rows * (width + 1));
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t i = 0; i < width; ++i) values.push_back(std::move(loop.values[row * width + i]));
      values.emplace_back("?");
    }
    loop.values = std::move(values);
    loop.tags.push_back(std::string("_atom_site.") + tag);
    to = static_cast<int>(width);
  }
  for (std::size_t row = 0; row < rows; ++row) {
    std::string& value = loop.values[row * loop.width() + static_cast<std::size_t>(to)];
    if (!gemmi::cif::is_null(value)) continue;
    value = from >= 0 ? loop.values[row * loop.width() + static_cast<std::size_t>(from)] : otherwise;
  }
}

// gemmi wants columns that models of other programs lack.
void complete_atoms(gemmi::cif::Block& block) {
  gemmi::cif::Loop* const loop = block.find_loop("_atom_site.Cartn_x").get_loop();
  if (loop == nullptr || loop->length() == 0) return;
  complete(*loop, "id", {}, "0");
  complete(*loop, "label_atom_id", {"auth_atom_id"}, "?");
  complete(*loop, "type_symbol", {}, "C");
  complete(*loop, "label_alt_id", {}, ".");
  complete(*loop, "label_asym_id", {"auth_asym_id"}, ".");
  complete(*loop, "auth_asym_id", {"label_asym_id"}, ".");
  complete(*loop, "occupancy", {}, "1");
  complete(*loop, "B_iso_or_equiv", {}, "0");
  complete(*loop, "label_comp_id", {"auth_comp_id"}, "UNK");
  complete(*loop, "auth_seq_id", {"label_seq_id"}, "?");
}

// mmCIF: the entity of the residue. PDB: SEQRES, which gemmi files under the chain's name.
int entity_of(const gemmi::Structure& structure, const gemmi::Chain& chain, const gemmi::Residue& residue) {
  const auto& entities = structure.entities;
  for (std::size_t i = 0; i < entities.size(); ++i) {
    const auto& parts = entities[i].subchains;
    const bool named = !residue.entity_id.empty() && entities[i].name == residue.entity_id;
    if (named || (!residue.subchain.empty() && std::find(parts.begin(), parts.end(), residue.subchain) != parts.end()))
      return static_cast<int>(i);
  }
  for (std::size_t i = 0; i < entities.size(); ++i)
    if (entities[i].subchains.empty() && entities[i].name == chain.name) return static_cast<int>(i);
  return -1;
}

RawResidue::Role role_of(const gemmi::Structure& structure, int entity) {
  if (entity < 0 || structure.input_format != gemmi::CoorFormat::Mmcif) return RawResidue::Role::unknown;
  const auto type = structure.entities[static_cast<std::size_t>(entity)].entity_type;
  if (type == gemmi::EntityType::Unknown) return RawResidue::Role::unknown;
  return type == gemmi::EntityType::Polymer ? RawResidue::Role::polymer : RawResidue::Role::other;
}

RawResidue raw_residue(const gemmi::Structure& structure, const gemmi::Chain& chain, const gemmi::Residue& residue,
                       WhichAtoms which) {
  RawResidue out;
  out.name = residue.name;
  out.number = residue.seqid.num ? *residue.seqid.num : 0;
  out.insertion = residue.seqid.icode;
  out.segment = residue.segment;
  out.is_hetero = residue.het_flag == 'H';
  out.stated_at = residue.label_seq ? *residue.label_seq : 0;
  out.entity = entity_of(structure, chain, residue);
  out.role = role_of(structure, out.entity);
  for (const gemmi::Atom& atom : residue.atoms)
    if (which == WhichAtoms::every || atom.name == "N" || atom.name == "CA" || atom.name == "C" || atom.name == "CB")
      out.atoms.push_back({atom.name,
                           atom.altloc,
                           atom.occ,
                           {atom.pos.x, atom.pos.y, atom.pos.z},
                           atom.b_iso,
                           std::string(atom.element.uname())});
  return out;
}

RawStructure raw_structure(const gemmi::Structure& structure, WhichAtoms which) {
  RawStructure out;
  out.models = static_cast<std::int64_t>(structure.models.size());
  for (const gemmi::Entity& entity : structure.entities) {
    out.entities.emplace_back();
    for (const std::string& name : entity.full_sequence) out.entities.back().push_back(gemmi::Entity::first_mon(name));
  }
  if (structure.models.empty()) return out;
  for (const gemmi::Chain& chain : structure.models.front().chains) {
    out.chains.push_back({chain.name, {}});
    for (const gemmi::Residue& residue : chain.residues)
      out.chains.back().residues.push_back(raw_residue(structure, chain, residue, which));
  }
  return out;
}

std::string title_of(const gemmi::cif::Block& block) {
  for (const char* tag : {"_struct.title", "_entry.id"})
    if (const std::string* value = block.find_value(tag)) {
      const std::string text = gemmi::cif::as_string(*value);
      if (!text.empty()) return text;
    }
  return {};
}

// ModelCIF names what its local measures are.
std::string plddt_mark_of(gemmi::cif::Block& block) {
  for (const auto& row : block.find("_ma_qa_metric.", {"name", "?type", "?mode"})) {
    const auto names_it = [&](std::size_t column) {
      return row.has2(column) && gemmi::to_lower(row.str(static_cast<int>(column))).find("plddt") != std::string::npos;
    };
    const bool local = !row.has2(2) || gemmi::to_lower(row.str(2)) != "global";
    if (local && (names_it(0) || names_it(1))) return "ModelCIF's ma_qa_metric, which names pLDDT";
  }
  return {};
}

}  // namespace

RawStructure gemmi_pdb(const std::string& text, const std::string& label, WhichAtoms which) {
  gemmi::PdbReadOptions options;
  options.split_chain_on_ter = true;  // what follows a TER is judged by what it is
  return raw_structure(gemmi::read_pdb_from_memory(text.data(), text.size(), label, options), which);
}

RawStructure gemmi_mmcif(const std::string& text, const std::string& label, WhichAtoms which) {
  auto document = gemmi::cif::read_memory(text.data(), text.size(), label.c_str());
  for (gemmi::cif::Block& block : document.blocks) {
    if (!block.has_tag("_atom_site.Cartn_x")) continue;
    const bool lacks_numbers = !block.has_tag("_atom_site.auth_seq_id");
    complete_atoms(block);
    RawStructure out = raw_structure(gemmi::make_structure_from_block(block), which);
    out.lacks_author_numbers = lacks_numbers;
    for (const auto& row : block.find("_chem_comp.", {"id", "mon_nstd_parent_comp_id"}))
      if (!gemmi::cif::is_null(row[1])) out.parents[row.str(0)] = row.str(1);
    for (const auto& row : block.find("_pdbx_struct_mod_residue.", {"label_comp_id", "parent_comp_id"}))
      if (!gemmi::cif::is_null(row[1])) out.parents[row.str(0)] = row.str(1);
    out.title = title_of(block);
    out.plddt_mark = plddt_mark_of(block);
    return out;
  }
  return {};
}

std::string gemmi_converted(const std::string& text, const std::string& label, StructureFormat from,
                            StructureFormat to) {
  gemmi::Structure structure;
  if (from == StructureFormat::pdb) {
    structure = gemmi::read_pdb_from_memory(text.data(), text.size(), label);
  } else {
    auto document = gemmi::cif::read_memory(text.data(), text.size(), label.c_str());
    for (gemmi::cif::Block& block : document.blocks) {
      if (!block.has_tag("_atom_site.Cartn_x")) continue;
      complete_atoms(block);
      structure = gemmi::make_structure_from_block(block);
      break;
    }
  }
  bool any = false;
  for (const gemmi::Model& model : structure.models)
    for (const gemmi::Chain& chain : model.chains)
      for (const gemmi::Residue& residue : chain.residues) any = any || !residue.atoms.empty();
  if (!any) return {};
  gemmi::setup_entities(structure);
  gemmi::assign_label_seq_id(structure, false);
  std::ostringstream out;
  if (to == StructureFormat::pdb)
    gemmi::write_pdb(structure, out);
  else
    gemmi::cif::write_cif_to_stream(out, gemmi::make_mmcif_document(structure), gemmi::cif::Style::PreferPairs);
  return out.str();
}

ResidueInfo residue_info(const std::string& name) {
  const auto info = gemmi::find_tabulated_residue(name);
  ResidueInfo out;
  if (!info.found()) return out;
  if (info.is_amino_acid()) {
    out.kind = RawResidue::Kind::amino;
    out.is_standard = info.is_standard();
    const int upper = std::toupper(static_cast<unsigned char>(info.one_letter_code));
    if (std::isalpha(upper) != 0) out.letter = static_cast<char>(upper);
  } else {
    out.kind = info.is_water()          ? RawResidue::Kind::water
               : info.is_nucleic_acid() ? RawResidue::Kind::nucleic
                                        : RawResidue::Kind::other;
  }
  return out;
}

}  // namespace groel::io
