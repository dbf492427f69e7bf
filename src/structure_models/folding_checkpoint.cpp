// Parts of reading a folding network.
#include "structure_models/folding_checkpoint.h"

#include "base/error.h"
#include "base/options.h"
#include "base/system.h"
#include "checkpoints/tokenizer_files.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

bio::TokenizerFiles vocabulary_of(const fs::path& path, const json& config) {
  bio::TokenizerFiles files;
  if (fs::is_directory(path)) files = checkpoints::read_tokenizer_files(path, models::Vocabulary::lines);
  const auto list = config.find("vocab_list");
  if (files.tokens.empty() && list != config.end() && list->is_array())
    for (const json& token : *list)
      if (token.is_string()) files.tokens.push_back(token.get<std::string>());
  return files;
}

// Rows of each head in turn, queries, keys and values -> all queries, or keys, or values.
io::Array rows_of_heads(const io::Array& joint, std::int64_t heads, std::int64_t which) {
  const std::int64_t rows = joint.shape[0], width = rows / (3 * heads);
  const std::size_t row_bytes = joint.bytes.size() / static_cast<std::size_t>(rows);
  auto bytes = std::make_shared<std::vector<std::byte>>();
  bytes->reserve(joint.bytes.size() / 3);
  for (std::int64_t head = 0; head < heads; ++head) {
    const auto from = joint.bytes.subspan(static_cast<std::size_t>((3 * head + which) * width) * row_bytes,
                                          static_cast<std::size_t>(width) * row_bytes);
    bytes->insert(bytes->end(), from.begin(), from.end());
  }
  return {joint.dtype, {rows / 3, joint.shape[1]}, {bytes->data(), bytes->size()}, bytes};
}

}  // namespace

std::unique_ptr<models::Model> language_model_of(const json& config, const json& whole, const fs::path& path) {
  const models::Family& family = models::family_named("esm");
  const auto build = [&family, config, tokenizer = family.tokenizer(vocabulary_of(path, whole))] {
    return family.build(config, tokenizer);
  };
  auto out = build();
  out->built_by(build);
  return out;
}

// Packed weights take about what their numbers do.
void require_memory(std::int64_t parameters, ops::Precision precision, const fs::path& path) {
  const auto each = static_cast<std::size_t>(precision == ops::Precision::bf16 ? 2 : 4);
  const std::size_t wanted = static_cast<std::size_t>(parameters) * each, free_now = available_memory();
  if (wanted > free_now)
    throw Error(ErrorKind::memory,
                {fmt::format("its weights take {}, and {} are free", format_bytes(wanted), format_bytes(free_now)),
                 path.string(),
                 each == 4 ? "use `dtype=bf16`, or a machine with more memory" : "use a machine with more memory"});
}

void split_joint_heads(models::RawCheckpoint& raw, const std::string& prefix, const JointHeads& shape) {
  const auto found = raw.arrays.find(prefix + "proj.weight");
  if (found == raw.arrays.end() || found->second.shape != std::vector{3 * shape.width, shape.width}) return;
  const char* const names[] = {"query", "key", "value"};
  for (std::int64_t which = 0; which < 3; ++which)
    raw.arrays[fmt::format("{}{}.weight", prefix, names[which])] = rows_of_heads(found->second, shape.heads, which);
  raw.arrays.erase(found);
}

}  // namespace groel::structure_models
