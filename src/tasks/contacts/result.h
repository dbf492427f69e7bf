// The contacts of one protein: predicted, and those in its structure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/contact_map.h"
#include "base/options.h"
#include "bio/structure.h"
#include "tasks/reading/input.h"

namespace groel::tasks {

struct ContactResult {
  std::string id;
  std::string sequence;              ///< one letter per residue, X for what has none
  std::vector<float> probabilities;  ///< [L, L]
  std::optional<analysis::DistanceMap> truth;
  std::vector<analysis::ContactPrecision> precision;  ///< with a truth
  std::string chain{};                                ///< of the structure, by its author's name
  std::vector<std::string> numbers{};                 ///< with a truth: the author's, "27A"; empty where none was seen

  std::int64_t length() const { return static_cast<std::int64_t>(sequence.size()); }
  float at(std::int64_t i, std::int64_t j) const { return probabilities[static_cast<std::size_t>(i * length() + j)]; }
};

/// Letters of a record's residues.
std::string letters(const bio::Tokenizer& tokenizer, const bio::Encoded& encoded);

/// One record's contacts, compared with a chain where there is one. Errors: as bio::place.
ContactResult contact_result(std::string id, std::string sequence, std::vector<float> probabilities,
                             const bio::Chain* chain);

/// A pair of residues, from 0.
struct ContactPair {
  std::int32_t i, j;
  float probability;
};
/// Pairs at least analysis::kShortestRange apart, likeliest first (equal ones in order of position), `most` of them.
std::vector<ContactPair> ranked_pairs(const ContactResult& result, std::size_t most);

/// "{id, length, contacts: [{i, j, residues, probability}], precision: [...]}" with the `top` likeliest; with a truth
/// also {auth_i, auth_j, distance}, null where there is none.
nlohmann::ordered_json to_json(const ContactResult& result, std::size_t top);
/// The same for people.
std::string to_text(const ContactResult& result, std::size_t top);
/// CASP's RR format, every pair of ranked_pairs.
std::string to_rr(const ContactResult& result);

}  // namespace groel::tasks
