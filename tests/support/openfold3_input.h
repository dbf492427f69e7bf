// What the case of OpenFold3's network is given: features, rows of each pass, and every random number of the sampler.
#pragma once

#include "structure_models/openfold3/input.h"
#include "support/protenix_input.h"

namespace groel::testing {

class Openfold3Given : public ProtenixGiven {
 public:
  explicit Openfold3Given(const std::filesystem::path& path) : ProtenixGiven(path) {}

  structure_models::Openfold3Input network_input() const {
    structure_models::Openfold3Input out;
    out.restype = whole<std::int32_t>("restype_index");
    out.tokens = static_cast<std::int64_t>(out.restype.size());
    out.residue_index = whole<std::int32_t>("residue_index");
    out.token_index = whole<std::int32_t>("token_index");
    out.asym_id = whole<std::int32_t>("asym_id");
    out.entity_id = whole<std::int32_t>("entity_id");
    out.sym_id = whole<std::int32_t>("sym_id");
    out.msa = whole<std::int8_t>("msa");
    out.rows = static_cast<std::int64_t>(out.msa.size()) / out.tokens;
    out.msa_mask = whole<std::uint8_t>("msa_mask");
    out.deletions = numbers("deletions");
    out.profile = numbers("profile");
    out.deletion_mean = numbers("deletion_mean");
    out.templates = placed_templates(out.tokens);
    out.atom_token = whole<std::int32_t>("atom_to_token_idx");
    out.atom_slot = whole<std::int32_t>("atom_to_tokatom_idx");
    out.ref_pos = numbers("ref_pos");
    out.ref_mask = whole<std::uint8_t>("ref_mask");
    out.ref_element = whole<std::int32_t>("ref_element_index");
    out.ref_charge = numbers("ref_charge");
    out.ref_name_chars = whole<std::int32_t>("ref_atom_name_chars_index");
    out.ref_space_uid = whole<std::int32_t>("ref_space_uid");
    out.atomized = whole<std::uint8_t>("is_atomized");
    const std::vector<std::uint8_t> ligand = whole<std::uint8_t>("is_ligand");
    for (std::size_t a = 0; a < out.atom_token.size(); ++a) {
      const auto token = static_cast<std::size_t>(out.atom_token[a]);
      out.representative.push_back(out.atom_slot[a] == placing_atom(out.restype[token], out.atomized[token]) ? 1 : 0);
      out.ligand.push_back(ligand[token]);
      out.output_slot.push_back(out.atom_token[a] * 24 + out.atom_slot[a]);
    }
    const std::vector<std::int32_t> bonds = whole<std::int32_t>("token_bonds");
    for (std::size_t i = 0; i < bonds.size(); ++i)
      if (bonds[i] != 0)
        out.bonds.emplace_back(static_cast<std::int32_t>(static_cast<std::int64_t>(i) / out.tokens),
                               static_cast<std::int32_t>(static_cast<std::int64_t>(i) % out.tokens));
    return out;
  }

 private:
  // CB, CA of glycine, C4 of A and G, C2 of the other bases, among the atoms without OP3.
  static std::int32_t placing_atom(std::int32_t letter, std::uint8_t atomized) {
    constexpr std::int32_t kGlycine = 7;
    if (atomized != 0) return 0;
    switch (letter) {
      case kGlycine: return 1;
      case 21: return 21;  // A
      case 22: return 22;  // G
      case 23:
      case 24: return 13;  // C, U
      case 28:
      case 29: return 12;  // DC, DT
      default: return 4;
    }
  }

  std::vector<structure_models::TemplateStructure> placed_templates(std::int64_t tokens) const {
    const auto n = static_cast<std::size_t>(tokens);
    const auto letters = whole<std::int32_t>("template_letters");
    const auto beta = numbers("template_pseudo_beta"), frame = numbers("template_frame");
    const auto has_beta = whole<std::uint8_t>("template_has_beta"),
               has_frame = whole<std::uint8_t>("template_has_frame");
    std::vector<structure_models::TemplateStructure> out(letters.size() / n);
    for (std::size_t t = 0; t < out.size(); ++t) {
      const auto part = [&](const auto& all, std::size_t width) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(t * n * width);
        return std::remove_cvref_t<decltype(all)>(begin, begin + static_cast<std::ptrdiff_t>(n * width));
      };
      out[t].letters = part(letters, 1);
      out[t].pseudo_beta = part(beta, 3);
      out[t].has_beta = part(has_beta, 1);
      out[t].backbone = part(frame, 9);
      out[t].has_frame = part(has_frame, 1);
      for (std::size_t i = 0; i < n; ++i)
        if (out[t].has_beta[i] == 0) out[t].letters[i] = structure_models::kProtenixLetters;  // says nothing
    }
    return out;
  }
};

}  // namespace groel::testing
