// Takes the real tokens out of the arrays of AlphaFold 3's batch.
#include "structure_models/alphafold3/input.h"

#include <cstring>

#include "base/error.h"

namespace groel::structure_models {
namespace {

class Reader {
 public:
  explicit Reader(const folding::Features& features) : features_(features) {}

  template <class T>
  T at(const folding::FeatureArray& array, std::size_t i) const {
    const std::byte* from = array.bytes.data() + i * size_of(array.dtype);
    const auto as = [&]<class From>(From value) {
      std::memcpy(&value, from, sizeof value);
      return static_cast<T>(value);
    };
    switch (array.dtype) {
      case DType::f32: return as(float{});
      case DType::f64: return as(double{});
      case DType::i64: return as(std::int64_t{});
      case DType::i32: return as(std::int32_t{});
      case DType::i8: return as(std::int8_t{});
      default: return as(std::uint8_t{});
    }
  }

  const folding::FeatureArray& array(const std::string& name) const {
    const auto found = features_.find(name);
    if (found == features_.end()) throw Error(ErrorKind::bad_input, "the features lack the array " + name);
    return found->second;
  }
  std::int64_t number(const std::string& name) const { return at<std::int64_t>(array(name), 0); }

  // [padded, inner…] -> [tokens, inner…].
  template <class T>
  std::vector<T> tokens(const std::string& name, std::int64_t tokens) const {
    return rows<T>(name, 1, tokens, 0);
  }
  // [outer, padded, inner…] -> [outer, tokens, inner…]; `axis`: that of tokens.
  template <class T>
  std::vector<T> rows(const std::string& name, std::int64_t outer, std::int64_t tokens, std::size_t axis = 1) const {
    const folding::FeatureArray& from = array(name);
    std::int64_t inner = 1;
    for (std::size_t i = axis + 1; i < from.shape.size(); ++i) inner *= from.shape[i];
    if (from.shape.size() <= axis || from.shape[axis] < tokens || (axis == 1 && from.shape[0] < outer))
      throw Error(ErrorKind::bad_input, fmt::format("the array {} has not {} tokens", name, tokens));
    std::vector<T> out;
    out.reserve(static_cast<std::size_t>(outer * tokens * inner));
    for (std::int64_t o = 0; o < outer; ++o)
      for (std::int64_t i = 0; i < tokens * inner; ++i)
        out.push_back(at<T>(from, static_cast<std::size_t>(o * from.shape[axis] * inner + i)));
    return out;
  }

  // Pairs of which both ends are there.
  void add_bonds(const std::string& name, std::vector<std::pair<std::int32_t, std::int32_t>>& to) const {
    const auto &index = array(name + ":gather_idxs"), &mask = array(name + ":gather_mask");
    for (std::size_t i = 0; i < static_cast<std::size_t>(index.shape.at(0)); ++i)
      if (at<int>(mask, 2 * i) != 0 && at<int>(mask, 2 * i + 1) != 0)
        to.emplace_back(at<std::int32_t>(index, 2 * i), at<std::int32_t>(index, 2 * i + 1));
  }

 private:
  const folding::Features& features_;
};

}  // namespace

Alphafold3Input alphafold3_input(const folding::Features& features) {
  const Reader from(features);
  Alphafold3Input out;
  const std::int64_t n = out.tokens = from.number("seq_length"), rows = out.rows = from.number("num_alignments");
  for (const auto& [name, to] : {std::pair{"aatype", &out.aatype},
                                 {"residue_index", &out.residue_index},
                                 {"token_index", &out.token_index},
                                 {"asym_id", &out.asym_id},
                                 {"entity_id", &out.entity_id},
                                 {"sym_id", &out.sym_id},
                                 {"ref_element", &out.ref_element},
                                 {"ref_atom_name_chars", &out.ref_name_chars},
                                 {"ref_space_uid", &out.ref_space_uid},
                                 {"token_atoms_to_pseudo_beta:gather_idxs", &out.pseudo_beta}})
    *to = from.tokens<std::int32_t>(name, n);
  for (const auto& [name, to] : {std::pair{"profile", &out.profile},
                                 {"deletion_mean", &out.deletion_mean},
                                 {"ref_pos", &out.ref_pos},
                                 {"ref_charge", &out.ref_charge}})
    *to = from.tokens<float>(name, n);
  for (const auto& [name, to] : {std::pair{"ref_mask", &out.ref_mask},
                                 {"pred_dense_atom_mask", &out.atom_mask},
                                 {"frames_mask", &out.frames_mask},
                                 {"is_ligand", &out.ligand}})
    *to = from.tokens<std::uint8_t>(name, n);
  out.msa = from.rows<std::int8_t>("msa", rows, n);
  out.deletions = from.rows<float>("deletion_matrix", rows, n);
  out.template_aatype = from.rows<std::int32_t>("template_aatype", kInputTemplates, n);
  out.template_positions = from.rows<float>("template_atom_positions", kInputTemplates, n);
  out.template_mask = from.rows<std::uint8_t>("template_atom_mask", kInputTemplates, n);
  from.add_bonds("tokens_to_polymer_ligand_bonds", out.bonds);
  from.add_bonds("tokens_to_ligand_ligand_bonds", out.bonds);
  return out;
}

}  // namespace groel::structure_models
