// What golden cases with a model share: which model it is, its token ids, the forms that its weights are in.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "checkpoints/load.h"
#include "golden/case.h"
#include "models/model.h"

namespace groel::golden {

/// Relative L2.
inline constexpr double kF32 = 2e-6;
inline constexpr double kSplit = 2e-5;  ///< f32x3: products are 4.5e-6 from exact
inline constexpr double kBf16 = 3e-2;   ///< of tiny models; 1e-2 is what published ones are held to
inline constexpr double kInt8 = 1e-1;   ///< of tiny models with random weights; 1.2e-2 is what groel-5m is held to
inline constexpr double kHalf = 1e-2;   ///< weights that were rounded to half precision

/// Which head config.json names, by Transformers' architectures.
enum class Head { language_model, causal_language_model, sequence_labels, token_labels, other };
Head head_of(const nlohmann::json& config);

/// Does a family of this build take the folder's config.json, or is there none and a torch file instead?
bool is_of_a_family(const Case& golden);

/// inputs["input_ids"] without padding (by attention_mask or lengths, where there are any).
std::vector<std::vector<std::int32_t>> token_ids(const nlohmann::json& inputs);

/// One form of a case's weights.
struct Layout {
  std::filesystem::path path;
  std::string name;  ///< empty: the folder
};
std::vector<Layout> layouts(const Case& golden);

/// A plain forward pass over all sequences: every token, <cls> and <eos> too.
struct Forward {
  models::Batch batch;
  std::map<int, Tensor> hidden;  ///< by layer, [T, D]
  Tensor last;                   ///< [T, D]
  /// Rows of sequence `s`, of a tensor with one row per token.
  std::vector<float> rows(const Tensor& tensor, std::size_t s) const;
};
Forward forward(const models::Model& model, const std::vector<std::vector<std::int32_t>>& ids);

/// "" when the strings of inputs.json give the ids beside them.
std::string tokens_differ(const nlohmann::json& inputs, const bio::Tokenizer& tokenizer);

/// The text of a JSON field, or "" where it is none.
std::string text_of(const nlohmann::json& object, const std::string& key);

}  // namespace groel::golden
