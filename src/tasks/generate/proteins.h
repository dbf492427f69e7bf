// A protein that was written: its letters out of the model's tokens, and its record.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "bio/tokenizer.h"
#include "generation/generator.h"

namespace groel::tasks {

struct Protein {
  std::string id;            ///< "generated_1": one more than its index
  std::string prompt;        ///< its name, where it has one: the id is then made of that
  std::string text;          ///< of the new tokens, special ones by their names
  std::string sequence;      ///< letters of prompt and text, upper case, without special tokens and tags
  std::int64_t dropped = 0;  ///< characters of them that are neither letters, nor spaces and line ends, nor special
  double perplexity = 0;     ///< of the new tokens
};

Protein protein_of(const generation::Written& written, const bio::Tokenizer& tokenizer);

/// ">id perplexity=… residues=… tokens=… ended=… SETTINGS" and lines of 60 residues.
std::string fasta_record(const Protein& protein, const generation::Written& written,
                         const nlohmann::ordered_json& settings);
/// With token ids and log-probabilities.
nlohmann::ordered_json json_record(const Protein& protein, const generation::Written& written);

}  // namespace groel::tasks
