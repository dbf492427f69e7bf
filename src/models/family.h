// A model family: all that is needed to recognise, build and fill one of its checkpoints.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/arrays.h"
#include "models/model.h"

namespace groel::models {

/// Part of a tensor's name, and what it is called here; applied in order, each wherever it occurs.
struct Rename {
  std::string_view from;
  std::string_view to;
};
std::string renamed(std::string name, const std::vector<Rename>& renames);
/// The way back: longer names first, so that none is taken for a part of another. What had only been taken off stays
/// off.
std::vector<Rename> inverse(const std::vector<Rename>& renames);

/// A checkpoint as its file has it.
struct RawCheckpoint {
  /// config.json; of a torch file of the family's own code what it holds beside tensors.
  nlohmann::json config;
  /// Names of nested dictionaries are joined by '.'; of fair-esm's regression for contacts, "contact_regression." comes
  /// before them.
  io::ArrayMap arrays;
  /// Names of those that keep their precision whatever the others are converted to.
  std::set<std::string> buffers{};
  /// What `join_rows` made an array of.
  std::map<std::string, std::vector<std::span<const std::byte>>> joined{};

  /// Every name anew, of `buffers` too. Errors: bad_model, where two become one.
  void rename(const std::vector<Rename>& renames);
  /// The rows of one array as several, each of `rows` rows, under these names. Errors: bad_model, where they do not
  /// fit.
  void split_rows(const std::string& name, const std::vector<std::pair<std::string, std::int64_t>>& parts);
  /// The way back: the rows of these arrays, one after the other, as one array. Errors: bad_model, where one is
  /// missing.
  void join_rows(const std::string& name, const std::vector<std::string>& parts);
};

/// A form, other than the model's own names, in which checkpoints of a family are published.
struct Layout {
  std::string_view name;  ///< for people
  bool (*recognises)(const RawCheckpoint& raw);
  /// Brings names, shapes and configuration (Hugging Face's terms) to what the model declares. What is missing or of a
  /// wrong type in the configuration is left out of it, for `build` to complain of. Errors: bad_model.
  void (*adapt)(RawCheckpoint& raw);
  /// The way back, for files that are written; null: none are. Of names and configuration of the model it makes what
  /// such a file holds: names of tensors, "model." before those that are in a dict of that name, and beside them
  /// settings. Errors: unsupported, where the layout cannot hold the model.
  void (*express)(RawCheckpoint& model) = nullptr;
  std::string_view extension{};  ///< of files that are written: ".pt"
  /// Whether such a file does not say what model it is and needs its config.json beside it.
  bool (*needs_config)(const nlohmann::json& config) = nullptr;
  /// What to tell whoever writes such a file under that name without extension; may be empty.
  std::string (*advice)(const RawCheckpoint& file, std::string_view stem) = nullptr;
};

/// The layout in which a family's own code keeps its checkpoints. Null: none that can be written.
struct Family;
const Layout* written_layout(const Family& family);

/// Refuses, for `express`: no file of that code can hold the model. Errors: unsupported.
[[noreturn]] void cannot_express(const std::string& why);

/// A size, as a new model is asked for.
struct ModelShape {
  std::int64_t layers = 6;
  std::int64_t width = 320;
  std::int64_t heads = 20;
  std::int64_t ffn = 0;  ///< 0: the family's own ratio
};
struct NamedShape {
  std::string_view name;  ///< "650M"
  ModelShape shape;
};

/// How the vocabulary of a family is kept: a vocab.txt, or vocab.json and merges.txt (or tokenizer.json).
enum class Vocabulary { lines, byte_pairs };

struct Family {
  std::string_view name;
  std::string_view summary;
  std::string_view citation;
  std::string_view golden;  ///< folder of tests/data that its numbers are tested against
  /// Does a Hugging Face configuration belong to this family?
  bool (*accepts)(const nlohmann::json& config);
  /// Errors: bad_model naming the field of the configuration that is missing or impossible.
  std::unique_ptr<Model> (*build)(const nlohmann::json& config, TokenizerPointer tokenizer);
  /// Of a checkpoint's own vocabulary; of the published one where that has no tokens. Errors: bad_model.
  TokenizerPointer (*tokenizer)(const bio::TokenizerFiles& files);
  Vocabulary vocabulary = Vocabulary::lines;  ///< the files that it is kept in
  /// config.json of an untrained model of that shape, all fields that Transformers has. Errors: usage, where there is
  /// no such shape.
  nlohmann::json (*configure)(const ModelShape& shape);
  std::vector<NamedShape> shapes;  ///< those that are published
  /// Fills in what Transformers expects beyond what a model needs.
  void (*complete)(nlohmann::json& config, const std::vector<std::string>& vocabulary);
  std::string_view architecture;  ///< "Esm" of EsmForMaskedLM
  /// Names of the table of tokens in every layout, the longest first: what comes before them in a file is a wrapper's.
  std::vector<std::string_view> token_tables;
  std::vector<Layout> layouts;  ///< the first that recognises a checkpoint adapts it
  /// Tensors that files hold and the model does not use: buffers, tied copies. `*` matches any run of characters.
  std::vector<std::string_view> ignorable;
  /// Ends of the names of matrices whose first values are divided by sqrt(2 * layers): they join the residual stream.
  std::vector<std::string_view> damped = {};
  std::vector<std::string> lora_targets;  ///< layers that get adapters where none are named: queries and values
  /// Ends of the names of the biases of queries and keys, where it has them.
  std::string_view query_bias = {}, key_bias = {};
};

/// Every registered family, in the order of families.inc.
const std::vector<Family>& families();
/// The family of a configuration. Errors: unsupported, listing what there is.
const Family& find_family(const nlohmann::json& config);
/// The family of that name. Errors: usage, listing what there is.
const Family& family_named(std::string_view name);

}  // namespace groel::models
