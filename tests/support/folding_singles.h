// Norms, transitions and attention of single tokens and atoms on cases of single operations.
#pragma once

#include "ops/gate.h"
#include "ops/norm.h"
#include "support/folding_blocks.h"

namespace groel::testing::blocks {

/// An adaptive norm, or a plain one, as weights under `path`; `prefix` is what AlphaFold 3's names begin with, or the
/// name of Protenix's module.
inline Weights adaptive(const FoldingOp& op, const std::string& prefix, const std::string& path) {
  if (op.of_protenix())
    return {{path + "condition_norm.weight", op.weight(prefix + "layernorm_s.weight")},
            {path + "scale.weight", op.weight(prefix + "linear_s.weight")},
            {path + "scale.bias", op.weight(prefix + "linear_s.bias")},
            {path + "shift.weight", op.weight(prefix + "linear_nobias_s.weight")}};
  if (!op.has("in.cond") && !op.has("in.cond_q"))
    return {{path + "weight", op.weight(prefix + "layer_norm:scale")},
            {path + "bias", op.weight(prefix + "layer_norm:offset")}};
  return {{path + "condition_norm.weight", op.weight(prefix + "single_cond_layer_norm:scale")},
          {path + "scale.weight", turned(op.weight(prefix + "single_cond_scale:weights"))},
          {path + "scale.bias", op.weight(prefix + "single_cond_scale:bias")},
          {path + "shift.weight", turned(op.weight(prefix + "single_cond_bias:weights"))}};
}

inline Weights zero(const FoldingOp& op, const std::string& protenix) {
  if (op.of_protenix())
    return {{"zero.weight", op.weight(protenix + ".weight")}, {"zero.bias", op.weight(protenix + ".bias")}};
  return {{"zero.weight", turned(op.weight("adaptive_zero_cond:weights"))},
          {"zero.bias", op.weight("adaptive_zero_cond:bias")}};
}

inline Tensor condition(const FoldingOp& op) {
  return op.has("in.cond") ? op("in.cond") : op.has("in.s") ? op("in.s") : Tensor();
}
inline Tensor tokens(const FoldingOp& op) { return op(op.has("in.x") ? "in.x" : "in.a"); }

inline Tensor adaptive_norm(const FoldingOp& op, Trap) {
  const Tensor x = tokens(op), c = condition(op);
  nf::AdaptiveNorm norm({.width = x.size(1), .condition = c.defined() ? c.size(1) : 0});
  fill(norm, adaptive(op, op.of_protenix() ? ".w." : "_", ""));
  return norm(x, c);
}

inline Tensor transition(const FoldingOp& op, Trap trap) {
  const Tensor x = tokens(op), c = condition(op);
  Weights w;
  if (op.of_protenix()) {
    const bool plain = !c.defined();
    w = plain ? norm(op, "layernorm1", "norm") : adaptive(op, "adaln.", "norm.");
    w["gate.weight"] = op.weight(plain ? "linear_no_bias_a.weight" : "linear_nobias_a1.weight");
    w["value.weight"] = op.weight(plain ? "linear_no_bias_b.weight" : "linear_nobias_a2.weight");
    w["out.weight"] = op.weight(plain ? "linear_no_bias.weight" : "linear_nobias_b.weight");
  } else {
    const bool own = op.name() == "transition" || op.name().starts_with("transition_of");
    w = own ? norm(op, "input_layer_norm", "norm") : adaptive(op, "_ffw_", "norm.");
    const Tensor in = turned(op.weight("transition1:weights"));
    w["gate.weight"] = in.rows(0, in.size(0) / 2).clone();
    w["value.weight"] = in.rows(in.size(0) / 2, in.size(0)).clone();
    w["out.weight"] = turned(op.weight("transition2:weights"));
  }
  if (c.defined()) join(w, zero(op, ".w.linear_s"));
  if (trap == Trap::swapped_gate) std::swap(w["gate.weight"], w["value.weight"]);
  nf::Transition block(
      {.width = x.size(1), .inner = w["gate.weight"].size(0), .condition = c.defined() ? c.size(1) : 0});
  fill(block, w);
  return update_of(x.shape(), [&](Tensor& to) { block.add(x, to, c); });
}

/// Products of an attention layer.
inline Weights attention_weights(const FoldingOp& op) {
  Weights w;
  if (op.of_protenix()) {
    for (const auto& [name, end] : {std::pair{"query", "q"}, {"key", "k"}, {"value", "v"}, {"gate", "g"}, {"out", "o"}})
      w[fmt::format("{}.weight", name)] = op.weight(fmt::format("attention.linear_{}.weight", end));
    w["query.bias"] = op.weight("attention.linear_q.bias");
    return w;
  }
  for (const auto& [name, end] : {std::pair{"query", "q_projection"},
                                  {"key", "k_projection"},
                                  {"value", "v_projection"},
                                  {"gate", "gating_query"},
                                  {"out", "transition2"}})
    w[fmt::format("{}.weight", name)] = turned(op.weight(fmt::format("_{}:weights", end)));
  w["query.bias"] = flat(op.weight("q_projection:bias"));
  return w;
}

inline nf::BiasedAttentionForm attention_form(std::int64_t width, std::int64_t condition, std::int64_t heads) {
  return {.width = width, .heads = heads, .head_width = width / heads, .condition = condition};
}

/// Ready for a case, without a bias of the queries where that is the trap.
inline void fill_attention(nf::BiasedAttention& block, Weights w, Trap trap) {
  if (trap == Trap::without_query_bias) w["query.bias"] = Tensor::zeros(w["query.bias"].shape());
  fill(block, w);
}

inline nf::PairLogits pair_logits(const FoldingOp& op) {
  const Tensor weight = op.weight("linear_nobias_z.weight");
  nf::PairLogits out({.pair_width = weight.size(1), .heads = weight.size(0), .norm_bias = nn::Bias::no});
  fill(out, {{"weight", weight}, {"norm.weight", op.weight("layernorm_z.weight")}});
  return out;
}

/// A last gate that lets everything pass.
inline void open_gate(Weights& w) {
  w["zero.weight"] = Tensor::zeros(w["zero.weight"].shape());
  w["zero.bias"] = Tensor::of<float>({w["zero.bias"].count()},
                                     std::vector<float>(static_cast<std::size_t>(w["zero.bias"].count()), 100.0F));
}

inline Tensor self_attention(const FoldingOp& op, Trap trap) {
  const Tensor x = tokens(op), c = condition(op);
  const std::int64_t n = x.size(0);
  Weights w = attention_weights(op);
  join(w, adaptive(op, op.of_protenix() ? "layernorm_a." : "att_", "norm."));
  if (c.defined()) join(w, zero(op, ".w.linear_a_last"));
  Tensor bias = op.of_protenix() ? pair_logits(op)(pairs(op).z) : op("in.pair_logits").clone();
  if (op.has("in.mask")) {
    const Tensor mask = op("in.mask");
    for (std::int64_t i = 0; i < bias.count(); ++i)
      if (mask.data<float>()[i % n] == 0) bias.mutable_data<float>()[i] += nf::kUnseen;
  }
  nf::BiasedAttention block(attention_form(x.size(1), c.defined() ? c.size(1) : 0, bias.size(0)));
  const Weights right = w;
  if (trap == Trap::normed_condition) open_gate(w);
  fill_attention(block, w, trap);
  const Tensor y = update_of(x.shape(), [&](Tensor& to) {
    block.add({.x = x, .condition = c, .cu_seqlens = nf::even_bounds(1, n), .bias = {bias}}, to);
  });
  if (trap != Trap::normed_condition) return y;
  const Tensor normed = ops::layer_norm(c, {.gain = w["norm.condition_norm.weight"]});
  return ops::gate(y, ops::linear(normed, ops::PackedWeight(right.at("zero.weight"), ops::Precision::f32),
                                  {.bias = right.at("zero.bias")}));
}

/// AlphaFold 3's windows, each with its own keys; a query that is there sees every key, one that is padding those that
/// are padding, too. What padding queries give is 0 in the case.
inline Tensor cross_attention(const FoldingOp& op, Trap trap) {
  const Tensor xq = op("in.xq"), xk = op("in.xk"), logits = op("in.pair_logits");
  const Tensor mask_q = op("in.mask_q"), mask_k = op("in.mask_k");
  const std::int64_t windows = xq.size(0), queries = xq.size(1), keys = xk.size(1), heads = logits.size(1);
  const auto rows = [](const Tensor& x) { return x.reshape({x.size(0) * x.size(1), x.size(2)}); };
  std::vector<Tensor> bias;
  for (std::int64_t w = 0; w < windows; ++w) {
    Tensor own = logits.rows(w, w + 1).reshape({heads, queries, keys}).clone();
    for (std::int64_t i = 0; i < own.count(); ++i) {
      const float q = mask_q.data<float>()[w * queries + i / keys % queries],
                  k = mask_k.data<float>()[w * keys + i % keys];
      own.mutable_data<float>()[i] += trap == Trap::visible_padding ? 1e9F * (k - 1) : 1e9F * (q - 1) * (k - 1);
    }
    bias.push_back(own);
  }
  Weights w = attention_weights(op);
  join(w, adaptive(op, "ca_q", "norm."));
  join(w, adaptive(op, "ca_k", "key_norm."));
  join(w, zero(op, ""));
  nf::BiasedAttentionForm form = attention_form(xq.size(2), op("in.cond_q").size(2), heads);
  form.keys = nf::KeyNorm::own;
  nf::BiasedAttention block(form);
  fill_attention(block, w, trap);
  Tensor y = update_of({windows * queries, xq.size(2)}, [&](Tensor& to) {
    block.add({.x = rows(xq),
               .condition = rows(op("in.cond_q")),
               .cu_seqlens = nf::even_bounds(windows, queries),
               .bias = bias,
               .keys = rows(xk),
               .key_condition = rows(op("in.cond_k")),
               .cu_keys = nf::even_bounds(windows, keys)},
              to);
  });
  for (std::int64_t i = 0; i < y.count(); ++i) y.mutable_data<float>()[i] *= mask_q.data<float>()[i / y.size(1)];
  return y;
}

/// Protenix's windows: keys around the queries, those outside of the atoms hidden.
inline Tensor atom_attention(const FoldingOp& op, Trap trap) {
  const Tensor a = op("in.a"), p = op("in.p");
  const std::int64_t atoms = a.size(0), windows = p.size(0), queries = p.size(1), keys = p.size(2);
  const nf::PairLogits logits = pair_logits(op);
  std::vector<std::int32_t> bounds{0}, rows;
  std::vector<Tensor> bias;
  for (std::int64_t w = 0; w < windows; ++w) {
    const std::int64_t own = std::min(queries, atoms - w * queries), first = w * queries + queries / 2 - keys / 2;
    bounds.push_back(static_cast<std::int32_t>(w * queries + own));
    const Tensor all = logits.of_rows(p.rows(w, w + 1).reshape({queries * keys, p.size(3)}));
    Tensor planes = ops::transpose(all.rows(0, own * keys)).reshape({all.size(1), own, keys}).clone();
    for (std::int64_t k = 0; k < keys; ++k) {
      const bool there = first + k >= 0 && first + k < atoms;
      rows.push_back(static_cast<std::int32_t>(there ? first + k : atoms));
      for (std::int64_t i = k; !there && trap != Trap::visible_padding && i < planes.count(); i += keys)
        planes.mutable_data<float>()[i] += nf::kUnseen;
    }
    bias.push_back(planes);
  }
  Weights w = attention_weights(op);
  join(w, adaptive(op, "layernorm_a.", "norm."));
  join(w, adaptive(op, "layernorm_kv.", "key_norm."));
  join(w, zero(op, ".w.linear_a_last"));
  nf::BiasedAttentionForm form = attention_form(a.size(1), op("in.s").size(1), bias.front().size(0));
  form.keys = trap == Trap::key_norm ? nf::KeyNorm::own : nf::KeyNorm::on_top;
  nf::BiasedAttention block(form);
  fill_attention(block, w, trap);
  return update_of(a.shape(), [&](Tensor& to) {
    block.add({.x = a,
               .condition = op("in.s"),
               .cu_seqlens = Tensor::of<std::int32_t>({windows + 1}, bounds),
               .bias = bias,
               .key_rows = Tensor::of<std::int32_t>({windows * keys}, rows),
               .cu_keys = nf::even_bounds(windows, keys)},
              to);
  });
}

}  // namespace groel::testing::blocks

