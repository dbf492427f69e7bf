// Recognising a checkpoint's layout and bringing its names to the model's.
#include "engine/checkpoint.h"

#include <algorithm>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/text_file.h"
#include "base/words.h"
#include "io/checkpoint_files.h"

namespace groel::engine {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// {"$tensor": i} gets the tensor's shape, and a number that is equal for tensors in the same memory.
void annotate(json& node, const std::vector<io::Array>& tensors, std::map<const std::byte*, std::size_t>& storages) {
  if (!node.is_structured()) return;
  if (node.is_object() && node.contains("$tensor")) {
    const io::Array& tensor = tensors.at(node["$tensor"].get<std::size_t>());
    node["shape"] = tensor.shape;
    node["storage"] = storages.emplace(tensor.bytes.data(), storages.size()).first->second;
    return;
  }
  for (json& child : node) annotate(child, tensors, storages);
}

// {"$tensor": i} becomes {"$tensor": i + by}.
void renumber(json& node, std::size_t by) {
  if (!node.is_structured()) return;
  if (node.is_object() && node.contains("$tensor")) {
    node["$tensor"] = node["$tensor"].get<std::size_t>() + by;
    return;
  }
  for (json& child : node) renumber(child, by);
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string canonical(std::string name, const std::vector<models::Rename>& renames) {
  for (const models::Rename& rename : renames) replace_all(name, rename.from, rename.to);
  return name;
}

// A Hugging Face model saved without its language-model head has names without the "esm." in front.
io::ArrayMap with_prefix(io::ArrayMap arrays, const std::string& prefix) {
  const bool bare =
      std::none_of(arrays.begin(), arrays.end(), [&](const auto& a) { return a.first.starts_with(prefix); });
  if (!bare) return arrays;
  io::ArrayMap out;
  for (auto& [name, array] : arrays) out.emplace(name.starts_with("lm_head.") ? name : prefix + name, std::move(array));
  return out;
}

// What stands before the names of the model's tensors that is not the model's own: "module.", "model.net."…; told by
// the one tensor that every model of tokens has.
std::string wrapper_of(const io::ArrayMap& arrays, const std::string& prefix, const std::string& where) {
  static constexpr std::string_view kTokens = "embeddings.word_embeddings.weight";
  std::vector<std::string> found;
  for (const auto& [name, array] : arrays) {
    if (!name.ends_with(kTokens)) continue;
    std::string before = name.substr(0, name.size() - kTokens.size());
    if (before.ends_with(prefix)) before.resize(before.size() - prefix.size());
    if (before.empty() || before.ends_with('.')) found.push_back(before);
  }
  if (found.size() > 1)
    throw Error(ErrorKind::bad_model, {fmt::format("it holds two models, under '{}' and '{}'", found[0], found[1]),
                                       where, "save the state dict of one of them alone"});
  return found.empty() ? std::string() : found.front();
}

// Names without a wrapper's prefix, which is told in `layout`. Those that do not have it are left as they are.
io::ArrayMap unwrapped(io::ArrayMap arrays, const std::string& prefix, const Checkpoint& from, std::string& layout) {
  const std::string wrapper = wrapper_of(arrays, prefix, from.path.string());
  if (wrapper.empty()) return arrays;
  layout += fmt::format(", its tensors' names without '{}'", wrapper);
  io::ArrayMap out;
  for (auto& [name, array] : arrays) {
    const std::string ours = name.starts_with(wrapper) ? name.substr(wrapper.size()) : name;
    if (!out.emplace(ours, std::move(array)).second)
      throw Error(ErrorKind::bad_model, {fmt::format("two of its tensors are {} without '{}'", ours, wrapper),
                                         from.path.string(), "save the state dict of the model alone"});
  }
  return out;
}

bool is_there(const fs::path& path) {
  std::error_code ignored;  // what stands in the way is said on opening
  return fs::exists(path, ignored);
}

// One token a line, in order of id; empty lines at the end are none.
std::vector<std::string> read_vocabulary(const fs::path& file) {
  constexpr std::size_t kMaxTokens = std::size_t{1} << 20;
  std::vector<std::string> tokens;
  if (!is_there(file)) return tokens;
  std::istringstream stream(read_text(file));
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    tokens.push_back(std::move(line));
    if (tokens.size() > kMaxTokens) throw Error(ErrorKind::bad_model, {"more than 2^20 tokens", file.string(), {}});
  }
  while (!tokens.empty() && tokens.back().empty()) tokens.pop_back();
  if (tokens.empty()) throw Error(ErrorKind::bad_model, {"the vocabulary has no tokens", file.string(), {}});
  return tokens;
}

io::ArrayMap read_weights(const fs::path& folder, const fs::path& weights) {
  if (weights.empty()) return io::read_checkpoint_arrays(folder).arrays;
  const bool safe = weights.extension() == ".safetensors";
  return safe ? io::read_safetensors(weights).arrays : io::read_state_dict(weights).arrays;
}

// `weights`: one file of the folder, or empty for whichever it holds.
Checkpoint read_hugging_face(const fs::path& folder, const fs::path& weights = {}) {
  Checkpoint out;
  out.path = weights.empty() ? folder : weights;
  out.layout = "Hugging Face folder";
  out.config = read_json(folder / "config.json");
  out.family = &models::find_family(out.config);
  const std::string prefix = std::string(out.family->name) + ".";
  out.arrays = with_prefix(unwrapped(read_weights(folder, weights), prefix, out, out.layout), prefix);
  out.vocabulary_file = folder / "vocab.txt";
  out.vocabulary = read_vocabulary(out.vocabulary_file);
  return out;
}

fs::path regression_of(const fs::path& file) {
  return file.parent_path() / (file.stem().string() + "-contact-regression.pt");
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

// A tensor in it, or in a dict in it.
bool holds_weights(const json& root) {
  const auto is_tensor = [](const json& value) { return value.is_object() && value.contains("$tensor"); };
  return root.is_object() && std::any_of(root.begin(), root.end(), [&](const json& value) {
           return is_tensor(value) || (value.is_object() && std::any_of(value.begin(), value.end(), is_tensor));
         });
}

Checkpoint read_native(const fs::path& file) {
  io::TorchFile torch = io::read_torch(file);
  json regression;
  std::vector<io::Array> tensors = std::move(torch.tensors);
  if (const fs::path beside = regression_of(file); is_there(beside)) {
    io::TorchFile second = io::read_torch(beside);
    renumber(second.root, tensors.size());  // its tensors follow the model's
    regression = std::move(second.root);
    tensors.insert(tensors.end(), second.tensors.begin(), second.tensors.end());
  }
  std::map<const std::byte*, std::size_t> storages;
  annotate(torch.root, tensors, storages);
  annotate(regression, tensors, storages);

  for (const models::Family& family : models::families()) {
    const models::NativeCheckpoint native = family.from_native(torch.root, regression);
    if (native.config.is_null()) continue;
    Checkpoint out;
    out.path = file;
    out.layout = "torch file of the model's own code";
    out.config = native.config;
    out.family = &family;
    for (const auto& [name, tensor] : native.tensors.items()) {
      if (!tensor.is_object() || !tensor.contains("$tensor")) continue;
      const std::string ours = canonical(name, family.native_renames);
      if (!out.arrays.emplace(ours, tensors.at(tensor["$tensor"].get<std::size_t>())).second)
        throw Error(ErrorKind::bad_model,
                    {fmt::format("two of its tensors are {} ('{}' is one)", ours, name), file.string(), {}});
    }
    return out;
  }
  if (is_there(folder_of(file) / "config.json")) return read_hugging_face(folder_of(file), file);
  if (holds_weights(torch.root))
    throw Error(ErrorKind::unsupported,
                {"a torch file of tensors, but not of any model family of this build: nothing says what model it is",
                 file.string(),
                 "put it into a folder with the config.json and vocab.txt of the model it was trained from, as "
                 "pytorch_model.bin"});
  throw Error(ErrorKind::unsupported, {"a torch file, but not of any model family of this build", file.string(),
                                       "give a Hugging Face folder, or a fair-esm ESM-2, ESM-1b or ESM-1v .pt file"});
}

// Folders above a model's are taken for it: those of a cache, or one that holds several.
void require_configuration(const fs::path& folder) {
  if (is_there(folder / "config.json")) return;
  std::vector<std::string> inside;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    if (is_there(at->path() / "config.json")) inside.push_back(fmt::format("'{}'", at->path().string()));
  std::sort(inside.begin(), inside.end());
  throw Error(
      ErrorKind::not_found,
      {"this folder is no model: there is no config.json in it", folder.string(),
       inside.empty() ? "give a Hugging Face folder or a fair-esm .pt file; `groel models` lists names that -m takes"
                      : fmt::format("did you mean {}?", listed(inside, 3))});
}

Checkpoint read_any(const fs::path& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (!fs::exists(status))
    throw Error(ErrorKind::not_found,
                {"there is no such model folder or file", path.string(),
                 "give a Hugging Face folder or a fair-esm .pt file; `groel models` lists bundled ones"});
  if (fs::is_directory(status)) {
    require_configuration(path);
    return read_hugging_face(path);
  }
  const std::string extension = path.extension().string();
  if (extension == ".json") return read_hugging_face(folder_of(path));
  if (extension == ".safetensors" || extension == ".bin") return read_hugging_face(folder_of(path), path);
  return read_native(path);
}

}  // namespace

Checkpoint read_checkpoint(const fs::path& path) {
  try {
    return read_any(path);
  } catch (const Error& error) {  // of a small file that is part of the model
    if (error.kind() == ErrorKind::bad_input) throw Error(ErrorKind::bad_model, error.parts());
    throw;
  }
}

}  // namespace groel::engine
