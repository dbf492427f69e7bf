// Blocks of conditioned attention over tokens.
#include <fmt/format.h>

#include "base/interrupt.h"
#include "nn/folding/bounds.h"
#include "ops/linear_grad.h"
#include "structure_models/alphafold3/diffusion.h"

namespace groel::structure_models {

struct TokenTransformer::Block {
  nn::folding::BiasedAttention attention;
  nn::folding::Transition transition;
};

TokenTransformer::TokenTransformer(const TokenTransformerForm& form)
    : form_(form), pair_norm_(form.pair_width, 1e-5F, nn::Bias::no) {
  for (std::int64_t g = 0; g < form.blocks / form.blocks_together; ++g)
    pair_logits_.emplace_back(form.pair_width, form.blocks_together * form.heads,
                              nn::LinearForm{.bias = nn::Bias::no, .exactness = nn::Exactness::attention});
  for (std::int64_t b = 0; b < form.blocks; ++b)
    blocks_.push_back(std::make_shared<Block>(Block{
        nn::folding::BiasedAttention(
            {.width = form.width, .heads = form.heads, .head_width = form.head_width, .condition = form.condition}),
        nn::folding::Transition(
            {.width = form.width, .inner = form.transition, .condition = form.condition, .kind = form.kind})}));
}

void TokenTransformer::members(nn::Members to) {
  to.part("pair_norm", pair_norm_);
  for (std::size_t g = 0; g < pair_logits_.size(); ++g) to.part(fmt::format("pair_logits.{}", g), pair_logits_[g]);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const nn::Members block = to.in_block(static_cast<int>(b));
    block.part(fmt::format("blocks.{}.attention", b), blocks_[b]->attention);
    block.part(fmt::format("blocks.{}.transition", b), blocks_[b]->transition);
  }
}

void TokenTransformer::normalise(Tensor& pair) const {
  const std::int64_t n = nn::folding::Pairs{pair}.tokens();
  nn::folding::for_grid_rows(n, form_.pair_width, [&](const nn::folding::GridRows& grid) {
    Tensor rows = grid.of(pair);
    rows.copy_from(pair_norm_(rows));
  });
}

std::vector<Tensor> TokenTransformer::logits(const Tensor& pair, std::size_t group) const {
  const std::int64_t n = nn::folding::Pairs{pair}.tokens();
  const Tensor planes = nn::folding::planes_of(
      n, form_.blocks_together * form_.heads, pair.device(),
      [&](const nn::folding::GridRows& grid) { return pair_logits_[group](grid.of(pair)); }, form_.pair_width);
  std::vector<Tensor> out;
  for (std::int64_t b = 0; b < form_.blocks_together; ++b)
    out.push_back(planes.rows(b * form_.heads, (b + 1) * form_.heads).reshape({form_.heads, n, n}));
  return out;
}

void TokenTransformer::update(Tensor& x, const Tensor& condition,
                              const std::function<std::vector<Tensor>(std::size_t group)>& logits,
                              const Watch& watch) const {
  const std::int64_t n = condition.size(0), samples = x.size(0) / n;
  const auto together = static_cast<std::size_t>(form_.blocks_together);
  // All samples in one product: of few tokens alone, products are slow.
  Tensor conditions = Tensor::empty({samples * n, condition.size(1)}, DType::f32, condition.device());
  for (std::int64_t s = 0; s < samples; ++s) conditions.rows(s * n, (s + 1) * n).copy_from(condition);
  const Tensor bounds = nn::folding::even_bounds(samples, n);
  for (std::size_t g = 0; g < groups(); ++g) {
    const std::vector<Tensor> of_group = logits(g);
    for (std::size_t b = 0; b < together; ++b) {
      const Block& block = *blocks_[g * together + b];
      block.attention.add({.x = x, .condition = conditions, .cu_seqlens = bounds, .bias = {of_group[b]}}, x);
      block.transition.add(x, x, conditions);
      show(watch, fmt::format("token_block{}", g * together + b), x);
      check_interrupted();
    }
  }
}

}  // namespace groel::structure_models
