// The table of records, part by part. Names are those of docs/model_parameters.md of google-deepmind/alphafold3.
#include "structure_models/alphafold3/rules.h"

#include <fmt/format.h>

#include "structure_models/distance_bins.h"
#include "structure_models/noise_fourier.h"

namespace groel::structure_models {
namespace {

// Rules for records of one scope whose arrays have the same stacked layers, into one part of the network.
class Scope {
 public:
  Scope(std::vector<RecordRule>& to, std::string records, std::string part, Shape layers = {})
      : to_(&to), records_(std::move(records)), part_(std::move(part)), layers_(std::move(layers)) {}

  Scope inside(const std::string& records, const std::string& part) const {
    return {*to_, records_ + records, part_ + part, layers_};
  }
  void rule(const std::string& record, const Shape& in, const Shape& out, RecordAxes axes,
            std::vector<RecordTarget> targets) const {
    for (RecordTarget& target : targets) target.name = part_ + target.name;
    to_->push_back({records_ + record, layers_, in, out, axes, std::move(targets)});
  }

  // A linear layer [in, out…].
  void linear(const std::string& record, const std::string& name, std::int64_t in, const Shape& out) const {
    rule(record + ":weights", {in}, out, RecordAxes::in_first, {{name + ".weight"}});
  }
  void bias(const std::string& record, const std::string& name, const Shape& out) const {
    rule(record + ":bias", {}, out, RecordAxes::vector, {{name + ".bias"}});
  }
  // A linear layer [out…, in].
  void turned(const std::string& record, const std::string& name, const Shape& out, std::int64_t in) const {
    rule(record + ":weights", {in}, out, RecordAxes::out_first, {{name + ".weight"}});
  }
  void gain(const std::string& record, const std::string& name, std::int64_t width) const {
    rule(record + ":scale", {}, {width}, RecordAxes::vector, {{name + ".weight"}});
  }
  void norm(const std::string& record, const std::string& name, std::int64_t width) const {
    gain(record, name, width);
    rule(record + ":offset", {}, {width}, RecordAxes::vector, {{name + ".bias"}});
  }
  // A layer whose output has two halves: what is gated, after its gate.
  void gated(const std::string& record, std::int64_t in, std::int64_t inner) const {
    rule(record + ":weights", {in}, {2 * inner}, RecordAxes::in_first,
         {{"gate.weight", 0, 1, inner}, {"value.weight", inner, 1, inner}});
  }
  // Columns of a layer that is one with others here.
  void columns(const std::string& record, const std::string& name, std::int64_t in, std::int64_t out,
               std::int64_t column, std::int64_t all) const {
    rule(record + ":weights", {in}, {out}, RecordAxes::in_first, {{name + ".weight", 0, 1, -1, column, all}});
  }
  // The same of a number, whose layer has no axis for it.
  void column(const std::string& record, const std::string& name, std::int64_t out, std::int64_t column,
              std::int64_t all) const {
    rule(record + ":weights", {}, {out}, RecordAxes::in_first, {{name + ".weight", 0, 1, -1, column, all}});
  }
  void unused(const std::string& record, std::int64_t in, std::int64_t out) const {
    rule(record + ":weights", {in}, {out}, RecordAxes::in_first, {});
  }

