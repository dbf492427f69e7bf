// Reads and writes the files of prompts.
#include "checkpoints/prompts.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/words.h"
#include "checkpoints/initial.h"
#include "checkpoints/load.h"
#include "checkpoints/tensors.h"

namespace groel::checkpoints {
namespace {

constexpr const char* kFormat = "groel prompt 1";
constexpr const char* kExtension = ".safetensors";
constexpr const char* kVectors = "vectors";

struct PromptFile {
  std::filesystem::path path;
  std::string name, trunk;
  bool together = false, gated = false, token_dropout = true;
  io::ArrayMap arrays;

  std::int64_t tokens() const { return arrays.at(kVectors).shape[0]; }
};

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what, const std::string& remedy = {}) {
  throw Error(ErrorKind::bad_model, {what, path.string(), remedy});
}

bool flag(const nlohmann::json& metadata, const char* name, const std::filesystem::path& path) {
  const std::string text = metadata.value(name, std::string());
  if (text != "true" && text != "false")
    fail(path, fmt::format("'{}' of the prompt is '{}', not true or false", name, text));
  return text == "true";
}

PromptFile read_prompt(const std::filesystem::path& path) {
  io::ArrayFile file = io::read_safetensors(path);
  if (file.metadata.value("format", std::string()) != kFormat)
    fail(path, "the file holds no prompt", "`groel train prompts` writes them");
  PromptFile out{path, file.metadata.value("name", std::string()), file.metadata.value("trunk", std::string())};
  out.together = flag(file.metadata, "together", path);
  out.gated = flag(file.metadata, "gated", path);
  out.token_dropout = flag(file.metadata, "token_dropout", path);
  out.arrays = std::move(file.arrays);
  const auto vectors = out.arrays.find(kVectors);
  if (vectors == out.arrays.end() || vectors->second.shape.size() != 2 || vectors->second.shape[0] < 1)
    fail(path, "the prompt has no matrix 'vectors'");
  return out;
}

void check_name(const std::string& name) {
  const bool fits = !name.empty() && name.find_first_of("/\\., :") == std::string::npos && name != "gates";
  if (!fits)
    throw Error(ErrorKind::usage, {fmt::format("'{}' is no name for a prompt", name), "`prompts`",
                                   "a name has letters, digits, - and _; 'gates' is taken"});
}

void check_names(const nn::PromptShape& shape) {
  std::set<std::string> seen;
  for (const nn::PromptSpec& prompt : shape.prompts) {
    check_name(prompt.name);
    if (!seen.insert(prompt.name).second)
      throw Error(ErrorKind::usage, {fmt::format("two prompts have the name '{}'", prompt.name), "`prompt`", {}});
  }
}

// Those of two files that are used together are the same.
void add_shared(io::ArrayMap& to, const std::string& name, const io::Array& array, const std::filesystem::path& path) {
  const auto [at, added] = to.emplace(name, array);
  if (added) return;
  const io::Array& there = at->second;
  if (there.dtype != array.dtype || !std::ranges::equal(there.bytes, array.bytes))
    fail(path, fmt::format("its '{}' is not that of the prompt before it", name),
         "use prompts that were learned together");
}

void add(Checkpoint& checkpoint, const PromptFile& file) {
  nn::PromptShape& shape = checkpoint.prompts;
  if (!shape.empty() &&
      (shape.together != file.together || shape.gated != file.gated || shape.token_dropout != file.token_dropout))
    fail(file.path, "it acts in another way than the prompt before it", "use prompts that were learned together");
  shape.together = file.together;
  shape.gated = file.gated;
  shape.token_dropout = file.token_dropout;
  shape.prompts.push_back({file.name, file.tokens()});
  for (const auto& [name, array] : file.arrays) {
    if (name == kVectors)
      checkpoint.arrays.emplace(fmt::format("{}.{}.weight", nn::kPrompts, file.name), array);
    else
      add_shared(checkpoint.arrays, fmt::format("{}.{}", nn::kPrompts, name), array, file.path);
  }
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == kExtension) out.push_back(entry.path().stem().string());
  std::sort(out.begin(), out.end());
  return out;
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error(ErrorKind::io, {"the folder cannot be made: " + error.message(), folder.string(), {}});
}

void write(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors, const nn::PromptShape& shape,
           const std::string& name, const std::string& trunk) {
  const auto text = [](bool value) { return value ? "true" : "false"; };
  write_tensors(path, tensors,
                {{"format", kFormat},
                 {"name", name},
                 {"trunk", trunk},
                 {"together", text(shape.together)},
                 {"gated", text(shape.gated)},
                 {"token_dropout", text(shape.token_dropout)}});
}

std::filesystem::path write_again(const PromptFile& prompt, const std::vector<NamedTensor>& tensors,
                                  const std::filesystem::path& folder, const std::string& trunk) {
  check_name(prompt.name);
  make_folder(folder);
  const std::filesystem::path to = folder / (prompt.name + kExtension);
  write(to, tensors, {{}, prompt.together, prompt.gated, prompt.token_dropout}, prompt.name, trunk);
  return to;
}

