// Names and shapes of OpenFold3's modules (openfold3/core/model, Apache-2.0), block by block.
#include "structure_models/openfold3/table.h"

#include <algorithm>
#include <string>

#include "structure_models/block_tables.h"

namespace groel::structure_models {
namespace {

const std::string kFirstEncoder = "input_embedder.atom_attn_enc.", kEncoder = "diffusion_module.atom_attn_enc.",
                  kDecoder = "diffusion_module.atom_attn_dec.", kAtomStack = "atom_transformer.blocks.",
                  kTemplateStack = "template_embedder.template_pair_stack.blocks.",
                  kAlignmentStack = "msa_module.blocks.", kTrunkStack = "pairformer_stack.blocks.",
                  kTokenStack = "diffusion_module.diffusion_transformer.blocks.",
                  kConfidenceStack = "aux_heads.pairformer_embedding.pairformer_stack.blocks.";

void transition(ArrayTable& to, const std::string& at, const std::string& width, const std::string& inner) {
  to.norm(at + "layer_norm", width);
  to.weight(at + "swiglu.linear_a", inner, width);
  to.weight(at + "swiglu.linear_b", inner, width);
  to.weight(at + "linear_out", width, inner);
}

// `own`: what the sizes of this stack begin with.
void pair_block(ArrayTable& to, const std::string& at, const std::string& z, const std::string& own) {
  add_triangles(to, at, z, own, "linear_z");
  transition(to, at + "pair_transition.", z, own + "pair transition");
}

void pairformer_block(ArrayTable& to, const std::string& at, const std::string& own) {
  pair_block(to, at + "pair_stack.", "z", own);
  const std::string part = at + "attn_pair_bias.";
  to.norm(part + "layer_norm_a", "s");
  add_attention(to, part + "mha.", "s", own + "single attention");
  to.norm(part + "layer_norm_z", "z");
  to.weight(part + "linear_z", own + "single heads", "z");
  transition(to, at + "single_transition.", "s", own + "single transition");
}

void adaptive_norm(ArrayTable& to, const std::string& at, const std::string& width, const std::string& condition) {
  to.gain(at + "layer_norm_s", condition);
  to.biased(at + "linear_g", width, condition);
  to.weight(at + "linear_s", width, condition);
}

struct Conditioned {
  std::string width, condition, pair, own;
  bool atoms = false, norm = true;  // whether keys have a norm of their own; whether pairs have one here
};

// A block of a transformer under a condition; of atoms, whose keys have a norm of their own, or of tokens.
void conditioned_block(ArrayTable& to, const std::string& at, const Conditioned& of) {
  const std::string part = at + "attention_pair_bias.", after = at + "conditioned_transition.";
  if (of.atoms)
    for (const char* one : {"layer_norm_a_q.", "layer_norm_a_k."})
      adaptive_norm(to, part + one, of.width, of.condition);
  else
    adaptive_norm(to, part + "layer_norm_a.", of.width, of.condition);
  add_attention(to, part + "mha.", of.width, of.own + "attention");
  if (of.norm) to.gain(part + "layer_norm_z", of.pair);
  to.weight(part + "linear_z", of.own + "heads", of.pair);
  to.biased(part + "linear_ada_out", of.width, of.condition);
  adaptive_norm(to, after + "layer_norm.", of.width, of.condition);
  to.weight(after + "swiglu.linear_a", of.own + "transition", of.width);
  to.weight(after + "swiglu.linear_b", of.own + "transition", of.width);
  to.weight(after + "linear_out", of.width, of.own + "transition");
  to.biased(after + "linear_g", of.width, of.condition);
}

struct AtomStack {
  std::int64_t blocks;
  bool one_norm;
};

void atom_blocks(ArrayTable& to, const AtomStack& stack, const std::string& at, const std::string& own) {
  if (stack.one_norm) to.gain(at + "atom_transformer.layer_norm_z", "atom pair");
  each_block(stack.blocks, at + kAtomStack, [&](const std::string& block, bool) {
    conditioned_block(to, block, {"atom", "atom", "atom pair", own, true, !stack.one_norm});
  });
}

void atom_encoder(ArrayTable& to, const AtomStack& stack, const std::string& at, bool after_trunk) {
  const std::string given = at + "ref_atom_feature_embedder.";
  to.weight(given + "linear_ref_pos", "atom", "3");
  to.weight(given + "linear_ref_charge", "atom", "1");
  to.weight(given + "linear_ref_mask", "atom", "1");
  to.weight(given + "linear_ref_element", "atom", "119");
  to.weight(given + "linear_ref_atom_chars", "atom", "256");
  to.weight(given + "linear_ref_offset", "atom pair", "3");
  for (const char* one : {"linear_inv_sq_dists", "linear_valid_mask"}) to.weight(given + one, "atom pair", "1");
  for (const char* one : {"linear_l", "linear_m"}) to.weight(at + one, "atom pair", "atom");
  for (const char* one : {"pair_mlp.1", "pair_mlp.3", "pair_mlp.5"}) to.weight(at + one, "atom pair", "atom pair");
  if (after_trunk) {
    const std::string noisy = at + "noisy_position_embedder.";
    to.gain(noisy + "layer_norm_s", "s");
    to.weight(noisy + "linear_s", "atom", "s");
    to.gain(noisy + "layer_norm_z", "z");
    to.weight(noisy + "linear_z", "atom pair", "z");
    to.weight(noisy + "linear_r", "atom", "3");
  }
  atom_blocks(to, stack, at, after_trunk ? "diffusion atom " : "atom ");
  to.weight(at + "linear_q.0", after_trunk ? "token" : "encoded", "atom");
}

void embedding(ArrayTable& to, const Openfold3Blocks& blocks) {
  atom_encoder(to, {blocks.atoms, blocks.one_atom_norm}, kFirstEncoder, false);
  to.weight("input_embedder.linear_s", "s", "target");
  to.weight("input_embedder.linear_z_i", "z", "target");
  to.weight("input_embedder.linear_z_j", "z", "target");
  to.weight("input_embedder.linear_relpos", "z", "139");
  to.weight("input_embedder.linear_token_bonds", "z", "1");
  to.norm("layer_norm_z", "z");
  to.weight("linear_z", "z", "z");
  to.norm("layer_norm_s", "s");
  to.weight("linear_s", "s", "s");
  const std::string pairs = "template_embedder.template_pair_embedder.";
  to.weight(pairs + "dgram_linear", "template", "39");
  for (const char* one : {"aatype_linear_1", "aatype_linear_2"}) to.weight(pairs + one, "template", "32");
  for (const char* one : {"pseudo_beta_mask_linear", "x_linear", "y_linear", "z_linear", "backbone_mask_linear"})
    to.weight(pairs + one, "template", "1");
  to.norm(pairs + "layer_norm_z", "z");
  to.weight(pairs + "linear_z", "template", "z");
  each_block(blocks.templates, kTemplateStack,
             [&](const std::string& block, bool) { pair_block(to, block, "template", "template "); });
  to.norm("template_embedder.template_pair_stack.layer_norm", "template");
  to.weight("template_embedder.linear_t", "z", "template");
}

void trunk(ArrayTable& to, const Openfold3Blocks& blocks) {
  to.weight("msa_module_embedder.linear_m", "alignment", "34");
  to.weight("msa_module_embedder.linear_s_input", "alignment", "target");
  each_block(blocks.alignment, kAlignmentStack, [&](const std::string& block, bool last) {
    const std::string outer = block + "outer_product_mean.", mean = block + "msa_att_row.";
    to.norm(outer + "layer_norm", "alignment");
    to.weight(outer + "linear_1", "outer", "alignment");
    to.weight(outer + "linear_2", "outer", "alignment");
    to.biased(outer + "linear_out", "z", "outer squared");
    if (!last) {  // nothing reads what the last block would make of the alignment
      to.norm(mean + "layer_norm_m", "alignment");
      to.weight(mean + "linear_v", "averaging", "alignment");
      to.norm(mean + "layer_norm_z", "z");
      to.weight(mean + "linear_z", "averaging heads", "z");
      to.weight(mean + "linear_g", "averaging", "alignment");
      to.weight(mean + "linear_o", "alignment", "averaging");
      transition(to, block + "msa_transition.", "alignment", "alignment transition");
    }
    pair_block(to, block + "pair_stack.", "z", "alignment ");
  });
  each_block(blocks.trunk, kTrunkStack, [&](const std::string& block, bool) { pairformer_block(to, block, ""); });
}

void diffusion(ArrayTable& to, const Openfold3Blocks& blocks) {
  const std::string all = "diffusion_module.", given = all + "diffusion_conditioning.";
  to.gain(given + "layer_norm_z", "z and relative");
  to.weight(given + "linear_z", "z", "z and relative");
  for (const char* one : {"transition_z.0.", "transition_z.1."})
    transition(to, given + one, "z", "condition pair transition");
  to.gain(given + "layer_norm_s", "s and target");
  to.weight(given + "linear_s", "s", "s and target");
  to.add(given + "fourier_emb.w", {"256", "1"});
  to.add(given + "fourier_emb.b", {"256"});
  to.gain(given + "layer_norm_n", "256");
  to.weight(given + "linear_n", "s", "256");
  for (const char* one : {"transition_s.0.", "transition_s.1."})
    transition(to, given + one, "s", "condition single transition");
  atom_encoder(to, {blocks.encoder, blocks.one_atom_norm}, kEncoder, true);
  to.gain(all + "layer_norm_s", "s");
  to.weight(all + "linear_s", "token", "s");
  if (blocks.one_token_norm) to.add(kOpenfold3TokenNorm, {"z"});
  each_block(blocks.tokens, kTokenStack, [&](const std::string& block, bool) {
    conditioned_block(to, block, {"token", "s", "z", "token ", false, !blocks.one_token_norm});
  });
  to.gain(all + "layer_norm_a", "token");
  to.weight(kDecoder + "linear_q_in", "atom", "token");
  atom_blocks(to, {blocks.decoder, blocks.one_atom_norm}, kDecoder, "diffusion atom ");
  to.gain(kDecoder + "layer_norm", "atom");
  to.weight(kDecoder + "linear_q_out", "3", "atom");
}

void heads(ArrayTable& to, const Openfold3Blocks& blocks) {
  const std::string at = "aux_heads.", given = at + "pairformer_embedding.";
  to.weight(given + "linear_i", "z", "target");
  to.weight(given + "linear_j", "z", "target");
  to.weight(given + "linear_distance", "z", "39");
  each_block(blocks.confidence, kConfidenceStack,
             [&](const std::string& block, bool) { pairformer_block(to, block, "confidence "); });
  for (const char* one : {"pae", "pde"}) {
    to.norm(at + one + ".layer_norm", "z");
    to.weight(at + one + ".linear", "errors", "z");
  }
  to.norm(at + "plddt.layer_norm", "s");
  to.weight(at + "plddt.linear", "slots of pLDDT", "s");
  to.norm(at + "experimentally_resolved.layer_norm", "s");
  to.weight(at + "experimentally_resolved.linear", "46", "s");
  to.weight(at + "distogram.linear", "distogram", "z");
}

ArrayTable table_of(const Openfold3Blocks& blocks) {
  ArrayTable table;
  embedding(table, blocks);
  trunk(table, blocks);
  diffusion(table, blocks);
  heads(table, blocks);
  return table;
}

}  // namespace

std::vector<RecordRule> openfold3_table(const Openfold3Blocks& blocks, const NamedSizes& sizes) {
  return table_of(blocks).rules(sizes);
}

std::vector<RecordRule> openfold3_table(const io::ArrayMap& published) {
  const auto blocks = [&](const std::string& stack) {
    return std::max<std::int64_t>(published_blocks(published, stack), 1);
  };
  const ArrayTable table = table_of({.templates = blocks(kTemplateStack),
                                     .alignment = blocks(kAlignmentStack),
                                     .trunk = blocks(kTrunkStack),
                                     .tokens = blocks(kTokenStack),
                                     .confidence = blocks(kConfidenceStack),
                                     .atoms = blocks(kFirstEncoder + kAtomStack),
                                     .encoder = blocks(kEncoder + kAtomStack),
                                     .decoder = blocks(kDecoder + kAtomStack),
                                     .one_atom_norm = published.contains(kOpenfold3AtomNorm),
                                     .one_token_norm = published.contains(kOpenfold3TokenNorm)});
  return table.rules(table.sizes(published));
}

// openfold3/projects/of3_all_atom/config/model_config.py, Apache-2.0
NamedSizes openfold3_sizes() {
  NamedSizes out = block_sizes();
  out["z and relative"] = 267;
  out["errors"] = out["distogram"] = 64;
  out["slots of pLDDT"] = 23 * 50;
  out["template product"] = out["template pair attention"] = 64;
  return out;
}

}  // namespace groel::structure_models