 private:
  std::vector<RecordRule>* to_;
  std::string records_, part_;
  Shape layers_;
};

// Channels of a and b take turns; of incoming edges a is what is b here, and the other way round.
void multiplication(const Scope& to, std::int64_t width, bool incoming) {
  const std::int64_t a = incoming ? 1 : 0, b = 1 - a;
  to.norm("left_norm_input", "norm", width);
  to.rule("projection:weights", {width}, {2 * width}, RecordAxes::in_first, {{"a.weight", a, 2}, {"b.weight", b, 2}});
  to.rule("gate:weights", {width}, {2 * width}, RecordAxes::in_first,
          {{"a_gate.weight", a, 2}, {"b_gate.weight", b, 2}});
  to.norm("center_norm", "product_norm", width);
  to.linear("output_projection", "out", width, {width});
  to.linear("gating_linear", "out_gate", width, {width});
}

void triangle_attention(const Scope& to, const nn::folding::PairBlockForm& form) {
  const Shape heads{form.heads, form.head_width};
  const std::int64_t inner = form.heads * form.head_width;
  to.norm("act_norm", "norm", form.width);
  to.linear("pair_bias_projection", "bias", form.width, {form.heads});
  to.turned("q_projection", "query", heads, form.width);
  to.turned("k_projection", "key", heads, form.width);
  to.linear("v_projection", "value", form.width, heads);
  to.turned("gating_query", "gate", {inner}, form.width);
  to.linear("output_projection", "out", inner, {form.width});
}

void transition(const Scope& to, std::int64_t width, std::int64_t inner) {
  to.norm("input_layer_norm", "norm", width);
  to.gated("transition1", width, inner);
  to.linear("transition2", "out", inner, {width});
}

void pair_block(const Scope& to, const nn::folding::PairBlockForm& form) {
  multiplication(to.inside("triangle_multiplication_outgoing/", "multiply_outgoing."), form.width, false);
  multiplication(to.inside("triangle_multiplication_incoming/", "multiply_incoming."), form.width, true);
  triangle_attention(to.inside("pair_attention1/", "attend_starting."), form);
  triangle_attention(to.inside("pair_attention2/", "attend_ending."), form);
  transition(to.inside("pair_transition/", "transition."), form.width, form.transition);
}

struct AttentionSizes {
  std::int64_t width, heads, head;
};

// Attention of single tokens or atoms without its norms. Records begin with what the scope ends with.
void attention(const Scope& to, const AttentionSizes& sizes) {
  const Shape heads{sizes.heads, sizes.head};
  to.linear("q_projection", "query", sizes.width, heads);
  to.bias("q_projection", "query", heads);
  to.linear("k_projection", "key", sizes.width, heads);
  to.linear("v_projection", "value", sizes.width, heads);
  to.linear("gating_query", "gate", sizes.width, {sizes.heads * sizes.head});
  to.linear("transition2", "out", sizes.heads * sizes.head, {sizes.width});
}

void pairformer(const Scope& to, const Alphafold3Shape& shape) {
  pair_block(to.inside("", "pairs."), shape.pair_block());
  to.norm("single_pair_logits_norm", "pair_logits.norm", shape.pair);
  to.linear("single_pair_logits_projection", "pair_logits", shape.pair, {shape.single_heads});
  to.norm("single_attention_layer_norm", "attention.norm", shape.single);
  attention(to.inside("single_attention_", "attention."), {shape.single, shape.single_heads, shape.single_head});
  transition(to.inside("single_transition/", "transition."), shape.single, shape.single_inner);
}

void adaptive_norm(const Scope& to, std::int64_t width, std::int64_t condition) {
  to.gain("single_cond_layer_norm", "condition_norm", condition);
  to.linear("single_cond_scale", "scale", condition, {width});
  to.bias("single_cond_scale", "scale", {width});
  to.linear("single_cond_bias", "shift", condition, {width});
}

void adaptive_zero(const Scope& to, const std::string& record, std::int64_t width, std::int64_t condition) {
  to.linear(record, "zero", condition, {width});
  to.bias(record, "zero", {width});
}

void conditioned_transition(const Scope& to, std::int64_t width, std::int64_t inner, std::int64_t condition) {
  adaptive_norm(to.inside("ffw_", "norm."), width, condition);
  to.gated("ffw_transition1", width, inner);
  to.linear("ffw_transition2", "out", inner, {width});
  adaptive_zero(to, "ffw_adaptive_zero_cond", width, condition);
}

void atom_transformer(const Scope& to, const Alphafold3Shape& shape) {
  to.gain("pair_input_layer_norm", "pair_norm", shape.atom_pair);
  to.linear("pair_logits_projection", "pair_logits", shape.atom_pair, {shape.atom_blocks, shape.atom_heads});
}

void atom_blocks(const Scope& blocks, const Alphafold3Shape& shape) {
  const Scope attends = blocks.inside("", "attention.");
  adaptive_norm(attends.inside("q", "norm."), shape.atom, shape.atom);
  adaptive_norm(attends.inside("k", "key_norm."), shape.atom, shape.atom);
  attention(attends, {shape.atom, shape.atom_heads, shape.atom_head});
  adaptive_zero(attends, "adaptive_zero_cond", shape.atom, shape.atom);
  conditioned_transition(blocks.inside("", "transition."), shape.atom, shape.atom_inner, shape.atom);
}

// `records`: what comes before the names of the encoder's records; `name` is the encoder's.
void encoder(std::vector<RecordRule>& rules, const std::string& records, const std::string& name,
             const std::string& part, std::int64_t token, const Alphafold3Shape& shape) {
  const Scope to(rules, records + name + "_", part);
  const std::int64_t width = shape.atom, pair = shape.atom_pair;
  to.columns("embed_ref_pos", "features", 3, width, 0, kAtomFeatures);
  to.columns("embed_ref_charge", "features", 1, width, 3, kAtomFeatures);
  to.columns("embed_ref_mask", "features", 1, width, 4, kAtomFeatures);
  to.columns("embed_ref_element", "features", kElements, width, 5, kAtomFeatures);
  to.columns("embed_ref_atom_name", "features", 4 * kNameLetters, width, 5 + kElements, kAtomFeatures);
  to.linear("single_to_pair_cond_row_1", "pair_query", width, {pair});
  to.linear("single_to_pair_cond_col_1", "pair_key", width, {pair});
  to.columns("embed_pair_offsets_1", "pair_features", 3, pair, 0, 5);
  to.columns("embed_pair_distances_1", "pair_features", 1, pair, 3, 5);
  to.columns("embed_pair_offsets_valid", "pair_features", 1, pair, 4, 5);
  // These make a value that AlphaFold 3 does not go on with.
  to.unused("single_to_pair_cond_row", width, pair);
  to.unused("single_to_pair_cond_col", width, pair);
  to.unused("embed_pair_offsets", 3, pair);
  to.unused("embed_pair_distances", 1, pair);
  for (int i = 0; i < 3; ++i) to.linear(fmt::format("pair_mlp_{}", i + 1), fmt::format("pair_mlp.{}", i), pair, {pair});
  to.linear("project_atom_features_for_aggr", "tokens", width, {token});
  const std::string transformer = "atom_transformer_encoder";
  atom_transformer(to.inside(transformer + "/", "transformer."), shape);
  atom_blocks(
      Scope(rules, records + name + "_" + transformer + "/__layer_stack_with_per_layer/" + name + "_" + transformer,
            part + "transformer.blocks.{}.", {shape.atom_blocks}),
      shape);
}

void trunk_rules(std::vector<RecordRule>& rules, const Alphafold3Shape& shape) {
  const Scope to(rules, "diffuser/evoformer/", "trunk.");
  to.linear("left_single", "row", shape.target(), {shape.pair});
  to.linear("right_single", "column", shape.target(), {shape.pair});
  to.linear("~_relative_encoding/position_activations", "relative", kRelativeFeatures, {shape.pair});
  to.linear("bond_embedding", "bond", 1, {shape.pair});
  to.norm("prev_embedding_layer_norm", "previous_pair_norm", shape.pair);
  to.linear("prev_embedding", "previous_pair", shape.pair, {shape.pair});
  to.linear("single_activations", "single", shape.target(), {shape.single});
  to.norm("prev_single_embedding_layer_norm", "previous_single_norm", shape.single);
  to.linear("prev_single_embedding", "previous_single", shape.single, {shape.single});
  pairformer(Scope(rules, "diffuser/evoformer/__layer_stack_no_per_layer_1/trunk_pairformer/", "trunk.pairformer.{}.",
                   {shape.trunk_blocks}),
             shape);
}

void template_rules(std::vector<RecordRule>& rules, const Alphafold3Shape& shape) {
  const Scope module(rules, "diffuser/evoformer/template_embedding/", "trunk.templates.");
  const Scope to = module.inside("single_template_embedding/", "");
  constexpr std::int64_t kLetters = 31, kAll = kDistanceBinCount + 1 + 2 * kLetters + 3 + 1;
  const auto name = [](int i) { return fmt::format("template_pair_embedding_{}", i); };
  std::int64_t at = 0;
  to.columns(name(0), "features", kDistanceBinCount, shape.templates, at, kAll);
  to.column(name(1), "features", shape.templates, at += kDistanceBinCount, kAll);
  to.columns(name(2), "features", kLetters, shape.templates, at += 1, kAll);  // letters of the column
  to.columns(name(3), "features", kLetters, shape.templates, at += kLetters, kAll);
  at += kLetters;
  for (int i = 4; i < 8; ++i) to.column(name(i), "features", shape.templates, at++, kAll);
  to.linear(name(8), "pair", shape.pair, {shape.templates});
  to.norm("query_embedding_norm", "pair_norm", shape.pair);
  pair_block(Scope(rules,
                   "diffuser/evoformer/template_embedding/single_template_embedding/__layer_stack_no_per_layer/"
                   "template_embedding_iteration/",
                   "trunk.templates.blocks.{}.", {shape.template_blocks}),
             shape.template_block());
  to.norm("output_layer_norm", "norm", shape.templates);
  module.linear("output_linear", "out", shape.templates, {shape.pair});
}

void alignment_rules(std::vector<RecordRule>& rules, const Alphafold3Shape& shape) {
  const Scope to(rules, "diffuser/evoformer/", "trunk.alignment.");
  to.linear("msa_activations", "features", 34, {shape.alignment});
  to.linear("extra_msa_target_feat", "target", shape.target(), {shape.alignment});
  const Scope blocks(rules, "diffuser/evoformer/__layer_stack_no_per_layer/msa_stack/", "trunk.alignment.blocks.{}.",
                     {shape.alignment_blocks});
  const Scope outer = blocks.inside("outer_product_mean", "outer.");
  outer.norm("/layer_norm_input", "norm", shape.alignment);
  outer.linear("/left_projection", "left", shape.alignment, {shape.outer});
  outer.linear("/right_projection", "right", shape.alignment, {shape.outer});
  outer.rule(":output_w", {shape.outer, shape.outer}, {shape.pair}, RecordAxes::in_first, {{"out.weight"}});
  outer.rule(":output_b", {}, {shape.pair}, RecordAxes::vector, {{"out.bias"}});
  const Scope averaging = blocks.inside("msa_attention1/", "averaging.");
  const std::int64_t inner = shape.alignment_heads * shape.alignment_head;
  averaging.norm("act_norm", "norm", shape.alignment);
  averaging.norm("pair_norm", "pair_norm", shape.pair);
  averaging.linear("pair_logits", "logits", shape.pair, {shape.alignment_heads});
  averaging.linear("v_projection", "value", shape.alignment, {shape.alignment_heads, shape.alignment_head});
  averaging.linear("gating_query", "gate", shape.alignment, {inner});
  averaging.linear("output_projection", "out", inner, {shape.alignment});
  transition(blocks.inside("msa_transition/", "transition."), shape.alignment, shape.alignment_inner);
  pair_block(blocks.inside("", "pairs."), shape.pair_block());
}

void condition_rules(const Scope& to, const Alphafold3Shape& shape) {
  const std::int64_t pair = shape.pair + kRelativeFeatures, single = shape.single + shape.target();
  to.gain("pair_cond_initial_norm", "pair_norm", pair);
  to.linear("pair_cond_initial_projection", "pair", pair, {shape.pair});
  to.gain("single_cond_initial_norm", "single_norm", single);
  to.linear("single_cond_initial_projection", "single", single, {shape.single});
  to.gain("noise_embedding_initial_norm", "noise_norm", kNoiseFeatures);
  to.linear("noise_embedding_initial_projection", "noise", kNoiseFeatures, {shape.single});
  const auto add = [&](const std::string& name, int i, std::int64_t width, std::int64_t inner) {
    const Scope one =
        to.inside(fmt::format("{}_transition_{}ffw_", name, i), fmt::format("{}_transitions.{}.", name, i));
    one.norm("layer_norm", "norm", width);
    one.gated("transition1", width, inner);
    one.linear("transition2", "out", inner, {width});
  };
  for (int i = 0; i < 2; ++i) {
    add("pair", i, shape.pair, shape.pair_condition_inner);
    add("single", i, shape.single, shape.single_condition_inner);
  }
  to.gain("single_cond_embedding_norm", "tokens_norm", shape.single);
  to.linear("single_cond_embedding_projection", "tokens", shape.single, {shape.token});
  to.gain("output_norm", "out_norm", shape.token);
}

void token_transformer_rules(std::vector<RecordRule>& rules, const Scope& head, const Alphafold3Shape& shape) {
  head.gain("transformer/pair_input_layer_norm", "transformer.pair_norm", shape.pair);
  const std::string stack = "diffuser/~/diffusion_head/transformer/__layer_stack_with_per_layer/";
  Scope(rules, stack, "diffusion.transformer.", {shape.super_blocks})
      .linear("pair_logits_projection", "pair_logits.{}", shape.pair, {shape.blocks_together, shape.token_heads});
  const Scope blocks(rules, stack + "__layer_stack_with_per_layer/transformer", "diffusion.transformer.blocks.{}.",
                     {shape.super_blocks, shape.blocks_together});
  const Scope attends = blocks.inside("", "attention.");
  adaptive_norm(attends.inside("", "norm."), shape.token, shape.single);
  attention(attends, {shape.token, shape.token_heads, shape.token_head});
  adaptive_zero(attends, "adaptive_zero_cond", shape.token, shape.single);
  conditioned_transition(blocks.inside("", "transition."), shape.token, shape.token_inner, shape.single);
}

void diffusion_rules(std::vector<RecordRule>& rules, const Alphafold3Shape& shape) {
  const std::string records = "diffuser/~/diffusion_head/";
  const Scope to(rules, records, "diffusion.");
  condition_rules(to, shape);
  encoder(rules, records, "diffusion", "diffusion.encoder.", shape.token, shape);
  to.linear("diffusion_atom_positions_to_features", "encoder.positions", 3, {shape.atom});
  to.gain("diffusion_lnorm_trunk_single_cond", "encoder.trunk_single_norm", shape.single);
  to.linear("diffusion_embed_trunk_single_cond", "encoder.trunk_single", shape.single, {shape.atom});
  to.gain("diffusion_lnorm_trunk_pair_cond", "encoder.trunk_pair_norm", shape.pair);
  to.linear("diffusion_embed_trunk_pair_cond", "encoder.trunk_pair", shape.pair, {shape.atom_pair});
  token_transformer_rules(rules, to, shape);
  to.linear("diffusion_project_token_features_for_broadcast", "decoder.tokens", shape.token, {shape.atom});
  const std::string decoder = "diffusion_atom_transformer_decoder";
  atom_transformer(to.inside(decoder + "/", "decoder.transformer."), shape);
  atom_blocks(Scope(rules, records + decoder + "/__layer_stack_with_per_layer/" + decoder,
                    "diffusion.decoder.transformer.blocks.{}.", {shape.atom_blocks}),
              shape);
  to.gain("diffusion_atom_features_layer_norm", "decoder.norm", shape.atom);
  to.linear("diffusion_atom_features_to_position_update", "decoder.positions", shape.atom, {3});
}

// Left and right are named the other way round than in the trunk: left is the column.
void confidence_rules(std::vector<RecordRule>& rules, const Alphafold3Shape& shape) {
  const Scope to(rules, "diffuser/confidence_head/", "confidence.");
  const Alphafold3ConfidenceForm form = shape.confidence();
  to.linear("~_embed_features/left_target_feat_project", "column", shape.target(), {shape.pair});
  to.linear("~_embed_features/right_target_feat_project", "row", shape.target(), {shape.pair});
  to.linear("~_embed_features/distogram_feat_project", "distances", kDistanceBinCount, {shape.pair});
  pairformer(Scope(rules, "diffuser/confidence_head/__layer_stack_no_per_layer/confidence_pairformer/",
                   "confidence.pairformer.{}.", {shape.confidence_blocks}),
             shape);
  to.norm("logits_ln", "distance_norm", shape.pair);
  to.linear("left_half_distance_logits", "distance", shape.pair, {form.error_bins});
  to.norm("pae_logits_ln", "error_norm", shape.pair);
  to.linear("pae_logits", "error", shape.pair, {form.error_bins});
  to.norm("plddt_logits_ln", "lddt_norm", shape.single);
  to.linear("plddt_logits", "lddt", shape.single, {form.slots, form.lddt_bins});
  to.norm("experimentally_resolved_ln", "resolved_norm", shape.single);
  to.linear("experimentally_resolved_logits", "resolved", shape.single, {form.slots, 2});
  Scope(rules, "diffuser/distogram_head/", "").linear("half_logits", "distogram", shape.pair, {form.error_bins});
}

}  // namespace

std::vector<RecordRule> alphafold3_rules(const Alphafold3Shape& shape) {
  std::vector<RecordRule> out;
  encoder(out, "diffuser/", "evoformer_conditioning", "atoms.", shape.atom_out, shape);
  trunk_rules(out, shape);
  template_rules(out, shape);
  alignment_rules(out, shape);
  diffusion_rules(out, shape);
  confidence_rules(out, shape);
  return out;
}

}  // namespace groel::structure_models
