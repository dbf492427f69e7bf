// Names of Protenix's modules, section by section, and the arrays that are joined.
#include "structure_models/protenix/weights.h"

#include <fmt/format.h>

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "checkpoints/checkpoint.h"
#include "structure_models/array_joiner.h"
#include "structure_models/published_names.h"

namespace groel::structure_models {
namespace {

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

// The first that fits takes an array.
const std::vector<NameSection>& sections() {
  static const std::vector<NameSection> all{
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

}  // namespace

bool is_protenix(const io::ArrayMap& published) {
  return has_arrays(published, "diffusion_module.diffusion_conditioning.relpe.") &&
         has_arrays(published, "pairformer_stack.blocks.");
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
  io::ArrayMap out = renamed_arrays(
      std::move(published), [](const std::string& name) { return own_name(sections(), name); }, path);
  ArrayJoiner join(out);
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
