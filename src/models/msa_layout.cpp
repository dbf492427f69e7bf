// Translates fair-esm's files of the MSA Transformer, and writes them.
#include "models/msa_layout.h"

#include <algorithm>
#include <cstring>

#include "models/classifier.h"
#include "models/config_reader.h"
#include "models/fair_esm.h"

namespace groel::models {
namespace {

using nlohmann::json;

constexpr const char* kWords = "embed_tokens.weight";
constexpr const char* kDecoder = "lm_head.decoder.weight";
constexpr const char* kRowPositions = "msa_position_embedding.weight";
constexpr const char* kRowPositionsThere = "msa_position_embedding";
constexpr const char* kTrunk = "encoder.sentence_encoder.";

// The root of a torch file may be anything.
const json& child(const json& node, std::string_view name) {
  static const json nothing;
  const auto found = node.is_object() ? node.find(name) : node.end();
  return found == node.end() ? nothing : *found;
}

bool is_torch_file(const RawCheckpoint& raw) { return child(child(raw.config, "args"), "arch") == "msa_transformer"; }

bool has_own_names(const RawCheckpoint& raw) {
  return raw.arrays.contains(kRowPositionsThere) || raw.arrays.contains("lm_head.weight") ||
         (is_model_type(raw.config, kMsaType) && raw.config.contains("embed_dim"));
}

// A checkpoint's settings, whose names may begin with "encoder_".
json config_of(const json& fields) {
  const auto field = [&](const char* name) -> const json& {
    const json& whole = child(fields, std::string("encoder_") + name);
    return whole.is_null() ? child(fields, name) : whole;
  };
  const json& layers = field("layers");
  return {{"model_type", kMsaType},
          {"architectures", {"EsmMsaForMaskedLM"}},
          {"num_hidden_layers", layers.is_null() ? child(fields, "num_layers") : layers},
          {"hidden_size", field("embed_dim")},
          {"num_attention_heads", field("attention_heads")},
          {"intermediate_size", field("ffn_embed_dim")},
          {"layer_norm_eps", 1e-5}};
}

// [1, R, 1, D] -> [R, D]. In the first release, by mistake, D was 1: its number is added to every column.
void flatten_row_positions(RawCheckpoint& raw, std::int64_t width) {
  const auto node = raw.arrays.extract(kRowPositionsThere);
  if (node.empty()) return;
  io::Array array = node.mapped();
  if (array.shape.size() != 4 || array.shape[0] != 1 || array.shape[2] != 1)
    throw Error(
        ErrorKind::bad_model,
        {fmt::format("its shape is {}, not [1, rows, 1, width]", to_string(array.shape)), kRowPositionsThere, {}});
  const std::int64_t rows = array.shape[1], columns = array.shape[3];
  array.shape = {rows, columns};
  constexpr std::int64_t kMostRows = 1 << 14;
  if (columns == 1 && width > 1 && rows > 0 && rows <= kMostRows) {
    const std::size_t size = array.bytes.size() / static_cast<std::size_t>(rows);
    const auto bytes = std::make_shared<std::vector<std::byte>>(array.bytes.size() * static_cast<std::size_t>(width));
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows * width); ++i)
      std::memcpy(&(*bytes)[i * size], &array.bytes[i / static_cast<std::size_t>(width) * size], size);
    array = {array.dtype, {rows, width}, *bytes, bytes};
  }
  raw.arrays[kRowPositions] = std::move(array);
}

std::int64_t first_size(const io::ArrayMap& arrays, const char* name) {
  const auto found = arrays.find(name);
  return found == arrays.end() || found->second.shape.empty() ? 0 : found->second.shape.front();
}

// Sizes that the tensors say, and whether the head has a table of its own.
void complete_config(RawCheckpoint& raw) {
  const auto words = raw.arrays.find(kWords);
  if (words != raw.arrays.end() && words->second.shape.size() == 2) {
    raw.config["vocab_size"] = words->second.shape[0];
    flatten_row_positions(raw, words->second.shape[1]);
  }
  raw.config["max_position_embeddings"] = first_size(raw.arrays, "embed_positions.weight");
  raw.config["max_alignment_rows"] = first_size(raw.arrays, kRowPositions);
  const auto decoder = raw.arrays.find(kDecoder);
  if (decoder == raw.arrays.end() || words == raw.arrays.end()) return;
  if (std::ranges::equal(decoder->second.bytes, words->second.bytes))
    raw.arrays.erase(decoder);
  else
    raw.config["tie_word_embeddings"] = false;
}

