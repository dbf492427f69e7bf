// The taps of a forward pass, and pooling.
#include "engine/embed.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "base/error.h"
#include "engine/finite.h"
#include "ops/pool.h"

namespace groel::engine {
namespace {

Tensor row_of(const Tensor& matrix, std::int64_t row) { return matrix.rows(row, row + 1).clone().reshape({-1}); }

class Collector {
 public:
  Collector(const models::Model& model, std::span<const std::vector<std::int32_t>> sequences,
            const EmbedRequest& request)
      : model_(model),
        sequences_(sequences),
        request_(request),
        layers_(static_cast<int>(model.info().layers)),
        batch_(models::Batch::pack(sequences, model.tokenizer())),
        out_(sequences.size()) {
    check_request();
    if (request.contacts) contacts_ = &models::require<models::ContactPredictor>(model);
    if (request.logits) lm_ = &models::require<models::MaskedLm>(model);
    for (const int layer : request.layers) wanted_.insert(layer);
  }

  std::vector<Embedding> run() {
    models::Taps taps;
    taps.hidden = [this](int layer, const Tensor& hidden) { take_hidden(layer, hidden); };
    taps.attention = [this](int layer, std::int64_t b, const Tensor& maps) { take_attention(layer, b, maps); };
    taps.wants_attention = [this](int layer) {
      return request_.contacts || (request_.attentions && wanted_.contains(layer));
    };
    const bool whole = request_.logits || request_.contacts;
    taps.last_layer = whole || wanted_.empty() ? layers_ : *wanted_.rbegin();
    const Tensor last = models::require<models::Encoder>(model_).encode(batch_, taps);
    if (request_.logits) take_logits(lm_->logits(last));
    for (std::size_t b = 0; b < out_.size(); ++b) check_finite(b);
    if (request_.contacts)
      for (Embedding& embedding : out_)
        if (!embedding.failure) contacts_->finish_contacts(embedding.contacts);
    return std::move(out_);
  }

 private:
  void check_request() const {
    for (std::size_t b = 0; b < sequences_.size(); ++b)
      if (const auto [begin, end] = residues(b); begin == end)
        throw Error(ErrorKind::bad_input, "a sequence without residues");
    if (request_.cls && !model_.tokenizer().special().begin)
      throw Error(ErrorKind::unsupported, {"this model reads no token before the residues", {}, "ask for their mean"});
    if (request_.per_residue) models::require_residue_tokens(model_, "vectors of residues");
    if (request_.logits) models::require_residue_tokens(model_, "logits of residues");
    if (request_.contacts) models::require_residue_tokens(model_, "contacts");
  }

  // Of the batch's tokens.
  std::pair<std::int64_t, std::int64_t> residues(std::size_t b) const {
    return {batch_.residues.begin.data<std::int32_t>()[b], batch_.residues.end.data<std::int32_t>()[b]};
  }
  std::int64_t start(std::size_t b) const { return batch_.cu_seqlens.data<std::int32_t>()[b]; }

  void take_hidden(int layer, const Tensor& hidden) {
    if (!wanted_.contains(layer)) return;
    if (request_.mean) take_rows(&Embedding::mean, layer, ops::segment_mean(hidden, batch_.residues));
    if (request_.max) take_rows(&Embedding::max, layer, ops::segment_max(hidden, batch_.residues));
    for (std::size_t b = 0; b < out_.size(); ++b) {
      const auto [begin, end] = residues(b);
      if (request_.max) check_maximum(b, hidden.rows(begin, end));
      if (request_.cls) out_[b].cls[layer] = row_of(hidden, start(b));
      if (request_.per_residue) out_[b].per_residue[layer] = hidden.rows(begin, end).clone();
    }
  }

  // The pool over residues takes the largest of those that are numbers, so that it may hide the others.
  void check_maximum(std::size_t b, const Tensor& residues) {
    if (!all_finite(residues)) hidden_failures_.insert(b);
  }

  void check_finite(std::size_t b) {
    if (!hidden_failures_.contains(b) && all_finite(out_[b])) return;
    const std::string_view head =
        request_.contacts && !all_finite(out_[b].contacts) ? "the contact head" : "the language-model head";
    out_[b] = {};
    out_[b].failure = not_finite(model_, sequences_[b], head);
  }

