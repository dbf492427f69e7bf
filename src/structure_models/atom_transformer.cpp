// Blocks of attention in windows, and the scores that pairs of atoms add.
#include "structure_models/atom_transformer.h"

#include <fmt/format.h>

#include "base/threads.h"

namespace groel::structure_models {

using nn::folding::BiasedAttention;
using nn::folding::Transition;

struct AtomTransformer::Block {
  BiasedAttention attention;
  Transition transition;
};

std::vector<Tensor> WindowBias::of(std::size_t block, const AtomWindows& atoms) const {
  const Tensor& all = blocks[block];
  const std::int64_t heads = all.size(0) / atoms.atoms;
  std::vector<Tensor> out;
  for (std::int64_t w = 0; w < atoms.windows; ++w) {
    const std::int64_t begin = heads * atoms.first_query(w), queries = atoms.queries(w);
    out.push_back(all.rows(begin, begin + heads * queries).reshape({heads, queries, kWindowKeys}));
  }
  return out;
}

AtomTransformer::AtomTransformer(const AtomTransformerForm& form)
    : form_(form),
      pair_norm_(form.pair_width, 1e-5F, nn::Bias::no),
      pair_logits_(form.pair_width, form.blocks * form.heads,
                   {.bias = nn::Bias::no, .exactness = nn::Exactness::attention}) {
  for (std::int64_t b = 0; b < form.blocks; ++b)
    blocks_.push_back(std::make_shared<Block>(Block{
        BiasedAttention({.width = form.width,
                         .heads = form.heads,
                         .head_width = form.head_width,
                         .condition = form.width,
                         .keys = form.keys}),
        Transition({.width = form.width, .inner = form.transition, .condition = form.width, .kind = form.kind})}));
}

void AtomTransformer::members(nn::Members to) {
  to.part("pair_norm", pair_norm_);
  to.part("pair_logits", pair_logits_);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    to.part(fmt::format("blocks.{}.attention", b), blocks_[b]->attention);
    to.part(fmt::format("blocks.{}.transition", b), blocks_[b]->transition);
  }
}

WindowBias AtomTransformer::empty_bias(const AtomWindows& atoms) const {
  WindowBias out;
  for (std::int64_t b = 0; b < form_.blocks; ++b)
    out.blocks.push_back(Tensor::empty({form_.heads * atoms.atoms, kWindowKeys}));
  return out;
}

void AtomTransformer::fill_bias(const Tensor& pairs, std::int64_t first, const AtomWindows& atoms,
                                WindowBias& to) const {
  const Tensor logits = pair_logits_(pair_norm_(pairs));  // [windows * 32 * 128, blocks * H]
  const float* from = logits.data<float>();
  std::vector<float*> blocks;
  for (Tensor& block : to.blocks) blocks.push_back(block.mutable_data<float>());
  const std::int64_t columns = form_.blocks * form_.heads, heads = form_.heads;
  parallel_for(pairs.size(0) / (kWindowQueries * kWindowKeys), [&](std::int64_t w) {
    const std::int64_t queries = atoms.queries(first + w), begin = heads * atoms.first_query(first + w);
    for (std::int64_t column = 0; column < columns; ++column)
      for (std::int64_t q = 0; q < queries; ++q) {
        float* row =
            blocks[static_cast<std::size_t>(column / heads)] + (begin + column % heads * queries + q) * kWindowKeys;
        const float* source = from + (w * kWindowQueries + q) * kWindowKeys * columns + column;
        for (std::int64_t k = 0; k < kWindowKeys; ++k) {
          const bool hidden = form_.empty_keys == EmptyKeys::hidden &&
                              atoms.keys[static_cast<std::size_t>((first + w) * kWindowKeys + k)] < 0;
          row[k] = hidden ? nn::folding::kUnseen : source[k * columns];
        }
      }
  });
}

void AtomTransformer::update(Tensor& x, const Tensor& condition, const AtomWindows& atoms, const WindowBias& bias,
                             const Watch& watch) const {
  std::vector<std::int32_t> queries{0}, keys{0}, rows;
  for (std::int64_t w = 0; w < atoms.windows; ++w) {
    queries.push_back(queries.back() + static_cast<std::int32_t>(atoms.queries(w)));
    keys.push_back(keys.back() + static_cast<std::int32_t>(kWindowKeys));
  }
  for (const std::int32_t key : atoms.keys) rows.push_back(key < 0 ? static_cast<std::int32_t>(atoms.atoms) : key);
  nn::folding::BiasedAttentionInput in;
  in.condition = condition;
  in.cu_seqlens = Tensor::of<std::int32_t>({atoms.windows + 1}, queries);
  in.cu_keys = Tensor::of<std::int32_t>({atoms.windows + 1}, keys);
  in.key_rows = Tensor::of<std::int32_t>({static_cast<std::int64_t>(rows.size())}, rows);
  const std::int64_t samples = x.size(0) / atoms.atoms;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    in.bias = bias.of(b, atoms);
    for (std::int64_t s = 0; s < samples; ++s) {
      in.x = x.rows(s * atoms.atoms, (s + 1) * atoms.atoms);
      blocks_[b]->attention.add(in, in.x);
      blocks_[b]->transition.add(in.x, in.x, condition);
    }
    show(watch, fmt::format("block{}", b), x);
  }
}

}  // namespace groel::structure_models
