// Attention, geometric attention and the gated half.
#include "models/esm3_block.h"

#include <cmath>

#include "autograd/functions.h"
#include "models/tracks.h"
#include "nn/frames.h"

namespace groel::models {
namespace {

constexpr float kEpsilon = 1e-5F;

std::int64_t longest(const Tensor& cu_seqlens) {
  const auto bounds = cu_seqlens.values<std::int32_t>();
  std::int32_t most = 0;
  for (std::size_t b = 1; b < bounds.size(); ++b) most = std::max(most, bounds[b] - bounds[b - 1]);
  return most;
}

// Bounds of the runs of one number within the sequences of a batch: attention stays within them.
Tensor runs_of(const Batch& batch, const Tensor& ids) {
  const auto bounds = batch.cu_seqlens.values<std::int32_t>();
  const auto id = ids.values<std::int32_t>();
  std::vector<std::int32_t> out{0};
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b)
    for (std::int32_t t = bounds[b]; t < bounds[b + 1]; ++t)
      if (const auto i = static_cast<std::size_t>(t); t + 1 == bounds[b + 1] || id[i + 1] != id[i])
        out.push_back(t + 1);
  return Tensor::of<std::int32_t>({static_cast<std::int64_t>(out.size())}, out);
}

}  // namespace

std::int64_t esm3_ffn(std::int64_t width) { return (8 * width / 3 + 255) / 256 * 256; }
float esm3_scale(std::int64_t layers) { return std::sqrt(36.0F / static_cast<float>(layers)); }

Esm3Block::Esm3Block(const Esm3BlockShape& s, std::shared_ptr<nn::RotaryShared> shared)
    : width_(s.width),
      heads_(s.heads),
      attention_norm_(s.width, kEpsilon),
      query_norm_(s.width, kEpsilon, nn::Bias::no),
      key_norm_(s.width, kEpsilon, nn::Bias::no),
      qkv_(s.width, {{"q_proj", s.width}, {"k_proj", s.width}, {"v_proj", s.width}},
           {.bias = nn::Bias::no, .exactness = nn::Exactness::attention}),
      out_(s.width, s.width, {.bias = nn::Bias::no, .exactness = nn::Exactness::attention, .scale = s.scale}),
      rotary_(s.width / s.heads, nn::Rotary::Stored::no, std::move(shared)),
      feed_forward_(s.width, s.ffn, nn::Bias::no, s.scale) {
  if (s.vector_heads > 0) geometric_.emplace(s.width, nn::GeometricForm{.heads = s.vector_heads, .scale = s.scale});
}

void Esm3Block::members(nn::Members to) {
  to.part("input_layernorm", attention_norm_);
  to.part("self_attn", qkv_);
  to.part("self_attn.q_norm", query_norm_);
  to.part("self_attn.k_norm", key_norm_);
  to.part("self_attn.rotary", rotary_);
  to.part("self_attn.o_proj", out_);
  if (geometric_) to.part("geom_attn", *geometric_);
  to.part("", feed_forward_);
}

Tensor Esm3Block::forward(const Tensor& x, const Pass& pass) const {
  const Tensor seen = look_around(attend(x, pass), pass);
  return join(feed_forward_.down(), feed_forward_.inner(seen, pass.product_input()), seen, 0, pass.stream() + 1);
}

// x + out(attention(norm(q), norm(k), v)) / s
Tensor Esm3Block::attend(const Tensor& x, const Pass& pass) const {
  const Tracks* tracks = pass.batch.tracks.get();
  const bool runs = tracks != nullptr && tracks->sequence_id.defined();
  const Tensor bounds = runs ? runs_of(pass.batch, tracks->sequence_id) : pass.batch.cu_seqlens;
  const Tensor joint = qkv_(attention_norm_(x, pass.product_input()));  // (T, 3*D)
  const ops::AttentionInput input{query_norm_(joint.columns(0, width_)),
                                  key_norm_(joint.columns(width_, 2 * width_)),
                                  joint.columns(2 * width_, 3 * width_),
                                  bounds,
                                  heads_,
                                  pass.precision,
                                  1.0F / std::sqrt(static_cast<float>(width_ / heads_)),
                                  rotary_.table(longest(bounds))};
  return join_attention(out_, input, x, 0, pass);
}

// Without coordinates it would add zeros.
Tensor Esm3Block::look_around(const Tensor& x, const Pass& pass) const {
  const Tracks* tracks = pass.batch.tracks.get();
  if (!geometric_ || tracks == nullptr || !tracks->coordinates.defined()) return x;
  const Tensor& bounds = pass.batch.cu_seqlens;
  return (*geometric_)(x, {nn::frames_of(tracks->coordinates, bounds), bounds, tracks->chain, tracks->sequence_id},
                       pass.product_input());
}

const std::vector<Rename>& esm3_block_names() {
  static const std::vector<Rename> all{{".attn.layernorm_qkv.0.", ".input_layernorm."},
                                       {".attn.layernorm_qkv.1.", ".self_attn.qkv."},
                                       {".attn.out_proj.", ".self_attn.o_proj."},
                                       {".attn.q_ln.", ".self_attn.q_norm."},
                                       {".attn.k_ln.", ".self_attn.k_norm."},
                                       {".ffn.0.", ".post_attention_layernorm."},
                                       {".ffn.1.", ".mlp.gate_up."},
                                       {".ffn.3.", ".mlp.down_proj."}};
  return all;
}

void split_esm3_blocks(RawCheckpoint& raw) {
  const io::ArrayMap arrays = raw.arrays;
  for (const auto& [name, array] : arrays) {
    if (array.shape.empty()) continue;
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos) continue;
    const std::string kind = name.substr(dot),
                      at = name.substr(0, name.rfind('.', dot - 1) + 1);  // ".weight", "….mlp."
    if (const std::int64_t rows = array.shape[0] / 3; name.ends_with("self_attn.qkv" + kind))
      raw.split_rows(name, {{at + "q_proj" + kind, rows}, {at + "k_proj" + kind, rows}, {at + "v_proj" + kind, rows}});
    if (const std::int64_t rows = array.shape[0] / 2; name.ends_with("mlp.gate_up" + kind))
      raw.split_rows(name, {{at + "gate_proj" + kind, rows}, {at + "up_proj" + kind, rows}});
  }
}

void join_esm3_block(RawCheckpoint& model, const std::string& from, const std::string& to) {
  model.join_rows(
      to + "attn.layernorm_qkv.1.weight",
      {from + "self_attn.q_proj.weight", from + "self_attn.k_proj.weight", from + "self_attn.v_proj.weight"});
  model.join_rows(to + "ffn.1.weight", {from + "mlp.gate_proj.weight", from + "mlp.up_proj.weight"});
}

}  // namespace groel::models
