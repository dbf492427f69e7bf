// Reads the sizes off the shapes of records, and makes the forms of parts of them.
#include "structure_models/alphafold3/shape.h"

namespace groel::structure_models {
namespace {

const std::string kTrunk = "diffuser/evoformer/";
const std::string kPairformer = kTrunk + "__layer_stack_no_per_layer_1/trunk_pairformer/";
const std::string kAlignment = kTrunk + "__layer_stack_no_per_layer/msa_stack/";
const std::string kTemplate = kTrunk + "template_embedding/single_template_embedding/";
const std::string kTemplateBlock = kTemplate + "__layer_stack_no_per_layer/template_embedding_iteration/";
const std::string kHead = "diffuser/~/diffusion_head/";
const std::string kTokens = kHead + "transformer/__layer_stack_with_per_layer/__layer_stack_with_per_layer/transformer";
const std::string kAtoms =
    kHead + "diffusion_atom_transformer_encoder/__layer_stack_with_per_layer/diffusion_atom_transformer_encoder";

class Sizes {
 public:
  explicit Sizes(const io::ArrayMap& records) : records_(records) {}
  // An axis of a record, over `part`.
  void read(std::int64_t& to, const std::string& record, std::size_t axis, std::int64_t part = 1) const {
    const auto found = records_.find(record);
    if (found != records_.end() && found->second.shape.size() > axis) to = found->second.shape[axis] / part;
  }

