// Loads a checkpoint strictly: every tensor must be there and have the right shape.
#include "checkpoints/load.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/options.h"
#include "base/sha256.h"
#include "base/system.h"
#include "base/threads.h"
#include "checkpoints/tensors.h"
#include "models/classifier.h"
#include "ops/compare.h"

namespace groel::checkpoints {
namespace {

// `*` matches any run of characters, also none.
bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] != '*') return !text.empty() && pattern[0] == text[0] && matches(pattern.substr(1), text.substr(1));
  for (std::size_t i = 0; i <= text.size(); ++i)
    if (matches(pattern.substr(1), text.substr(i))) return true;
  return false;
}

// Names of the arrays with NaN or infinity.
std::set<std::string> non_finite(const io::ArrayMap& arrays) {
  constexpr std::size_t kPart = std::size_t{4} << 20;
  struct Part {
    const std::string* name;
    std::span<const std::byte> bytes;
    DType dtype;
    bool bad = false;
  };
  std::vector<Part> parts;
  for (const auto& [name, array] : arrays)
    for (std::size_t at = 0; at < array.bytes.size(); at += kPart)
      parts.push_back({&name, array.bytes.subspan(at, std::min(kPart, array.bytes.size() - at)), array.dtype});
  parallel_for(static_cast<std::int64_t>(parts.size()), [&](std::int64_t i) {
    Part& part = parts[static_cast<std::size_t>(i)];
    populate_mapped(part.bytes);
    part.bad = !ops::all_finite(part.bytes, part.dtype);
    drop_mapped(part.bytes);
  });
  std::set<std::string> names;
  for (const Part& part : parts)
    if (part.bad) names.insert(*part.name);
  return names;
}

// Collects every complaint before any is thrown.
class Complaints {
  static constexpr std::size_t kMostShown = 200;  // of each kind

 public:
  void add(const std::string& kind, const std::string& what) { lists_[kind].push_back(what); }
  // A checkpoint of another model altogether has thousands of them: the first say enough.
  void throw_if_any(const std::string& path) const {
    if (lists_.empty()) return;
    std::string text = "the checkpoint does not fit the model its configuration describes";
    for (const auto& [kind, list] : lists_) {
      text += fmt::format("\n  {} ({}):", kind, list.size());
      for (std::size_t i = 0; i < std::min(list.size(), kMostShown); ++i) text += "\n    " + list[i];
      if (list.size() > kMostShown) text += fmt::format("\n    and {} more", list.size() - kMostShown);
    }
    throw Error(ErrorKind::bad_model, {text, path, "check that config.json and the weights belong together"});
  }

 private:
  std::map<std::string, std::vector<std::string>> lists_;
};

// Groups of which the file has nothing, and need not have.
std::set<std::string> absent_groups(const nn::Tree& tree, const io::ArrayMap& arrays) {
  std::set<std::string> absent;
  for (const nn::Parameter& parameter : tree.parameters)
    if (parameter.place.optional) absent.insert(parameter.place.group);
  for (const nn::Parameter& parameter : tree.parameters)
    if (arrays.contains(parameter.name)) absent.erase(parameter.place.group);
  return absent;
}

// Written by `groel convert --to int8`: i8 numbers, and beside them a scale for each output.
bool in_whole_numbers(const nn::Parameter& parameter, const io::Array& array) {
  return array.dtype == DType::i8 && parameter.scales != nullptr;
}

void check_scales(const nn::Parameter& parameter, const io::ArrayMap& arrays, const std::set<std::string>& bad,
                  Complaints& complaints) {
  const std::string name = parameter.scales_name();
  const Shape wanted{parameter.shape[0]};
  const auto found = arrays.find(name);
  if (found == arrays.end())
    complaints.add("missing", fmt::format("{} {}", name, to_string(wanted)));
  else if (found->second.shape != wanted || found->second.dtype != DType::f32)
    complaints.add("mis-shaped",
                   fmt::format("{}: {} {} in the file, f32 {} in the model", name, groel::name(found->second.dtype),
                               to_string(found->second.shape), to_string(wanted)));
  else if (bad.contains(name))
    complaints.add("with NaN or infinity", name);
}

