// The folder of a folding job's results: the files of every sample, the best one's copies, and the table of scores.
#pragma once

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "folding/output_origin.h"
#include "folding/prediction.h"

namespace groel::folding {

/// What to do where a job's folder holds files already.
enum class FilledFolder { name_anew, write_into };

/// The folder of a job: `wanted`, or where that holds files `wanted_YYYYmmdd_HHMMSS` (local time), as AlphaFold 3 names
/// it. Errors: bad_input where the name is a file's.
std::filesystem::path output_folder(const std::filesystem::path& wanted, FilledFolder filled, std::time_t now);

struct OutputSettings {
  std::string job;  ///< as it goes into names of files: letters, digits, '.', '-' and '_'
  ModelOrigin origin;
  std::string terms;      ///< text of TERMS_OF_USE.md; empty: there is none
  bool compress = false;  ///< structures and confidences as .zst
};

/// Which sample of a job: `seed-7_sample-0`.
struct SampleName {
  std::uint32_t seed = 0;
  std::int64_t sample = 0;
};

struct RankedSample {
  SampleName name;
  double ranking_score = 0;
};

/// Rows of an array of [rows, …], each as a span.
using ArrayRows = std::function<std::span<const float>(std::int64_t row)>;

/// Writes files as results come. Every file is there whole or not at all, and those of a sample together; other files
/// of the folder are left alone. Errors of the members: io (with path and the system's reason), bad_model
/// (require_finite); what was written before stays.
class OutputFiles {
 public:
  /// Makes the folder.
  OutputFiles(std::filesystem::path folder, OutputSettings settings);

  /// `seed-S_sample-K/<job>_seed-S_sample-K_{model.cif,confidences.json,summary_confidences.json}`.
  void add_sample(const SampleName& name, const AtomLayout& layout, const Prediction& prediction);

  /// A sample whose files are there of an earlier run: is ranked with the others.
  void keep_sample(const RankedSample& sample);
  /// Whether all files of a sample are there.
  bool has_sample(const SampleName& name) const;

  /// `seed-S_embeddings/<job>_seed-S_embeddings.npz`: single_embeddings [N, 384], pair_embeddings [N, N, 128], as f16.
  struct Embeddings {
    std::int64_t tokens = 0, single_width = 0, pair_width = 0;
    ArrayRows single;  ///< [single_width] each
    ArrayRows pair;    ///< [N, pair_width] each
  };
  void add_embeddings(std::uint32_t seed, const Embeddings& embeddings);
  bool has_embeddings(std::uint32_t seed) const { return has_array(seed, "embeddings"); }

  /// `seed-S_distogram/<job>_seed-S_distogram.npz`: distogram [N, N, bins], as f16. `rows`: [N, bins] logits each, 64
  /// of networks as published.
  void add_distogram(std::uint32_t seed, std::int64_t tokens, const ArrayRows& rows);
  bool has_distogram(std::uint32_t seed) const { return has_array(seed, "distogram"); }

  /// The best sample's files under the job's own name, `<job>_ranking_scores.csv` and TERMS_OF_USE.md. To be called
  /// after the last sample, or after any: it can be called again.
  void finish() const;

  /// Seeds as they came, of each its samples by number.
  const std::vector<RankedSample>& samples() const { return samples_; }
  /// Of equal scores the first, and none that is no number before one that is; none where there is no sample.
  std::optional<RankedSample> best() const;
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::string stem(const std::string& part) const;
  void in_part(const std::string& part, const std::function<void(const std::string& start)>& write) const;
  std::vector<std::string> kinds() const;
  bool has_array(std::uint32_t seed, const char* what) const;

  std::filesystem::path folder_;
  OutputSettings settings_;
  std::vector<RankedSample> samples_;
};

/// `seed,sample,ranking_score`, a row each, with CRLF and as many digits as the number needs.
std::string ranking_csv(std::span<const RankedSample> samples);

}  // namespace groel::folding