namespace groel::testing {

/// The function that computes a case, by how its name begins; null: none here.
using Block = Tensor (*)(const FoldingOp& op, Trap trap);
inline Block block_of(std::string_view name) {
  static const std::vector<std::pair<std::string_view, Block>> kBlocks{
      {"trimul", blocks::triangle_multiplication},
      {"triatt", blocks::triangle_attention},
      {"opm", blocks::outer_product_mean},
      {"pwa", blocks::pair_averaging},
      {"transition", blocks::transition},
      {"conditioned_transition", blocks::transition},
      {"adaln", blocks::adaptive_norm},
      {"self_attention", blocks::self_attention},
      {"attention_pair_bias", blocks::self_attention},
      {"cross_attention", blocks::cross_attention},
      {"atom_attention", blocks::atom_attention},
  };
  if (name.starts_with("px_")) name.remove_prefix(3);
  for (const auto& [begin, block] : kBlocks)
    if (name.starts_with(begin)) return block;
  return nullptr;
}

// How far numbers are apart, in units of what is allowed: 2e-5, and 2e-6 of the value.
inline double apart(const Tensor& ours, const Tensor& theirs) {
  if (ours.count() != theirs.count()) return INFINITY;
  double worst = 0;
  for (std::int64_t i = 0; i < ours.count(); ++i) {
    const double value = theirs.data<float>()[i], difference = std::abs(ours.data<float>()[i] - value);
    const double figure = difference / (2e-5 + 2e-6 * std::abs(value));
    if (!(figure <= worst)) worst = std::isnan(figure) ? INFINITY : figure;
  }
  return worst;
}

// Pairs that are not there are arbitrary.
inline Tensor there(const FoldingOp& op, const Tensor& y) {
  if (!op.has("in.mask") || !op.has("in.z") || op.has("in.m")) return y;
  const Tensor mask = op("in.mask");
  Tensor out = y.clone();
  const std::int64_t width = y.count() / mask.count();
  for (std::int64_t i = 0; i < y.count(); ++i) out.mutable_data<float>()[i] *= mask.data<float>()[i / width];
  return out;
}

/// How far a case is from what is expected, in units of what is allowed.
inline double miss_of(const FoldingOp& op, Trap trap) {
  return apart(there(op, block_of(op.name())(op, trap)), there(op, op("out.y")));
}

}  // namespace groel::testing