void check(const nn::Tree& tree, const io::ArrayMap& arrays, Complaints& complaints) {
  const std::set<std::string> bad = non_finite(arrays);
  const std::set<std::string> absent = absent_groups(tree, arrays);
  for (const nn::Parameter& parameter : tree.parameters) {
    const auto found = arrays.find(parameter.name);
    if (found == arrays.end()) {
      if (!parameter.place.optional || !absent.contains(parameter.place.group))
        complaints.add("missing", fmt::format("{} {}", parameter.name, to_string(parameter.stored_shape())));
    } else if (const io::Array& array = found->second; array.shape != parameter.stored_shape()) {
      complaints.add("mis-shaped", fmt::format("{}: {} in the file, {} in the model", parameter.name,
                                               to_string(array.shape), to_string(parameter.stored_shape())));
    } else if (in_whole_numbers(parameter, array)) {
      check_scales(parameter, arrays, bad, complaints);
    } else if (!is_weight_dtype(array.dtype)) {
      complaints.add("of a dtype that is not a weight's",
                     fmt::format("{}: {}", parameter.name, groel::name(array.dtype)));
    } else if (bad.contains(parameter.name)) {
      complaints.add("with NaN or infinity", parameter.name);
    }
  }
}

std::vector<std::string> unused(const nn::Tree& tree, const io::ArrayMap& arrays,
                                const std::vector<std::string_view>& patterns, Complaints& complaints) {
  std::set<std::string> wanted;
  for (const nn::Parameter& parameter : tree.parameters) {
    wanted.insert(parameter.name);
    const auto found = arrays.find(parameter.name);
    if (found != arrays.end() && in_whole_numbers(parameter, found->second)) wanted.insert(parameter.scales_name());
  }
  std::vector<std::string> ignored;
  const auto ignorable = [&](const std::string& stored) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](std::string_view pattern) { return matches(pattern, stored); });
  };
  for (const auto& [stored, array] : arrays) {
    if (wanted.contains(stored)) continue;
    if (ignorable(stored))
      ignored.push_back(stored);
    else
      complaints.add("unexpected", fmt::format("{} {}", stored, to_string(array.shape)));
  }
  return ignored;
}

// Small arrays whole, of large ones a piece of every run of pages: a digest of all of a large checkpoint would take
// seconds.
void digest_bytes(Sha256& digest, std::span<const std::byte> bytes) {
  constexpr std::size_t kWhole = std::size_t{64} << 10;
  constexpr std::size_t kStep = std::size_t{16} << 10;
  constexpr std::size_t kPiece = 256;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.size() <= kWhole) return digest.update(text);
  for (std::size_t at = 0; at < text.size(); at += kStep) digest.update(text.substr(at, kPiece));
}

// Two vocabularies that differ have texts that differ: every part is written after its length. (No JSON: some have a
// hundred thousand tokens and merges, and this is done at every start.)
std::string text_of(const bio::TokenizerFiles& files) {
  std::string out;
  const auto add = [&](std::string_view part) { (out += std::to_string(part.size()) += ':') += part; };
  const auto count = [&](std::size_t parts) { (out += std::to_string(parts)) += '\n'; };
  count(files.tokens.size());
  for (const std::string& token : files.tokens) add(token);
  count(files.merges.size());
  for (const auto& [left, right] : files.merges) add(left), add(right);
  count(files.added.size());
  for (const bio::AddedToken& one : files.added)
    add(one.text), out += fmt::format("{} {} {} {}\n", one.id, one.special, one.strips_left, one.strips_right);
  count(files.named.size());
  for (const auto& [name, text] : files.named) add(name), add(text);
  return out += files.begins_with_bos ? "bos" : "";
}

std::string most_common_dtype(const io::ArrayMap& arrays) {
  std::map<std::string, std::size_t> bytes;
  for (const auto& [name, array] : arrays) bytes[std::string(groel::name(array.dtype))] += array.bytes.size();
  const auto most =
      std::max_element(bytes.begin(), bytes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == bytes.end() ? "none" : most->first;
}

// Said before anything is read: a machine that runs out of memory stands still.
void check_memory(const Checkpoint& checkpoint, ops::Precision precision, ops::WeightForm weights) {
  std::size_t stored = 0;
  for (const auto& [name, array] : checkpoint.arrays) stored += array.bytes.size();
  const std::size_t free_now = available_memory();
  if (stored < free_now / 8) return;  // no precision takes more than four times a file of int8
  const std::size_t needed = packed_size(checkpoint, precision, weights);
  if (needed <= free_now) return;
  std::string remedy = "take a smaller model, or a machine with more memory";
  for (const auto& [smaller, name] : {std::pair(ops::Precision::bf16, "bf16"), std::pair(ops::Precision::int8, "int8")})
    if (const std::size_t size = packed_size(checkpoint, smaller, ops::WeightForm::exact); size <= free_now) {
      remedy = fmt::format("`dtype={}` takes {}", name, format_bytes(size));
      break;
    }
  throw Error(ErrorKind::memory, {fmt::format("the weights take {} in memory, and {} are free", format_bytes(needed),
                                              format_bytes(free_now)),
                                  checkpoint.path.string(), remedy});
}

}  // namespace

