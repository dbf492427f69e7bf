// Annotations of function to tokens: keywords and InterPro entries as weighted words, hashed by hyperplanes (Hayes et
// al. 2025).
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "esm3/protein.h"

namespace groel::esm3 {

/// Of the tables that are published beside ESM3's code and weights.
class FunctionVocabulary {
 public:
  /// Looks in `folder` and its data folder for keyword_vocabulary*.txt, keyword_idf*.npy, interpro_*_to_keywords_*.csv
  /// and hyperplanes_8bit*.npz. Errors: not_found, naming what is missing; bad_model, where they do not fit one
  /// another.
  explicit FunctionVocabulary(const std::filesystem::path& folder);

  /// An InterPro entry ("IPR000001", also inside of a longer text) or a keyword.
  bool has(const std::string& label) const;

  /// -> [T, 8]: padding at the ends, <none> where nothing holds, <unk> where its words weigh nothing. Errors:
  /// bad_input, for a label that is neither an entry nor a keyword, and for residues outside.
  std::vector<std::int32_t> encode(std::span<const FunctionAnnotation> annotations, std::int64_t residues) const;

 private:
  using Weights = std::map<std::size_t, double>;  // by keyword
  Weights weights_of(const std::vector<std::size_t>& keywords) const;
  void read_entries(const std::filesystem::path& path);
  void read_planes(const std::filesystem::path& path);
  std::vector<std::int32_t> tokens_of_labels(std::span<const std::string> labels) const;

  std::map<std::string, std::size_t, std::less<>> keywords_;
  std::vector<double> idf_;                                                // by keyword
  std::map<std::string, std::vector<std::size_t>, std::less<>> of_entry_;  // keywords of an InterPro entry
  std::vector<std::vector<double>> planes_;                                // 64: eight of each token; by keyword
};

}  // namespace groel::esm3
