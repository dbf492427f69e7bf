// Runs the transformer blocks and the heads.
#include "models/transformer.h"

#include <algorithm>

#include "autograd/functions.h"
#include "bio/alignment_tokenizer.h"
#include "models/prompted_batch.h"

namespace groel::models {

Tensor Pass::attention(ops::AttentionInput input) const {
  const int layer = block + 1;
  if (prompted != nullptr) prompted->rule(input);
  if (taps.attention && taps.wants_attention(layer))
    for (std::int64_t b = 0; b < batch.sequences(); ++b) {
      const Tensor maps = ops::attention_maps(input, b);
      taps.attention(layer, b, prompted == nullptr || taps.maps_with_prompts ? maps : prompted->own_maps(maps));
    }
  return kept != nullptr ? attention_with_kept(input) : autograd::attention(input, product_input());
}

// The first tokens of sequences see one another alone.
Tensor Pass::attention_with_kept(const ops::AttentionInput& input) const {
  std::vector<ops::KeyValues*> of;
  for (Prefix* const prefix : kept->prefixes) of.push_back(&prefix->blocks[static_cast<std::size_t>(block)]);
  const ops::CachedAttentionInput cached{input.q,     input.k,     input.v,    input.cu_seqlens,
                                         input.heads, input.scale, kept->type, of};
  if (kept->prefixes.front()->tokens > 0) return ops::cached_attention(cached, product_input());
  ops::keep_key_values(cached);
  return ops::attention(input, product_input());
}

Tensor Block::join(const nn::Linear& linear, const Tensor& input, const Tensor& x, double dropout,
                   std::uint64_t stream) {
  if (autograd::mode() == autograd::Mode::inference || dropout == 0) return linear(input, {.residual = x, .into = x});
  return autograd::add(x, autograd::dropout(linear(input), dropout, stream));
}

Tensor Block::join_attention(const nn::Linear& linear, const ops::AttentionInput& input, const Tensor& x,
                             double dropout, const Pass& pass) {
  const Tensor seen = pass.attention(input);
  if (pass.prompted == nullptr || !pass.prompted->has_gate(pass.block))
    return join(linear, seen, x, dropout, pass.stream());
  return autograd::add(
      x, autograd::dropout(pass.prompted->gated(linear(seen), pass.block, pass.taps), dropout, pass.stream()));
}

Transformer::Transformer(TransformerShape shape, TokenizerPointer tokenizer, nn::LayerNorm final_norm)
    : shape_(std::move(shape)),
      tokenizer_(std::move(tokenizer)),
      final_norm_(std::move(final_norm)),
      contact_head_(shape_.layers, shape_.heads) {
  if (!shape_.classification) return;
  const auto labels = static_cast<std::int64_t>(shape_.classification->labels.size());
  sequence_head_ = nn::ClassificationHead(shape_.width, labels);
  token_head_ = nn::Linear(shape_.width, labels, {.exactness = nn::Exactness::head});
}

void Transformer::name_blocks(const nn::Members& to, std::string_view prefix) {
  if (prompts_ != nullptr) to.part(nn::kPrompts, *prompts_);
  for (std::size_t i = 0; i < blocks_.size(); ++i)
    to.in_block(static_cast<int>(i)).part(fmt::format("{}.{}", prefix, i), *blocks_[i]);
}

void Transformer::name_contact_head(const nn::Members& to, std::string_view name) {
  to.in_head().optional(kContactHead).part(name, contact_head_);
}

void Transformer::name_lm_head(const nn::Members& to, std::string_view name, nn::Module& head, bool required) {
  (required ? to.in_head().required(kLmHead) : to.in_head().optional(kLmHead)).part(name, head);
}

void Transformer::name_classes(const nn::Members& to) {
  if (!shape_.classification) return;
  if (labels_tokens())
    to.in_head().part("classifier", token_head_);
  else
    to.in_head().part(head_prefix(shape_.classification->pooling), sequence_head_);
}

ModelInfo Transformer::info() const {
  return {std::string(shape_.family), shape_.layers, shape_.width,        shape_.heads,     shape_.ffn, shape_.inner,
          shape_.vocabulary,          parameters(),  shape_.max_residues, shape_.max_tokens};
}

std::vector<std::string> Transformer::capabilities() const {
  std::vector<std::string> out{std::string(Encoder::kName)};
  if (has(kLmHead)) out.emplace_back(shape_.causal ? CausalLm::kName : MaskedLm::kName);
  if (has(kContactHead)) out.emplace_back(ContactPredictor::kName);
  if (shape_.classification) out.emplace_back(Classifier::kName);
  return out;
}

void Transformer::check_trainable() const {
  if (shape_.attention_dropout > 0)
    throw Error(ErrorKind::unsupported,
                {"dropout of attention's weights is not supported in training", "config.json",
                 shape_.causal ? "set attn_pdrop to 0" : "set attention_probs_dropout_prob to 0"});
}

Tensor Transformer::encode(const Batch& batch, const Taps& taps) const { return run(batch, taps, nullptr); }

Tensor Transformer::extend(Batch batch, std::span<Prefix* const> prefixes, DType held) const {
  GROEL_REQUIRE(static_cast<std::int64_t>(prefixes.size()) == batch.sequences());
  for (Prefix* const prefix : prefixes) {
    prefix->blocks.resize(blocks_.size());
    batch.before.push_back(prefix->tokens);
    GROEL_REQUIRE((prefix->tokens > 0) == (prefixes.front()->tokens > 0));
  }
  const Kept kept{prefixes, held};
  Tensor x = run(batch, {}, &kept);
  const auto bounds = batch.cu_seqlens.values<std::int32_t>();
  for (std::size_t b = 0; b < prefixes.size(); ++b) prefixes[b]->tokens += bounds[b + 1] - bounds[b];
  return x;
}

std::size_t Transformer::prefix_bytes(std::int64_t tokens, DType held) const {
  return blocks_.size() * ops::key_value_bytes(tokens, shape_.width, shape_.heads, held);
}

void Transformer::take_prompts(const nn::PromptShape& shape) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorKind::unsupported, {fmt::format("{} models take no prompts: {}", shape_.family, why), "`prompt`",
                                         "prompts are for encoders of single sequences"});
  };
  if (shape_.causal) refuse("their tokens see those before them alone");
  if (bio::as_alignments(*tokenizer_) != nullptr) refuse("they read alignments");
  prompts_ = std::make_unique<nn::Prompts>(shape, shape_.width, shape_.layers);
}