void adapt_own_names(RawCheckpoint& raw) {
  const json settings = raw.config;
  raw.rename({{"lm_head.weight", kDecoder}});
  if (settings.contains("embed_dim")) raw.config = config_of(settings);
  complete_config(raw);
}

// Their files have the names of the two attentions the other way round.
const std::vector<Rename>& swapped() {
  static const std::vector<Rename> all{{"row_self_attention.", "@_self_attention."},
                                       {"column_self_attention.", "row_self_attention."},
                                       {"@_self_attention.", "column_self_attention."}};
  return all;
}

void adapt_torch_file(RawCheckpoint& raw) {
  raw.config = config_of(child(raw.config, "args"));
  raw.rename(swapped());
  raw.rename({{kFairEsmContacts, ""}, {kFairEsmModel, ""}, {kTrunk, ""}, {"encoder.", ""}});
  raw.rename({{"lm_head.weight", kDecoder}});
  complete_config(raw);
}

void require_expressible(const RawCheckpoint& model) {
  for (const auto& [name, array] : model.arrays)
    if (name.starts_with(kClassifier)) cannot_express("it has a head of classes (" + name + ")");
  if (!model.arrays.contains("lm_head.dense.weight")) cannot_express("it has no language-model head");
  if (model.config.value("layer_norm_eps", 0.0F) != 1e-5F) cannot_express("its layer_norm_eps is not 1e-5");
  if (const auto found = model.arrays.find(kDecoder);
      found != model.arrays.end() && !std::ranges::equal(found->second.bytes, model.arrays.at(kWords).bytes))
    cannot_express("its output table is not its embedding table");
}

// As its loader takes them; no fractions, which torch 1.13 does not take with weights_only.
json settings_of(const RawCheckpoint& model) {
  const json& config = model.config;
  return {{"args",
           {{"arch", "msa_transformer"},
            {"encoder_layers", config["num_hidden_layers"]},
            {"encoder_embed_dim", config["hidden_size"]},
            {"encoder_ffn_embed_dim", config["intermediate_size"]},
            {"encoder_attention_heads", config["num_attention_heads"]},
            {"dropout", 0},
            {"attention_dropout", 0},
            {"activation_dropout", 0},
            {"max_positions", std::max<std::int64_t>(first_size(model.arrays, "embed_positions.weight"), 2) - 2},
            {"max_tokens_per_msa", 1 << 14},
            {"max_tokens", 1 << 14},
            {"encoder_embed_positions_msa", model.arrays.contains(kRowPositions)},
            {"encoder_logit_bias", true}}}};
}

std::string placed(const std::string& name) {
  if (name.starts_with("contact_head.")) return std::string(kFairEsmContacts) + name;
  return fmt::format("{}{}{}", kFairEsmModel, name.starts_with("lm_head.") ? "encoder." : kTrunk, name);
}

void express_torch_file(RawCheckpoint& model) {
  require_expressible(model);
  RawCheckpoint out{settings_of(model), {}};
  model.arrays[kDecoder] = model.arrays.at(kWords);
  model.rename({{kDecoder, "lm_head.weight"}, {kRowPositions, kRowPositionsThere}});
  model.rename(swapped());
  for (auto& [name, array] : model.arrays) {
    if (name == kRowPositionsThere) array.shape = {1, array.shape[0], 1, array.shape[1]};
    out.arrays.emplace(placed(name), std::move(array));
  }
  for (const std::string& name : model.buffers)
    if (name != kDecoder) out.buffers.insert(placed(name));
  model = std::move(out);
}

}  // namespace

std::vector<Layout> msa_layouts() {
  return {{.name = "torch file of the model's own code",
           .recognises = is_torch_file,
           .adapt = adapt_torch_file,
           .express = express_torch_file,
           .extension = ".pt"},
          {"", has_own_names, adapt_own_names}};
}

}  // namespace groel::models
