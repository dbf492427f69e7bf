// The forms in which repositories of the hub hold weights, the best first.
#include "hub/choose.h"

#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/text_file.h"
#include "base/words.h"

namespace groel::hub {
namespace {

constexpr std::array kBeside{"config.json",         "tokenizer_config.json",
                             "tokenizer.json",      "vocab.txt",
                             "vocab.json",          "special_tokens_map.json",
                             "added_tokens.json",   "merges.txt",
                             "tokenizer.model",     "spiece.model",
                             "adapter_config.json", "generation_config.json"};
constexpr std::array kWeights{"model.safetensors", "model.safetensors.index.json", "adapter_model.safetensors",
                              "pytorch_model.bin", "pytorch_model.bin.index.json", "adapter_model.bin"};

// Files under names of their own, wherever they are: what models have that were published by their authors' code.
std::vector<std::string> native_weights(const RepositoryRevision& revision) {
  std::vector<std::string> out;
  for (const RepositoryFile& file : revision.files)
    if (file.path.ends_with(".pth") || file.path.ends_with(".pt") || file.path.ends_with(".safetensors"))
      out.push_back(file.path);
  return out;
}

std::string find_weights(const RepositoryRevision& revision, const std::string& id) {
  for (const char* name : kWeights)
    if (revision.has(name)) return name;
  const std::vector<std::string> others = native_weights(revision);
  if (others.size() == 1) return others.front();
  constexpr std::size_t kMost = 10;
  std::vector<std::string> all;
  for (const RepositoryFile& file : revision.files) all.push_back(file.path);
  throw Error(ErrorKind::not_found,
              {others.empty() ? "the repository holds no weights that GroEL reads"
                              : "the repository holds several files of weights, and none has the usual name",
               id, "it holds " + listed(others.empty() ? all : others, kMost)});
}

}  // namespace

NeededFiles needed_files(const RepositoryRevision& revision, const std::string& id) {
  NeededFiles out;
  for (const char* name : kBeside)
    if (revision.has(name)) out.files.emplace_back(name);
  const std::string weights = find_weights(revision, id);
  out.files.push_back(weights);
  if (weights.ends_with(".index.json")) out.index = weights;
  return out;
}

std::vector<std::string> shards_of(const std::filesystem::path& index, const RepositoryRevision& revision) {
  std::set<std::string> out;
  try {
    const nlohmann::json json = read_json(index);
    for (const auto& [tensor, shard] : json.at("weight_map").items()) out.insert(shard.get<std::string>());
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorKind::bad_model, {"the index of the weights has no map of tensors to files", index.string(), {}});
  }
  for (const std::string& shard : out)
    if (!revision.has(shard))
      throw Error(ErrorKind::bad_model,
                  {fmt::format("the index of the weights names {}, which the repository lacks", shard), index.string(),
                   "tell the owner of the model"});
  return {out.begin(), out.end()};
}

}  // namespace groel::hub
