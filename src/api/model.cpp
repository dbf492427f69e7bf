// The public Model over the engine.
#include <groel/model.h>

#include "base/threads.h"
#include "checkpoints/find_model.h"
#include "checkpoints/load.h"
#include "engine/embed.h"
#include "engine/plan.h"

namespace groel {
namespace {

Array to_array(const Tensor& tensor) {
  if (!tensor.defined()) return {};
  const auto values = tensor.values<float>();
  return {tensor.shape(), {values.begin(), values.end()}};
}

std::map<int, Array> to_arrays(const std::map<int, Tensor>& tensors) {
  std::map<int, Array> out;
  for (const auto& [layer, tensor] : tensors) out.emplace(layer, to_array(tensor));
  return out;
}

Embedding to_public(const engine::Embedding& e) {
  return {to_arrays(e.mean),       to_arrays(e.max),   to_arrays(e.cls),    to_arrays(e.per_residue),
          to_arrays(e.attentions), to_array(e.logits), to_array(e.contacts)};
}

ModelDescription describe(const models::Model& model) {
  const models::ModelInfo info = model.info();
  return {info.family,     info.layers,     info.width,        info.heads,
          info.vocabulary, info.parameters, info.max_residues, model.capabilities()};
}

void check_tokens(std::span<const std::int32_t> ids, const models::Model& model) {
  const std::int64_t vocabulary = model.info().vocabulary;
  for (const std::int32_t id : ids)
    if (id < 0 || id >= vocabulary)
      throw Error(ErrorKind::bad_input, fmt::format("{} is none of this model's {} tokens", id, vocabulary));
  if (model.tokenizer().residue_map(ids).residues() == 0)
    throw Error(ErrorKind::bad_input, "a sequence without residues");
}

}  // namespace

struct Model::Impl {
  explicit Impl(checkpoints::LoadedModel model) : loaded(std::move(model)), description(describe(*loaded.model)) {}

  engine::EmbedRequest request(const EmbedOptions& o) const {
    std::string layers;
    for (const int layer : o.layers) layers += fmt::format("{}{}", layers.empty() ? "" : ",", layer);
    return {layers.empty() ? std::vector<int>{} : engine::parse_layers(layers, description.layers),
            o.mean,
            o.max,
            o.cls,
            o.per_residue,
            o.logits,
            o.contacts,
            o.attentions};
  }

  checkpoints::LoadedModel loaded;
  ModelDescription description;
};

Model Model::load(const std::string& name, Dtype dtype) {
  const auto precision = dtype == Dtype::bf16    ? ops::Precision::bf16
                         : dtype == Dtype::f32x3 ? ops::Precision::f32x3
                                                 : ops::Precision::f32;
  return Model(std::make_shared<const Impl>(checkpoints::load_model(checkpoints::resolve_model(name), precision)));
}

const ModelDescription& Model::description() const { return impl_->description; }

std::vector<Embedding> Model::embed(std::span<const std::string> sequences, const EmbedOptions& options) const {
  std::vector<std::vector<std::int32_t>> ids;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    try {
      ids.push_back(tokens(sequences[i]));
    } catch (const Error& error) {
      throw error.at(fmt::format("sequence {}", i));
    }
  }
  return embed_tokens(ids, options);
}

Embedding Model::embed(const std::string& sequence, const EmbedOptions& options) const {
  return std::move(embed(std::span(&sequence, 1), options).front());
}

std::vector<std::int32_t> Model::tokens(std::string_view sequence) const {
  return impl_->loaded.model->tokenizer().encode(sequence).ids;
}

std::vector<std::int32_t> Model::tokens_as_transformers(std::string_view text) const {
  return impl_->loaded.model->tokenizer().encode_as_transformers(text);
}

std::vector<Embedding> Model::embed_tokens(std::span<const std::vector<std::int32_t>> sequences,
                                           const EmbedOptions& options) const {
  const engine::EmbedRequest request = impl_->request(options);
  const engine::MemoryPlan plan(*impl_->loaded.model, request, {});
  std::vector<std::int64_t> counts;
  for (std::size_t i = 0; i < sequences.size(); ++i) try {
      check_tokens(sequences[i], *impl_->loaded.model);
      counts.push_back(static_cast<std::int64_t>(sequences[i].size()));
      if (!plan.fits(counts.back())) throw plan.too_large(counts.back());
    } catch (const Error& error) {
      throw error.at(fmt::format("sequence {}", i));
    }
  std::vector<Embedding> out;
  std::size_t begin = 0;
  for (const std::size_t end : plan.batches(counts)) {
    plan.make_room(std::span(counts).subspan(begin, end - begin));
    for (const engine::Embedding& e :
         engine::embed_batch(*impl_->loaded.model, sequences.subspan(begin, end - begin), request)) {
      if (e.failure) throw e.failure->at(fmt::format("sequence {}", out.size()));
      out.push_back(to_public(e));
    }
    begin = end;
  }
  return out;
}

void set_threads(int threads) { set_num_threads(threads); }

}  // namespace groel
