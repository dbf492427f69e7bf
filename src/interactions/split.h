// Splits of pairs into those to learn from, to choose by and to judge by, as the literature on interactions makes them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "interactions/pairs.h"

namespace groel::interactions {

enum class SplitWay {
  random,  ///< any pairs
  bfs,     ///< a part of the network, grown breadth first from a protein with few partners
  dfs      ///< the same, depth first
};
/// Errors: usage, for another word.
SplitWay parse_split_way(const std::string& text);
std::string_view name(SplitWay way);

struct PairSplitOptions {
  SplitWay way = SplitWay::bfs;
  double test = 0.2;   ///< part of all pairs
  double valid = 0.1;  ///< part of all pairs, made in the same way of what the test leaves
  std::uint64_t seed = 0;
};

/// Places of pairs.
struct PairSplit {
  std::vector<std::int64_t> train, valid, test;
  std::vector<std::string> roots;  ///< proteins at which the test part began
};

/// The rule of GNN-PPI (Lv et al. 2021): from a root of at most five pairs, drawn by the seed (of the least there is,
/// where none has so few), all pairs of a protein are taken when it is visited, until the part is large enough: it may
/// be larger by those of one protein. Where a connected part ends, another root is drawn. Errors: usage for parts
/// outside [0, 1); bad_input when a part is empty.
PairSplit split_pairs(const PairTable& table, const PairSplitOptions& options);

/// A file of indices in the form of GNN-PPI's: `valid_index` is what its scores are told of, the test; `train_index`
/// all others, of which `epoch_index`, a key that GNN-PPI does not read, are those that the epoch is chosen by.
/// Errors: io.
void write_split(const std::filesystem::path& path, const PairSplit& split, const PairSplitOptions& options);
/// Without `epoch_index` the validation part is drawn from `train_index` as `options` say. Errors: as read_json;
/// bad_input for indices that are none of a pair, in both parts or twice, and when a part is empty; pairs that are in
/// neither part are an error, too.
PairSplit read_split(const std::filesystem::path& path, const PairTable& table, const PairSplitOptions& options);

/// How many of a test pair's proteins occur among the training pairs.
enum class SeenEnds { none, one, both };
std::vector<SeenEnds> seen_ends(const PairTable& table, const std::vector<std::int64_t>& train,
                                const std::vector<std::int64_t>& test);

}  // namespace groel::interactions
