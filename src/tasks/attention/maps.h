// Attention maps of one sequence: which layers and heads are wanted, and what is computed from them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/model.h"

namespace groel::tasks {

struct MapRequest {
  std::vector<int> layers;          ///< from 1
  std::vector<std::int64_t> heads;  ///< from 1; empty: all
  bool mean = false;                ///< over those heads, instead of each
  enum class Form {
    tokens,     ///< as it is, end tokens too: rows sum to one
    residues,   ///< rows and columns of end tokens left out
    corrected,  ///< of residues, symmetrised, average product taken off: what contacts are predicted from
  } form = Form::tokens;
};

struct AttentionMap {
  int layer = 0;
  std::optional<std::int64_t> head;  ///< none: a mean
  std::int64_t size = 0;
  std::vector<float> values;  ///< [size, size]; row: who attends, column: to whom

  std::string name() const;  ///< "layer 3, head 2"
  std::string tag() const;   ///< "l3-h2", for file names
};

/// "mean", "all", "1,3,5..8" -> heads from 1, ascending; empty for all. Errors: usage.
std::vector<std::int64_t> parse_heads(const std::string& text, std::int64_t heads);

/// The maps in order of layer and head, and the tokens that their rows and columns stand for.
std::vector<AttentionMap> attention_maps(const models::Model& model, const bio::Encoded& sequence,
                                         const MapRequest& request);
std::vector<std::string> map_labels(const bio::Tokenizer& tokenizer, const bio::Encoded& sequence,
                                    MapRequest::Form form);
/// The number of the first row: residues count from 1, tokens before them down from there.
std::int64_t first_number(const bio::Encoded& sequence, MapRequest::Form form);

}  // namespace groel::tasks
