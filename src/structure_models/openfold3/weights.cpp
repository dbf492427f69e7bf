// Names of OpenFold3's modules, section by section, and the arrays that are joined.
#include "structure_models/openfold3/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "checkpoints/checkpoint.h"
#include "structure_models/array_joiner.h"
#include "structure_models/atom_encoder.h"
#include "structure_models/openfold3/table.h"
#include "structure_models/published_names.h"

namespace groel::structure_models {
namespace {

const Renames kTransition{{"swiglu.linear_a.", "gate."}, {"swiglu.linear_b.", "value."}, {"linear_out.", "out."}};

const Renames kMultiplication{{"tri_mul_out.", "multiply_outgoing."},
                              {"tri_mul_in.", "multiply_incoming."},
                              {"layer_norm_in.", "norm."},
                              {"layer_norm_out.", "product_norm."},
                              {"linear_a_p.", "a."},
                              {"linear_a_g.", "a_gate."},
                              {"linear_b_p.", "b."},
                              {"linear_b_g.", "b_gate."},
                              {"multiply_outgoing.linear_z.", "multiply_outgoing.out."},
                              {"multiply_incoming.linear_z.", "multiply_incoming.out."},
                              {"multiply_outgoing.linear_g.", "multiply_outgoing.out_gate."},
                              {"multiply_incoming.linear_g.", "multiply_incoming.out_gate."}};

const Renames kHeads{{"mha.linear_q.", "query."},
                     {"mha.linear_k.", "key."},
                     {"mha.linear_v.", "value."},
                     {"mha.linear_g.", "gate."},
                     {"mha.linear_o.", "out."}};

const Renames kPairs = kMultiplication + kHeads +
                       Renames{{"tri_att_start.linear_z.", "attend_starting.bias."},
                               {"tri_att_end.linear_z.", "attend_ending.bias."},
                               {"tri_att_start.", "attend_starting."},
                               {"tri_att_end.", "attend_ending."},
                               {"pair_transition.", "transition."},
                               {"layer_norm.", "norm."}} +
                       kTransition;

const Renames kPairformer = Renames{{"pair_stack.", "pairs."},
                                    {"attn_pair_bias.layer_norm_z.", "pair_logits.norm."},
                                    {"attn_pair_bias.linear_z.", "pair_logits."},
                                    {"attn_pair_bias.layer_norm_a.", "attention.norm."},
                                    {"attn_pair_bias.", "attention."},
                                    {"single_transition.", "transition."}} +
                            kPairs;

// Norms under a condition, and the product of pairs, which joins those of the other blocks.
const Renames kConditioned = Renames{{"attention_pair_bias.layer_norm_a_q.", "attention.norm."},
                                     {"attention_pair_bias.layer_norm_a_k.", "attention.key_norm."},
                                     {"attention_pair_bias.layer_norm_a.", "attention.norm."},
                                     {"attention_pair_bias.layer_norm_z.", "logits_norm."},
                                     {"attention_pair_bias.linear_z.", "logits."},
                                     {"attention_pair_bias.linear_ada_out.", "attention.zero."},
                                     {"attention_pair_bias.", "attention."},
                                     {"conditioned_transition.layer_norm.", "transition.norm."},
                                     {"conditioned_transition.linear_g.", "transition.zero."},
                                     {"conditioned_transition.", "transition."},
                                     {"norm.layer_norm_s.", "norm.condition_norm."},
                                     {"norm.linear_g.", "norm.scale."},
                                     {"norm.linear_s.", "norm.shift."}} +
                             kHeads + kTransition;

const Renames kAtoms =
    Renames{{"atom_transformer.layer_norm_z.", "transformer.pair_norm."}, {"atom_transformer.", "transformer."}} +
    kConditioned;

const Renames kEncoder = kAtoms + Renames{{"noisy_position_embedder.layer_norm_s.", "trunk_single_norm."},
                                          {"noisy_position_embedder.linear_s.", "trunk_single."},
                                          {"noisy_position_embedder.layer_norm_z.", "trunk_pair_norm."},
                                          {"noisy_position_embedder.linear_z.", "trunk_pair."},
                                          {"noisy_position_embedder.linear_r.", "positions."},
                                          {"linear_l.", "pair_query."},
                                          {"linear_m.", "pair_key."},
                                          {"pair_mlp.1.", "pair_mlp.0."},
                                          {"pair_mlp.3.", "pair_mlp.1."},
                                          {"pair_mlp.5.", "pair_mlp.2."},
                                          {"linear_q.0.", "tokens."}};

const Renames kDecoder =
    kAtoms + Renames{{"linear_q_in.", "tokens."}, {"linear_q_out.", "positions."}, {"layer_norm.", "norm."}};

const Renames kConditioning = Renames{{"fourier_emb.w", "noise_frequencies"},
                                      {"fourier_emb.b", "noise_phases"},
                                      {"transition_z.", "pair_transitions."},
                                      {"transition_s.", "single_transitions."},
                                      {"layer_norm_z.", "pair_norm."},
                                      {"linear_z.", "pair."},
                                      {"layer_norm_s.", "single_norm."},
                                      {"linear_s.", "single."},
                                      {"layer_norm_n.", "noise_norm."},
                                      {"linear_n.", "noise."},
                                      {"layer_norm.", "norm."}} +
                              kTransition;

const Renames kAlignment = Renames{{"outer_product_mean.linear_1.", "outer.left."},
                                   {"outer_product_mean.linear_2.", "outer.right."},
                                   {"outer_product_mean.", "outer."},
                                   {"msa_att_row.layer_norm_m.", "averaging.norm."},
                                   {"msa_att_row.layer_norm_z.", "averaging.pair_norm."},
                                   {"msa_att_row.linear_z.", "averaging.logits."},
                                   {"msa_att_row.linear_v.", "averaging.value."},
                                   {"msa_att_row.linear_g.", "averaging.gate."},
                                   {"msa_att_row.linear_o.", "averaging.out."},
                                   {"msa_transition.", "transition."},
                                   {"pair_stack.", "pairs."}} +
                           kPairs;

// The first that fits takes an array.
const std::vector<NameSection>& sections() {
  static const std::vector<NameSection> all{
      {"input_embedder.atom_attn_enc.", "atoms.", kEncoder},
      {"input_embedder.",
       "trunk.",
       {{"linear_s.", "single."},
        {"linear_z_i.", "row."},
        {"linear_z_j.", "column."},
        {"linear_relpos.", "relative."},
        {"linear_token_bonds.", "bond."}}},
      {"template_embedder.template_pair_embedder.", "trunk.templates.", {{"layer_norm_z.", "pair_norm."}}},
      {"template_embedder.template_pair_stack.", "trunk.templates.", kPairs},
      {"template_embedder.linear_t.", "trunk.templates.out.", {}},
      {"msa_module_embedder.linear_m.", "trunk.alignment.features.", {}},
      {"msa_module_embedder.linear_s_input.", "trunk.alignment.target.", {}},
      {"msa_module.", "trunk.alignment.", kAlignment},
      {"pairformer_stack.blocks.", "trunk.pairformer.", kPairformer},
      {"layer_norm_z.", "trunk.previous_pair_norm.", {}},
      {"linear_z.", "trunk.previous_pair.", {}},
      {"layer_norm_s.", "trunk.previous_single_norm.", {}},
      {"linear_s.", "trunk.previous_single.", {}},
      {"diffusion_module.atom_attn_enc.", "diffusion.encoder.", kEncoder},
      {"diffusion_module.atom_attn_dec.", "diffusion.decoder.", kDecoder},
      {"diffusion_module.diffusion_conditioning.", "diffusion.", kConditioning},
      {"diffusion_module.diffusion_transformer.layer_norm_z.", "diffusion.transformer.pair_norm.", {}},
      {"diffusion_module.diffusion_transformer.", "diffusion.transformer.", kConditioned},
      {"diffusion_module.",
       "diffusion.",
       {{"layer_norm_s.", "tokens_norm."}, {"linear_s.", "tokens."}, {"layer_norm_a.", "out_norm."}}},
      {"aux_heads.pairformer_embedding.pairformer_stack.blocks.", "confidence.pairformer.", kPairformer},
      {"aux_heads.pairformer_embedding.",
       "confidence.",
       {{"linear_i.", "row."}, {"linear_j.", "column."}, {"linear_distance.", "distances."}}},
      {"aux_heads.distogram.linear.", "distogram.", {}},
      {"aux_heads.",
       "confidence.",
       {{"pae.layer_norm.", "error_norm."},
        {"pae.linear.", "error."},
        {"pde.layer_norm.", "distance_norm."},
        {"pde.linear.", "distance."},
        {"plddt.layer_norm.", "lddt_norm."},
        {"plddt.linear.", "lddt."},
        {"experimentally_resolved.layer_norm.", "resolved_norm."},
        {"experimentally_resolved.linear.", "resolved."}}},
  };
  return all;
}

std::string openfold3_name(const std::string& published) {
  // The one layer whose name says nothing of what it is for: before templates, of pairs.
  if (published == "template_embedder.template_pair_embedder.linear_z.weight") return "trunk.templates.pair.weight";
  return own_name(sections(), published);
}

void join_encoder(ArrayJoiner& join, const std::string& encoder) {
  const std::string given = encoder + "ref_atom_feature_embedder.";
  join.join_columns(std::vector<ArrayJoiner::Columns>{{given + "linear_ref_pos.weight"},
                                                      {given + "linear_ref_charge.weight"},
                                                      {given + "linear_ref_mask.weight"},
                                                      {given + "linear_ref_element.weight", kElements},
                                                      {given + "linear_ref_atom_chars.weight"}},
                    encoder + "features.weight");
  join.join_columns(
      {given + "linear_ref_offset.weight", given + "linear_inv_sq_dists.weight", given + "linear_valid_mask.weight"},
      encoder + "pair_features.weight");
  join.join_logits(encoder + "transformer.", 0, false);
}

constexpr std::string_view kCopy = "sample_diffusion.", kVersion = "version_tensor";

// What training saves has the averaged weights beside the last ones.
io::ArrayMap weights_of(io::ArrayMap arrays) {
  const auto taken = [&](std::string_view begin) {
    io::ArrayMap out;
    for (auto& [name, array] : arrays)
      if (name.starts_with(begin)) out[name.substr(begin.size())] = array;
    return out;
  };
  for (const std::string_view begin : {"ema.params.", "module.model.", "state_dict.model.", "module.", "model."})
    if (io::ArrayMap found = taken(begin); !found.empty()) return found;
  return arrays;
}

// Files have the diffusion module twice, under the sampler's name, too.
void drop_copy(io::ArrayMap& arrays, const std::filesystem::path& path) {
  for (auto found = arrays.lower_bound(std::string(kCopy)); found != arrays.end() && found->first.starts_with(kCopy);) {
    const auto first = arrays.find(found->first.substr(kCopy.size()));
    if (first == arrays.end()) {
      ++found;  // told as unexpected
      continue;
    }
    if (first->second.shape != found->second.shape || (first->second.bytes.data() != found->second.bytes.data() &&
                                                       !std::ranges::equal(first->second.bytes, found->second.bytes)))
      throw Error(ErrorKind::bad_model,
                  {fmt::format("{} is not what {} is, of which it should be a copy", found->first, first->first),
                   path.string(), "give the file as OpenFold3 publishes it"});
    found = arrays.erase(found);
  }
}

}  // namespace

bool is_openfold3(const io::ArrayMap& published) {
  return has_arrays(published, "diffusion_module.atom_attn_enc.") && has_arrays(published, "pairformer_stack.blocks.");
}

bool is_openfold3_file(const std::filesystem::path& path) {
  return is_openfold3(weights_of(checkpoints::read_file(path).arrays));
}

PublishedOpenfold3 read_openfold3_file(const std::filesystem::path& path) {
  PublishedOpenfold3 out{weights_of(checkpoints::read_file(path).arrays)};
  drop_copy(out.arrays, path);
  out.arrays.erase(std::string(kVersion));
  if (out.arrays.contains(kOpenfold3TokenNorm))
    out.release = Openfold3Release::openbind;
  else if (out.arrays.contains(kOpenfold3AtomNorm))
    out.release = Openfold3Release::preview_2;
  return out;
}

io::ArrayMap openfold3_arrays(io::ArrayMap published, const std::filesystem::path& path) {
  io::ArrayMap out = renamed_arrays(std::move(published), openfold3_name, path);
  // A column of frequencies is a vector here.
  if (const auto found = out.find("diffusion.noise_frequencies"); found != out.end())
    found->second.shape = {found->second.shape.front()};
  ArrayJoiner join(out);
  join_encoder(join, "atoms.");
  join_encoder(join, "diffusion.encoder.");
  join.join_logits("diffusion.decoder.transformer.", 0, false);
  join.join_logits("diffusion.transformer.", 1, true);
  const std::string given = "trunk.templates.";
  // The column's letters come first here.
  join.join_columns({given + "dgram_linear.weight", given + "pseudo_beta_mask_linear.weight",
                     given + "aatype_linear_2.weight", given + "aatype_linear_1.weight", given + "x_linear.weight",
                     given + "y_linear.weight", given + "z_linear.weight", given + "backbone_mask_linear.weight"},
                    given + "features.weight");
  return out;
}

}  // namespace groel::structure_models
