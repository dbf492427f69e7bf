// Fills the categories of mmCIF that say what a structure consists of.
#include "folding/output_sequences.h"

#include <algorithm>

namespace groel::folding {
namespace {

using io::CifCategory;
using Categories = std::vector<CifCategory>;

// A residue without atoms has no number of the author's.
std::string author_number(const LayoutResidue& residue) {
  return residue.atoms == 0 ? "?" : std::to_string(residue.number);
}

std::string entity_of(const LayoutResidue& residue) { return std::to_string(residue.chain + 1); }

void add_chains(const AtomLayout& layout, Categories& to) {
  CifCategory asym("_struct_asym", {"entity_id", "id"});
  CifCategory entity("_entity", {"id", "pdbx_description", "type"});
  CifCategory polymer("_entity_poly", {"entity_id", "pdbx_strand_id", "type"});
  CifCategory target("_ma_target_entity", {"data_id", "entity_id", "origin"});
  CifCategory instance("_ma_target_entity_instance", {"asym_id", "details", "entity_id"});
  for (std::size_t c = 0; c < layout.chains.size(); ++c) {
    const LayoutChain& chain = layout.chains[c];
    const std::string id = std::to_string(c + 1), type(mmcif_name(chain.type));
    asym.add({id, chain.id});
    entity.add({id, ".", is_polymer(chain.type) ? "polymer" : type});
    if (is_polymer(chain.type)) polymer.add({id, chain.id, type});
    target.add({"1", id, "."});
    instance.add({chain.id, ".", id});
  }
  for (CifCategory& one : Categories{asym, entity, polymer, target, instance}) to.push_back(std::move(one));
}

void add_residues(const AtomLayout& layout, Categories& to) {
  CifCategory sequence("_entity_poly_seq", {"entity_id", "hetero", "mon_id", "num"});
  CifCategory polymer("_pdbx_poly_seq_scheme", {"asym_id", "auth_seq_num", "entity_id", "hetero", "mon_id",
                                                "pdb_ins_code", "pdb_seq_num", "pdb_strand_id", "seq_id"});
  CifCategory ligand("_pdbx_nonpoly_scheme", {"asym_id", "auth_seq_num", "entity_id", "mon_id", "pdb_ins_code",
                                              "pdb_seq_num", "pdb_strand_id"});
  CifCategory branch("_pdbx_branch_scheme", {"asym_id", "auth_asym_id", "auth_seq_num", "entity_id", "hetero", "mon_id",
                                             "num", "pdb_asym_id", "pdb_ins_code", "pdb_seq_num"});
  for (const LayoutResidue& residue : layout.residues) {
    const LayoutChain& chain = layout.chains[static_cast<std::size_t>(residue.chain)];
    const std::string number = std::to_string(residue.number), author = author_number(residue),
                      entity = entity_of(residue);
    if (is_polymer(chain.type)) {
      sequence.add({entity, "n", residue.component, number});
      polymer.add({chain.id, author, entity, "n", residue.component, ".", number, chain.id, number});
    } else if (chain.residues > 1) {
      branch.add({chain.id, chain.id, author, entity, "n", residue.component, number, chain.id, ".", number});
    } else {
      ligand.add({chain.id, author, entity, residue.component, ".", number, chain.id});
    }
  }
  for (CifCategory& one : Categories{sequence, polymer, ligand, branch}) to.push_back(std::move(one));
}

void add_components(const AtomLayout& layout, Categories& to) {
  const bool any_smiles = std::any_of(layout.components.begin(), layout.components.end(),
                                      [](const LayoutComponent& one) { return !one.smiles.empty(); });
  std::vector<std::string> items{"formula", "formula_weight", "id", "mon_nstd_flag", "name"};
  if (any_smiles) items.emplace_back("pdbx_smiles");
  items.insert(items.end(), {"pdbx_synonyms", "type"});
  CifCategory components("_chem_comp", items);
  for (const LayoutComponent& one : layout.components) {
    std::vector<std::string> row{one.formula, one.weight, one.id, one.standard, one.name};
    if (any_smiles) row.push_back(one.smiles.empty() ? "?" : one.smiles);
    row.insert(row.end(), {one.synonyms, one.type});
    components.add(row);
  }
  to.push_back(std::move(components));
}

// One end of a bond.
struct BondEnd {
  std::string chain, component, atom, number, author;
};

BondEnd end_of(const AtomLayout& layout, std::int32_t index) {
  const LayoutAtom& atom = layout.atoms[static_cast<std::size_t>(index)];
  const LayoutResidue& residue = layout.residues[static_cast<std::size_t>(atom.residue)];
  const LayoutChain& chain = layout.chains[static_cast<std::size_t>(residue.chain)];
  const std::string number = std::to_string(residue.number);
  return {chain.id, residue.component, atom.name, is_polymer(chain.type) ? number : ".", number};
}

}  // namespace

void add_sequences(const AtomLayout& layout, std::vector<io::CifCategory>& to) {
  add_chains(layout, to);
  add_residues(layout, to);
  add_components(layout, to);
}

void add_bonds(const AtomLayout& layout, std::vector<io::CifCategory>& to) {
  if (layout.bonds.empty()) return;
  CifCategory types("_struct_conn_type", {"criteria", "id", "reference"});
  types.add({"?", "covale", "?"});
  CifCategory bonds("_struct_conn", {"conn_type_id",
                                     "id",
                                     "pdbx_ptnr1_PDB_ins_code",
                                     "pdbx_ptnr1_label_alt_id",
                                     "pdbx_ptnr2_PDB_ins_code",
                                     "pdbx_ptnr2_label_alt_id",
                                     "pdbx_role",
                                     "pdbx_value_order",
                                     "ptnr1_auth_asym_id",
                                     "ptnr1_auth_seq_id",
                                     "ptnr1_label_asym_id",
                                     "ptnr1_label_atom_id",
                                     "ptnr1_label_comp_id",
                                     "ptnr1_label_seq_id",
                                     "ptnr1_symmetry",
                                     "ptnr2_auth_asym_id",
                                     "ptnr2_auth_seq_id",
                                     "ptnr2_label_asym_id",
                                     "ptnr2_label_atom_id",
                                     "ptnr2_label_comp_id",
                                     "ptnr2_label_seq_id",
                                     "ptnr2_symmetry"});
  for (std::size_t b = 0; b < layout.bonds.size(); ++b) {
    const BondEnd from = end_of(layout, layout.bonds[b].from), to_end = end_of(layout, layout.bonds[b].to);
    bonds.add({"covale",
               "covale" + std::to_string(b + 1),
               "?",
               "?",
               "?",
               "?",
               "?",
               "?",
               from.chain,
               from.author,
               from.chain,
               from.atom,
               from.component,
               from.number,
               "1_555",
               to_end.chain,
               to_end.author,
               to_end.chain,
               to_end.atom,
               to_end.component,
               to_end.number,
               "1_555"});
  }
  to.push_back(std::move(types));
  to.push_back(std::move(bonds));
}

}  // namespace groel::folding
