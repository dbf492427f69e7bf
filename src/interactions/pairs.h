// Pairs of proteins with what is said of them: kinds of interaction, or whether they interact at all.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace groel::interactions {

/// The kinds of interaction of STRING's actions, in the order of GNN-PPI (Lv et al. 2021).
inline constexpr std::array<std::string_view, 7> kActionTypes{"reaction",   "binding",   "ptmod",     "activation",
                                                              "inhibition", "catalysis", "expression"};
/// The label of tables that say yes or no.
inline constexpr std::string_view kInteracts = "interacts";
inline constexpr std::size_t kMostLabels = 32;

/// Two proteins by their places, as the first row about them has them; labels as bits.
struct Pair {
  std::uint32_t first = 0, second = 0;
  std::uint32_t labels = 0;
};

/// Texts numbered in the order in which they first occur.
class Numbering {
 public:
  static constexpr std::uint32_t kMissing = ~std::uint32_t{0};
  std::uint32_t place_of(std::string_view text);
  std::uint32_t find(std::string_view text) const;
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> places_;
  std::vector<std::string> texts_;
};

/// Pairs without order, each once, in the order in which they first occur.
struct PairTable {
  std::vector<std::string> proteins;
  std::vector<std::string> labels;  ///< of bit 0, bit 1, …; empty: nothing is said of the pairs
  std::vector<Pair> pairs;

  bool has(std::size_t pair, std::size_t label) const { return (pairs[pair].labels >> label & 1) != 0; }
  /// Yes or no, not kinds.
  bool binary() const { return labels.size() == 1; }
};

/// What was read otherwise than it is written, or left out.
struct PairCounts {
  std::int64_t rows = 0;            ///< with two ids
  std::int64_t without_id = 0;      ///< an id is missing
  std::int64_t self_pairs = 0;      ///< a protein with itself
  std::int64_t unknown = 0;         ///< an id that has no sequence
  std::int64_t without_label = 0;   ///< its label is missing
  std::int64_t of_no_kind = 0;      ///< its cell is empty in a column of kinds: none of them
  std::int64_t low_scores = 0;      ///< below the least score
  std::int64_t other_species = 0;   ///< none of those that are wanted, or two different ones
  std::int64_t over_cap = 0;        ///< drawn out, as their species has enough
  std::int64_t repeated = 0;        ///< again, in the same order
  std::int64_t turned = 0;          ///< again, in the other order
  std::int64_t contradictions = 0;  ///< pairs of which one row says yes, another no
  std::string first_self{}, first_unknown{}, first_unlabelled{}, first_of_no_kind{},
      first_contradiction{};  ///< "file.tsv:12: A, B"

  /// Sentences about all that is not 0.
  std::vector<std::string> sentences() const;
};

/// "9606" of "9606.ENSP00000000233"; of an id without a dot nothing.
std::string_view species_of(std::string_view id);

}  // namespace groel::interactions
