// Names of Protenix's modules, section by section, and the arrays that are joined.
#include "structure_models/protenix_weights.h"

#include <fmt/format.h>

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "checkpoints/checkpoint.h"
#include "models/family.h"

namespace groel::structure_models {
namespace {

using models::Rename;
using Renames = std::vector<Rename>;

Renames operator+(Renames a, const Renames& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const Renames kTransition{{"layernorm1.", "norm."},
                          {"linear_no_bias_a.", "gate."},
                          {"linear_no_bias_b.", "value."},
                          {"linear_no_bias.weight", "out.weight"}};

const Renames kPairs = Renames{{"tri_mul_out.", "multiply_outgoing."},
                               {"tri_mul_in.", "multiply_incoming."},
                               {"tri_att_start.", "attend_starting."},
                               {"tri_att_end.", "attend_ending."},
                               {"pair_transition.", "transition."},
                               {"mha.linear_q.", "query."},
                               {"mha.linear_k.", "key."},
                               {"mha.linear_v.", "value."},
                               {"mha.linear_g.", "gate."},
                               {"mha.linear_o.", "out."},
                               {".linear.weight", ".bias.weight"},
                               {"layer_norm_in.", "norm."},
                               {"layer_norm_out.", "product_norm."},
                               {"layer_norm.", "norm."},
                               {"linear_a_p.", "a."},
                               {"linear_a_g.", "a_gate."},
                               {"linear_b_p.", "b."},
                               {"linear_b_g.", "b_gate."},
                               {"linear_z.", "out."},
                               {"linear_g.", "out_gate."}} +
                       kTransition;

const Renames kAttention{{"attention_pair_bias.attention.linear_q.", "attention.query."},
                         {"attention_pair_bias.attention.linear_k.", "attention.key."},
                         {"attention_pair_bias.attention.linear_v.", "attention.value."},
                         {"attention_pair_bias.attention.linear_g.", "attention.gate."},
                         {"attention_pair_bias.attention.linear_o.", "attention.out."}};

const Renames kPairformer = kAttention +
                            Renames{{"tri_mul_out.", "pairs.tri_mul_out."},
                                    {"tri_mul_in.", "pairs.tri_mul_in."},
                                    {"tri_att_start.", "pairs.tri_att_start."},
                                    {"tri_att_end.", "pairs.tri_att_end."},
                                    {"pair_transition.", "pairs.pair_transition."},
                                    {"single_transition.", "transition."},
                                    {"attention_pair_bias.layernorm_z.", "pair_logits.norm."},
                                    {"attention_pair_bias.linear_nobias_z.", "pair_logits."},
                                    {"attention_pair_bias.layernorm_a.", "attention.norm."}} +
                            kPairs;

// Norms under a condition, and the product of pairs, which joins those of the other blocks.
const Renames kConditioned =
    kAttention + Renames{{"attention_pair_bias.layernorm_a.", "attention.norm."},
                         {"attention_pair_bias.layernorm_kv.", "attention.key_norm."},
                         {"attention_pair_bias.linear_a_last.", "attention.zero."},
                         {"attention_pair_bias.layernorm_z.", "logits_norm."},
                         {"attention_pair_bias.linear_nobias_z.", "logits."},
                         {"conditioned_transition_block.adaln.", "transition.norm."},
                         {"conditioned_transition_block.linear_s.", "transition.zero."},
                         {"conditioned_transition_block.linear_nobias_a1.", "transition.gate."},
                         {"conditioned_transition_block.linear_nobias_a2.", "transition.value."},
                         {"conditioned_transition_block.linear_nobias_b.", "transition.out."},
                         {"norm.layernorm_s.", "norm.condition_norm."},
                         {"norm.linear_s.", "norm.scale."},
                         {"norm.linear_nobias_s.", "norm.shift."}};

const Renames kAtoms = Renames{{"atom_transformer.diffusion_transformer.", "transformer."}} + kConditioned;

const Renames kEncoder =
    kAtoms + Renames{{"linear_no_bias_cl.", "pair_query."},  {"linear_no_bias_cm.", "pair_key."},
                     {"small_mlp.1.", "pair_mlp.0."},        {"small_mlp.3.", "pair_mlp.1."},
                     {"small_mlp.5.", "pair_mlp.2."},        {"linear_no_bias_q.", "tokens."},
                     {"layernorm_s.", "trunk_single_norm."}, {"linear_no_bias_s.", "trunk_single."},
                     {"layernorm_z.", "trunk_pair_norm."},   {"linear_no_bias_z.", "trunk_pair."},
                     {"linear_no_bias_r.", "positions."}};

const Renames kDecoder =
    kAtoms +
    Renames{{"linear_no_bias_a.", "tokens."}, {"layernorm_q.", "norm."}, {"linear_no_bias_out.", "positions."}};

const Renames kConditioning = Renames{{"relpe.linear_no_bias.", "relative."},
                                      {"fourier_embedding.w", "noise_frequencies"},
                                      {"fourier_embedding.b", "noise_phases"},
                                      {"transition_z1.", "pair_transitions.0."},
                                      {"transition_z2.", "pair_transitions.1."},
                                      {"transition_s1.", "single_transitions.0."},
                                      {"transition_s2.", "single_transitions.1."},
                                      {"layernorm_z.", "pair_norm."},
                                      {"linear_no_bias_z.", "pair."},
                                      {"layernorm_s.", "single_norm."},
                                      {"linear_no_bias_s.", "single."},
                                      {"layernorm_n.", "noise_norm."},
                                      {"linear_no_bias_n.", "noise."}} +
                              kTransition;

const Renames kAlignment = Renames{{"outer_product_mean_msa.linear_1.", "outer.left."},
                                   {"outer_product_mean_msa.linear_2.", "outer.right."},
                                   {"outer_product_mean_msa.linear_out.", "outer.out."},
                                   {"outer_product_mean_msa.", "outer."},
                                   {"msa_stack.msa_pair_weighted_averaging.", "averaging."},
                                   {"msa_stack.transition_m.", "transition."},
                                   {"pair_stack.", "pairs."},
                                   {"linear_no_bias_mv.", "value."},
                                   {"linear_no_bias_mg.", "gate."},
                                   {"linear_no_bias_out.", "out."},
                                   {"linear_no_bias_z.", "logits."},
                                   {"layernorm_m.", "norm."},
                                   {"layernorm_z.", "pair_norm."},
                                   {"linear_no_bias_m.", "features."},
                                   {"linear_no_bias_s.", "target."}} +
                           kPairs;

// Arrays whose names begin so.
struct Section {
  std::string_view from, to;
  Renames renames;
};

// The first that fits takes an array.
const std::vector<Section>& sections() {
  static const std::vector<Section> all{
      {"input_embedder.atom_attention_encoder.", "atoms.", kEncoder},
      {"diffusion_module.atom_attention_encoder.", "diffusion.encoder.", kEncoder},
      {"diffusion_module.atom_attention_decoder.", "diffusion.decoder.", kDecoder},
      {"diffusion_module.diffusion_conditioning.", "diffusion.", kConditioning},
      {"diffusion_module.diffusion_transformer.", "diffusion.transformer.", kConditioned},
      {"diffusion_module.",
       "diffusion.",
       {{"layernorm_s.", "tokens_norm."}, {"linear_no_bias_s.", "tokens."}, {"layernorm_a.", "out_norm."}}},
      {"template_embedder.pairformer_stack.", "trunk.templates.", kPairs},
      {"template_embedder.",
       "trunk.templates.",
       {{"linear_no_bias_a.", "features."},
        {"linear_no_bias_z.", "pair."},
        {"linear_no_bias_u.", "out."},
        {"layernorm_z.", "pair_norm."},
        {"layernorm_v.", "norm."}}},
      {"msa_module.", "trunk.alignment.", kAlignment},
      {"pairformer_stack.blocks.", "trunk.pairformer.", kPairformer},
      {"confidence_head.pairformer_stack.blocks.", "confidence.pairformer.", kPairformer},
      {"confidence_head.",
       "confidence.",
       {{"linear_no_bias_s1.", "column."},
        {"linear_no_bias_s2.", "row."},
        {"linear_no_bias_d_wo_onehot.", "distance."},
        {"linear_no_bias_d.", "distances."},
        {"linear_no_bias_pae.", "error."},
        {"linear_no_bias_pde.", "distance_error."},
        {"input_strunk_ln.", "single_norm."},
        {"pae_ln.", "error_norm."},
        {"pde_ln.", "distance_error_norm."},
        {"plddt_ln.", "lddt_norm."},
        {"resolved_ln.", "resolved_norm."}}},
      {"distogram_head.linear.", "distogram.", {}},
      {"relative_position_encoding.linear_no_bias.", "trunk.relative.", {}},
      {"",
       "trunk.",
       {{"linear_no_bias_token_bond.", "bond."},
        {"linear_no_bias_z_cycle.", "previous_pair."},
        {"layernorm_z_cycle.", "previous_pair_norm."},
        {"linear_no_bias_sinit.", "single."},
        {"linear_no_bias_s.", "previous_single."},
        {"layernorm_s.", "previous_single_norm."}}},
  };
  return all;
}

std::string own_name(const std::string& published) {
  for (const Section& section : sections())
    if (published.starts_with(section.from))
      return std::string(section.to) + models::renamed(published.substr(section.from.size()), section.renames);
  return published;
}

/// Rows and columns of numbers, on their way from some arrays to one.
struct Numbers {
  std::int64_t rows = 0, columns = 0;
  std::vector<float> values;

  io::Array array(std::vector<std::int64_t> shape) && {
    const auto owner = std::make_shared<std::vector<float>>(std::move(values));
    return {DType::f32, std::move(shape), std::as_bytes(std::span<const float>(*owner)), owner};
  }
  io::Array matrix() && { return std::move(*this).array({rows, columns}); }
};

class Joiner {
 public:
  explicit Joiner(io::ArrayMap& arrays) : arrays_(&arrays) {}

  bool has(const std::string& name) const { return arrays_->contains(name); }

  // Taken out; empty where there is none, which loading tells of.
  Numbers take(const std::string& name) {
    const auto found = arrays_->find(name);
    if (found == arrays_->end()) return {};
    const io::Array array = found->second;
    const Tensor numbers = Tensor::copy_of(array.shape, array.dtype, array.bytes).to(DType::f32);
    arrays_->erase(found);
    const auto values = numbers.values<float>();
    const std::int64_t rows = array.shape.empty() ? 1 : array.shape.front();
    return {rows, rows == 0 ? 0 : numbers.count() / rows, {values.begin(), values.end()}};
  }
  void put(const std::string& name, io::Array array) { (*arrays_)[name] = std::move(array); }

  // Columns side by side.
  void join_columns(const std::vector<std::string>& names, const std::string& to) {
    std::vector<Numbers> parts;
    Numbers out;
    for (const std::string& name : names) {
      if (!has(name)) return;
      parts.push_back(take(name));
      out.rows = parts.back().rows, out.columns += parts.back().columns;
    }
    for (std::int64_t r = 0; r < out.rows; ++r)
      for (const Numbers& part : parts)
        out.values.insert(out.values.end(), part.values.begin() + r * part.columns,
                          part.values.begin() + (r + 1) * part.columns);
    put(to, std::move(out).matrix());
  }

  // a·b, in double precision.
  void multiply(const std::string& a, const std::string& b, const std::string& to) {
    if (!has(a) || !has(b)) return;
    const io::Array kept = arrays_->at(b);
    const Numbers left = take(a), right = take(b);
    put(b, kept);
    if (left.columns != right.rows) return put(a, Numbers(left).matrix());
    Numbers out{left.rows, right.columns, std::vector<float>(static_cast<std::size_t>(left.rows * right.columns))};
    for (std::int64_t i = 0; i < out.rows; ++i)
      for (std::int64_t j = 0; j < out.columns; ++j) {
        double sum = 0;
        for (std::int64_t k = 0; k < left.columns; ++k)
          sum += double{left.values[static_cast<std::size_t>(i * left.columns + k)]} *
                 right.values[static_cast<std::size_t>(k * right.columns + j)];
        out.values[static_cast<std::size_t>(i * out.columns + j)] = static_cast<float>(sum);
      }
    put(to, std::move(out).matrix());
  }

  // Of blocks 0, 1, … of a transformer: products of pairs, times the gains of the norms before them, `together` in one;
  // and the norm that is left, which all of them share.
  void join_logits(const std::string& transformer, std::int64_t together, bool numbered) {
    Numbers group;
    std::int64_t width = 0;
    for (std::int64_t block = 0;; ++block) {
      const std::string own = fmt::format("{}blocks.{}.logits", transformer, block);
      if (!has(own + ".weight") || !has(own + "_norm.weight")) break;
      const Numbers weight = take(own + ".weight"), gain = take(own + "_norm.weight");
      width = weight.columns;
      group.columns = width;
      group.rows += weight.rows;
      for (std::size_t i = 0; i < weight.values.size(); ++i)
        group.values.push_back(weight.values[i] * gain.values[i % static_cast<std::size_t>(width)]);
      const bool last = !has(fmt::format("{}blocks.{}.logits.weight", transformer, block + 1));
      if (!last && (together == 0 || (block + 1) % together != 0)) continue;
      const std::string name =
          numbered ? fmt::format("pair_logits.{}", together == 0 ? 0 : block / together) : "pair_logits";
      put(transformer + name + ".weight", std::move(group).matrix());
      group = {};
    }
    if (width > 0)
      put(transformer + "pair_norm.weight",
          Numbers{1, width, std::vector<float>(static_cast<std::size_t>(width), 1)}.array({width}));
  }

  // [slots, C, bins] -> [slots * bins, C]
  void turn_slots(const std::string& name, const std::string& to) {
    const auto found = arrays_->find(name);
    if (found == arrays_->end() || found->second.shape.size() != 3) return;
    const std::int64_t slots = found->second.shape[0], width = found->second.shape[1], bins = found->second.shape[2];
    const Numbers in = take(name);
    Numbers out{slots * bins, width, std::vector<float>(in.values.size())};
    for (std::int64_t slot = 0; slot < slots; ++slot)
      for (std::int64_t c = 0; c < width; ++c)
        for (std::int64_t bin = 0; bin < bins; ++bin)
          out.values[static_cast<std::size_t>((slot * bins + bin) * width + c)] =
              in.values[static_cast<std::size_t>((slot * width + c) * bins + bin)];
    put(to, std::move(out).matrix());
  }

 private:
  io::ArrayMap* arrays_;
};

}  // namespace

bool is_protenix(const io::ArrayMap& published) {
  const auto has = [&](const std::string& begin) {
    const auto found = published.lower_bound(begin);
    return found != published.end() && found->first.starts_with(begin);
  };
  return has("diffusion_module.diffusion_conditioning.") && has("pairformer_stack.blocks.");
}

std::filesystem::path find_protenix_file(const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  const auto holds_tensors = [](const fs::path& file) {
    return file.extension() == ".pt" || file.extension() == ".safetensors";
  };
  std::error_code failed;
  if (fs::is_regular_file(path, failed)) return holds_tensors(path) ? path : fs::path();
  std::vector<fs::path> named, torch, others;
  for (fs::directory_iterator at(path, failed), end; !failed && at != end; at.increment(failed)) {
    if (!holds_tensors(at->path())) continue;
    if (at->path().filename().string().starts_with("protenix")) named.push_back(at->path());
    (at->path().extension() == ".pt" ? torch : others).push_back(at->path());
  }
  if (named.size() > 1)
    throw Error(ErrorKind::bad_model,
                {"several networks of Protenix are in this folder", path.string(), "name one of the files"});
  for (const std::vector<fs::path>* kind : {&named, &torch})
    if (kind->size() == 1) return kind->front();
  return torch.empty() && others.size() == 1 ? others.front() : fs::path();
}

io::ArrayMap read_protenix_arrays(const std::filesystem::path& path) {
  io::ArrayMap out;
  for (auto& [name, array] : checkpoints::read_file(path).arrays) {
    std::string_view own = name;
    for (const std::string_view wrapper : {"model.", "module."})
      if (own.starts_with(wrapper)) own.remove_prefix(wrapper.size());
    out[std::string(own)] = array;
  }
  return out;
}

io::ArrayMap protenix_arrays(io::ArrayMap published, const std::filesystem::path& path) {
  io::ArrayMap out;
  for (auto& [name, array] : published)
    if (!out.emplace(own_name(name), std::move(array)).second)
      throw Error(ErrorKind::bad_model, {fmt::format("{} has the place of another array", name), path.string(), {}});
  Joiner join(out);
  for (const std::string encoder : {"atoms.", "diffusion.encoder."}) {
    const std::string plain = encoder + "linear_no_bias_";
    join.join_columns({plain + "ref_pos.weight", plain + "ref_charge.weight", plain + "f.weight"},
                      encoder + "features.weight");
    join.join_columns({plain + "d.weight", plain + "invd.weight", plain + "v.weight"},
                      encoder + "pair_features.weight");
    join.join_logits(encoder + "transformer.", 0, false);
  }
  join.join_logits("diffusion.decoder.transformer.", 0, false);
  join.join_logits("diffusion.transformer.", 1, true);
  join.multiply("trunk.linear_no_bias_zinit1.weight", "trunk.single.weight", "trunk.row.weight");
  join.multiply("trunk.linear_no_bias_zinit2.weight", "trunk.single.weight", "trunk.column.weight");
  join.turn_slots("confidence.plddt_weight", "confidence.lddt.weight");
  join.turn_slots("confidence.resolved_weight", "confidence.resolved.weight");
  return out;
}

}  // namespace groel::structure_models