 private:
  const io::ArrayMap& records_;
};

void read_trunk(const Sizes& from, Alphafold3Shape& to) {
  from.read(to.pair, kTrunk + "left_single:weights", 1);
  from.read(to.single, kTrunk + "single_activations:weights", 1);
  from.read(to.trunk_blocks, kPairformer + "pair_attention1/q_projection:weights", 0);
  from.read(to.pair_heads, kPairformer + "pair_attention1/q_projection:weights", 1);
  from.read(to.pair_head, kPairformer + "pair_attention1/q_projection:weights", 2);
  from.read(to.pair_inner, kPairformer + "pair_transition/transition2:weights", 1);
  from.read(to.single_heads, kPairformer + "single_attention_q_projection:weights", 2);
  from.read(to.single_head, kPairformer + "single_attention_q_projection:weights", 3);
  from.read(to.single_inner, kPairformer + "single_transition/transition2:weights", 1);
  from.read(to.alignment, kTrunk + "msa_activations:weights", 1);
  from.read(to.alignment_blocks, kAlignment + "msa_attention1/v_projection:weights", 0);
  from.read(to.alignment_heads, kAlignment + "msa_attention1/v_projection:weights", 2);
  from.read(to.alignment_head, kAlignment + "msa_attention1/v_projection:weights", 3);
  from.read(to.alignment_inner, kAlignment + "msa_transition/transition2:weights", 1);
  from.read(to.outer, kAlignment + "outer_product_mean/left_projection:weights", 2);
  from.read(to.templates, kTemplate + "template_pair_embedding_0:weights", 1);
  from.read(to.template_blocks, kTemplateBlock + "pair_attention1/q_projection:weights", 0);
  from.read(to.template_heads, kTemplateBlock + "pair_attention1/q_projection:weights", 1);
  from.read(to.template_head, kTemplateBlock + "pair_attention1/q_projection:weights", 2);
  from.read(to.template_inner, kTemplateBlock + "pair_transition/transition2:weights", 1);
}

void read_heads(const Sizes& from, Alphafold3Shape& to) {
  from.read(to.atom_out, "diffuser/evoformer_conditioning_project_atom_features_for_aggr:weights", 1);
  from.read(to.atom, kHead + "diffusion_embed_ref_pos:weights", 1);
  from.read(to.atom_pair, kHead + "diffusion_pair_mlp_1:weights", 1);
  from.read(to.atom_blocks, kAtoms + "q_projection:weights", 0);
  from.read(to.atom_heads, kAtoms + "q_projection:weights", 2);
  from.read(to.atom_head, kAtoms + "q_projection:weights", 3);
  from.read(to.atom_inner, kAtoms + "ffw_transition2:weights", 1);
  from.read(to.super_blocks, kTokens + "q_projection:weights", 0);
  from.read(to.blocks_together, kTokens + "q_projection:weights", 1);
  from.read(to.token, kTokens + "q_projection:weights", 2);
  from.read(to.token_heads, kTokens + "q_projection:weights", 3);
  from.read(to.token_head, kTokens + "q_projection:weights", 4);
  from.read(to.token_inner, kTokens + "ffw_transition2:weights", 2);
  from.read(to.single_condition_inner, kHead + "single_transition_0ffw_transition2:weights", 0);
  from.read(to.pair_condition_inner, kHead + "pair_transition_0ffw_transition2:weights", 0);
  from.read(
      to.confidence_blocks,
      "diffuser/confidence_head/__layer_stack_no_per_layer/confidence_pairformer/pair_attention1/q_projection:weights",
      0);
}

}  // namespace

nn::folding::PairBlockForm Alphafold3Shape::pair_block() const {
  return {.width = pair,
          .product_width = pair,
          .heads = pair_heads,
          .head_width = pair_head,
          .transition = pair_inner,
          .ending_bias = ending_bias};
}

nn::folding::PairBlockForm Alphafold3Shape::template_block() const {
  return {.width = templates,
          .product_width = templates,
          .heads = template_heads,
          .head_width = template_head,
          .transition = template_inner,
          .ending_bias = ending_bias};
}

nn::folding::PairformerForm Alphafold3Shape::pairformer() const {
  return {.pairs = pair_block(),
          .single_width = single,
          .single_heads = single_heads,
          .single_head_width = single_head,
          .single_transition = single_inner};
}

AtomTransformerForm Alphafold3Shape::atom_transformer() const {
  return {.width = atom,
          .pair_width = atom_pair,
          .blocks = atom_blocks,
          .heads = atom_heads,
          .head_width = atom_head,
          .transition = atom_inner,
          .empty_keys = empty_keys};
}

AtomEncoderForm Alphafold3Shape::first_encoder() const {
  return {.transformer = atom_transformer(), .token_width = atom_out};
}

Alphafold3TrunkForm Alphafold3Shape::trunk() const {
  Alphafold3TrunkForm out{.pair_width = pair, .single_width = single, .target_width = target()};
  out.templates = {
      .pair_width = pair, .letters = 31, .blocks = template_blocks, .block = template_block(), .pairs = template_pairs};
  out.alignment = {.width = alignment,
                   .target_width = target(),
                   .blocks = alignment_blocks,
                   .outer = {.alignment_width = alignment, .inner = outer, .pair_width = pair},
                   .averaging = {.alignment_width = alignment,
                                 .pair_width = pair,
                                 .heads = alignment_heads,
                                 .head_width = alignment_head},
                   .transition = alignment_inner,
                   .pairs = pair_block()};
  out.blocks = trunk_blocks;
  out.pairformer = pairformer();
  return out;
}

Alphafold3DiffusionForm Alphafold3Shape::diffusion() const {
  Alphafold3DiffusionForm out{.pair_width = pair,
                              .single_width = single,
                              .target_width = target(),
                              .condition_width = single,
                              .pair_condition = pair,
                              .single_transition = single_condition_inner,
                              .pair_transition = pair_condition_inner,
                              .noise = noise};
  out.encoder = {
      .transformer = atom_transformer(), .token_width = token, .single_condition = single, .pair_condition = pair};
  out.tokens = {.width = token,
                .condition = single,
                .pair_width = pair,
                .blocks = super_blocks * blocks_together,
                .heads = token_heads,
                .head_width = token_head,
                .blocks_together = blocks_together,
                .transition = token_inner};
  out.decoder = {.transformer = atom_transformer(), .token_width = token};
  return out;
}

Alphafold3ConfidenceForm Alphafold3Shape::confidence() const {
  return {.pair_width = pair,
          .single_width = single,
          .target_width = target(),
          .blocks = confidence_blocks,
          .pairformer = pairformer()};
}

NetworkCoreForm Alphafold3Shape::core() const {
  return {first_encoder(), trunk(), diffusion(), confidence().error_bins};
}

Alphafold3Shape alphafold3_shape(const io::ArrayMap& records) {
  Alphafold3Shape out;
  const Sizes from(records);
  read_trunk(from, out);
  read_heads(from, out);
  return out;
}

}  // namespace groel::structure_models
