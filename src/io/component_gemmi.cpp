// The part of reading chemical components that gemmi does; compiled alone, as C++17 (see src/CMakeLists.txt).
#include "io/component_gemmi.h"

#include <gemmi/cif.hpp>
#include <gemmi/cifdoc.hpp>
#include <gemmi/numb.hpp>

namespace groel::io {
namespace {

namespace cif = gemmi::cif;

// Tags without which AlphaFold 3 refuses a component (folding_input.py).
constexpr const char* kNeeded[] = {"_chem_comp.id",
                                   "_chem_comp.name",
                                   "_chem_comp.type",
                                   "_chem_comp.formula",
                                   "_chem_comp.mon_nstd_parent_comp_id",
                                   "_chem_comp.pdbx_synonyms",
                                   "_chem_comp.formula_weight",
                                   "_chem_comp_atom.comp_id",
                                   "_chem_comp_atom.atom_id",
                                   "_chem_comp_atom.type_symbol",
                                   "_chem_comp_atom.charge",
                                   "_chem_comp_atom.pdbx_model_Cartn_x_ideal",
                                   "_chem_comp_atom.pdbx_model_Cartn_y_ideal",
                                   "_chem_comp_atom.pdbx_model_Cartn_z_ideal",
                                   "_chem_comp_bond.atom_id_1",
                                   "_chem_comp_bond.atom_id_2",
                                   "_chem_comp_bond.value_order",
                                   "_chem_comp_bond.pdbx_aromatic_flag"};

// Values of one category, whether it is a loop or single pairs.
class Rows {
 public:
  Rows(cif::Block& block, const std::string& category) : block_(block), category_(category) {}

  std::vector<std::string> column(const std::string& tag) const {
    std::vector<std::string> values;
    for (const std::string& value : block_.find_values(category_ + tag))
      values.push_back(cif::is_null(value) ? "" : cif::as_string(value));
    return values;
  }
  std::string first(const std::string& tag) const {
    const auto values = column(tag);
    return values.empty() ? "" : values.front();
  }

 private:
  cif::Block& block_;
  std::string category_;
};

std::string cell(const std::vector<std::string>& column, std::size_t row) {
  return row < column.size() ? column[row] : "";
}

void read_atoms(const Rows& rows, ComponentBlock& block) {
  const auto names = rows.column("atom_id"), elements = rows.column("type_symbol"), charges = rows.column("charge"),
             leaving = rows.column("pdbx_leaving_atom_flag");
  const std::vector<std::string> ideal[] = {rows.column("pdbx_model_Cartn_x_ideal"),
                                            rows.column("pdbx_model_Cartn_y_ideal"),
                                            rows.column("pdbx_model_Cartn_z_ideal")};
  const std::vector<std::string> model[] = {rows.column("model_Cartn_x"), rows.column("model_Cartn_y"),
                                            rows.column("model_Cartn_z")};
  for (std::size_t i = 0; i < names.size(); ++i) {
    ComponentAtom& atom = block.atoms.emplace_back(ComponentAtom{names[i], cell(elements, i)});
    const std::string charge = cell(charges, i);
    atom.charged = !charge.empty() && charge.find_first_not_of("+-0123456789") == std::string::npos;
    if (atom.charged) atom.charge = cif::as_int(charge, 0);
    atom.leaving = cell(leaving, i) == "Y";
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (const auto text = cell(ideal[axis], i); !text.empty()) atom.ideal[axis] = cif::as_number(text);
      if (const auto text = cell(model[axis], i); !text.empty()) atom.model[axis] = cif::as_number(text);
    }
  }
}

void read_component_bonds(const Rows& rows, ComponentBlock& block) {
  const auto from = rows.column("atom_id_1"), to = rows.column("atom_id_2"), order = rows.column("value_order"),
             aromatic = rows.column("pdbx_aromatic_flag");
  for (std::size_t i = 0; i < from.size(); ++i)
    block.bonds.push_back(
        {from[i], cell(to, i), cell(order, i), cell(aromatic, i).empty() ? '?' : cell(aromatic, i)[0]});
}

// The canonical one, of OpenEye where there are several, else the first: as AlphaFold 3 writes it into structures.
std::string smiles_of(const Rows& rows) {
  const auto types = rows.column("type"), texts = rows.column("descriptor"), programs = rows.column("program");
  std::string canonical, other;
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (types[i] == "SMILES_CANONICAL" && (canonical.empty() || cell(programs, i) == "OpenEye OEToolkits"))
      canonical = cell(texts, i);
    if (types[i] == "SMILES" && other.empty()) other = cell(texts, i);
  }
  return canonical.empty() ? other : canonical;
}

ComponentBlock read_block(cif::Block& source) {
  ComponentBlock block;
  block.name = source.name;
  const Rows component(source, "_chem_comp.");
  block.id = component.first("id");
  block.title = component.first("name");
  block.type = component.first("type");
  block.formula = component.first("formula");
  block.parent = component.first("mon_nstd_parent_comp_id");
  block.letter = component.first("one_letter_code");
  block.synonyms = component.first("pdbx_synonyms");
  block.weight = component.first("formula_weight");
  block.modified = component.first("pdbx_modified_date");
  read_atoms(Rows(source, "_chem_comp_atom."), block);
  read_component_bonds(Rows(source, "_chem_comp_bond."), block);
  block.smiles = smiles_of(Rows(source, "_pdbx_chem_comp_descriptor."));
  for (const char* tag : kNeeded)
    if (!source.find_values(tag)) block.missing.emplace_back(tag);
  return block;
}

}  // namespace

std::vector<ComponentBlock> parsed_components(const std::string& text) {
  cif::Document document = cif::read_string(text);
  std::vector<ComponentBlock> blocks;
  for (cif::Block& block : document.blocks) blocks.push_back(read_block(block));
  return blocks;
}

}  // namespace groel::io