  void take_rows(std::map<int, Tensor> Embedding::*member, int layer, const Tensor& pooled) {
    for (std::size_t b = 0; b < out_.size(); ++b)
      (out_[b].*member)[layer] = row_of(pooled, static_cast<std::int64_t>(b));
  }

  void take_attention(int layer, std::int64_t b, const Tensor& maps) {
    Embedding& embedding = out_[static_cast<std::size_t>(b)];
    if (request_.attentions && wanted_.contains(layer)) embedding.attentions[layer] = maps.clone();
    if (!request_.contacts) return;
    const auto [begin, end] = residues(static_cast<std::size_t>(b));
    const std::int64_t length = end - begin;
    if (!embedding.contacts.defined()) embedding.contacts = Tensor::zeros({length, length}, DType::f32, maps.device());
    contacts_->add_contact_maps(embedding.contacts, layer, maps, sequences_[static_cast<std::size_t>(b)]);
  }

  void take_logits(const Tensor& logits) {
    for (std::size_t b = 0; b < out_.size(); ++b) {
      const auto [begin, end] = residues(b);
      out_[b].logits = logits.rows(begin, end).clone();
    }
  }

  const models::Model& model_;
  std::span<const std::vector<std::int32_t>> sequences_;
  const EmbedRequest& request_;
  int layers_;
  models::Batch batch_;
  std::vector<Embedding> out_;
  const models::ContactPredictor* contacts_ = nullptr;
  const models::MaskedLm* lm_ = nullptr;
  std::set<int> wanted_;
  std::set<std::size_t> hidden_failures_;
};

int parse_layer(const std::string& word, std::int64_t layers, const std::string& text) {
  const auto bad = [&](const std::string& what) {
    return Error(ErrorKind::usage, {fmt::format("'{}': {}", text, what), "`layers`",
                                    fmt::format("this model has layers 0 (embeddings) to {}; -1 is the last", layers)});
  };
  std::size_t used = 0;
  long value = 0;
  try {
    value = std::stol(word, &used);
  } catch (const std::exception&) {
    throw bad(fmt::format("'{}' is not a layer", word));
  }
  if (used != word.size()) throw bad(fmt::format("'{}' is not a layer", word));
  if (value < 0) value += layers + 1;
  if (value < 0 || value > layers) throw bad(fmt::format("there is no layer {}", word));
  return static_cast<int>(value);
}

}  // namespace

std::vector<Embedding> embed_batch(const models::Model& model, std::span<const std::vector<std::int32_t>> sequences,
                                   const EmbedRequest& request) {
  if (sequences.empty()) return {};
  return Collector(model, sequences, request).run();
}

Embedding embed_one(const models::Model& model, const std::vector<std::int32_t>& sequence,
                    const EmbedRequest& request) {
  Embedding out = std::move(embed_batch(model, std::span(&sequence, 1), request).front());
  if (out.failure) throw *out.failure;
  return out;
}

bool all_finite(const Embedding& embedding) {
  for (const auto* layers :
       {&embedding.mean, &embedding.max, &embedding.cls, &embedding.per_residue, &embedding.attentions})
    for (const auto& [layer, tensor] : *layers)
      if (!all_finite(tensor)) return false;
  return all_finite(embedding.logits) && all_finite(embedding.contacts);
}

std::vector<int> parse_layers(const std::string& text, std::int64_t model_layers) {
  std::set<int> layers;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string word = text.substr(at, comma - at);
    const std::size_t dots = word.find("..");
    if (word == "all") {
      for (int i = 0; i <= model_layers; ++i) layers.insert(i);
    } else if (dots != std::string::npos) {
      const int first = parse_layer(word.substr(0, dots), model_layers, text);
      const int last = parse_layer(word.substr(dots + 2), model_layers, text);
      if (first > last) throw Error(ErrorKind::usage, {fmt::format("'{}' counts backwards", word), "`layers`", {}});
      for (int i = first; i <= last; ++i) layers.insert(i);
    } else {
      layers.insert(parse_layer(word, model_layers, text));
    }
    at = comma + 1;
  }
  return {layers.begin(), layers.end()};
}

}  // namespace groel::engine
