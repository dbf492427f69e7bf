// ESM3's SDK, by the names that its users know: proteins of several tracks, as text and as tokens.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "groel/array.h"
#include "groel/model.h"

namespace groel {

/// What ESM3 reads and says of each residue.
enum class Track { sequence, structure, secondary_structure, sasa, function, residue_annotations };

/// Residues from `start` to `end`, which count from 1.
struct FunctionAnnotation {
  std::string label;
  std::int64_t start = 0, end = 0;
};

/// All of the same number of residues L; what is not known is left out.
struct ESMProtein {
  std::optional<std::string> sequence;             ///< letters; `_` or <mask> is masked, `|` a break between chains
  std::optional<std::string> secondary_structure;  ///< GHITEBSC; `_` is masked
  std::optional<std::vector<std::optional<float>>> sasa;  ///< Å² per residue; none: masked
  std::optional<std::vector<FunctionAnnotation>> function_annotations;
  /// [L, 37, 3] in Å, in the order of atom37 (N, CA, C, CB, O, …), not finite where missing; empty: none.
  std::vector<float> coordinates;
  std::vector<float> plddt;  ///< [L] in 0..1, of what was decoded
  std::optional<float> ptm;  ///< likewise
  std::vector<float> pae;    ///< [L + 2, L + 2] in Å, ends too, likewise

  /// From a PDB or mmCIF file: all chains joined by `|`, or that of a name. Throws Error.
  static ESMProtein from_file(const std::string& path, const std::string& chain = {});
  /// As PDB or, by its name, mmCIF; B factors are plddt. Throws Error, where there are no coordinates.
  void to_file(const std::string& path) const;
};

/// Tokens with those of both ends: T = L + 2 of each track.
struct ESMProteinTensor {
  using Tokens = std::optional<std::vector<std::int32_t>>;
  Tokens sequence, structure, secondary_structure, sasa;
  Tokens function;                 ///< [T, 8]
  Tokens residue_annotations;      ///< [T, 16]
  std::vector<float> coordinates;  ///< [T, 37, 3] or [T, 3, 3] (N, CA, C); infinite at the ends; empty: none

  Tokens& track(Track track);
  const Tokens& track(Track track) const { return const_cast<ESMProteinTensor*>(this)->track(track); }
  /// T. Throws Error, where tracks are of different lengths, or nothing says how long it is.
  std::int64_t length() const;
  /// L.
  std::int64_t residues() const;
};

/// What became of a prompt that could not be used; the others of its batch are not harmed.
struct ESMProteinError {
  int error_code = 500;
  std::string error_msg;
};

/// In which order ids are ruled out: as Biohub's newer code (invalid ids, then top-p, then temperature), or as
/// EvolutionaryScale's (top-p, then invalid ids: where top-p leaves invalid ids alone, the draw is uniform or fails).
enum class FilterOrder { biohub, evolutionary_scale };

struct SamplingTrackConfig {
  double temperature = 1.0;  ///< 0: the likeliest
  double top_p = 1.0;
  bool only_sample_masked_tokens = true;
  std::vector<std::int32_t> invalid_ids;
  std::int64_t topk_logprobs = 0;
  FilterOrder order = FilterOrder::biohub;