// Numbers of the same root mean square, uniform around 0.
void scatter(Tensor& values, std::uint64_t key) {
  auto* at = values.mutable_data<float>();
  double squares = 0;
  for (std::int64_t i = 0; i < values.count(); ++i) squares += static_cast<double>(at[i]) * at[i];
  const double spread = std::sqrt(12 * squares / static_cast<double>(std::max<std::int64_t>(1, values.count())));
  for (std::int64_t i = 0; i < values.count(); ++i)
    at[i] = static_cast<float>((unit_double(philox(key, static_cast<std::uint64_t>(i))[0]) - 0.5) * spread);
}

}  // namespace

std::filesystem::path find_prompt(const std::string& named, const std::filesystem::path& model) {
  std::error_code error;
  for (const auto& path : {model / kPromptFolder / (named + kExtension), std::filesystem::path(named),
                           std::filesystem::path(named + kExtension)})
    if (std::filesystem::is_regular_file(path, error)) return path;
  const std::vector<std::string> names = names_in(model / kPromptFolder);
  throw Error(
      ErrorKind::not_found,
      {fmt::format("there is no prompt '{}'", named), "`prompt`",
       names.empty() ? fmt::format("{} holds no prompts: give the path of a file that `groel train prompts` wrote",
                                   (model / kPromptFolder).string())
                     : fmt::format("those of this model are {}; or give the path of a file", listed(names))});
}

void add_prompts(Checkpoint& checkpoint, const std::vector<std::filesystem::path>& files) {
  if (files.empty()) return;
  const std::string trunk = fingerprint(checkpoint);
  std::vector<PromptFile> prompts;
  for (const std::filesystem::path& path : files) prompts.push_back(read_prompt(path));
  for (const PromptFile& prompt : prompts)
    if (prompt.trunk != trunk)
      fail(prompt.path,
           fmt::format("the prompt was learned on another model ({}…, not {}… of {})", prompt.trunk.substr(0, 12),
                       trunk.substr(0, 12), checkpoint.path.string()),
           "name the model that it was learned on by -m, in the data type that it was learned in");
  for (const PromptFile& prompt : prompts) add(checkpoint, prompt);
  check_names(checkpoint.prompts);
}

std::vector<std::string> trained_with(const nlohmann::json& config) {
  std::vector<std::string> out;
  const auto found = config.find(kTrainedWith);
  if (found != config.end() && found->is_array())
    for (const auto& name : *found)
      if (name.is_string()) out.push_back(name.get<std::string>());
  return out;
}

Checkpoint read_prompted(const std::filesystem::path& path, const std::vector<std::string>& prompts) {
  Checkpoint out = read_checkpoint(path);
  std::vector<std::filesystem::path> files;
  for (const std::string& name : prompts) files.push_back(find_prompt(name, path));
  add_prompts(out, files);
  return out;
}

void add_new_prompts(Checkpoint& checkpoint, const nn::PromptShape& shape, std::uint64_t seed) {
  check_names(shape);
  for (const nn::PromptSpec& prompt : shape.prompts)
    if (prompt.tokens < 1)
      throw Error(ErrorKind::usage, {fmt::format("prompt '{}' has {} tokens", prompt.name, prompt.tokens), "`prompts`",
                                     "a prompt has one token or more"});
  checkpoint.prompts = shape;
  add_initial(checkpoint, fmt::format("{}.", nn::kPrompts), seed);
}

bool is_of_prompts(const std::string& name) { return name.starts_with(fmt::format("{}.", nn::kPrompts)); }

void write_prompts(const std::filesystem::path& folder, const nn::PromptShape& shape,
                   const std::vector<NamedTensor>& tensors, const std::string& trunk) {
  make_folder(folder);
  const std::string gates = fmt::format("{}.gates.", nn::kPrompts);
  for (const nn::PromptSpec& prompt : shape.prompts) {
    std::vector<NamedTensor> own;
    for (const NamedTensor& tensor : tensors) {
      if (tensor.name == fmt::format("{}.{}.weight", nn::kPrompts, prompt.name))
        own.push_back({kVectors, tensor.value});
      if (tensor.name.starts_with(gates))
        own.push_back({tensor.name.substr(std::strlen(nn::kPrompts) + 1), tensor.value});
    }
    write(folder / (prompt.name + kExtension), own, shape, prompt.name, trunk);
  }
}

std::filesystem::path copy_prompt(const std::filesystem::path& file, const std::filesystem::path& folder,
                                  const std::string& trunk) {
  const PromptFile prompt = read_prompt(file);
  std::vector<NamedTensor> tensors;
  for (const auto& [name, array] : prompt.arrays) tensors.push_back({name, copied(array, array.dtype)});
  return write_again(prompt, tensors, folder, trunk.empty() ? prompt.trunk : trunk);
}

std::filesystem::path write_random_twin(const std::filesystem::path& file, const std::filesystem::path& folder,
                                        std::uint64_t seed) {
  const PromptFile prompt = read_prompt(file);
  std::vector<NamedTensor> tensors;
  for (const auto& [name, array] : prompt.arrays) {
    tensors.push_back({name, copied(array, DType::f32)});
    // Gates are those of every prompt that is used beside it.
    const std::string of = name == kVectors ? prompt.name + ' ' + name : name;
    scatter(tensors.back().value, derive_key(seed, hash64(of)));
  }
  return write_again(prompt, tensors, folder, prompt.trunk);
}

}  // namespace groel::checkpoints
