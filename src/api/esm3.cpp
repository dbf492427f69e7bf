// The public handle of ESM3.
#include <groel/esm3.h>

#include "api/impl.h"
#include "base/text_file.h"
#include "esm3/generate.h"
#include "esm3/prompt.h"
#include "esm3/structure_file.h"

namespace groel {
namespace {

template <class T>
T value_of(std::variant<T, ESMProteinError> result) {
  if (const auto* error = std::get_if<ESMProteinError>(&result)) throw Error(ErrorKind::bad_input, error->error_msg);
  return std::move(std::get<T>(result));
}

}  // namespace

struct ESM3::Impl {
  explicit Impl(const Model& of)
      : model(of), client(api::engine_model(of), of.impl().loaded.path, of.impl().loaded.config) {}
  Model model;
  esm3::Client client;
};

ESM3::ESM3(const Model& model) : impl_(std::make_shared<const Impl>(model)) {}

ESMProteinTensor ESM3::encode(const ESMProtein& protein) const {
  const api::Scope scope(impl_->model.session());
  return impl_->client.encode(protein);
}

ESMProtein ESM3::decode(const ESMProteinTensor& tensor) const {
  const api::Scope scope(impl_->model.session());
  return impl_->client.decode(tensor);
}

LogitsOutput ESM3::logits(const ESMProteinTensor& protein, const LogitsConfig& config) const {
  const api::Scope scope(impl_->model.session());
  const esm3::TrackLogits said = impl_->client.logits(protein, config);
  LogitsOutput out{
      .logits = {}, .embeddings = api::to_array(said.embeddings), .mean_embedding = api::to_array(said.mean_embedding)};
  for (const auto& [track, logits] : said.logits) out.logits[track] = api::to_array(logits);
  for (const Tensor& states : said.hidden_states) out.hidden_states.push_back(api::to_array(states));
  return out;
}

ForwardAndSampleOutput ESM3::forward_and_sample(const ESMProteinTensor& protein, const SamplingConfig& config) const {
  const api::Scope scope(impl_->model.session());
  esm3::SampledTracks said = impl_->client.forward_and_sample(protein, config, esm3::draws_of(config.seed));
  return {std::move(said.protein_tensor), std::move(said.samples), std::move(said.sasa),
          api::to_array(said.per_residue_embedding), api::to_array(said.mean_embedding)};
}

ESMProtein ESM3::generate(const ESMProtein& prompt, const GenerationConfig& config) const {
  return value_of(batch_generate(std::span(&prompt, 1), std::span(&config, 1)).front());
}

ESMProteinTensor ESM3::generate(const ESMProteinTensor& prompt, const GenerationConfig& config) const {
  return value_of(batch_generate(std::span(&prompt, 1), std::span(&config, 1)).front());
}

std::vector<ProteinOrError> ESM3::batch_generate(std::span<const ESMProtein> prompts,
                                                 std::span<const GenerationConfig> configs) const {
  if (prompts.size() != configs.size()) throw Error(ErrorKind::usage, "as many configurations as prompts are wanted");
  const api::Scope scope(impl_->model.session());
  return esm3::batch_generate(impl_->client, prompts, configs);
}

std::vector<TensorOrError> ESM3::batch_generate(std::span<const ESMProteinTensor> prompts,
                                                std::span<const GenerationConfig> configs) const {
  if (prompts.size() != configs.size()) throw Error(ErrorKind::usage, "as many configurations as prompts are wanted");
  const api::Scope scope(impl_->model.session());
  return esm3::batch_generate(impl_->client, prompts, configs);
}

ESMProtein ESMProtein::from_file(const std::string& path, const std::string& chain) {
  return esm3::prompt_of(io::read_atoms(path), chain, path).protein;
}

void ESMProtein::to_file(const std::string& path) const {
  if (coordinates.empty()) throw Error(ErrorKind::usage, {"the protein has no coordinates", path, {}});
  write_text(path, path.ends_with(".cif") ? esm3::mmcif_of(*this, "protein") : esm3::pdb_of(*this));
}

}  // namespace groel
