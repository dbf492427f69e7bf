// What the case of Boltz-2's network is given: features, and every random number of the sampler.
#pragma once

#include "structure_models/boltz2/input.h"
#include "support/protenix_input.h"

namespace groel::testing {

class Boltz2Given : public ProtenixGiven {
 public:
  explicit Boltz2Given(const std::filesystem::path& path) : ProtenixGiven(path) {}

  structure_models::Boltz2Input network_input() const {
    using namespace structure_models;
    Boltz2Input out;
    out.restype = whole<std::int32_t>("restype");
    out.tokens = static_cast<std::int64_t>(out.restype.size());
    out.residue_index = whole<std::int32_t>("residue_index");
    for (std::int32_t t = 0; t < out.tokens; ++t) out.token_index.push_back(t);
    out.asym_id = whole<std::int32_t>("asym_id");
    out.entity_id = whole<std::int32_t>("entity_id");
    out.sym_id = whole<std::int32_t>("sym_id");
    out.molecule = whole<Boltz2Molecule>("molecule");
    out.modified = whole<std::uint8_t>("modified");
    out.msa = whole<std::int8_t>("msa");
    out.rows = static_cast<std::int64_t>(out.msa.size()) / out.tokens;
    out.deletions = numbers("deletions");
    out.paired = whole<std::uint8_t>("paired");
    out.atom_token = whole<std::int32_t>("atom_token");
    out.ref_pos = numbers("ref_pos");
    out.ref_charge = numbers("ref_charge");
    out.ref_element = whole<std::int32_t>("ref_element");
    out.ref_name_chars = whole<std::int32_t>("ref_name_chars");
    out.ref_space_uid = whole<std::int32_t>("ref_space_uid");
    out.representative = whole<std::int32_t>("representative");
    const auto frames = whole<std::int32_t>("frames"), bonds = whole<std::int32_t>("bonds");
    for (std::size_t t = 0; t < frames.size(); t += 3) out.frames.push_back({frames[t], frames[t + 1], frames[t + 2]});
    for (std::size_t b = 0; b < bonds.size(); b += 3)
      if (bonds[b] <= bonds[b + 1]) out.bonds.push_back({bonds[b], bonds[b + 1], bonds[b + 2]});  // both directions
    out.templates = templates_of_chains(out.tokens);
    for (std::size_t a = 0; a < out.atom_token.size(); ++a) {
      const bool next = a > 0 && out.atom_token[a] == out.atom_token[a - 1];
      out.output_slot.push_back(next ? out.output_slot.back() + 1 : out.atom_token[a] * 24);
    }
    return out;
  }

 private:
  // The one that holds nothing is left out, as it is of jobs.
  std::vector<structure_models::Boltz2Template> templates_of_chains(std::int64_t tokens) const {
    const auto n = static_cast<std::size_t>(tokens);
    const auto letters = whole<std::int32_t>("template_letters");
    const auto there = whole<std::uint8_t>("template_there"), has_beta = whole<std::uint8_t>("template_has_beta"),
               has_frame = whole<std::uint8_t>("template_has_frame");
    const auto beta = numbers("template_beta"), backbone = numbers("template_backbone");
    std::vector<structure_models::Boltz2Template> out;
    for (std::size_t t = 0; t < letters.size() / n; ++t) {
      const auto part = [&](const auto& all, std::size_t width) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(t * n * width);
        return std::remove_cvref_t<decltype(all)>(begin, begin + static_cast<std::ptrdiff_t>(n * width));
      };
      structure_models::Boltz2Template one;
      one.letters = part(letters, 1);
      one.pseudo_beta = part(beta, 3);
      one.has_beta = part(has_beta, 1);
      one.backbone = part(backbone, 9);
      one.has_frame = part(has_frame, 1);
      one.there = part(there, 1);
      if (std::ranges::any_of(one.there, [](std::uint8_t token) { return token != 0; })) out.push_back(std::move(one));
    }
    return out;
  }
};

}  // namespace groel::testing
