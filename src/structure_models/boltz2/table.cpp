// Names and shapes of Boltz-2's modules (jwohlwend/boltz, src/boltz/model, MIT), block by block.
#include "structure_models/boltz2/table.h"

#include <algorithm>
#include <string>

namespace groel::structure_models {
namespace {

const std::string kTemplateBlocks = "template_module.pairformer.layers.", kAlignmentBlocks = "msa_module.layers.",
                  kTrunkBlocks = "pairformer_module.layers.",
                  kConfidenceBlocks = "confidence_module.pairformer_stack.layers.",
                  kScore = "structure_module.score_model.", kTokenBlocks = kScore + "token_transformer.layers.",
                  kFirstAtomBlocks = "input_embedder.atom_attention_encoder.atom_encoder.diffusion_transformer.layers.",
                  kEncoderBlocks = kScore + "atom_attention_encoder.atom_encoder.diffusion_transformer.layers.",
                  kDecoderBlocks = kScore + "atom_attention_decoder.atom_decoder.diffusion_transformer.layers.";

void plain_transition(ArrayTable& to, const std::string& at, const std::string& width, const std::string& inner) {
  to.norm(at + "norm", width);
  to.weight(at + "fc1", inner, width);
  to.weight(at + "fc2", inner, width);
  to.weight(at + "fc3", width, inner);
}

// `own`: what the sizes of this stack begin with.
void pair_updates(ArrayTable& to, const std::string& at, const std::string& z, const std::string& own) {
  const std::string both = own + "product both", inner = own + "pair attention";
  for (const std::string& part : {at + "tri_mul_out.", at + "tri_mul_in."}) {
    to.norm(part + "norm_in", z);
    to.norm(part + "norm_out", z);
    to.weight(part + "p_in", both, z);
    to.weight(part + "g_in", both, z);
    to.weight(part + "p_out", z, z);
    to.weight(part + "g_out", z, z);
  }
  for (const std::string& part : {at + "tri_att_start.", at + "tri_att_end."}) {
    to.norm(part + "layer_norm", z);
    to.weight(part + "linear", own + "pair heads", z);
    for (const char* one : {"mha.linear_q", "mha.linear_k", "mha.linear_v", "mha.linear_g"})
      to.weight(part + one, inner, z);
    to.weight(part + "mha.linear_o", z, inner);
  }
  plain_transition(to, at + "transition_z.", z, own + "pair transition");
}

void attention_arrays(ArrayTable& to, const std::string& at, const std::string& width) {
  to.biased(at + "proj_q", width, width);
  for (const char* one : {"proj_k", "proj_v", "proj_g", "proj_o"}) to.weight(at + one, width, width);
}

void pairformer_arrays(ArrayTable& to, const std::string& at, const std::string& own) {
  pair_updates(to, at, "z", own);
  to.norm(at + "pre_norm_s", "s");
  attention_arrays(to, at + "attention.", "s");
  to.norm(at + "attention.proj_z.0", "z");
  to.weight(at + "attention.proj_z.1", own + "single heads", "z");
  plain_transition(to, at + "transition_s.", "s", own + "single transition");
}

void adaptive_arrays(ArrayTable& to, const std::string& at, const std::string& width) {
  to.gain(at + "s_norm", width);
  to.biased(at + "s_scale", width, width);
  to.weight(at + "s_bias", width, width);
}

// A block of a transformer under a condition of its own width. Files hold the gate of its attention twice.
void conditioned_arrays(ArrayTable& to, const std::string& at, const std::string& width, const std::string& own) {
  adaptive_arrays(to, at + "adaln.", width);
  attention_arrays(to, at + "pair_bias_attn.", width);
  to.biased(at + "output_projection_linear", width, width);
  to.biased(at + "output_projection.0", width, width);
  const std::string after = at + "transition.";
  adaptive_arrays(to, after + "adaln.", width);
  to.weight(after + "swish_gate.0", own + "transition both", width);
  to.weight(after + "a_to_b", own + "transition", width);
  to.weight(after + "b_to_a", width, own + "transition");
  to.biased(after + "output_projection.0", width, width);
}

void atom_encoder_arrays(ArrayTable& to, const std::string& at, bool after_trunk) {
  to.biased(at + "embed_atom_features", "atom", "388");
  to.weight(at + "embed_atompair_ref_pos", "atom pair", "3");
  for (const char* one : {"embed_atompair_ref_dist", "embed_atompair_mask"}) to.weight(at + one, "atom pair", "1");
  for (const char* one : {"c_to_p_trans_k.1", "c_to_p_trans_q.1"}) to.weight(at + one, "atom pair", "atom");
  for (const char* one : {"p_mlp.1", "p_mlp.3", "p_mlp.5"}) to.weight(at + one, "atom pair", "atom pair");
  if (!after_trunk) return;
  to.norm(at + "s_to_c_trans.0", "s");
  to.weight(at + "s_to_c_trans.1", "atom", "s");
  to.norm(at + "z_to_p_trans.0", "z");
  to.weight(at + "z_to_p_trans.1", "atom pair", "z");
}

// Contacts that somebody asks for: of the encoder only what it says where nobody does is read here.
void pairs_given(ArrayTable& to, const std::string& at) {
  to.weight(at + "rel_pos.linear_layer", "z", "139");
  to.weight(at + "token_bonds", "z", "1");
  to.weight(at + "token_bonds_type", "7", "z");
  const std::string contacts = at + "contact_conditioning.";
  to.biased(contacts + "fourier_embedding.proj", "z", "1");
  to.biased(contacts + "encoder", "z", "z and contacts");
  to.add(contacts + "encoding_unspecified", {"z"});
  to.add(contacts + "encoding_unselected", {"z"});
}

void tokens_given(ArrayTable& to, const Boltz2Blocks& blocks) {
  const std::string at = "input_embedder.";
  atom_encoder_arrays(to, at + "atom_encoder.", false);
  to.norm(at + "atom_enc_proj_z.0", "atom pair");
  to.weight(at + "atom_enc_proj_z.1", "heads of all atom blocks", "atom pair");
  each_block(blocks.atoms, kFirstAtomBlocks,
             [&](const std::string& block, bool) { conditioned_arrays(to, block, "atom", "atom "); });
  to.weight(at + "atom_attention_encoder.atom_to_token_trans.0", "s", "atom");
  to.weight(at + "res_type_encoding", "s", "33");
  to.weight(at + "msa_profile_encoding", "s", "34");
  to.weight(at + "method_conditioning_init", "methods", "s");
  to.weight(at + "modified_conditioning_init", "2", "s");
  to.weight(at + "cyclic_conditioning_init", "s", "1");
  to.weight(at + "mol_type_conditioning_init", "4", "s");
}

void trunk_arrays(ArrayTable& to, const Boltz2Blocks& blocks) {
  for (const char* one : {"s_init", "s_recycle"}) to.weight(one, "s", "s");
  for (const char* one : {"z_init_1", "z_init_2"}) to.weight(one, "z", "s");
  pairs_given(to, "");
  to.norm("s_norm", "s");
  to.norm("z_norm", "z");
  to.weight("z_recycle", "z", "z");
  const std::string templates = "template_module.", alignment = "msa_module.";
  to.norm(templates + "z_norm", "z");
  to.norm(templates + "v_norm", "template");
  to.weight(templates + "z_proj", "template", "z");
  to.weight(templates + "a_proj", "template", "109");
  to.weight(templates + "u_proj", "z", "template");
  each_block(blocks.templates, kTemplateBlocks,
             [&](const std::string& block, bool) { pair_updates(to, block, "template", "template "); });
  to.weight(alignment + "s_proj", "alignment", "s");
  to.weight(alignment + "msa_proj", "alignment", "36");
  each_block(blocks.alignment, kAlignmentBlocks, [&](const std::string& block, bool) {
    plain_transition(to, block + "msa_transition.", "alignment", "alignment transition");
    const std::string mean = block + "pair_weighted_averaging.", outer = block + "outer_product_mean.";
    to.norm(mean + "norm_m", "alignment");
    to.norm(mean + "norm_z", "z");
    for (const char* one : {"proj_m", "proj_g"}) to.weight(mean + one, "averaging", "alignment");
    to.weight(mean + "proj_z", "averaging heads", "z");
    to.weight(mean + "proj_o", "alignment", "averaging");
    pair_updates(to, block + "pairformer_layer.", "z", "alignment ");
    to.norm(outer + "norm", "alignment");
    for (const char* one : {"proj_a", "proj_b"}) to.weight(outer + one, "outer", "alignment");
    to.biased(outer + "proj_o", "z", "outer squared");
  });
  each_block(blocks.trunk, kTrunkBlocks, [&](const std::string& block, bool) { pairformer_arrays(to, block, ""); });
}

// Norm and product of pairs of each block.
void pair_products(ArrayTable& to, std::int64_t blocks, const std::string& at, const std::string& width,
                   const std::string& heads) {
  each_block(blocks, at, [&](const std::string& block, bool) {
    to.norm(block + "0", width);
    to.weight(block + "1", heads, width);
  });
}

void diffusion_arrays(ArrayTable& to, const Boltz2Blocks& blocks) {
  const std::string given = "diffusion_conditioning.", pairs = given + "pairwise_conditioner.";
  to.norm(pairs + "dim_pairwise_init_proj.0", "z twice");
  to.weight(pairs + "dim_pairwise_init_proj.1", "z", "z twice");
  for (const char* one : {"transitions.0.", "transitions.1."})
    plain_transition(to, pairs + one, "z", "condition pair transition");
  atom_encoder_arrays(to, given + "atom_encoder.", true);
  pair_products(to, blocks.encoder, given + "atom_enc_proj_z.", "atom pair", "atom heads");
  pair_products(to, blocks.decoder, given + "atom_dec_proj_z.", "atom pair", "atom heads");
  pair_products(to, blocks.tokens, given + "token_trans_proj_z.", "z", "token heads");
  const std::string single = kScore + "single_conditioner.", decoder = kScore + "atom_attention_decoder.";
  to.norm(single + "norm_single", "token");
  to.biased(single + "single_embed", "token", "token");
  to.biased(single + "fourier_embed.proj", "256", "1");
  to.norm(single + "norm_fourier", "256");
  to.weight(single + "fourier_to_single", "token", "256");
  for (const char* one : {"transitions.0.", "transitions.1."})
    plain_transition(to, single + one, "token", "condition single transition");
  to.weight(kScore + "atom_attention_encoder.r_to_q_trans", "atom", "3");
  each_block(blocks.encoder, kEncoderBlocks,
             [&](const std::string& block, bool) { conditioned_arrays(to, block, "atom", "atom "); });
  to.weight(kScore + "atom_attention_encoder.atom_to_token_trans.0", "token", "atom");
  to.norm(kScore + "s_to_a_linear.0", "token");
  to.weight(kScore + "s_to_a_linear.1", "token", "token");
  each_block(blocks.tokens, kTokenBlocks,
             [&](const std::string& block, bool) { conditioned_arrays(to, block, "token", "token "); });
  to.norm(kScore + "a_norm", "token");
  to.weight(decoder + "a_to_q_trans", "atom", "token");
  each_block(blocks.decoder, kDecoderBlocks,
             [&](const std::string& block, bool) { conditioned_arrays(to, block, "atom", "atom "); });
  to.norm(decoder + "atom_feat_to_atom_pos_update.0", "atom");
  to.weight(decoder + "atom_feat_to_atom_pos_update.1", "3", "atom");
}

void head_arrays(ArrayTable& to, const Boltz2Blocks& blocks) {
  to.biased("distogram_module.distogram", "distogram", "z");
  if (blocks.factors) to.biased("bfactor_module.bfactor", "bins of B factors", "s");
  const std::string at = "confidence_module.", heads = at + "confidence_heads.";
  to.add(at + "boundaries", {"bounds of distances"});
  to.weight(at + "dist_bin_pairwise_embed", "bins of distances", "z");
  for (const char* one : {"s_to_z", "s_to_z_transpose", "s_to_z_prod_in1", "s_to_z_prod_in2"})
    to.weight(at + one, "z", "s");
  to.weight(at + "s_to_z_prod_out", "z", "z");
  to.norm(at + "s_inputs_norm", "s");
  to.norm(at + "s_norm", "s");
  to.norm(at + "z_norm", "z");
  to.weight(at + "s_input_to_s", "s", "s");
  pairs_given(to, at);
  each_block(blocks.confidence, kConfidenceBlocks,
             [&](const std::string& block, bool) { pairformer_arrays(to, block, "confidence "); });
  for (const char* one : {"to_pae_intra_logits", "to_pae_inter_logits"}) to.weight(heads + one, "errors", "z");
  for (const char* one : {"to_pde_intra_logits", "to_pde_inter_logits"})
    to.weight(heads + one, "errors of distances", "z");
  to.weight(heads + "to_plddt_logits", "bins of pLDDT", "s");
  to.weight(heads + "to_resolved_logits", "2", "s");
}

ArrayTable arrays_of(const Boltz2Blocks& blocks) {
  ArrayTable table;
  tokens_given(table, blocks);
  trunk_arrays(table, blocks);
  diffusion_arrays(table, blocks);
  head_arrays(table, blocks);
  return table;
}

}  // namespace

std::vector<RecordRule> boltz2_table(const Boltz2Blocks& blocks, const NamedSizes& sizes) {
  return arrays_of(blocks).rules(sizes);
}

std::vector<RecordRule> boltz2_table(const io::ArrayMap& published) {
  const auto blocks = [&](const std::string& stack) {
    return std::max<std::int64_t>(published_blocks(published, stack), 1);
  };
  const ArrayTable table = arrays_of({.templates = blocks(kTemplateBlocks),
                                      .alignment = blocks(kAlignmentBlocks),
                                      .trunk = blocks(kTrunkBlocks),
                                      .tokens = blocks(kTokenBlocks),
                                      .confidence = blocks(kConfidenceBlocks),
                                      .atoms = blocks(kFirstAtomBlocks),
                                      .encoder = blocks(kEncoderBlocks),
                                      .decoder = blocks(kDecoderBlocks),
                                      .factors = published.contains("bfactor_module.bfactor.weight")});
  return table.rules(table.sizes(published));
}

// As src/boltz/main.py and the modules' own defaults have them, MIT.
NamedSizes boltz2_sizes() {
  NamedSizes out{{"z", 128},
                 {"z twice", 256},
                 {"z and contacts", 132},
                 {"s", 384},
                 {"token", 768},
                 {"token heads", 16},
                 {"token transition", 1536},
                 {"token transition both", 3072},
                 {"atom", 128},
                 {"atom pair", 16},
                 {"atom heads", 4},
                 {"heads of all atom blocks", 12},
                 {"atom transition", 256},
                 {"atom transition both", 512},
                 {"condition pair transition", 256},
                 {"condition single transition", 1536},
                 {"template", 64},
                 {"alignment", 64},
                 {"alignment transition", 256},
                 {"averaging", 256},
                 {"averaging heads", 8},
                 {"outer", 32},
                 {"outer squared", 1024},
                 {"methods", 12},
                 {"distogram", 64},
                 {"bins of B factors", 64},
                 {"bins of distances", 64},
                 {"bounds of distances", 63},
                 {"errors", 64},
                 {"errors of distances", 64},
                 {"bins of pLDDT", 50}};
  for (const std::string own : {"", "alignment ", "confidence ", "template "}) {
    const std::int64_t width = own == "template " ? 64 : 128;
    out[own + "product both"] = 2 * width;
    out[own + "pair heads"] = 4;
    out[own + "pair attention"] = 128;
    out[own + "pair transition"] = 4 * width;
    out[own + "single heads"] = 16;
    out[own + "single transition"] = 1536;
  }
  return out;
}

}  // namespace groel::structure_models
