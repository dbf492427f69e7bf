// The blocks of src/nn/folding on cases of single operations, right or with one known trap stepped into.
#pragma once

#include <cmath>
#include <functional>

#include "nn/folding/bounds.h"
#include "nn/folding/outer_product_mean.h"
#include "nn/folding/pair_averaging.h"
#include "nn/folding/pairformer.h"
#include "support/folding_op.h"

namespace groel::testing {

/// What a reader of the papers gets wrong first.
enum class Trap {
  none,
  ending_bias,       ///< the other orientation of the ending node's bias
  swapped_edges,     ///< a and b exchanged in incoming triangle multiplication
  halves,            ///< AlphaFold 3's a and b taken for halves of the projection, instead of every second column
  late_bias,         ///< the outer product mean's bias added after the division
  swapped_gate,      ///< gate and value of SwiGLU exchanged
  normed_condition,  ///< the last gate of a conditioned branch from the normalised condition
  key_norm,          ///< keys of atoms under the other family's norm
  without_query_bias,
  visible_padding  ///< or hidden, where it is visible
};

namespace blocks {

namespace nf = nn::folding;

inline Weights norm(const FoldingOp& op, const std::string& name, const std::string& path, bool bias = true) {
  const char* const ends[] = {op.of_protenix() ? ".weight" : ":scale", op.of_protenix() ? ".bias" : ":offset"};
  Weights out{{path + ".weight", op.weight(name + ends[0])}};
  if (bias) out[path + ".bias"] = op.weight(name + ends[1]);
  return out;
}

inline void join(Weights& to, Weights more) { to.merge(more); }

/// What a block adds to zeros like `x`.
template <class Add>
Tensor update_of(const Shape& shape, const Add& add) {
  Tensor out = Tensor::zeros(shape);
  add(out);
  return out;
}

inline nf::Pairs pairs(const FoldingOp& op) {
  const Tensor z = op("in.z");
  return {z.reshape({z.size(0) * z.size(1), z.size(2)}), op.has("in.mask") ? flat(op("in.mask")) : Tensor()};
}

inline nf::AlignmentStates alignment(const FoldingOp& op) {
  const Tensor m = op("in.m");
  return {m.reshape({m.size(0) * m.size(1), m.size(2)}), m.size(1), op.has("in.mask") ? flat(op("in.mask")) : Tensor()};
}

inline Tensor triangle_multiplication(const FoldingOp& op, Trap trap) {
  const nf::Pairs in = pairs(op);
  const bool incoming = op.name().ends_with("_in");
  Weights w;
  if (op.of_protenix()) {
    for (const char* side : {"a", "b"}) {
      w[side + std::string(".weight")] = op.weight(fmt::format("linear_{}_p.weight", side));
      w[side + std::string("_gate.weight")] = op.weight(fmt::format("linear_{}_g.weight", side));
    }
    join(w, norm(op, "layer_norm_in", "norm"));
    join(w, norm(op, "layer_norm_out", "product_norm"));
    w["out.weight"] = op.weight("linear_z.weight");
    w["out_gate.weight"] = op.weight("linear_g.weight");
  } else {
    for (const auto& [name, end] : {std::pair{".weight", "projection:weights"}, {"_gate.weight", "gate:weights"}}) {
      const Tensor all = turned(op.weight(std::string("/") + end));
      const std::int64_t half = all.size(0) / 2;
      const bool cut = trap == Trap::halves;
      w[incoming ? "b" + std::string(name) : "a" + std::string(name)] =
          cut ? all.rows(0, half).clone() : every_second(all, 0);
      w[incoming ? "a" + std::string(name) : "b" + std::string(name)] =
          cut ? all.rows(half, 2 * half).clone() : every_second(all, 1);
    }
    join(w, norm(op, "left_norm_input", "norm"));
    join(w, norm(op, "center_norm", "product_norm"));
    w["out.weight"] = turned(op.weight("output_projection:weights"));
    w["out_gate.weight"] = turned(op.weight("gating_linear:weights"));
  }
  if (trap == Trap::swapped_edges) {
    std::swap(w["a.weight"], w["b.weight"]);
    std::swap(w["a_gate.weight"], w["b_gate.weight"]);
  }
  nf::TriangleMultiplication block({.width = in.z.size(1),
                                    .inner = w["a.weight"].size(0),
                                    .edges = incoming ? nf::Edges::incoming : nf::Edges::outgoing});
  fill(block, w);
  return update_of(in.z.shape(), [&](Tensor& to) { block.add(in, to); });
}

inline Tensor triangle_attention(const FoldingOp& op, Trap trap) {
  const nf::Pairs in = pairs(op);
  Weights w;
  if (op.of_protenix()) {
    join(w, norm(op, "layer_norm", "norm"));
    w["bias.weight"] = op.weight(".w.linear.weight");
    for (const auto& [name, end] : {std::pair{"query", "q"}, {"key", "k"}, {"value", "v"}, {"gate", "g"}, {"out", "o"}})
      w[fmt::format("{}.weight", name)] = op.weight(fmt::format("mha.linear_{}.weight", end));
  } else {
    join(w, norm(op, "act_norm", "norm"));
    w["bias.weight"] = turned(op.weight("pair_bias_projection:weights"));
    for (const auto& [name, end] : {std::pair{"query", "q"}, {"key", "k"}}) {
      const Tensor weight = op.weight(fmt::format("/{}_projection:weights", end));
      w[fmt::format("{}.weight", name)] = weight.reshape({-1, weight.size(2)});
    }
    w["value.weight"] = turned(op.weight("v_projection:weights"));
    w["gate.weight"] = op.weight("gating_query:weights");
    w["out.weight"] = turned(op.weight("output_projection:weights"));
  }
  const std::int64_t heads = w["bias.weight"].size(0);
  const bool transposed = op.of_protenix() != (trap == Trap::ending_bias);
  nf::TriangleAttention block({.width = in.z.size(1),
                               .heads = heads,
                               .head_width = w["query.weight"].size(0) / heads,
                               .node = op.name().ends_with("_end") ? nf::Node::ending : nf::Node::starting,
                               .ending_bias = transposed ? nf::EndingBias::transposed : nf::EndingBias::as_is});
  fill(block, w);
  return update_of(in.z.shape(), [&](Tensor& to) { block.add(in, to); });
}

inline Tensor outer_product_mean(const FoldingOp& op, Trap trap) {
  const nf::AlignmentStates in = alignment(op);
  Weights w;
  if (op.of_protenix()) {
    join(w, norm(op, "layer_norm", "norm"));
    w["left.weight"] = op.weight("linear_1.weight");
    w["right.weight"] = op.weight("linear_2.weight");
    w["out.weight"] = op.weight("linear_out.weight");
    w["out.bias"] = op.weight("linear_out.bias");
  } else {
    join(w, norm(op, "layer_norm_input", "norm"));
    w["left.weight"] = turned(op.weight("left_projection:weights"));
    w["right.weight"] = turned(op.weight("right_projection:weights"));
    const Tensor out = op.weight("output_w");
    w["out.weight"] = turned(out.reshape({out.size(0) * out.size(1), out.size(2)}));
    w["out.bias"] = op.weight("output_b");
  }
  const Tensor bias = w["out.bias"];
  if (trap == Trap::late_bias) w["out.bias"] = Tensor::zeros(bias.shape());
  nf::OuterProductMean block(
      {.alignment_width = in.m.size(1), .inner = w["left.weight"].size(0), .pair_width = w["out.weight"].size(0)});
  fill(block, w);
  Tensor y = update_of({in.tokens * in.tokens, bias.size(0)}, [&](Tensor& to) { block.add(in, to); });
  for (std::int64_t i = 0; trap == Trap::late_bias && i < y.count(); ++i)
    y.mutable_data<float>()[i] += bias.data<float>()[i % bias.size(0)];
  return y;
}

inline Tensor pair_averaging(const FoldingOp& op, Trap) {
  const nf::AlignmentStates in = alignment(op);
  const Tensor z = pairs(op).z;
  Weights w;
  if (op.of_protenix()) {
    join(w, norm(op, "layernorm_m", "norm"));
    join(w, norm(op, "layernorm_z", "pair_norm"));
    for (const auto& [name, end] : {std::pair{"logits", "z"}, {"value", "mv"}, {"gate", "mg"}, {"out", "out"}})
      w[fmt::format("{}.weight", name)] = op.weight(fmt::format("linear_no_bias_{}.weight", end));
  } else {
    join(w, norm(op, "act_norm", "norm"));
    join(w, norm(op, "pair_norm", "pair_norm"));
    w["logits.weight"] = turned(op.weight("pair_logits:weights"));
    w["value.weight"] = turned(op.weight("v_projection:weights"));
    w["gate.weight"] = turned(op.weight("gating_query:weights"));
    w["out.weight"] = turned(op.weight("output_projection:weights"));
  }
  const std::int64_t heads = w["logits.weight"].size(0);
  nf::PairAveraging block({.alignment_width = in.m.size(1),
                           .pair_width = z.size(1),
                           .heads = heads,
                           .head_width = w["value.weight"].size(0) / heads});
  fill(block, w);
  return update_of(in.m.shape(), [&](Tensor& to) { block.add(in, z, to); });
}

}  // namespace blocks
}  // namespace groel::testing
