// The public Model class.
#include <groel/model.h>

#include "api/impl.h"
#include "checkpoints/prompts.h"

namespace groel {
namespace {

ModelDescription describe(const models::Model& model) {
  const models::ModelInfo info = model.info();
  return {info.family,     info.layers,     info.width,        info.heads,
          info.vocabulary, info.parameters, info.max_residues, model.capabilities()};
}

ops::Precision precision_of(Dtype dtype) {
  if (dtype == Dtype::bf16) return ops::Precision::bf16;
  if (dtype == Dtype::int8) return ops::Precision::int8;
  return dtype == Dtype::f32x3 ? ops::Precision::f32x3 : ops::Precision::f32;
}

}  // namespace

Model::Impl::Impl(Session of, checkpoints::LoadedModel model)
    : session(std::move(of)), loaded(std::move(model)), description(describe(*loaded.model)) {}

Model Model::load(const std::string& name, Dtype dtype, const Session& session) {
  return load(name, LoadOptions{.dtype = dtype}, session);
}

Model Model::load(const std::string& name, const LoadOptions& options, const Session& session) {
  const api::Scope scope(session);
  checkpoints::Checkpoint checkpoint = checkpoints::read_prompted(checkpoints::resolve_model(name), options.prompts);
  return Model(std::make_shared<const Impl>(
      session, checkpoints::load_model(std::move(checkpoint), precision_of(options.dtype))));
}

const ModelDescription& Model::description() const { return impl_->description; }
const Session& Model::session() const { return impl_->session; }

std::vector<Embedding> Model::embed(std::span<const std::string> sequences, const EmbedOptions& options) const {
  return Embedder(*this, options)(sequences);
}

Embedding Model::embed(const std::string& sequence, const EmbedOptions& options) const {
  return Embedder(*this, options)(sequence);
}

std::vector<std::int32_t> Model::tokens(std::string_view sequence) const {
  return api::engine_model(*this).tokenizer().encode(sequence).ids;
}

std::vector<std::int32_t> Model::tokens_as_transformers(std::string_view text) const {
  return api::engine_model(*this).tokenizer().encode_as_transformers(text);
}

}  // namespace groel
