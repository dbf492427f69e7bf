// Finds and reads the predictions of a results folder: each one's model, confidences and summary.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace groel::folding {

struct ResultPaths {
  std::string name;  ///< "seed-7_sample-0"; of the folder's own prediction the folder's name
  std::filesystem::path model, confidences, summary;
};

/// Predictions of a folder and of the folders in it, by name: `…model….cif` with `…confidences….json` (or AlphaFold
/// Server's `…full_data….json`) and `…summary_confidences….json`, compressed or not. `notes` gets a sentence for each
/// model that lacks one of these. Errors: not_found, where the folder is not there or holds no prediction.
std::vector<ResultPaths> find_results(const std::filesystem::path& folder, std::vector<std::string>& notes);

/// Of `_confidences.json`. N tokens, A atoms.
struct WrittenConfidences {
  std::vector<std::string> atom_chains, token_chains;  ///< [A], [N]
  std::vector<std::int64_t> token_numbers;             ///< [N], residues
  std::vector<double> plddt;                           ///< [A]
  std::vector<double> pae, contact_probs;              ///< [N, N]; NaN for null
};
/// Errors: not_found, io; bad_input naming file and key, where one is missing or has another shape.
WrittenConfidences read_confidences(const std::filesystem::path& path);

/// A JSON file, compressed or not, of up to 4 GiB. Errors: not_found, io; bad_input when it is not JSON.
nlohmann::json read_result_json(const std::filesystem::path& path);

/// Of `_ranking_scores.csv`.
struct WrittenScore {
  std::string name;  ///< "seed-7_sample-0"
  double ranking_score = 0;
};
/// Of the table in a folder; none where there is none. Errors: bad_input, naming the line that is no row of it.
std::vector<WrittenScore> read_ranking_scores(const std::filesystem::path& folder);

}  // namespace groel::folding