  /// Throws Error, naming what is out of its range.
  void check() const;
};

/// Tracks that are sampled are those with a config.
struct SamplingConfig {
  std::map<Track, SamplingTrackConfig> tracks;
  bool return_per_residue_embeddings = false;
  bool return_mean_embedding = false;
  std::uint64_t seed = 0;
};

/// What was drawn for a track. Numbers are of the filtered logits at temperature 1, natural logarithms; where nothing
/// was drawn the token is the given one, its probability 1.
struct TrackSample {
  std::vector<std::int32_t> tokens;            ///< [T] or [T, 8]
  std::vector<float> entropy;                  ///< [T]
  std::vector<float> prob, logprob, top_prob;  ///< as tokens
  std::vector<float> topk_logprob;             ///< as tokens, K each, the likeliest first
  std::vector<std::int32_t> topk_tokens;
};

/// Accessible surface as a mean over the bins, Å²: infinite where nothing is drawn and where the last bin is likeliest,
/// 0 at both ends.
struct SasaSample {
  std::vector<float> values;   ///< [T]
  std::vector<float> entropy;  ///< [T]
};

struct ForwardAndSampleOutput {
  ESMProteinTensor protein_tensor;  ///< of sampled accessible surface see `sasa`
  std::map<Track, TrackSample> samples;
  std::optional<SasaSample> sasa;  ///< upstream puts the values into the tensor
  Array per_residue_embedding;     ///< [T, D]
  Array mean_embedding;            ///< [D]
};

/// What `logits` gives.
struct LogitsConfig {
  bool sequence = false, structure = false, secondary_structure = false, sasa = false, function = false;
  bool residue_annotations = false;
  bool return_embeddings = false;
  bool return_hidden_states = false;   ///< of all layers, the inputs first (upstream's ESM3 ignores it)
  bool return_mean_embedding = false;  ///< likewise

  bool wants(Track track) const;
};

struct LogitsOutput {
  std::map<Track, Array> logits;     ///< [T, V], of function [T, 8 * 260]
  Array embeddings;                  ///< [T, D] before the final norm
  Array mean_embedding;              ///< [D], over both ends, too, as upstream
  std::vector<Array> hidden_states;  ///< [T, D] each
};

/// How many residues a step fills: few at first, or as many in each.
enum class UnmaskingSchedule { cosine, linear };
/// Which: any, or those drawn from the least uncertain.
enum class UnmaskingStrategy { random, entropy };

struct GenerationConfig {
  /// sequence, structure, secondary_structure, sasa or function; of the others a prompt's error says that they are not
  /// sampled.
  std::string track = "sequence";
  std::vector<std::int32_t> invalid_ids;
  UnmaskingSchedule schedule = UnmaskingSchedule::cosine;
  UnmaskingStrategy strategy = UnmaskingStrategy::random;
  std::int64_t num_steps = 20;  ///< at most as many as residues to fill
  double temperature = 1.0;
  bool temperature_annealing = true;  ///< falls from temperature² to 10⁻⁶
  double top_p = 1.0;
  bool condition_on_coordinates_only = true;  ///< tokens of structure are dropped where there are coordinates
  FilterOrder order = FilterOrder::biohub;
  std::uint64_t seed = 0;  ///< all that the draws of a prompt depend on, with its own step and residue

  /// Throws Error.
  void check() const;
};

using TensorOrError = std::variant<ESMProteinTensor, ESMProteinError>;
using ProteinOrError = std::variant<ESMProtein, ESMProteinError>;

/// A model with the parts that turn structure into tokens and back, which are looked for beside it. What comes of a
/// prompt is bitwise the same alone and in any batch. Its functions throw Error.
class ESM3 {
 public:
  /// Throws Error, for a model of another family.
  explicit ESM3(const Model& model);

  ESMProteinTensor encode(const ESMProtein& protein) const;
  /// Structure comes from tokens rather than from coordinates, as upstream; not where one is masked.
  ESMProtein decode(const ESMProteinTensor& tensor) const;
  /// A track that is not there is left to the model: a sequence is then masked everywhere, ends too.
  LogitsOutput logits(const ESMProteinTensor& protein, const LogitsConfig& config) const;
  /// Absent tracks count as masked, ends as ends.
  ForwardAndSampleOutput forward_and_sample(const ESMProteinTensor& protein, const SamplingConfig& config) const;
  /// Fills in a track; throws what `batch_generate` gives as an error.
  ESMProtein generate(const ESMProtein& prompt, const GenerationConfig& config) const;
  ESMProteinTensor generate(const ESMProteinTensor& prompt, const GenerationConfig& config) const;
  std::vector<ProteinOrError> batch_generate(std::span<const ESMProtein> prompts,
                                             std::span<const GenerationConfig> configs) const;
  std::vector<TensorOrError> batch_generate(std::span<const ESMProteinTensor> prompts,
                                            std::span<const GenerationConfig> configs) const;

  struct Impl;

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace groel
