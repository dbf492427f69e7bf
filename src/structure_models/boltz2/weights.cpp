// Names of Boltz-2's modules, section by section, and the arrays that are joined or come apart.
#include "structure_models/boltz2/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "checkpoints/checkpoint.h"
#include "models/family.h"
#include "structure_models/array_joiner.h"
#include "structure_models/atom_encoder.h"
#include "tensor/tensor.h"

namespace groel::structure_models {
namespace {

using NewNames = std::vector<models::Rename>;

NewNames with(NewNames a, const NewNames& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const NewNames kPlainTransition{{"fc1.", "gate."}, {"fc2.", "value."}, {"fc3.", "out."}};

const NewNames kPairUpdates = with({{"tri_mul_out.", "multiply_outgoing."},
                                    {"tri_mul_in.", "multiply_incoming."},
                                    {"norm_in.", "norm."},
                                    {"norm_out.", "product_norm."},
                                    {"p_out.", "out."},
                                    {"g_out.", "out_gate."},
                                    {"tri_att_start.linear.", "attend_starting.bias."},
                                    {"tri_att_end.linear.", "attend_ending.bias."},
                                    {"tri_att_start.", "attend_starting."},
                                    {"tri_att_end.", "attend_ending."},
                                    {"layer_norm.", "norm."},
                                    {"mha.linear_q.", "query."},
                                    {"mha.linear_k.", "key."},
                                    {"mha.linear_v.", "value."},
                                    {"mha.linear_g.", "gate."},
                                    {"mha.linear_o.", "out."},
                                    {"transition_z.", "transition."}},
                                   kPlainTransition);

const NewNames kAttention{
    {"proj_q.", "query."}, {"proj_k.", "key."}, {"proj_v.", "value."}, {"proj_g.", "gate."}, {"proj_o.", "out."}};

// Of the pairs' parts the first word says which they are.
const NewNames kPairformer = with(with({{"tri_", "pairs.tri_"},
                                        {"transition_z.", "pairs.transition_z."},
                                        {"pre_norm_s.", "attention.norm."},
                                        {"attention.proj_z.0.", "pair_logits.norm."},
                                        {"attention.proj_z.1.", "pair_logits."},
                                        {"transition_s.", "transition."}},
                                       kPairUpdates),
                                  kAttention);

const NewNames kConditioned = with({{"transition.adaln.", "transition.norm."},
                                    {"transition.output_projection.0.", "transition.zero."},
                                    {"transition.a_to_b.", "transition.factor."},
                                    {"transition.b_to_a.", "transition.out."},
                                    {"adaln.", "attention.norm."},
                                    {"output_projection_linear.", "attention.zero."},
                                    {"pair_bias_attn.", "attention."},
                                    {"norm.s_norm.", "norm.condition_norm."},
                                    {"norm.s_scale.", "norm.scale."},
                                    {"norm.s_bias.", "norm.shift."}},
                                   kAttention);

const NewNames kAtomEncoder{{"embed_atom_features.", "features."},
                            {"c_to_p_trans_q.1.", "pair_query."},
                            {"c_to_p_trans_k.1.", "pair_key."},
                            {"p_mlp.1.", "pair_mlp.0."},
                            {"p_mlp.3.", "pair_mlp.1."},
                            {"p_mlp.5.", "pair_mlp.2."},
                            {"s_to_c_trans.0.", "trunk_single_norm."},
                            {"s_to_c_trans.1.", "trunk_single."},
                            {"z_to_p_trans.0.", "trunk_pair_norm."},
                            {"z_to_p_trans.1.", "trunk_pair."}};

const NewNames kAlignment = with({{"msa_transition.", "transition."},
                                  {"pair_weighted_averaging.norm_m.", "averaging.norm."},
                                  {"pair_weighted_averaging.norm_z.", "averaging.pair_norm."},
                                  {"pair_weighted_averaging.proj_z.", "averaging.logits."},
                                  {"pair_weighted_averaging.proj_m.", "averaging.value."},
                                  {"pair_weighted_averaging.proj_g.", "averaging.gate."},
                                  {"pair_weighted_averaging.proj_o.", "averaging.out."},
                                  {"outer_product_mean.proj_a.", "outer.left."},
                                  {"outer_product_mean.proj_b.", "outer.right."},
                                  {"outer_product_mean.proj_o.", "outer.out."},
                                  {"outer_product_mean.", "outer."},
                                  {"pairformer_layer.", "pairs."}},
                                 kPairUpdates);

const NewNames kSingleConditioner = with({{"norm_single.", "single_norm."},
                                          {"single_embed.", "single."},
                                          {"fourier_embed.proj.weight", "noise_frequencies"},
                                          {"fourier_embed.proj.bias", "noise_phases"},
                                          {"norm_fourier.", "noise_norm."},
                                          {"fourier_to_single.", "noise."},
                                          {"transitions.", "single_transitions."}},
                                         kPlainTransition);

struct PublishedPart {
  std::string_view from, to;
  NewNames names;
};

// The first that fits takes an array.
const std::vector<PublishedPart>& published_parts() {
  static const std::vector<PublishedPart> all{
      {"input_embedder.atom_encoder.", "atoms.", kAtomEncoder},
      {"input_embedder.atom_enc_proj_z.0.", "atoms.transformer.pair_norm.", {}},
      {"input_embedder.atom_enc_proj_z.1.", "atoms.transformer.pair_logits.", {}},
      {"input_embedder.atom_attention_encoder.atom_encoder.diffusion_transformer.layers.", "atoms.transformer.blocks.",
       kConditioned},
      {"input_embedder.atom_attention_encoder.atom_to_token_trans.0.", "atoms.tokens.", {}},
      {"input_embedder.",
       "",
       {{"res_type_encoding.", "residues."},
        {"msa_profile_encoding.", "profile."},
        {"method_conditioning_init.weight", "methods"},
        {"modified_conditioning_init.weight", "modified"},
        {"mol_type_conditioning_init.weight", "molecules"}}},
      {"s_init.", "trunk.single.", {}},
      {"s_norm.", "trunk.previous_single_norm.", {}},
      {"s_recycle.", "trunk.previous_single.", {}},
      {"z_init_1.", "trunk.row.", {}},
      {"z_init_2.", "trunk.column.", {}},
      {"z_norm.", "trunk.previous_pair_norm.", {}},
      {"z_recycle.", "trunk.previous_pair.", {}},
      {"rel_pos.linear_layer.", "trunk.pairs.relative.", {}},
      {"token_bonds.", "trunk.pairs.bond.", {}},
      {"token_bonds_type.weight", "trunk.pairs.bond_types", {}},
      {"contact_conditioning.encoding_unspecified", "trunk.pairs.unspecified", {}},
      {"template_module.pairformer.layers.", "trunk.templates.blocks.", kPairUpdates},
      {"template_module.",
       "trunk.templates.",
       {{"z_norm.", "pair_norm."},
        {"z_proj.", "pair."},
        {"v_norm.", "norm."},
        {"a_proj.", "features."},
        {"u_proj.", "out."}}},
      {"msa_module.layers.", "trunk.alignment.blocks.", kAlignment},
      {"msa_module.", "trunk.alignment.", {{"s_proj.", "target."}, {"msa_proj.", "features."}}},
      {"pairformer_module.layers.", "trunk.pairformer.", kPairformer},
      {"diffusion_conditioning.pairwise_conditioner.", "diffusion.",
       with({{"dim_pairwise_init_proj.0.", "pair_norm."},
             {"dim_pairwise_init_proj.1.", "pair."},
             {"transitions.", "pair_transitions."}},
            kPlainTransition)},
      {"diffusion_conditioning.atom_encoder.", "diffusion.encoder.", kAtomEncoder},
      {"diffusion_conditioning.atom_enc_proj_z.", "diffusion.encoder.transformer.blocks.", {}},
      {"diffusion_conditioning.atom_dec_proj_z.", "diffusion.decoder.transformer.blocks.", {}},
      {"diffusion_conditioning.token_trans_proj_z.", "diffusion.transformer.blocks.", {}},
      {"structure_module.score_model.single_conditioner.", "diffusion.", kSingleConditioner},
      {"structure_module.score_model.atom_attention_encoder.atom_encoder.diffusion_transformer.layers.",
       "diffusion.encoder.transformer.blocks.", kConditioned},
      {"structure_module.score_model.atom_attention_encoder.",
       "diffusion.encoder.",
       {{"r_to_q_trans.", "positions."}, {"atom_to_token_trans.0.", "tokens."}}},
      {"structure_module.score_model.s_to_a_linear.0.", "diffusion.tokens_norm.", {}},
      {"structure_module.score_model.s_to_a_linear.1.", "diffusion.tokens.", {}},
      {"structure_module.score_model.token_transformer.layers.", "diffusion.transformer.blocks.", kConditioned},
      {"structure_module.score_model.a_norm.", "diffusion.out_norm.", {}},
      {"structure_module.score_model.atom_attention_decoder.atom_decoder.diffusion_transformer.layers.",
       "diffusion.decoder.transformer.blocks.", kConditioned},
      {"structure_module.score_model.atom_attention_decoder.",
       "diffusion.decoder.",
       {{"a_to_q_trans.", "tokens."},
        {"atom_feat_to_atom_pos_update.0.", "norm."},
        {"atom_feat_to_atom_pos_update.1.", "positions."}}},
      {"distogram_module.distogram.", "distogram.", {}},
      {"confidence_module.pairformer_stack.layers.", "confidence.pairformer.", kPairformer},
      {"confidence_module.confidence_heads.",
       "confidence.",
       {{"to_pae_intra_logits.", "error_within."},
        {"to_pae_inter_logits.", "error_between."},
        {"to_pde_intra_logits.", "distance_error_within."},
        {"to_pde_inter_logits.", "distance_error_between."},
        {"to_plddt_logits.", "lddt."}}},
      {"confidence_module.rel_pos.linear_layer.", "confidence.pairs.relative.", {}},
      {"confidence_module.token_bonds.", "confidence.pairs.bond.", {}},
      {"confidence_module.token_bonds_type.weight", "confidence.pairs.bond_types", {}},
      {"confidence_module.contact_conditioning.encoding_unspecified", "confidence.pairs.unspecified", {}},
      {"confidence_module.",
       "confidence.",
       {{"s_inputs_norm.", "target_norm."},
        {"s_norm.", "single_norm."},
        {"z_norm.", "pair_norm."},
        {"s_input_to_s.", "target_to_single."},
        {"s_to_z.", "row."},
        {"s_to_z_transpose.", "column."},
        {"s_to_z_prod_in1.", "product_row."},
        {"s_to_z_prod_in2.", "product_column."},
        {"s_to_z_prod_out.", "product_out."},
        {"dist_bin_pairwise_embed.weight", "distances"}}},
  };
  return all;
}

std::string name_here(const std::string& published) {
  for (const PublishedPart& part : published_parts())
    if (published.starts_with(part.from))
      return std::string(part.to) + models::renamed(published.substr(part.from.size()), part.names);
  return published;
}

constexpr std::string_view kGate = ".output_projection_linear.", kSameGate = ".output_projection.0.";

// Not computed here, or, of products that are added to scores, the same for all keys.
bool is_unread(const std::string& published) {
  const auto has = [&](std::string_view part) { return published.find(part) != std::string::npos; };
  if (published.starts_with("bfactor_module.") || has("cyclic_conditioning_init") || has("to_resolved_logits"))
    return true;
  if (has("contact_conditioning.") && !published.ends_with("encoding_unspecified")) return true;
  if (has("_proj_z.") && published.ends_with(".0.bias") && !has("attention.")) return true;
  return has(kSameGate) && !has(".transition");
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}

// Rows [begin, end) of a matrix.
io::Array rows_of(const io::Array& array, std::int64_t begin, std::int64_t end) {
  const auto each = array.bytes.size() / static_cast<std::size_t>(array.shape.front());
  io::Array out = array;
  out.shape.front() = end - begin;
  out.bytes = array.bytes.subspan(static_cast<std::size_t>(begin) * each, static_cast<std::size_t>(end - begin) * each);
  return out;
}

// The two halves of a matrix's rows under names of their own.
void halve(io::ArrayMap& arrays, const std::string& name, const std::array<std::string, 2>& halves) {
  const auto found = arrays.find(name);
  if (found == arrays.end() || found->second.shape.empty()) return;
  const io::Array whole = found->second;
  const std::int64_t rows = whole.shape.front() / 2;
  arrays.erase(found);
  arrays[halves[0]] = rows_of(whole, 0, rows);
  arrays[halves[1]] = rows_of(whole, rows, 2 * rows);
}

void halve_all(io::ArrayMap& arrays) {
  std::vector<std::string> names;
  for (const auto& [name, array] : arrays) names.push_back(name);
  for (const std::string& name : names) {
    const auto at = [&](std::string_view layer, const char* first, const char* second) {
      if (!name.ends_with(layer)) return;
      const std::string begin = name.substr(0, name.size() - layer.size());
      halve(arrays, name, {begin + first + ".weight", begin + second + ".weight"});
    };
    at("p_in.weight", "a", "b");
    at("g_in.weight", "a_gate", "b_gate");
    at("swish_gate.0.weight", "value", "gate");  // what is gated comes first
  }
}

std::vector<float> numbers_of(const io::Array& array) {
  const Tensor all = Tensor::copy_of(array.shape, array.dtype, array.bytes).to(DType::f32);
  return {all.values<float>().begin(), all.values<float>().end()};
}

void put_matrix(io::ArrayMap& to, const std::string& name, std::int64_t rows, std::vector<float> values) {
  const auto owner = std::make_shared<std::vector<float>>(std::move(values));
  to[name] = {DType::f32,
              {rows, static_cast<std::int64_t>(owner->size()) / rows},
              std::as_bytes(std::span<const float>(*owner)),
              owner};
}

// Boltz-2 is not told whether an atom has a reference position, and looks from the query to the key.
void join_atoms(io::ArrayMap& arrays, const std::string& encoder) {
  if (const auto found = arrays.find(encoder + "features.weight");
      found != arrays.end() && found->second.shape.size() == 2 && found->second.shape[1] == kAtomFeatures - 1) {
    const std::int64_t rows = found->second.shape[0];
    const std::vector<float> before = numbers_of(found->second);
    std::vector<float> after;
    for (auto row = before.begin(); row != before.end(); row += kAtomFeatures - 1) {
      after.insert(after.end(), row, row + 4);
      after.push_back(0);
      after.insert(after.end(), row + 4, row + kAtomFeatures - 1);
    }
    put_matrix(arrays, found->first, rows, std::move(after));
  }
  const std::string offset = encoder + "embed_atompair_ref_pos.weight";
  if (const auto found = arrays.find(offset); found != arrays.end() && !found->second.shape.empty()) {
    std::vector<float> values = numbers_of(found->second);
    for (float& value : values) value = -value;
    put_matrix(arrays, offset, found->second.shape[0], std::move(values));
  }
  ArrayJoiner(arrays).join_columns(
      {offset, encoder + "embed_atompair_ref_dist.weight", encoder + "embed_atompair_mask.weight"},
      encoder + "pair_features.weight");
}

// "blocks.3.0.weight" is the norm before the product "blocks.3.1.weight".
std::string product_name(const std::string& name) {
  for (const char* stack : {"diffusion.encoder.transformer.blocks.", "diffusion.decoder.transformer.blocks.",
                            "diffusion.transformer.blocks."}) {
    if (!name.starts_with(stack)) continue;
    const std::string rest = name.substr(std::string_view(stack).size());
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    if (rest.substr(dot) == ".0.weight") return stack + rest.substr(0, dot) + ".logits_norm.weight";
    if (rest.substr(dot) == ".1.weight") return stack + rest.substr(0, dot) + ".logits.weight";
  }
  return name;
}

// What is read of a checkpoint; its other parts are the state of training.
io::ArrayMap state_of(io::ArrayMap arrays) {
  constexpr std::string_view kState = "state_dict.";
  io::ArrayMap out;
  for (auto& [name, array] : arrays)
    if (name.starts_with(kState)) out[name.substr(kState.size())] = array;
  return out.empty() ? arrays : out;
}

}  // namespace

bool is_boltz2_parameter(std::string_view name) {
  return name.find(kGate) == std::string_view::npos && !name.ends_with(".boundaries");
}

bool is_boltz2(const io::ArrayMap& published) {
  const auto has = [&](const std::string& begin) {
    const auto found = published.lower_bound(begin);
    return found != published.end() && found->first.starts_with(begin);
  };
  // Boltz-1 has no conditioning of its own before the diffusion.
  return has("diffusion_conditioning.") && has("structure_module.score_model.");
}

bool is_boltz2_file(const std::filesystem::path& path) {
  return is_boltz2(state_of(checkpoints::read_file(path).arrays));
}

io::ArrayMap read_boltz2_file(const std::filesystem::path& path) {
  io::ArrayMap out = state_of(checkpoints::read_file(path).arrays);
  if (!is_boltz2(out))
    throw Error(ErrorKind::bad_model, {"these are no weights of Boltz-2", path.string(),
                                       "give boltz2_conf.ckpt as it is published, or the folder that holds it"});
  for (const auto& [name, array] : out) {
    if (name.find(kSameGate) == std::string::npos || name.find(".transition") != std::string::npos) continue;
    const auto first = out.find(replaced(name, kSameGate, kGate));
    if (first != out.end() &&
        (first->second.shape != array.shape || !std::ranges::equal(first->second.bytes, array.bytes)))
      throw Error(ErrorKind::bad_model,
                  {fmt::format("{} is not what {} is, of which it should be a copy", name, first->first), path.string(),
                   "give the file as Boltz publishes it"});
  }
  return out;
}

io::ArrayMap boltz2_arrays(io::ArrayMap published, const std::filesystem::path& path) {
  io::ArrayMap out;
  for (auto& [name, array] : published) {
    if (is_unread(name)) continue;
    if (!out.emplace(product_name(name_here(name)), std::move(array)).second)
      throw Error(ErrorKind::bad_model, {fmt::format("{} has the place of another array", name), path.string(), {}});
  }
  // A column of frequencies is a vector here.
  if (const auto found = out.find("diffusion.noise_frequencies"); found != out.end())
    found->second.shape = {found->second.shape.front()};
  // Diffusion reads relative positions as the trunk does.
  if (const auto found = out.find("trunk.pairs.relative.weight"); found != out.end())
    out["diffusion.relative.weight"] = found->second;
  halve_all(out);
  join_atoms(out, "atoms.");
  join_atoms(out, "diffusion.encoder.");
  ArrayJoiner join(out);
  join.join_logits("diffusion.encoder.transformer.", 0, false);
  join.join_logits("diffusion.decoder.transformer.", 0, false);
  join.join_logits("diffusion.transformer.", 1, true);
  return out;
}

}  // namespace groel::structure_models