std::string fingerprint(const Checkpoint& checkpoint) {
  Sha256 digest;
  digest.update(checkpoint.config.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  if (const nn::PromptShape& prompts = checkpoint.prompts; !prompts.empty())
    digest.update(fmt::format("prompts {} {} {}\n", prompts.together, prompts.gated, prompts.token_dropout));
  for (const auto& [name, array] : checkpoint.arrays) {
    digest.update(fmt::format("{} {} {}\n", name, groel::name(array.dtype), to_string(array.shape)));
    digest_bytes(digest, array.bytes);
    drop_mapped(array.bytes);
  }
  return digest.finish();
}

models::TokenizerPointer tokenizer_of(const Checkpoint& checkpoint) {
  return checkpoint.family->tokenizer(checkpoint.tokenizer);
}

std::unique_ptr<models::Model> build_model(const Checkpoint& checkpoint) {
  try {
    const auto build = [family = checkpoint.family, config = checkpoint.config, tokenizer = tokenizer_of(checkpoint),
                        prompts = checkpoint.prompts] {
      auto model = family->build(config, tokenizer);
      if (prompts.empty()) return model;
      auto* const taker = dynamic_cast<models::PromptTaker*>(model.get());
      if (taker == nullptr) models::refuse(*model, models::PromptTaker::kName, {});
      taker->take_prompts(prompts);
      return model;
    };
    auto model = build();
    model->built_by(build);
    return model;
  } catch (const Error& error) {
    throw error.at(checkpoint.path.string());
  }
}

void take_off_heads(Checkpoint& checkpoint) {
  const auto model = build_model(checkpoint);
  for (const nn::Parameter& parameter : nn::tree_of(*model).parameters)
    if (parameter.place.head && parameter.place.group != models::kContactHead) checkpoint.arrays.erase(parameter.name);
  std::erase_if(checkpoint.arrays, [](const auto& entry) { return entry.first.starts_with(models::kClassifier); });
}

// By a model of the same shapes whose tensors have no memory.
std::size_t packed_size(const Checkpoint& checkpoint, ops::Precision precision, ops::WeightForm weights) {
  const auto model = build_model(checkpoint);
  for (const nn::Parameter& parameter : nn::tree_of(*model).parameters) {
    const auto found = checkpoint.arrays.find(parameter.name);
    const bool copy = parameter.role == nn::Role::buffer && parameter.shape.size() > 1;  // of a table
    if (found == checkpoint.arrays.end() || copy) continue;
    const DType stored = found->second.dtype == DType::i8 ? DType::bf16 : found->second.dtype;
    *parameter.slot = Tensor::empty(parameter.shape, stored, Device::shape);
  }
  model->prepare(precision, weights);
  return model->weight_bytes();
}

LoadedModel load_model(const std::filesystem::path& path, ops::Precision precision, ops::WeightForm weights) {
  return load_model(read_checkpoint(path), precision, weights);
}

LoadedModel load_model(Checkpoint checkpoint, ops::Precision precision, ops::WeightForm weights) {
  check_memory(checkpoint, precision, weights);
  LoadedModel out = load_unprepared(std::move(checkpoint));
  out.precision = precision;
  out.model->prepare(precision, weights);
  check_mapped_unchanged();
  return out;
}

LoadedModel load_unprepared(Checkpoint checkpoint) {
  LoadedModel out{build_model(checkpoint),
                  checkpoint.family,
                  checkpoint.path,
                  checkpoint.layout,
                  most_common_dtype(checkpoint.arrays),
                  ops::Precision::f32,
                  checkpoint.config,
                  {},
                  {},
                  {}};
  out.ignored = fill_slots(*out.model, checkpoint.arrays, checkpoint.family->ignorable, checkpoint.path);
  out.config.erase("quantization_config");  // it is of the file: what is saved later holds values
  out.fingerprint = fingerprint(checkpoint);
  out.identity = sha256(out.fingerprint + text_of(checkpoint.tokenizer));
  checkpoint.arrays.clear();
  return out;
}

std::vector<std::string> fill_slots(nn::Module& module, const io::ArrayMap& arrays,
                                    const std::vector<std::string_view>& ignorable, const std::filesystem::path& path) {
  const nn::Tree tree = nn::tree_of(module);
  Complaints complaints;
  check(tree, arrays, complaints);
  std::vector<std::string> ignored = unused(tree, arrays, ignorable, complaints);
  complaints.throw_if_any(path.string());
  for (const nn::Parameter& parameter : tree.parameters) {
    const auto found = arrays.find(parameter.name);
    if (found == arrays.end()) continue;
    *parameter.slot = parameter.transposed ? transposed(found->second) : borrowed(found->second);
    if (in_whole_numbers(parameter, found->second)) *parameter.scales = borrowed(arrays.at(parameter.scales_name()));
  }
  return ignored;
}

}  // namespace groel::checkpoints
