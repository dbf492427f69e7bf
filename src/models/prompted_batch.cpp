// Puts the rows of prompts after those of sequences, and takes them off again.
#include "models/prompted_batch.h"

#include "autograd/sequences.h"
#include "base/error.h"

namespace groel::models {
namespace {

Tensor tensor(const std::vector<std::int32_t>& values) {
  return Tensor::of<std::int32_t>({static_cast<std::int64_t>(values.size())}, std::span<const std::int32_t>(values));
}

}  // namespace

PromptedBatch::PromptedBatch(const Batch& batch, const nn::Prompts& prompts, const std::vector<std::size_t>& chosen)
    : prompts_(&prompts), chosen_(chosen), tokens_(prompts.tokens(chosen)), with_prompts_(batch) {
  const auto bounds = batch.cu_seqlens.values<std::int32_t>();
  const auto ids = batch.tokens.values<std::int32_t>();
  const auto first = batch.residues.begin.values<std::int32_t>(), last = batch.residues.end.values<std::int32_t>();
  const auto m = static_cast<std::int32_t>(tokens_);
  std::vector<std::int32_t> tokens, order, own, of_prompts, positions, all{0}, begin, end;
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b) {
    const auto before = static_cast<std::int32_t>(b) * m;
    for (std::int32_t t = bounds[b]; t < bounds[b + 1]; ++t) {
      own.push_back(static_cast<std::int32_t>(order.size()));
      order.push_back(t);
      positions.push_back(t - bounds[b]);
      tokens.push_back(ids[static_cast<std::size_t>(t)]);
    }
    auto prompt_rows = static_cast<std::int32_t>(ids.size());  // after the sequences' come those of each prompt
    for (const std::size_t i : chosen_) {
      const auto count = static_cast<std::int32_t>(prompts.shape().prompts[i].tokens);
      for (std::int32_t t = 0; t < count; ++t) {
        of_prompts.push_back(static_cast<std::int32_t>(order.size()));
        order.push_back(prompt_rows + static_cast<std::int32_t>(b) * count + t);
        positions.push_back(0);
        tokens.push_back(ids[static_cast<std::size_t>(bounds[b])]);  // nobody looks at it
      }
      prompt_rows += (static_cast<std::int32_t>(bounds.size()) - 1) * count;
    }
    all.push_back(static_cast<std::int32_t>(order.size()));
    begin.push_back(first[b] + before);
    end.push_back(last[b] + before);
  }
  order_ = tensor(order);
  own_ = tensor(own);
  of_prompts_ = tensor(of_prompts);
  positions_ = tensor(positions);
  with_prompts_.tokens = tensor(tokens);
  with_prompts_.cu_seqlens = tensor(all);
  with_prompts_.residues = {tensor(begin), tensor(end)};
}

Tensor PromptedBatch::join(const Tensor& x) const {
  std::vector<Tensor> parts{x};
  for (const std::size_t i : chosen_) parts.push_back(prompts_->vectors(i, with_prompts_.sequences()));
  return autograd::gather_rows(autograd::join_rows(parts), order_);
}

Tensor PromptedBatch::own(const Tensor& x) const { return autograd::gather_rows(x, own_); }

Tensor PromptedBatch::of_prompts(const Tensor& x) const { return ops::gather_rows(x, of_prompts_); }

Tensor PromptedBatch::own_maps(const Tensor& maps) const {
  const std::int64_t heads = maps.size(0), all = maps.size(1), n = all - tokens_;
  const Tensor from = maps.reshape({heads * all, all}).columns(0, n);
  const Tensor out = Tensor::empty({heads * n, n}, DType::f32, maps.device());
  for (std::int64_t h = 0; h < heads; ++h) out.rows(h * n, (h + 1) * n).copy_from(from.rows(h * all, h * all + n));
  return out.reshape({heads, n, n});
}

void PromptedBatch::rule(ops::AttentionInput& input) const {
  GROEL_REQUIRE(input.mask.rule == ops::AttentionMask::Rule::full && !input.positions.defined());
  input.mask =
      prompts_->shape().together ? ops::AttentionMask::prompts(tokens_) : ops::AttentionMask::lone_prompts(tokens_);
  if (input.rotary.defined()) input.positions = input.key_positions = positions_;
}

Tensor PromptedBatch::gated(const Tensor& x, int block, const Taps& taps) const {
  const ops::PromptGateResult result =
      (*prompts_->gate(static_cast<std::size_t>(block)))(x, with_prompts_.cu_seqlens, tokens_);
  if (taps.gates) taps.gates(block + 1, result.gates);
  return result.y;
}

}  // namespace groel::models
