// A run of a network that predicts the structures of jobs, with one seed: what every family of them has alike.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "folding/confidence_heads.h"
#include "folding/confidence_summary.h"
#include "structure_models/alphafold3/diffusion.h"
#include "structure_models/diffusion_sampler.h"

namespace groel::structure_models {

/// Values are AlphaFold 3's.
struct RunSettings {
  std::int64_t passes = 11;            ///< recycles and 1
  std::int64_t alignment_rows = 1024;  ///< that a pass takes at most
  SamplerSettings sampler{};           ///< `samples` of it are those of a seed
  KeptLogits kept = KeptLogits::all;   ///< of the diffusion's transformer: faster, and more memory
};

/// How far a run is.
struct RunProgress {
  std::string_view stage;  ///< "trunk", "diffusion", "confidence"
  std::int64_t done = 0, total = 0;
};
using RunWatcher = std::function<void(const RunProgress&)>;

/// Of one sample. N tokens with 24 slots, A atoms in the order of slots.
struct PredictedSample {
  std::int64_t sample = 0;
  std::vector<float> positions;   ///< [N, 24, 3], Å; 0 in empty slots
  std::vector<float> lddt;        ///< [N, 24], 0 to 100
  folding::AlignedErrors errors;  ///< [N, N] each; a network with other scores than AlphaFold 3's gives `pae` alone
  /// Scores of the whole, chains and pairs of chains, as this network's authors define them. positions [A, 3], Å, of
  /// the layout's atoms. Valid while the sample is handed over.
  std::function<folding::ConfidenceSummary(const folding::AtomLayout& layout, std::span<const float> positions)>
      summary{};
};

class StructureRun {
 public:
  virtual ~StructureRun() = default;
  StructureRun(const StructureRun&) = delete;
  StructureRun& operator=(const StructureRun&) = delete;

  /// What of the job the network does not see, in sentences.
  virtual std::vector<std::string> notes() const { return {}; }
  /// The trunk. Errors: bad_model where its result is not finite.
  virtual void embed(const RunWatcher& watcher) = 0;
  void embed() { embed({}); }
  virtual const Tensor& single() const = 0;  ///< [N, S]
  virtual const Tensor& pair() const = 0;    ///< [N * N, Z]
  /// [N, N]: probabilities of a contact within 8 Å.
  virtual std::vector<float> contacts() const = 0;
  /// [N, 64]: logits of the distances of one token.
  virtual std::vector<float> distogram_row(std::int64_t token) const = 0;

  using Take = std::function<void(const PredictedSample&)>;
  /// Samples by number, each given to `take` when it is there; any of them, in any order, come out the same. Errors:
  /// bad_model for positions that are not finite.
  virtual void sample(std::span<const std::int64_t> wanted, const Take& take, const RunWatcher& watcher) = 0;
  void sample(std::span<const std::int64_t> wanted, const Take& take) { sample(wanted, take, {}); }

 protected:
  StructureRun() = default;
};

/// Positions [A, 3] -> [N, 24, 3], 0 in empty slots.
std::vector<float> positions_by_slot(const Tensor& positions, const AtomWindows& atoms, std::int64_t tokens);
/// Logits of the slots that atoms have: [N, slots * bins] -> [A, bins].
std::vector<float> logits_of_atoms(const Tensor& logits, const AtomWindows& atoms);
/// Errors: bad_model, naming `network`, where a number of x is none.
void require_numbers(const Tensor& x, const char* what, const char* network);

}  // namespace groel::structure_models
