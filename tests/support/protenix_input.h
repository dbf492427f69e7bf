// What a case of Protenix's network is given: features, rows of each pass, and every random number of the sampler.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <numbers>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/arrays.h"
#include "structure_models/diffusion_sampler.h"
#include "structure_models/protenix/input.h"

namespace groel::testing {

class ProtenixGiven {
 public:
  explicit ProtenixGiven(const std::filesystem::path& path) : file_(io::read_safetensors(path)) {}

  Tensor floats(const std::string& name) const {
    const io::Array& found = array(name);
    return Tensor::copy_of(found.shape, found.dtype, found.bytes);
  }

  structure_models::ProtenixInput input() const {
    using namespace structure_models;
    ProtenixInput out;
    out.restype = whole<std::int32_t>("restype_index");
    out.tokens = static_cast<std::int64_t>(out.restype.size());
    out.residue_index = whole<std::int32_t>("residue_index");
    out.token_index = whole<std::int32_t>("token_index");
    out.asym_id = whole<std::int32_t>("asym_id");
    out.entity_id = whole<std::int32_t>("entity_id");
    out.sym_id = whole<std::int32_t>("sym_id");
    out.msa = whole<std::int8_t>("msa");
    out.rows = static_cast<std::int64_t>(out.msa.size()) / out.tokens;
    // Back from what the network reads: 2/pi atan(d / 3).
    for (const float value : numbers("deletion_value"))
      out.deletions.push_back(3 * std::tan(value * std::numbers::pi_v<float> / 2));
    out.profile = numbers("profile");
    out.deletion_mean = numbers("deletion_mean");
    out.templates = templates(out.tokens);
    out.atom_token = whole<std::int32_t>("atom_to_token_idx");
    out.atom_slot = whole<std::int32_t>("atom_to_tokatom_idx");
    out.representative = whole<std::uint8_t>("distogram_rep_atom_mask");
    out.ref_pos = numbers("ref_pos");
    out.ref_mask = whole<std::uint8_t>("ref_mask");
    out.ref_element = whole<std::int32_t>("ref_element_index");
    out.ref_charge = numbers("ref_charge");
    out.ref_name_chars = whole<std::int32_t>("ref_atom_name_chars_index");
    out.ref_space_uid = whole<std::int32_t>("ref_space_uid");
    out.has_frame = whole<std::uint8_t>("has_frame");
    out.ligand = whole<std::uint8_t>("is_ligand");
    const std::vector<float> bonds = numbers("token_bonds");
    for (std::size_t i = 0; i < bonds.size(); ++i)
      if (bonds[i] != 0)
        out.bonds.emplace_back(static_cast<std::int32_t>(static_cast<std::int64_t>(i) / out.tokens),
                               static_cast<std::int32_t>(static_cast<std::int64_t>(i) % out.tokens));
    return out;
  }

  std::vector<std::vector<std::int32_t>> rows(std::int64_t cycles) const {
    std::vector<std::vector<std::int32_t>> out;
    for (std::int64_t c = 0; c < cycles; ++c) out.push_back(whole<std::int32_t>(fmt::format("msa_rows.cycle{}", c)));
    return out;
  }

  std::vector<float> numbers(const std::string& name) const {
    const Tensor found = floats(name).to(DType::f32);
    return {found.values<float>().begin(), found.values<float>().end()};
  }

  template <class T>
  std::vector<T> whole(const std::string& name) const {
    std::vector<T> out;
    const Tensor found = floats(name);
    for (const std::int32_t value : found.values<std::int32_t>()) out.push_back(static_cast<T>(value));
    return out;
  }

 private:
  const io::Array& array(const std::string& name) const {
    const auto found = file_.arrays.find(name);
    if (found == file_.arrays.end())
      throw Error(ErrorKind::bad_input, fmt::format("inputs.safetensors has no {}", name));
    return found->second;
  }

  // The first has distances; the others are empty.
  std::vector<structure_models::TemplateStructure> templates(std::int64_t n) const {
    const std::vector<std::int32_t> letters = whole<std::int32_t>("template_aatype");
    const std::vector<float> beta = numbers("template_pseudo_beta_mask"),
                             frame = numbers("template_backbone_frame_mask"), unit = numbers("template_unit_vector"),
                             distances = numbers("template_distogram_first");
    const auto tokens = static_cast<std::size_t>(n), pairs = tokens * tokens;
    std::vector<structure_models::TemplateStructure> out(letters.size() / tokens);
    for (std::size_t t = 0; t < out.size(); ++t) {
      out[t].letters.assign(letters.begin() + static_cast<std::ptrdiff_t>(t * tokens),
                            letters.begin() + static_cast<std::ptrdiff_t>((t + 1) * tokens));
      for (std::size_t p = 0; p < pairs; ++p) {
        for (std::size_t bin = 0; bin < 39; ++bin) out[t].pairs.push_back(t == 0 ? distances[p * 39 + bin] : 0);
        out[t].pairs.push_back(beta[t * pairs + p]);
        for (std::size_t c = 0; c < 3; ++c) out[t].pairs.push_back(unit[(t * pairs + p) * 3 + c]);
        out[t].pairs.push_back(frame[t * pairs + p]);
      }
    }
    return out;
  }

  io::ArrayFile file_;
};

/// The draws that a case brings.
class ProtenixNoise final : public structure_models::DiffusionNoise {
 public:
  explicit ProtenixNoise(const ProtenixGiven& given)
      : start_(given.floats("noise.init")),
        rotations_(given.floats("noise.rot")),
        moves_(given.floats("noise.trans")),
        steps_(given.floats("noise.step")) {}

  void start(std::int64_t sample, std::span<float> to) override {
    std::copy_n(start_.data<float>() + sample * static_cast<std::int64_t>(to.size()), to.size(), to.begin());
  }
  Pose step(std::int64_t step, std::int64_t sample, std::span<float> to) override {
    const std::int64_t at = step * start_.size(0) + sample;
    std::copy_n(steps_.data<float>() + at * static_cast<std::int64_t>(to.size()), to.size(), to.begin());
    Pose out{};
    // The first two rows of a rotation are what Gram and Schmidt leave as they are.
    std::copy_n(rotations_.data<float>() + at * 9, 6, out.vectors.begin());
    std::copy_n(moves_.data<float>() + at * 3, 3, out.translation.begin());
    return out;
  }

 private:
  Tensor start_, rotations_, moves_, steps_;
};

}  // namespace groel::testing