std::shared_ptr<const PromptedBatch> Transformer::prompted(const Batch& batch) const {
  if (prompts_ == nullptr) return nullptr;
  const std::vector<std::size_t> chosen = prompts_->chosen(batch.prompts);
  if (chosen.empty()) return nullptr;
  if (batch.tracks != nullptr)
    throw Error(ErrorKind::unsupported, {"prompts go with sequences alone, not with other tracks", "`prompt`", ""});
  return std::make_shared<const PromptedBatch>(batch, *prompts_, chosen);
}

bool Transformer::scales_masked(const Batch& batch) const {
  return prompts_ == nullptr || prompts_->shape().token_dropout || prompts_->chosen(batch.prompts).empty();
}

Tensor Transformer::run(const Batch& batch, const Taps& taps, const Kept* kept) const {
  const auto layers = static_cast<int>(shape_.layers);
  const ops::Precision beside = ops::beside_products(precision());
  const int last = taps.last_layer < 0 ? layers : std::min(taps.last_layer, layers);
  const std::shared_ptr<const PromptedBatch> prompted = this->prompted(batch);
  const auto show = [&](int layer, const Tensor& x) {
    if (taps.hidden && (!taps.wants_hidden || taps.wants_hidden(layer)))
      taps.hidden(layer, prompted != nullptr ? prompted->own(x) : x);
    if (taps.prompts && prompted != nullptr) taps.prompts(layer, prompted->of_prompts(x));
  };
  Tensor x = embed(batch);
  x = embedded(prompted != nullptr ? prompted->join(x) : x);
  show(0, x);
  for (int block = 0; block < last; ++block) {
    x = run_block(x, {prompted != nullptr ? prompted->batch() : batch, taps, block, beside, kept, prompted});
    // The last layer is the only one seen through the final norm, if any is.
    if (block + 1 == layers && !shape_.norm_in_heads) x = final_norm_(x);
    show(block + 1, x);
  }
  return prompted != nullptr ? prompted->own(x) : x;
}

Tensor Transformer::run_block(const Tensor& x, const Pass& pass) const {
  const Block& one = *blocks_[static_cast<std::size_t>(pass.block)];
  if (autograd::tape() == nullptr || !recomputed(pass.block)) return one.forward(x, pass);
  return autograd::recompute(
      [&one, block = pass.block, batch = pass.batch, precision = pass.precision,
       prompted = pass.prompted](const Tensor& in) {
        return one.forward(in, {batch, {}, block, precision, nullptr, prompted});
      },
      x);
}

Tensor Transformer::head_input(const Tensor& last_hidden, const Batch& batch) const {
  const Tensor x = shape_.norm_in_heads ? final_norm_(last_hidden) : last_hidden;
  if (labels_tokens()) return x;
  if (shape_.classification->pooling == Pooling::mean) return autograd::segment_mean(x, batch.residues);
  return autograd::gather_rows(x, batch.cu_seqlens.rows(0, batch.sequences()));
}

Tensor Transformer::classify(const Tensor& head_input) const {
  if (labels_tokens()) return token_head_(autograd::dropout(head_input, shape_.classifier_dropout, blocks_.size() * 2));
  return sequence_head_(head_input, shape_.dropout);
}

void Transformer::add_contact_maps(Tensor& logits, int layer, const Tensor& maps,
                                   std::span<const std::int32_t> tokens) const {
  const bio::TokenSpan run = tokenizer_->residue_map(tokens).run();
  std::vector<std::int64_t> inner_ends;
  for (std::int64_t t = run.begin; t < run.end; ++t)
    if (tokens[static_cast<std::size_t>(t)] == tokenizer_->special().end) inner_ends.push_back(t);
  contact_head_.accumulate(logits, layer - 1, {maps, run.begin, run.end}, inner_ends);
}

}  // namespace groel::models
