// Runs of the golden case of AlphaFold 3's whole network: their inputs, and their noise in the place of drawn one.
#pragma once

#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/arrays.h"
#include "structure_models/alphafold3/alphafold3.h"

namespace groel::testing {

/// One run of `inputs.json` with its arrays of `inputs.safetensors`, which outlive it.
class NetworkInputs {
 public:
  NetworkInputs(const io::ArrayFile& arrays, const nlohmann::json& run)
      : arrays_(arrays), run_(run), name_(run.at("name").get<std::string>()) {
    read();
  }

  const std::string& name() const { return name_; }
  std::string key(const std::string& array) const { return name_ + "." + array; }
  const nlohmann::json& settings() const { return run_; }
  const structure_models::Alphafold3Input& input() const { return input_; }

  structure_models::Alphafold3::PassRows rows() const {
    structure_models::Alphafold3::PassRows out;
    for (std::int64_t pass = 0; pass < run_.at("trunk_passes").get<std::int64_t>(); ++pass)
      out.push_back(integers("msa_order.pass" + std::to_string(pass)));
    return out;
  }
  std::vector<std::int32_t> integers(const std::string& array) const {
    const io::Array& from = arrays_.arrays.at(key(array));
    if (from.dtype == DType::u8) {
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(from.bytes.data());
      return {bytes, bytes + from.bytes.size()};
    }
    if (from.dtype != DType::i32) throw Error(ErrorKind::bad_input, key(array) + " is neither i32 nor u8");
    std::vector<std::int32_t> out(from.bytes.size() / 4);
    std::memcpy(out.data(), from.bytes.data(), from.bytes.size());
    return out;
  }
  std::vector<float> floats(const std::string& array) const {
    const io::Array& from = arrays_.arrays.at(key(array));
    if (from.dtype != DType::f32) {
      const auto whole = integers(array);
      return {whole.begin(), whole.end()};
    }
    std::vector<float> out(from.bytes.size() / 4);
    std::memcpy(out.data(), from.bytes.data(), from.bytes.size());
    return out;
  }
  /// [N, 24, 3] as positions of atoms [1, A, 3].
  Tensor atoms_of(std::span<const float> slots, const structure_models::AtomWindows& atoms) const {
    Tensor out = Tensor::empty({1, atoms.atoms, 3});
    for (std::size_t a = 0; a < atoms.slot.size(); ++a)
      std::copy_n(slots.data() + 3 * atoms.slot[a], 3, out.mutable_data<float>() + 3 * a);
    return out;
  }

 private:
  void read() {
    const auto bytes = [&](const char* array) {
      std::vector<std::uint8_t> out;
      for (const std::int32_t value : integers(array)) out.push_back(value != 0 ? 1 : 0);
      return out;
    };
    structure_models::Alphafold3Input& to = input_;
    to.aatype = integers("aatype");
    to.tokens = std::ssize(to.aatype);
    to.residue_index = integers("residue_index");
    to.token_index = integers("token_index");
    to.asym_id = integers("asym_id");
    to.entity_id = integers("entity_id");
    to.sym_id = integers("sym_id");
    for (const std::int32_t letter : integers("msa")) to.msa.push_back(static_cast<std::int8_t>(letter));
    to.rows = std::ssize(to.msa) / to.tokens;
    to.deletions = floats("deletion_matrix");
    to.profile = floats("profile");
    to.deletion_mean = floats("deletion_mean");
    to.template_aatype = integers("template_aatype");
    to.template_positions = floats("template_atom_positions");
    to.template_mask = bytes("template_atom_mask");
    // Templates that a case leaves out are empty.
    const auto all = static_cast<std::size_t>(to.tokens * structure_models::kInputTemplates);
    to.template_aatype.resize(all);
    to.template_positions.resize(all * structure_models::kInputSlots * 3);
    to.template_mask.resize(all * structure_models::kInputSlots);
    to.ref_pos = floats("ref_pos");
    to.ref_mask = bytes("ref_mask");
    to.ref_element = integers("ref_element");
    to.ref_charge = floats("ref_charge");
    to.ref_name_chars = integers("ref_atom_name_chars");
    to.ref_space_uid = integers("ref_space_uid");
    to.atom_mask = bytes("pred_dense_atom_mask");
    to.pseudo_beta = integers("pseudo_beta");
    to.frames_mask = bytes("frames_mask");
    to.ligand.assign(static_cast<std::size_t>(to.tokens), 0);  // the case does not say
    const auto bonds = integers("bonds");
    for (std::size_t i = 0; i + 1 < bonds.size(); i += 2) to.bonds.emplace_back(bonds[i], bonds[i + 1]);
  }

  const io::ArrayFile& arrays_;
  nlohmann::json run_;
  std::string name_;
  structure_models::Alphafold3Input input_;
};

/// The noise that a run has.
class GivenNoise final : public structure_models::DiffusionNoise {
 public:
  GivenNoise(const NetworkInputs& run, const structure_models::AtomWindows& atoms, std::int64_t samples)
      : atoms_(atoms),
        samples_(samples),
        init_(run.floats("noise.init")),
        step_(run.floats("noise.step")),
        rotation_(run.floats("noise.rot")),
        translation_(run.floats("noise.trans")) {}

  void start(std::int64_t sample, std::span<float> to) override { take(init_, sample, to); }
  Pose step(std::int64_t step, std::int64_t sample, std::span<float> to) override {
    const std::int64_t which = step * samples_ + sample;
    take(step_, which, to);
    Pose out{};
    for (std::size_t i = 0; i < 6; ++i) out.vectors[i] = rotation_.at(static_cast<std::size_t>(which) * 6 + i);
    for (std::size_t i = 0; i < 3; ++i) out.translation[i] = translation_.at(static_cast<std::size_t>(which) * 3 + i);
    return out;
  }

 private:
  void take(const std::vector<float>& from, std::int64_t which, std::span<float> to) const {
    const auto before = static_cast<std::size_t>(which * atoms_.tokens() * atoms_.slots * 3);
    for (std::size_t a = 0; a < atoms_.slot.size(); ++a)
      for (std::size_t c = 0; c < 3; ++c)
        to[3 * a + c] = from.at(before + 3 * static_cast<std::size_t>(atoms_.slot[a]) + c);
  }

  const structure_models::AtomWindows& atoms_;
  std::int64_t samples_;
  std::vector<float> init_, step_, rotation_, translation_;
};

}  // namespace groel::testing
