// Annotations of single residues to tokens: active sites, binding sites and the like, by a published list of labels.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "esm3/protein.h"

namespace groel::esm3 {

/// ESM3's own code gives padding for all of them, as its encoder leaves out the residues that it compares with; here
/// they become the tokens that the model was trained with.
class ResidueVocabulary {
 public:
  /// Of *residue_annotations*.csv: label, label_clean, count. Ids are 4 and up, by the counts of clean labels, the most
  /// frequent first. Errors: bad_model for other columns, counts that are no numbers, and more labels than tokens.
  explicit ResidueVocabulary(const std::filesystem::path& path);

  bool has(const std::string& label) const { return ids_.contains(label); }

  /// -> [T, 16]: padding at the ends, <none> where nothing holds, else the ids of the labels in order. Errors:
  /// bad_input for residues outside, more than 16 labels on one residue, and labels that it does not have.
  std::vector<std::int32_t> encode(std::span<const FunctionAnnotation> annotations, std::int64_t residues) const;

 private:
  std::map<std::string, std::int32_t, std::less<>> ids_;  // of clean labels, and of those that they were made of
};

}  // namespace groel::esm3
