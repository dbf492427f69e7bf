// Reads a golden case of confidences.
#include "golden/prediction_case.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/text_file.h"
#include "io/structure_gemmi.h"

namespace groel::golden {
namespace {

using folding::ChainType;

template <class Value, class Convert>
std::vector<float> as_floats(std::span<const std::byte> bytes, const Convert& convert) {
  std::vector<Value> values(bytes.size() / sizeof(Value));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  std::vector<float> out;
  for (const Value value : values) out.push_back(convert(value));
  return out;
}

// Python writes NaN, which JSON has not.
nlohmann::json without_nan(std::string text) {
  for (std::size_t at = 0; (at = text.find("NaN", at)) != std::string::npos;) text.replace(at, 3, "null");
  return parse_json(text, "expected.json");
}

const std::vector<std::string>& item(const CifItems& items, const std::string& name) {
  static const std::vector<std::string> none;
  const auto found = items.find(name);
  return found == items.end() ? none : found->second;
}

ChainType type_of(const std::string& entity_type, const std::string& polymer_type) {
  for (const ChainType type : {ChainType::protein, ChainType::dna, ChainType::rna, ChainType::branched})
    if (folding::mmcif_name(type) == (entity_type == "polymer" ? polymer_type : entity_type)) return type;
  return ChainType::ligand;
}

}  // namespace

ConfidenceCase::ConfidenceCase(const std::filesystem::path& folder, std::string name)
    : name_(std::move(name)),
      output_(folder / (name_ + "_output")),
      expected_(without_nan(read_text(folder / (name_ + ".expected.json")))),
      arrays_(io::read_safetensors(folder / (name_ + ".safetensors"))) {
  read_layout();
}

std::string ConfidenceCase::text(const std::filesystem::path& file) const { return read_text(output_ / file); }

std::vector<float> ConfidenceCase::values(std::size_t seed, const std::string& array) const {
  const auto found = arrays_.arrays.find(key(seed, array));
  if (found == arrays_.arrays.end()) throw Error(ErrorKind::bad_input, "there is no array " + key(seed, array));
  const io::Array& one = found->second;
  switch (one.dtype) {
    case DType::f32: return as_floats<float>(one.bytes, [](float x) { return x; });
    case DType::f16: return as_floats<f16_t>(one.bytes, [](f16_t x) { return to_float(x); });
    case DType::i32: return as_floats<std::int32_t>(one.bytes, [](std::int32_t x) { return static_cast<float>(x); });
    case DType::boolean: return as_floats<std::uint8_t>(one.bytes, [](std::uint8_t x) { return x != 0 ? 1.0F : 0.0F; });
    default: throw Error(ErrorKind::bad_input, "an odd type of the array " + key(seed, array));
  }
}

std::vector<float> ConfidenceCase::values(std::size_t seed, const std::string& array, std::size_t sample) const {
  const std::vector<float> all = values(seed, array);
  const auto size = static_cast<std::size_t>(arrays_.arrays.at(key(seed, array)).shape.at(0));
  const std::size_t each = all.size() / size;
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(sample * each);
  return {begin, begin + static_cast<std::ptrdiff_t>(each)};
}

void ConfidenceCase::read_layout() {
  const CifItems items = cif_items(text(name_ + "_model.cif"));
  read_residues(items);
  read_atoms(items);
  read_components(items);
  make_tokens();
}

void ConfidenceCase::read_residues(const CifItems& items) {
  std::map<std::string, std::string> types, polymers;
  for (std::size_t i = 0; i < item(items, "_entity.id").size(); ++i)
    types[items.at("_entity.id")[i]] = items.at("_entity.type").at(i);
  for (std::size_t i = 0; i < item(items, "_entity_poly.entity_id").size(); ++i)
    polymers[items.at("_entity_poly.entity_id")[i]] = items.at("_entity_poly.type").at(i);
  for (std::size_t c = 0; c < item(items, "_struct_asym.id").size(); ++c) {
    const std::string id = items.at("_struct_asym.id")[c], entity = items.at("_struct_asym.entity_id").at(c);
    add_chain(id, type_of(types[entity], polymers[entity]));
    for (const std::string table : {"_pdbx_poly_seq_scheme.", "_pdbx_nonpoly_scheme.", "_pdbx_branch_scheme."})
      for (std::size_t i = 0; i < item(items, table + "asym_id").size(); ++i)
        if (items.at(table + "asym_id")[i] == id)
          add_residue(items.at(table + "mon_id").at(i), std::stoi(items.at(table + "pdb_seq_num").at(i)));
  }
}

void ConfidenceCase::add_chain(const std::string& id, ChainType type) {
  layout_.chains.push_back({id, type, static_cast<std::int32_t>(layout_.residues.size()), 0});
}

void ConfidenceCase::add_residue(const std::string& component, std::int32_t number) {
  ++layout_.chains.back().residues;
  layout_.residues.push_back({component, number, io::residue_info(component).letter,
                              static_cast<std::int32_t>(layout_.chains.size()) - 1, 0, 0});
}

void ConfidenceCase::read_atoms(const CifItems& items) {
  std::size_t residue = 0;
  const auto is_its = [&](std::size_t row) {
    const folding::LayoutResidue& at = layout_.residues.at(residue);
    return layout_.chains[static_cast<std::size_t>(at.chain)].id == items.at("_atom_site.label_asym_id")[row] &&
           std::to_string(at.number) == items.at("_atom_site.auth_seq_id")[row];
  };
  for (std::size_t row = 0; row < item(items, "_atom_site.id").size(); ++row) {
    while (!is_its(row)) layout_.residues.at(++residue).first_atom = static_cast<std::int32_t>(layout_.atoms.size());
    ++layout_.residues[residue].atoms;
    layout_.atoms.push_back({items.at("_atom_site.label_atom_id")[row], items.at("_atom_site.type_symbol")[row],
                             static_cast<std::int32_t>(residue)});
  }
}

void ConfidenceCase::read_components(const CifItems& items) {
  const auto& ids = item(items, "_chem_comp.id");
  const auto value = [&](const char* name, std::size_t i) { return items.at(std::string("_chem_comp.") + name).at(i); };
  for (std::size_t i = 0; i < ids.size(); ++i)
    layout_.components.push_back({ids[i], value("type", i), value("name", i), value("pdbx_synonyms", i),
                                  value("formula", i), value("formula_weight", i), value("mon_nstd_flag", i),
                                  value("pdbx_smiles", i) == "?" ? "" : value("pdbx_smiles", i)});
}

// A token of each standard residue, of each atom of the others; its atoms in order in the slots that the mask has.
void ConfidenceCase::make_tokens() {
  const std::vector<float> mask = values(0, "pred_dense_atom_mask");
  const auto add = [&](std::int32_t residue, std::int32_t first, std::int32_t atoms) {
    folding::LayoutToken token{residue, {}};
    token.atoms.fill(-1);
    const std::size_t row = layout_.tokens.size() * folding::kTokenSlots;
    std::int32_t atom = first;
    for (std::size_t slot = 0; slot < folding::kTokenSlots; ++slot)
      if (mask.at(row + slot) != 0) token.atoms[slot] = atom++;
    if (atom - first != atoms) throw Error(ErrorKind::bad_input, name_ + ": the mask of atoms is not that of its file");
    layout_.tokens.push_back(token);
  };
  for (std::size_t r = 0; r < layout_.residues.size(); ++r) {
    const folding::LayoutResidue& residue = layout_.residues[r];
    const auto index = static_cast<std::int32_t>(r);
    if (folding::is_standard_component(residue.component)) {
      add(index, residue.first_atom, residue.atoms);
    } else {
      for (std::int32_t a = 0; a < residue.atoms; ++a) add(index, residue.first_atom + a, 1);
    }
  }
}

}  // namespace groel::golden
