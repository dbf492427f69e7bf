// ESM-2, ESM-1b and ESM-1v (Rives et al. 2021, Meier et al. 2021, Lin et al. 2023).
#include <algorithm>
#include <cmath>
#include <memory>

#include "autograd/functions.h"
#include "base/threads.h"
#include "models/esm_block.h"
#include "models/fair_esm.h"
#include "models/family.h"
#include "models/trainable.h"
#include "nn/classification_head.h"
#include "nn/contact_head.h"
#include "nn/layer_norm.h"
#include "nn/lm_head.h"
#include "nn/positions.h"
#include "nn/residue_tokens.h"
#include "nn/rotary.h"
#include "nn/token_dropout.h"

namespace groel::models {
namespace {

class Esm final : public Model,
                  public Encoder,
                  public MaskedLm,
                  public ContactPredictor,
                  public Classifier,
                  public Trainable {
 public:
  Esm(EsmConfig config, bio::Tokenizer tokenizer)
      : config_(config),
        tokenizer_(std::move(tokenizer)),
        embedding_norm_(config.width, config.epsilon),
        final_norm_(config.width, config.epsilon),
        lm_head_(config.width, config.vocabulary, config.epsilon),
        contact_head_(config.layers, config.heads) {
    if (config_.classification) {
      const auto labels = static_cast<std::int64_t>(config_.classification->labels.size());
      sequence_head_ = nn::ClassificationHead(config_.width, labels);
      token_head_ = nn::Linear(config_.width, labels);
    }
    config_.check_vocabulary(tokenizer_);
    for (std::int64_t i = 0; i < config_.layers; ++i) blocks_.emplace_back(config_);
  }

  ModelInfo info() const override {
    ModelInfo info{"esm",       config_.layers,     config_.width, config_.heads,
                   config_.ffn, config_.vocabulary, parameters_,   {}};
    if (!config_.rotary) info.max_residues = nn::max_residues(config_.positions);
    return info;
  }
  const bio::Tokenizer& tokenizer() const override { return tokenizer_; }

  void collect(nn::Parameters& parameters) override {
    parameters.add("esm.embeddings.word_embeddings.weight", {config_.vocabulary, config_.width}, words_,
                   words_gradient_);
    if (!config_.rotary)
      parameters.add("esm.embeddings.position_embeddings.weight", {config_.positions, config_.width}, positions_,
                     positions_gradient_);
    if (config_.norm_before) embedding_norm_.collect(parameters, "esm.embeddings.layer_norm");
    for (std::size_t i = 0; i < blocks_.size(); ++i)
      blocks_[i].collect(parameters, fmt::format("esm.encoder.layer.{}", i), config_);
    final_norm_.collect(parameters, "esm.encoder.emb_layer_norm_after");
    contact_head_.collect(parameters, "esm.contact_head.regression");
    lm_head_.collect(parameters, "lm_head");
    // Some files of ESM-1b hold an output table of their own beside the embeddings.
    parameters.add("lm_head.decoder.weight", {config_.vocabulary, config_.width}, decoder_);
    if (config_.classification)
      labels_tokens() ? token_head_.collect(parameters, "classifier")
                      : sequence_head_.collect(parameters, std::string(head_prefix(config_.classification->pooling)));
    slots_ = parameters.list();
  }

  std::vector<std::string> optional_groups() const override {
    std::vector<std::string> groups{"esm.contact_head."};
    if (config_.tied) groups.push_back("lm_head.decoder.weight");
    if (config_.rotary) groups.push_back("*.rotary_embeddings.inv_freq");
    if (!config_.lm_head_required) groups.push_back("lm_head.");
    return groups;
  }

  void prepare(ops::Precision precision) override {
    take_stock(precision);
    words_ = words_.to(DType::f32);
    if (has_lm_head_) lm_head_.prepare(output_table(), ops::Precision::f32);
    decoder_ = {};
    if (has_contacts_) contact_head_.prepare();
    if (!config_.rotary) positions_ = positions_.to(DType::f32);
    if (config_.norm_before) embedding_norm_.prepare();
    final_norm_.prepare();
    parallel_for(config_.layers, [&](std::int64_t i) { blocks_[static_cast<std::size_t>(i)].prepare(precision); });
    if (config_.rotary) prepare_rotary();
    if (config_.classification)
      labels_tokens() ? token_head_.prepare(ops::Precision::f32) : sequence_head_.prepare(ops::Precision::f32);
  }

  void prepare_training(const TrainingPlan& plan) override {
    take_stock(plan.precision);
    checkpointing_ = plan.checkpointing;
    require_trainable();
    adapted_ = plan.lora.has_value();
    if (adapted_) add_adapters(*plan.lora);
    make_gradients(plan);
    words_ = words_.to(DType::f32).clone();
    if (!config_.rotary) positions_ = positions_.to(DType::f32).clone();
    if (config_.norm_before) embedding_norm_.prepare_training();
    if (has_contacts_) contact_head_.prepare();
    const nn::TrainingForm head{ops::Precision::f32, nn::InputGradient::needed};
    for (std::size_t i = 0; i < blocks_.size(); ++i) blocks_[i].prepare_training({plan.precision, gradient_reaches(i)});
    final_norm_.prepare_training();
    if (has_lm_head_) lm_head_.prepare_training(words_, words_gradient_, head);
    decoder_ = {};
    if (config_.rotary) prepare_rotary();
    if (config_.classification)
      labels_tokens() ? token_head_.prepare_training(head) : sequence_head_.prepare_training(head);
  }

  void parameters_changed() override {
    for (EsmBlock& block : blocks_) block.parameters_changed();
    if (has_lm_head_) lm_head_.parameters_changed(words_);
    if (config_.classification)
      labels_tokens() ? token_head_.parameters_changed() : sequence_head_.parameters_changed();
  }

  std::vector<Trained> trained() const override {
    std::vector<Trained> out;
    for (const EsmBlock& block : blocks_) block.collect_adapters(out);
    for (const nn::Parameter& slot : slots_)
      if (slot.gradient != nullptr && slot.gradient->defined()) out.push_back({slot.name, *slot.slot, *slot.gradient});
    for (Trained& parameter : out)
      if (adapted_) parameter.name.insert(0, "base_model.model.");
    return out;
  }

  std::vector<std::pair<std::string, Tensor>> tensors() const override {
    std::vector<std::pair<std::string, Tensor>> out;
    for (const nn::Parameter& slot : slots_)
      if (slot.slot->defined()) out.emplace_back(slot.name, *slot.slot);
    for (std::size_t i = 0; i < blocks_.size() && config_.rotary; ++i)
      out.emplace_back(fmt::format("esm.encoder.layer.{}.attention.self.rotary_embeddings.inv_freq", i),
                       blocks_[i].rotary->inv_freq());
    return out;
  }

  // Back through the FFN go gradients of its products' ends and their panels; beside the blocks are embeddings and the
  // last norm. Nothing is kept below the lowest block that is trained.
  std::size_t training_bytes_per_token() const override {
    const auto d = static_cast<std::size_t>(config_.width) * sizeof(float);
    const auto f = static_cast<std::size_t>(config_.ffn) * sizeof(float);
    const std::size_t block = blocks_.back().kept_bytes_per_token(precision_);
    const auto reached = std::count_if(blocks_.begin(), blocks_.end(), [](const EsmBlock& b) { return b.reached; });
    return static_cast<std::size_t>(reached) * (checkpointing_ == Checkpointing::blocks ? d : block) + 7 * d +
           3 * std::max(3 * d, f) + block;
  }

  std::size_t weight_bytes() const override {
    std::size_t bytes = words_.bytes() + lm_head_.packed_bytes() + (positions_.defined() ? positions_.bytes() : 0);
    for (const EsmBlock& block : blocks_) bytes += block.packed_bytes();
    return bytes;
  }

  std::vector<std::string> capabilities() const override {
    std::vector<std::string> out{std::string(Encoder::kName)};
    if (has_lm_head_) out.emplace_back(MaskedLm::kName);
    if (has_contacts_) out.emplace_back(ContactPredictor::kName);
    if (config_.classification) out.emplace_back(Classifier::kName);
    return out;
  }

  Tensor encode(const Batch& batch, const Taps& taps) const override {
    const auto last = taps.last_layer < 0 ? config_.layers : std::min<std::int64_t>(taps.last_layer, config_.layers);
    Tensor x = embed(batch);
    if (taps.hidden) taps.hidden(0, x);
    for (std::int64_t i = 0; i < last; ++i) {
      const int layer = static_cast<int>(i) + 1;
      x = run_block(static_cast<std::size_t>(i), x, batch, taps);
      if (layer == config_.layers) x = final_norm_(x);  // the last layer is the only one seen through the final norm
      if (taps.hidden) taps.hidden(layer, x);
    }
    return x;
  }

  std::size_t activation_bytes_per_token() const override { return blocks_.front().pass_bytes_per_token(precision_); }
  std::size_t thread_bytes(std::int64_t longest) const override {
    return blocks_.front().thread_bytes(longest, precision_);
  }

  Tensor logits(const Tensor& last_hidden) const override { return lm_head_(last_hidden); }

  const Classification& classification() const override { return config_.classification.value(); }
  Tensor head_input(const Tensor& last_hidden, const Batch& batch) const override {
    if (labels_tokens()) return last_hidden;
    if (config_.classification->pooling == Pooling::mean)
      return autograd::segment_mean(last_hidden, nn::residue_tokens(batch.cu_seqlens));
    return autograd::gather_rows(last_hidden, batch.cu_seqlens.rows(0, batch.sequences()));
  }
  using Classifier::classify;
  Tensor classify(const Tensor& head_input) const override {
    if (labels_tokens())
      return token_head_(autograd::dropout(head_input, config_.classifier_dropout, blocks_.size() * 2));
    return sequence_head_(head_input, config_.dropout);
  }

  void add_contact_maps(Tensor& logits, int layer, const Tensor& maps,
                        std::span<const std::int32_t> tokens) const override {
    std::vector<std::int64_t> inner_ends;
    for (std::size_t t = 1; t + 1 < tokens.size(); ++t)
      if (tokens[t] == tokenizer_.eos()) inner_ends.push_back(static_cast<std::int64_t>(t));
    contact_head_.accumulate(logits, layer - 1, maps, inner_ends);
  }
  void finish_contacts(Tensor& logits) const override { contact_head_.finish(logits); }

 private:
  bool defined(std::string_view parameter) const {
    for (const nn::Parameter& slot : slots_)
      if (slot.name == parameter) return slot.slot->defined();
    return false;
  }

  bool labels_tokens() const { return config_.classification->label_of == LabelOf::token; }

  void take_stock(ops::Precision precision) {
    precision_ = precision;
    require_right_output_table();
    for (const nn::Parameter& slot : slots_)
      if (slot.slot->defined() && !slot.name.ends_with("inv_freq") && slot.name != "lm_head.decoder.weight")
        parameters_ += slot.slot->count();
    has_contacts_ = defined("esm.contact_head.regression.weight");
    has_lm_head_ = defined("lm_head.dense.weight");
  }

  bool tables_are_equal() const {
    return !decoder_.defined() || (decoder_.to(DType::f32).clone().bytes() == words_.to(DType::f32).bytes() &&
                                   nn::same_frequencies(decoder_.to(DType::f32), words_.to(DType::f32)));
  }

  void require_right_output_table() const {
    if (config_.tied && !tables_are_equal())
      throw Error(ErrorKind::bad_model,
                  {"the file holds an output table that is not its embedding table, and "
                   "the configuration says that they are one",
                   "lm_head.decoder.weight", "set tie_word_embeddings to false in config.json if the file is right"});
  }

  void require_trainable() const {
    if (config_.attention_dropout > 0)
      throw Error(ErrorKind::unsupported, {"dropout of attention's weights is not supported in training", "config.json",
                                           "set attention_probs_dropout_prob to 0"});
    if (!tables_are_equal() || config_.mask_row_zeroed_in_head)
      throw Error(ErrorKind::unsupported, {"this checkpoint's output table is not its embedding table",
                                           "lm_head.decoder.weight", "train from a model whose two tables are tied"});
  }

  void add_adapters(const nn::LoraOptions& options) {
    bool any = false;
    for (EsmBlock& block : blocks_) any |= block.add_adapters(options);
    if (!any)
      throw Error(ErrorKind::usage, {"no layer has a name that the adapters' targets name",
                                     {},
                                     "layers of this model: query, key, value, dense"});
  }

  // A zeroed gradient for every parameter that the plan trains.
  void make_gradients(const TrainingPlan& plan) {
    bool any = adapted_;
    for (const nn::Parameter& slot : slots_) {
      const bool wanted = plan.trained ? plan.trained(slot.name) : !adapted_;
      if (slot.gradient == nullptr || !slot.slot->defined() || !wanted) continue;
      *slot.gradient = Tensor::zeros(slot.shape);
      any = true;
    }
    if (!any) throw Error(ErrorKind::usage, "no parameter of this model is to be trained");
  }

  // Is anything trained in the blocks up to `block`, or before them?
  nn::InputGradient gradient_reaches(std::size_t block) const {
    if (adapted_) return nn::InputGradient::needed;
    const auto wanted = [&](const nn::Parameter& slot) {
      if (slot.gradient == nullptr || !slot.gradient->defined()) return false;
      if (slot.name.starts_with("esm.embeddings.")) return true;
      for (std::size_t i = 0; i <= block; ++i)
        if (slot.name.starts_with(fmt::format("esm.encoder.layer.{}.", i))) return true;
      return false;
    };
    return std::any_of(slots_.begin(), slots_.end(), wanted) ? nn::InputGradient::needed : nn::InputGradient::none;
  }

  // (V, D)
  Tensor output_table() const {
    if (decoder_.defined() && !config_.mask_row_zeroed_in_head) return decoder_.to(DType::f32);
    Tensor table = words_;
    if (config_.mask_row_zeroed_in_head) {
      table = words_.clone();
      std::fill_n(table.mutable_data<float>() + tokenizer_.mask() * config_.width, config_.width, 0.0F);
    }
    return table;
  }

  // The stored frequencies are authoritative: ESM-2 was trained with them rounded to half precision.
  void prepare_rotary() {
    std::shared_ptr<nn::Rotary> previous;
    for (EsmBlock& block : blocks_) {
      const Tensor frequencies = block.inv_freq.defined()
                                     ? block.inv_freq.to(DType::f32).clone()
                                     : nn::Rotary::default_frequencies(config_.width / config_.heads);
      if (previous == nullptr || !nn::same_frequencies(previous->inv_freq(), frequencies))
        previous = std::make_shared<nn::Rotary>(frequencies);
      block.rotary = previous;
      block.inv_freq = {};
    }
  }

  Tensor dropout_scale(const Batch& batch) const {
    if (!config_.token_dropout) return {};
    return nn::token_dropout_scale(batch.tokens, batch.cu_seqlens, tokenizer_.mask());
  }

  // -> (T, D)
  Tensor embed(const Batch& batch) const {
    const std::int32_t pad = tokenizer_.pad();
    Tensor x = autograd::embedding(words_, {batch.tokens, dropout_scale(batch), pad}, words_gradient_);
    if (!config_.rotary) {
      const Tensor ids = nn::position_ids(batch.tokens, batch.cu_seqlens, {config_.positions, pad});
      x = autograd::add(x, autograd::embedding(positions_, {ids, {}, pad}, positions_gradient_));
    }
    if (config_.norm_before) x = embedding_norm_(x);
    return x;
  }

  Tensor run_block(std::size_t i, const Tensor& x, const Batch& batch, const Taps& taps) const {
    const EsmBlock& block = blocks_[i];
    if (autograd::tape() == nullptr || checkpointing_ == Checkpointing::off || !block.reached)
      return block.run(x, {batch, taps, i, precision_});
    return autograd::checkpoint(
        [&block, i, batch, precision = precision_](const Tensor& in) {
          return block.run(in, {batch, {}, i, precision});
        },
        x);
  }

  EsmConfig config_;
  bio::Tokenizer tokenizer_;
  Tensor words_;      // (V, D)
  Tensor positions_;  // (max + 2, D), learned positions only
  Tensor decoder_;    // (V, D), only while loading
  nn::LayerNorm embedding_norm_, final_norm_;
  std::vector<EsmBlock> blocks_;
  nn::LmHead lm_head_;
  nn::ContactHead contact_head_;
  nn::ClassificationHead sequence_head_;
  nn::Linear token_head_;
  std::vector<nn::Parameter> slots_;
  std::int64_t parameters_ = 0;
  bool has_contacts_ = false, has_lm_head_ = false;
  ops::Precision precision_ = ops::Precision::f32;
  // In training only
  Tensor words_gradient_, positions_gradient_;
  Checkpointing checkpointing_ = Checkpointing::off;
  bool adapted_ = false;
};

bool accepts(const nlohmann::json& config) {
  return config.is_object() && config.value("model_type", nlohmann::json()) == "esm";
}

std::unique_ptr<Model> build(const nlohmann::json& config, bio::Tokenizer tokenizer) {
  return std::make_unique<Esm>(EsmConfig::read(config), std::move(tokenizer));
}

}  // namespace

Family esm_family() {
  return {
      .name = "esm",
      .summary = "ESM-2, ESM-1b, ESM-1v: masked language models of protein sequences",
      .citation =
          "Lin et al. 2023, Science 379:1123; Rives et al. 2021, PNAS 118:e2016239118; Meier et al. 2021, NeurIPS",
      .golden = "esm2-tiny",
      .accepts = accepts,
      .build = build,
      .default_tokenizer = bio::Tokenizer::esm,
      .from_native = from_fair_esm,
      .native_renames = fair_esm_renames(),
      .ignorable = {"*.position_ids", "esm.embeddings.position_embeddings.weight", "esm.pooler.*", "classifier.*",
                    "*._float_tensor", "*.version"},
  };
}

}  // namespace groel::models
