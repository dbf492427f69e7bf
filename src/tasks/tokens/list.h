// The tokens of sequences, and which residues each of them holds.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tasks/reading/input.h"

namespace groel::tasks {

/// A row for each token: protein, place among its tokens, id, token, first and last residue (none: empty). Records with
/// an error are left out. Residues and places count from 1.
std::string token_list_csv(const std::vector<ReadRecord>& records, const bio::Tokenizer& tokenizer);
nlohmann::ordered_json token_list_json(const std::vector<ReadRecord>& records, const bio::Tokenizer& tokenizer);

}  // namespace groel::tasks
