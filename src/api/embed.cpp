// The public Embedder: runs the engine on sequences in memory.
#include <groel/embed.h>

#include <algorithm>

#include "api/impl.h"
#include "engine/layers.h"
#include "engine/runner.h"

namespace groel {
namespace {

Embedding to_public(const engine::OutputValues& of) {
  std::vector<Embedding::Value> values;
  for (const auto& [output, layer, tensor] : of.values) values.push_back({output, layer, api::to_array(tensor)});
  return Embedding(std::move(values));
}

engine::OutputRequest request_of(const Model& model, const EmbedOptions& options) {
  std::string layers;
  for (const int layer : options.layers) layers += fmt::format("{}{}", layers.empty() ? "" : ",", layer);
  engine::OutputRequest out{{}, options.outputs};
  if (!layers.empty()) out.layers = engine::parse_layers(layers, model.description().layers);
  return out;
}

engine::RunnerOptions runner_options(const Model& model) {
  return {.plan = {.memory = model.session().impl()->session.memory_limit()}, .progress = {.phase = "embedding"}};
}

bio::Encoded read_ids(std::span<const std::int32_t> ids, const models::Model& model) {
  const std::int64_t vocabulary = model.info().vocabulary;
  for (const std::int32_t id : ids)
    if (id < 0 || id >= vocabulary)
      throw Error(ErrorKind::bad_input, fmt::format("{} is none of this model's {} tokens", id, vocabulary));
  bio::Encoded out{{ids.begin(), ids.end()}, model.tokenizer().residue_map(ids)};
  if (out.residues() == 0) throw Error(ErrorKind::bad_input, "a sequence without residues");
  return out;
}

// What `read` makes of a sequence that can be computed.
template <class Sequence, class Read>
bio::Encoded read_one(const Sequence& sequence, const engine::Runner& runner, const Read& read) {
  bio::Encoded out = read(sequence);
  if (const auto error = runner.refusal({out.residues(), out.tokens()})) throw Error(*error);
  return out;
}

// None may fail.
template <class Sequences, class Read>
std::vector<bio::Encoded> read_all(const Sequences& sequences, const engine::Runner& runner, const Read& read) {
  std::vector<bio::Encoded> out;
  for (std::size_t i = 0; i < sequences.size(); ++i) try {
      out.push_back(read_one(sequences[i], runner, read));
    } catch (const Error& error) {
      throw error.at(fmt::format("sequence {}", i));
    }
  return out;
}

}  // namespace

struct Embedder::Impl {
  Impl(const Model& of, const EmbedOptions& options)
      : model(of), runner(api::engine_model(of), request_of(of, options), runner_options(of)) {}

  std::vector<engine::OutputValues> values_of(const std::vector<bio::Encoded>& sequences) const {
    return engine::run_all(runner, engine::jobs_of(sequences), model.session().impl()->session.sink());
  }

  std::vector<Embedding> run(const std::vector<bio::Encoded>& sequences) const {
    std::vector<Embedding> out;
    for (const engine::OutputValues& of : values_of(sequences)) {
      if (of.failure) throw of.failure->at(fmt::format("sequence {}", out.size()));
      out.push_back(to_public(of));
    }
    return out;
  }

  Model model;
  engine::Runner runner;
};

const Array& Embedding::at(Output output, int layer) const {
  const Value* found = nullptr;
  for (const Value& value : values_)
    if (value.output == output && (layer < 0 || value.layer == layer)) found = &value;
  if (found == nullptr)
    throw Error(ErrorKind::usage, {layer < 0 ? fmt::format("{} was not asked for", name(output))
                                             : fmt::format("{} of layer {} was not asked for", name(output), layer),
                                   {},
                                   "name it in the options of the Embedder"});
  return found->array;
}

bool Embedding::has(Output output) const {
  return std::any_of(values_.begin(), values_.end(), [&](const Value& value) { return value.output == output; });
}

Embedder::Embedder(const Model& model, const EmbedOptions& options) {
  const api::Scope scope(model.session());
  impl_ = std::make_shared<const Impl>(model, options);
}

std::vector<Embedding> Embedder::operator()(std::span<const std::string> sequences) const {
  const api::Scope scope(impl_->model.session());
  const bio::Tokenizer& tokenizer = api::engine_model(impl_->model).tokenizer();
  return impl_->run(
      read_all(sequences, impl_->runner, [&](const std::string& sequence) { return tokenizer.encode(sequence); }));
}

Embedding Embedder::operator()(const std::string& sequence) const {
  return std::move((*this)(std::span(&sequence, 1)).front());
}

std::vector<EmbeddingOrError> Embedder::each(std::span<const std::string> sequences) const {
  const api::Scope scope(impl_->model.session());
  const bio::Tokenizer& tokenizer = api::engine_model(impl_->model).tokenizer();
  std::vector<EmbeddingOrError> out;
  std::vector<bio::Encoded> readable;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < sequences.size(); ++i) try {
      out.emplace_back(Embedding(std::vector<Embedding::Value>{}));
      readable.push_back(read_one(sequences[i], impl_->runner,
                                  [&](const std::string& sequence) { return tokenizer.encode(sequence); }));
      places.push_back(i);
    } catch (const Error& error) {
      out[i] = error;
    }
  const auto values = impl_->values_of(readable);
  for (std::size_t i = 0; i < places.size(); ++i)
    out[places[i]] = values[i].failure ? EmbeddingOrError(*values[i].failure) : EmbeddingOrError(to_public(values[i]));
  return out;
}

std::vector<Embedding> Embedder::of_tokens(std::span<const std::vector<std::int32_t>> sequences) const {
  const api::Scope scope(impl_->model.session());
  return impl_->run(read_all(sequences, impl_->runner, [&](const std::vector<std::int32_t>& ids) {
    return read_ids(ids, api::engine_model(impl_->model));
  }));
}

}  // namespace groel
