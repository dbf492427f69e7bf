// Names and shapes of Protenix's modules (protenix/model/modules, Apache-2.0), block by block.
#include "structure_models/protenix/table.h"

#include <algorithm>
#include <string>

#include "structure_models/block_tables.h"

namespace groel::structure_models {
namespace {

const std::string kFirstEncoder = "input_embedder.atom_attention_encoder.",
                  kEncoder = "diffusion_module.atom_attention_encoder.",
                  kDecoder = "diffusion_module.atom_attention_decoder.",
                  kAtomStack = "atom_transformer.diffusion_transformer.blocks.",
                  kTemplateStack = "template_embedder.pairformer_stack.blocks.", kAlignmentStack = "msa_module.blocks.",
                  kTrunkStack = "pairformer_stack.blocks.",
                  kTokenStack = "diffusion_module.diffusion_transformer.blocks.",
                  kConfidenceStack = "confidence_head.pairformer_stack.blocks.";

void transition(ArrayTable& to, const std::string& at, const std::string& width, const std::string& inner) {
  to.norm(at + "layernorm1", width);
  to.weight(at + "linear_no_bias_a", inner, width);
  to.weight(at + "linear_no_bias_b", inner, width);
  to.weight(at + "linear_no_bias", width, inner);
}

// `own`: what the sizes of this stack begin with.
void pair_block(ArrayTable& to, const std::string& at, const std::string& z, const std::string& own) {
  add_triangles(to, at, z, own, "linear");
  transition(to, at + "pair_transition.", z, own + "pair transition");
}

void pairformer_block(ArrayTable& to, const std::string& at, const std::string& own) {
  pair_block(to, at, "z", own);
  const std::string part = at + "attention_pair_bias.";
  to.norm(part + "layernorm_a", "s");
  add_attention(to, part + "attention.", "s", own + "single attention");
  to.norm(part + "layernorm_z", "z");
  to.weight(part + "linear_nobias_z", own + "single heads", "z");
  transition(to, at + "single_transition.", "s", own + "single transition");
}

void adaptive_norm(ArrayTable& to, const std::string& at, const std::string& width, const std::string& condition) {
  to.gain(at + "layernorm_s", condition);
  to.biased(at + "linear_s", width, condition);
  to.weight(at + "linear_nobias_s", width, condition);
}

struct Conditioned {
  std::string width, condition, pair, own;
};

// A block of a transformer under a condition; of atoms, whose keys have a norm of their own, or of tokens.
void conditioned_block(ArrayTable& to, const std::string& at, const Conditioned& of, bool atoms) {
  const std::string part = at + "attention_pair_bias.", after = at + "conditioned_transition_block.";
  adaptive_norm(to, part + "layernorm_a.", of.width, of.condition);
  if (atoms) adaptive_norm(to, part + "layernorm_kv.", of.width, of.condition);
  add_attention(to, part + "attention.", of.width, of.own + "attention");
  to.gain(part + "layernorm_z", of.pair);
  to.weight(part + "linear_nobias_z", of.own + "heads", of.pair);
  to.biased(part + "linear_a_last", of.width, of.condition);
  adaptive_norm(to, after + "adaln.", of.width, of.condition);
  to.weight(after + "linear_nobias_a1", of.own + "transition", of.width);
  to.weight(after + "linear_nobias_a2", of.own + "transition", of.width);
  to.weight(after + "linear_nobias_b", of.width, of.own + "transition");
  to.biased(after + "linear_s", of.width, of.condition);
}

void atom_blocks(ArrayTable& to, std::int64_t blocks, const std::string& at, const std::string& own) {
  each_block(blocks, at + kAtomStack, [&](const std::string& block, bool) {
    conditioned_block(to, block, {"atom", "atom", "atom pair", own}, true);
  });
}

void atom_encoder(ArrayTable& to, std::int64_t blocks, const std::string& at, bool after_trunk) {
  to.weight(at + "linear_no_bias_ref_pos", "atom", "3");
  to.weight(at + "linear_no_bias_ref_charge", "atom", "1");
  to.weight(at + "linear_no_bias_f", "atom", "385");
  to.weight(at + "linear_no_bias_d", "atom pair", "3");
  for (const char* one : {"linear_no_bias_invd", "linear_no_bias_v"}) to.weight(at + one, "atom pair", "1");
  for (const char* one : {"linear_no_bias_cl", "linear_no_bias_cm"}) to.weight(at + one, "atom pair", "atom");
  for (const char* one : {"small_mlp.1", "small_mlp.3", "small_mlp.5"}) to.weight(at + one, "atom pair", "atom pair");
  if (after_trunk) {
    to.gain(at + "layernorm_s", "s");
    to.weight(at + "linear_no_bias_s", "atom", "s");
    to.gain(at + "layernorm_z", "z");
    to.weight(at + "linear_no_bias_z", "atom pair", "z");
    to.weight(at + "linear_no_bias_r", "atom", "3");
  }
  const std::string own = after_trunk ? "diffusion atom " : "atom ";
  atom_blocks(to, blocks, at, own);
  to.weight(at + "linear_no_bias_q", after_trunk ? "token" : "encoded", "atom");
}

void trunk(ArrayTable& to, const ProtenixBlocks& blocks) {
  atom_encoder(to, blocks.atoms, kFirstEncoder, false);
  to.weight("relative_position_encoding.linear_no_bias", "z", "139");
  const std::string templates = "template_embedder.";
  to.weight(templates + "linear_no_bias_z", "template", "z");
  to.norm(templates + "layernorm_z", "z");
  to.weight(templates + "linear_no_bias_a", "template", "108");
  to.norm(templates + "layernorm_v", "template");
  to.weight(templates + "linear_no_bias_u", "z", "template");
  each_block(blocks.templates, kTemplateStack,
             [&](const std::string& block, bool) { pair_block(to, block, "template", "template "); });
  to.weight("msa_module.linear_no_bias_m", "alignment", "34");
  to.weight("msa_module.linear_no_bias_s", "alignment", "target");
  each_block(blocks.alignment, kAlignmentStack, [&](const std::string& block, bool last) {
    const std::string outer = block + "outer_product_mean_msa.", rows = block + "msa_stack.",
                      mean = rows + "msa_pair_weighted_averaging.";
    to.norm(outer + "layer_norm", "alignment");
    to.weight(outer + "linear_1", "outer", "alignment");
    to.weight(outer + "linear_2", "outer", "alignment");
    to.biased(outer + "linear_out", "z", "outer squared");
    if (!last) {  // nothing reads what the last block would make of the alignment
      to.norm(mean + "layernorm_m", "alignment");
      to.weight(mean + "linear_no_bias_mv", "averaging", "alignment");
      to.norm(mean + "layernorm_z", "z");
      to.weight(mean + "linear_no_bias_z", "averaging heads", "z");
      to.weight(mean + "linear_no_bias_mg", "averaging", "alignment");
      to.weight(mean + "linear_no_bias_out", "alignment", "averaging");
      transition(to, rows + "transition_m.", "alignment", "alignment transition");
    }
    pair_block(to, block + "pair_stack.", "z", "alignment ");
  });
  each_block(blocks.trunk, kTrunkStack, [&](const std::string& block, bool) { pairformer_block(to, block, ""); });
  to.weight("linear_no_bias_sinit", "s", "target");
  to.weight("linear_no_bias_zinit1", "z", "s");
  to.weight("linear_no_bias_zinit2", "z", "s");
  to.weight("linear_no_bias_token_bond", "z", "1");
  to.weight("linear_no_bias_z_cycle", "z", "z");
  to.weight("linear_no_bias_s", "s", "s");
  to.norm("layernorm_z_cycle", "z");
  to.norm("layernorm_s", "s");
}

void diffusion(ArrayTable& to, const ProtenixBlocks& blocks) {
  const std::string all = "diffusion_module.", given = all + "diffusion_conditioning.";
  to.weight(given + "relpe.linear_no_bias", "z", "139");
  to.gain(given + "layernorm_z", "two z");
  to.weight(given + "linear_no_bias_z", "z", "two z");
  for (const char* one : {"transition_z1.", "transition_z2."})
    transition(to, given + one, "z", "condition pair transition");
  to.gain(given + "layernorm_s", "s and target");
  to.weight(given + "linear_no_bias_s", "s", "s and target");
  to.add(given + "fourier_embedding.w", {"noise"});
  to.add(given + "fourier_embedding.b", {"noise"});
  to.gain(given + "layernorm_n", "noise");
  to.weight(given + "linear_no_bias_n", "s", "noise");
  for (const char* one : {"transition_s1.", "transition_s2."})
    transition(to, given + one, "s", "condition single transition");
  atom_encoder(to, blocks.encoder, kEncoder, true);
  to.gain(all + "layernorm_s", "s");
  to.weight(all + "linear_no_bias_s", "token", "s");
  each_block(blocks.tokens, kTokenStack, [&](const std::string& block, bool) {
    conditioned_block(to, block, {"token", "s", "z", "token "}, false);
  });
  to.gain(all + "layernorm_a", "token");
  const std::string decoder = kDecoder;
  to.weight(decoder + "linear_no_bias_a", "atom", "token");
  atom_blocks(to, blocks.decoder, decoder, "diffusion atom ");
  to.gain(decoder + "layernorm_q", "atom");
  to.weight(decoder + "linear_no_bias_out", "3", "atom");
}

void heads(ArrayTable& to, const ProtenixBlocks& blocks) {
  to.biased("distogram_head.linear", "64", "z");
  const std::string at = "confidence_head.";
  to.add(at + "lower_bins", {"distances"});
  to.add(at + "upper_bins", {"distances"});
  to.add(at + "plddt_weight", {"24", "s", "50"});
  to.add(at + "resolved_weight", {"24", "s", "2"});
  to.weight(at + "linear_no_bias_s1", "z", "target");
  to.weight(at + "linear_no_bias_s2", "z", "target");
  to.weight(at + "linear_no_bias_d", "z", "distances");
  to.weight(at + "linear_no_bias_d_wo_onehot", "z", "1");
  each_block(blocks.confidence, kConfidenceStack,
             [&](const std::string& block, bool) { pairformer_block(to, block, "confidence "); });
  to.weight(at + "linear_no_bias_pae", "64", "z");
  to.weight(at + "linear_no_bias_pde", "64", "z");
  for (const char* one : {"pae_ln", "pde_ln"}) to.norm(at + one, "z");
  for (const char* one : {"input_strunk_ln", "plddt_ln", "resolved_ln"}) to.norm(at + one, "s");
}

ArrayTable table_of(const ProtenixBlocks& blocks) {
  ArrayTable table;
  trunk(table, blocks);
  diffusion(table, blocks);
  heads(table, blocks);
  return table;
}

}  // namespace

std::vector<RecordRule> protenix_table(const ProtenixBlocks& blocks, const ProtenixSizes& sizes) {
  return table_of(blocks).rules(sizes);
}

std::vector<RecordRule> protenix_table(const io::ArrayMap& published) {
  const auto blocks = [&](const std::string& stack) {
    return std::max<std::int64_t>(published_blocks(published, stack), 1);
  };
  const ProtenixBlocks all{.templates = published_blocks(published, kTemplateStack),  // version 0.5 has none
                           .alignment = blocks(kAlignmentStack),
                           .trunk = blocks(kTrunkStack),
                           .tokens = blocks(kTokenStack),
                           .confidence = blocks(kConfidenceStack),
                           .atoms = blocks(kFirstEncoder + kAtomStack),
                           .encoder = blocks(kEncoder + kAtomStack),
                           .decoder = blocks(kDecoder + kAtomStack)};
  const ArrayTable table = table_of(all);
  return table.rules(table.sizes(published));
}

}  // namespace groel::structure_models
