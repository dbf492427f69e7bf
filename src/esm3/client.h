// A client of ESM3: encode, decode, logits, forward_and_sample, as in its own SDK.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "checkpoints/load.h"
#include "esm3/function_decoder.h"
#include "esm3/function_vocabulary.h"
#include "esm3/residue_vocabulary.h"
#include "esm3/sampling.h"
#include "esm3/structure_codec.h"

namespace groel::esm3 {

struct TrackLogits {
  std::map<Track, Tensor> logits;     ///< [T, V] f32, of function [T, 8 * 260]
  Tensor embeddings;                  ///< [T, D] before the final norm
  Tensor mean_embedding;              ///< [D]
  std::vector<Tensor> hidden_states;  ///< [T, D] each
};

struct SampledTracks {
  ESMProteinTensor protein_tensor;
  std::map<Track, TrackSample> samples;
  std::optional<SasaSample> sasa;
  Tensor per_residue_embedding;  ///< [T, D]
  Tensor mean_embedding;         ///< [D]
};

/// Of each track the numbers that draws use; by row.
using TrackDraws = std::function<double(Track track, std::size_t row)>;
/// Those of a seed.
TrackDraws draws_of(std::uint64_t seed);

/// A model with the parts that turn structure and function into tokens and back; parts that are not there are only
/// missed where they are needed.
class Client {
 public:
  /// A folder, or a file of ESM3's own code: the parts are looked for beside it, under the names that it gives them
  /// (esm3_structure_encoder_v0.pth, structure_encoder.safetensors, …). Errors: as load_model.
  explicit Client(const std::filesystem::path& path, ops::Precision precision = ops::Precision::f32);
  /// A model that is there, and outlives this; its parts are looked for in `folder`. Errors: unsupported, for another
  /// family's.
  explicit Client(const models::Model& model, std::filesystem::path folder = {}, nlohmann::json config = {});

  ESMProteinTensor encode(const ESMProtein& protein) const;
  /// Structure comes from tokens rather than from coordinates, as upstream; not where one is masked.
  ESMProtein decode(const ESMProteinTensor& tensor) const;

  /// One pass over all of them, packed: each result is bitwise the same in any batch. A track that is not there is left
  /// to the model: a sequence is then masked everywhere, ends too. `limits`: for what runs over it.
  std::vector<TrackLogits> logits(std::span<const ESMProteinTensor> proteins, const LogitsConfig& config) const;
  TrackLogits logits(const ESMProteinTensor& protein, const LogitsConfig& config) const;
  /// Of tracks that upstream's `forward` takes beside those of a protein: [T] each, undefined as there.
  TrackLogits forward(const ESMProteinTensor& protein, const models::Tracks& beside, const LogitsConfig& config) const;

  /// Absent tracks count as masked, ends as ends.
  SampledTracks forward_and_sample(const ESMProteinTensor& protein, const SamplingConfig& config,
                                   const TrackDraws& draws) const;

  const models::Model& model() const { return *model_; }
  const bio::Tokenizer& tokenizer() const { return model_->tokenizer(); }
  /// Errors: not_found, naming the files that were looked for.
  const StructureEncoder& structure_encoder() const;
  const StructureDecoder& structure_decoder() const;
  const FunctionDecoder& function_decoder() const;
  const FunctionVocabulary& function_vocabulary() const;
  /// nullptr, where its table is not there.
  const ResidueVocabulary* residue_vocabulary() const;

 private:
  std::vector<TrackLogits> run(models::Batch batch, const LogitsConfig& config) const;
  void encode_annotations(std::span<const FunctionAnnotation> annotations, std::int64_t residues,
                          ESMProteinTensor& to) const;
  void decode_structure(const ESMProteinTensor& tensor, ESMProtein& to) const;

  checkpoints::LoadedModel loaded_;
  const models::Model* model_;
  const models::Encoder* encoder_;
  const models::TrackModel* tracks_;
  std::filesystem::path folder_;
  nlohmann::json config_;
  mutable std::unique_ptr<StructureEncoder> structure_encoder_;
  mutable std::unique_ptr<StructureDecoder> structure_decoder_;
  mutable std::unique_ptr<FunctionDecoder> function_decoder_;
  mutable std::unique_ptr<FunctionVocabulary> function_vocabulary_;
  mutable std::unique_ptr<ResidueVocabulary> residue_vocabulary_;
};

/// Every track that is not there, masked.
ESMProteinTensor filled(ESMProteinTensor protein);

/// N, CA and C [L, 3, 3] of atoms [L, 37, 3].
Tensor backbone_of(std::span<const float> atoms);

/// Atoms [L, 37, 3] of a backbone [L, 3, 3], the oxygens where they follow from the next residue's N; all others
/// infinite, the last residue's oxygen not a number.
std::vector<float> atoms_of_backbone(const Tensor& backbone);

}  // namespace groel::esm3
