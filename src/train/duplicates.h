// Finds equal sequences, which must not be on both sides of a split.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_set>
#include <vector>

#include "train/corpus.h"

namespace groel::train {

/// A number for each sequence, the same for equal ones alone (64 bits of a hash of its residues).
std::vector<std::uint64_t> sequence_keys(const Corpus& corpus);
/// The same of sequences as they were written, whatever their case and blanks.
std::uint64_t text_key(const std::string& sequence);

/// How many of `members` are among `known`.
std::int64_t count_known(const std::vector<std::uint64_t>& members, const std::unordered_set<std::uint64_t>& known);
/// How many have an equal before them.
std::int64_t count_repeats(const std::vector<std::uint64_t>& keys);

/// The file beside a model that says what it has learned from.
inline constexpr const char* kLearnedFile = "learned_sequences.txt";
/// Keeps beside a model which sequences it has learned from, one key per line; those of more than two million are not
/// kept. Errors: io.
void write_learned(const std::filesystem::path& folder, const std::vector<std::uint64_t>& keys);
/// What the folder of a model, or the one around it (of best/ and merged/), knows of that; empty: nothing.
std::unordered_set<std::uint64_t> read_learned(const std::filesystem::path& model);

}  // namespace groel::train
