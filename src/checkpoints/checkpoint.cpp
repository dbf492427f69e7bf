// Recognises a checkpoint's layout and translates its tensor names to the model's.
#include "checkpoints/checkpoint.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/folders.h"
#include "base/text_file.h"
#include "base/words.h"
#include "checkpoints/adapter.h"
#include "checkpoints/native_file.h"
#include "checkpoints/tokenizer_files.h"
#include "io/checkpoint_files.h"
#include "io/gguf.h"

namespace groel::checkpoints {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Tensors of a torch file under the path of their names; what else it holds stays in `rest`.
void flatten(const json& node, const std::string& path, const std::vector<io::Array>& tensors, io::ArrayMap& arrays,
             json& rest) {
  if (node.is_object() && node.contains("$tensor")) {
    arrays[path] = tensors.at(node["$tensor"].get<std::size_t>());
    return;
  }
  if (!node.is_object()) {
    rest = node;
    return;
  }
  for (const auto& [name, child] : node.items()) {
    json beside;
    flatten(child, path.empty() ? name : fmt::format("{}.{}", path, name), tensors, arrays, beside);
    if (!beside.is_null()) rest[name] = std::move(beside);
  }
}

std::vector<StoredTensor> stored_of(const io::ArrayMap& arrays) {
  std::vector<StoredTensor> out;
  for (const auto& [name, array] : arrays) out.push_back({name, array.bytes});
  return out;
}

// What comes before the names of the model's tensors that is not the model's own: "module.", "model.net."…; told by
// the one tensor that every model of tokens has.
std::string wrapper_of(const io::ArrayMap& arrays, const models::Family& family, const std::string& where) {
  std::vector<std::string> found;
  for (const auto& [name, array] : arrays)
    for (const std::string_view table : family.token_tables) {
      if (!name.ends_with(table)) continue;
      std::string before = name.substr(0, name.size() - table.size());
      if (!before.empty() && !before.ends_with('.')) continue;
      found.push_back(std::move(before));
      break;
    }
  if (found.size() > 1)
    throw Error(ErrorKind::bad_model, {fmt::format("it holds two models, under '{}' and '{}'", found[0], found[1]),
                                       where, "save the state dict of one of them alone"});
  return found.empty() ? std::string() : found.front();
}

// Names without a wrapper's prefix, which is told in `layout`. Those that do not have it are left as they are.
io::ArrayMap unwrapped(io::ArrayMap arrays, const models::Family& family, const std::string& where,
                       std::string& layout) {
  const std::string wrapper = wrapper_of(arrays, family, where);
  if (wrapper.empty()) return arrays;
  layout += fmt::format(", its tensors' names without '{}'", wrapper);
  io::ArrayMap out;
  for (auto& [name, array] : arrays) {
    const std::string ours = name.starts_with(wrapper) ? name.substr(wrapper.size()) : name;
    if (!out.emplace(ours, std::move(array)).second)
      throw Error(ErrorKind::bad_model, {fmt::format("two of its tensors are {} without '{}'", ours, wrapper), where,
                                         "save the state dict of the model alone"});
  }
  return out;
}

const models::Layout* layout_of(const models::Family& family, const models::RawCheckpoint& raw) {
  for (const models::Layout& layout : family.layouts)
    if (layout.recognises(raw)) return &layout;
  return nullptr;
}

// Under the model's names.
void adapt(Checkpoint& checkpoint, models::RawCheckpoint raw, const models::Layout* layout) {
  try {
    if (layout != nullptr) layout->adapt(raw);
  } catch (const Error& error) {
    throw error.at(checkpoint.path.string());
  }
  checkpoint.config = std::move(raw.config);
  checkpoint.arrays = std::move(raw.arrays);
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
  io::ArrayMap arrays = read_weights(folder, weights);
  out.stored = stored_of(arrays);
  models::RawCheckpoint raw{out.config, unwrapped(std::move(arrays), *out.family, out.path.string(), out.layout)};
  const models::Layout* const layout = layout_of(*out.family, raw);
  if (layout != nullptr && !layout->name.empty()) out.layout += fmt::format(", names as in {}", layout->name);
  adapt(out, std::move(raw), layout);
  out.tokenizer = read_tokenizer_files(folder, out.family->vocabulary);
  return out;
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

models::RawCheckpoint read_raw(const fs::path& file) {
  models::RawCheckpoint raw;
  const io::TorchFile torch = io::read_torch(file);
  flatten(torch.root, {}, torch.tensors, raw.arrays, raw.config);
  if (const fs::path beside = regression_of(file); is_there(beside)) {
    const io::TorchFile second = io::read_torch(beside);
    json ignored;
    flatten(second.root, "contact_regression", second.tensors, raw.arrays, ignored);
  }
  return raw;
}

// A checkpoint of the code that a family comes from, which says of itself what it is.
std::optional<Checkpoint> read_own(const models::Family& family, models::RawCheckpoint raw, const fs::path& file) {
  Checkpoint out;
  out.path = file;
  out.family = &family;
  out.stored = stored_of(raw.arrays);
  out.layout = "torch file of the model's own code";
  const models::Layout* const layout = layout_of(family, raw);
  if (layout == nullptr || layout->name.empty()) return std::nullopt;
  raw.arrays = unwrapped(std::move(raw.arrays), family, file.string(), out.layout);
  if (raw.config.is_null() && is_there(folder_of(file) / "config.json")) {
    json beside = read_json(folder_of(file) / "config.json");
    if (family.accepts(beside)) raw.config = std::move(beside);
  }
  adapt(out, std::move(raw), layout);
  return out;
}

// GGUF names its architecture, and its tensors as ggml's programs do: a family reads it by a layout of its own.
Checkpoint read_ggml(const fs::path& file) {
  io::ArrayFile gguf = io::read_gguf(file);
  const json architecture = gguf.metadata.value("general.architecture", json("none"));
  const models::RawCheckpoint raw{std::move(gguf.metadata), std::move(gguf.arrays)};
  for (const models::Family& family : models::families())
    if (auto own = read_own(family, raw, file)) {
      own->layout = "GGUF file";
      return *std::move(own);
    }
  throw Error(ErrorKind::unsupported,
              {fmt::format("a GGUF file of architecture {}, which no model family of this build has",
                           architecture.dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 100)),
               file.string(), "give the model's Hugging Face folder"});
}

Checkpoint read_native(const fs::path& file) {
  const models::RawCheckpoint raw = read_raw(file);
  for (const models::Family& family : models::families())
    if (auto own = read_own(family, raw, file)) return *std::move(own);
  if (is_there(folder_of(file) / "config.json")) return read_hugging_face(folder_of(file), file);
  if (!raw.arrays.empty())
    throw Error(ErrorKind::unsupported,
                {"a torch file of tensors, but not of any model family of this build: nothing says what model it is",
                 file.string(),
                 "put it into a folder with the config.json and vocab.txt of the model it was trained from, as "
                 "pytorch_model.bin"});
  throw Error(
      ErrorKind::unsupported,
      {"a torch file, but not of any model family of this build", file.string(),
       "give a Hugging Face folder, or a torch file of the code of one of the families that `groel models` lists"});
}

// Whether a torch file is a model of a family's own code: parts beside a model are none. Looks at names alone.
bool is_own_file(const fs::path& file) {
  try {
    models::RawCheckpoint raw;
    const io::TorchFile torch = io::read_torch(file, io::Checksums::skip);
    flatten(torch.root, {}, torch.tensors, raw.arrays, raw.config);
    const auto& families = models::families();
    return std::any_of(families.begin(), families.end(), [&](const models::Family& family) {
      const models::Layout* const layout = layout_of(family, raw);
      return layout != nullptr && !layout->name.empty();
    });
  } catch (const Error&) {
    return false;
  }
}

// The one model in a folder, or in its data/weights, where such code keeps them.
std::optional<fs::path> own_file_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const fs::path& place : {folder, folder / "data" / "weights"}) {
    std::error_code failed;
    for (fs::directory_iterator at(place, failed), end; !failed && at != end; at.increment(failed)) {
      const std::string extension = at->path().extension().string();
      if ((extension == ".pth" || extension == ".pt") && is_own_file(at->path())) found.push_back(at->path());
    }
  }
  return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
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
    if (!is_there(path / "config.json"))
      if (const auto own = own_file_in(path)) return read_native(*own);
    require_configuration(path);
    return read_hugging_face(path);
  }
  const std::string extension = path.extension().string();
  if (extension == ".gguf") return read_ggml(path);
  if (extension == ".json") return read_hugging_face(folder_of(path));
  if (extension == ".safetensors" || extension == ".bin") return read_hugging_face(folder_of(path), path);
  return read_native(path);
}

}  // namespace

models::RawCheckpoint read_file(const fs::path& path) {
  if (path.extension() == ".safetensors") return {nullptr, io::read_safetensors(path).arrays};
  return read_raw(path);
}

Checkpoint read_checkpoint(const fs::path& path) {
  try {
    return is_adapter(path) ? read_adapted(path) : read_any(path);
  } catch (const Error& error) {  // of a small file that is part of the model
    if (error.kind() == ErrorKind::bad_input) throw Error(ErrorKind::bad_model, error.parts());
    throw;
  }
}

}  // namespace groel::checkpoints
