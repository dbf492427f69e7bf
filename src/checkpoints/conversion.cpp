// Brings tensors to another layout and precision.
#include "checkpoints/conversion.h"

#include <map>
#include <set>

#include "base/error.h"
#include "base/words.h"
#include "checkpoints/tensors.h"
#include "models/config_reader.h"
#include "ops/linear.h"
#include "tensor/transpose.h"

namespace groel::checkpoints {
namespace {

using Bytes = std::span<const std::byte>;

bool is_weight(const io::Array& array) {
  return array.dtype == DType::f32 || array.dtype == DType::f16 || array.dtype == DType::bf16;
}

// Rotary frequencies rounded to bf16 turn far residues by other angles. A copy of a table goes with that table.
std::set<std::string> buffers_of(const nn::Tree& tree, const io::ArrayMap& arrays) {
  std::set<const std::byte*> weights;
  const auto data_of = [&](const nn::Parameter& parameter) {
    const auto found = arrays.find(parameter.name);
    return found == arrays.end() ? nullptr : found->second.bytes.data();
  };
  for (const nn::Parameter& parameter : tree.parameters)
    if (parameter.role != nn::Role::buffer) weights.insert(data_of(parameter));
  std::set<std::string> out;
  for (const nn::Parameter& parameter : tree.parameters)
    if (parameter.role == nn::Role::buffer && arrays.contains(parameter.name) && !weights.contains(data_of(parameter)))
      out.insert(parameter.name);
  return out;
}

// Matrices of the layers that may be kept as whole numbers, by name; true: the file has the transpose.
std::map<std::string, bool> whole_matrices(const nn::Tree& tree) {
  std::map<std::string, bool> out;
  for (const nn::Parameter& parameter : tree.parameters)
    if (parameter.scales != nullptr && !parameter.place.head) out.emplace(parameter.name, parameter.transposed);
  return out;
}

void add_whole(const std::string& name, const io::Array& array, bool turned, std::vector<NamedTensor>& out) {
  ops::WholeWeight whole = ops::to_whole(turned ? transposed(array) : borrowed(array));
  out.push_back({name, turned ? groel::transposed(whole.numbers) : std::move(whole.numbers)});
  out.push_back({name + "_scale", std::move(whole.scales)});
}

// Equal bytes in memory stay one tensor.
std::vector<NamedTensor> cast(const models::RawCheckpoint& file, DType dtype) {
  std::map<std::tuple<const std::byte*, std::size_t, DType>, Tensor> known;
  std::vector<NamedTensor> out;
  for (const auto& [name, array] : file.arrays) {
    const DType wanted = file.buffers.contains(name) ? array.dtype : dtype;
    Tensor& tensor = known[{array.bytes.data(), array.bytes.size(), wanted}];
    if (!tensor.defined()) tensor = array.dtype == wanted ? borrowed(array) : copied(array, wanted);
    out.push_back({name, tensor.shape() == array.shape ? tensor : tensor.reshape(array.shape)});
  }
  return out;
}

bool lies_in(Bytes part, Bytes whole) {
  return !part.empty() && part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

class Tracer {
 public:
  explicit Tracer(const std::vector<StoredTensor>& stored) {
    for (const StoredTensor& one : stored) by_address_.emplace(one.bytes.data(), &one);
  }

  /// Every stored tensor that these bytes are in.
  std::vector<const StoredTensor*> sources(Bytes bytes) const {
    std::vector<const StoredTensor*> out;
    auto at = by_address_.upper_bound(bytes.data());
    while (at != by_address_.begin()) {
      --at;
      if (!lies_in(bytes, at->second->bytes)) break;
      out.push_back(at->second);
    }
    return out;
  }

 private:
  std::multimap<const std::byte*, const StoredTensor*> by_address_;
};

void trace(const std::string& name, Bytes bytes, const std::vector<const StoredTensor*>& sources,
           ConversionReport& report) {
  if (sources.empty()) return report.computed.push_back(name);
  if (sources.front()->bytes.size() != bytes.size()) return report.split.push_back(name);
  const bool same = std::any_of(sources.begin(), sources.end(), [&](const auto* one) { return one->name == name; });
  ++(same ? report.kept : report.renamed);
}

ConversionReport report_of(const Checkpoint& checkpoint, const models::RawCheckpoint& file) {
  const Tracer tracer(checkpoint.stored);
  ConversionReport report;
  std::set<const StoredTensor*> used;
  std::set<const std::byte*> seen;
  const auto use = [&](const std::vector<const StoredTensor*>& sources) {
    used.insert(sources.begin(), sources.end());
  };
  for (const auto& [name, array] : file.arrays) {
    if (const auto joined = file.joined.find(name); joined != file.joined.end()) {
      for (const Bytes part : joined->second) use(tracer.sources(part));
      report.joined.push_back(name);
      continue;
    }
    const auto sources = tracer.sources(array.bytes);
    use(sources);
    trace(name, array.bytes, sources, report);
    if (!array.bytes.empty() && !seen.insert(array.bytes.data()).second) report.tied.push_back(name);
  }
  for (const StoredTensor& one : checkpoint.stored)
    if (!used.contains(&one)) report.dropped.push_back(one.name);
  return report;
}

Conversion finish(const Checkpoint& checkpoint, models::RawCheckpoint file, DType dtype) {
  ConversionReport report = report_of(checkpoint, file);
  std::vector<NamedTensor> tensors = cast(file, dtype);
  return {std::move(file), std::move(tensors), std::move(report)};
}

void require_own_vocabulary(const Checkpoint& checkpoint, const models::Model& model) {
  if (model.tokenizer().tokens() != checkpoint.family->tokenizer({})->tokens())
    models::cannot_express("its vocabulary is not the one that this code has");
}

}  // namespace

Conversion to_hugging_face(const Checkpoint& checkpoint, models::Model& model, DType dtype) {
  const nn::Tree tree = nn::tree_of(model);
  models::RawCheckpoint file{checkpoint.config, {}, buffers_of(tree, checkpoint.arrays), {}};
  file.config.erase("quantization_config");
  for (const auto& [name, array] : checkpoint.arrays)
    if (is_weight(array)) file.arrays.emplace(name, array);
  if (dtype != DType::i8) return finish(checkpoint, std::move(file), dtype);
  ConversionReport report = report_of(checkpoint, file);
  std::vector<NamedTensor> tensors;
  for (const auto& [name, turned] : whole_matrices(tree))
    if (const auto found = file.arrays.find(name); found != file.arrays.end()) {
      add_whole(name, found->second, turned, tensors);
      file.arrays.erase(found);
    }
  for (NamedTensor& one : cast(file, DType::bf16)) tensors.push_back(std::move(one));
  file.config["quantization_config"] = models::ConfigReader::whole_weights();
  return {std::move(file), std::move(tensors), std::move(report)};
}

Conversion to_native(const Checkpoint& checkpoint, models::Model& model, DType dtype) {
  if (dtype == DType::i8)
    throw Error(ErrorKind::usage, {"the model's own code has no whole numbers for weights", "`dtype`",
                                   "write a Hugging Face folder for int8"});
  const models::Layout* const layout = models::written_layout(*checkpoint.family);
  if (layout == nullptr)
    throw Error(ErrorKind::unsupported,
                {fmt::format("files of the own code of family '{}' are not written", checkpoint.family->name),
                 checkpoint.path.string(), "write a Hugging Face folder: `layout=hugging-face`"});
  require_own_vocabulary(checkpoint, model);
  const nn::Tree tree = nn::tree_of(model);
  models::RawCheckpoint file{checkpoint.config, {}, buffers_of(tree, checkpoint.arrays), {}};
  for (const nn::Parameter& parameter : tree.parameters)  // what the model does not use has no place there
    if (const auto found = checkpoint.arrays.find(parameter.name); found != checkpoint.arrays.end())
      file.arrays.insert(*found);
  try {
    layout->express(file);
  } catch (const Error& error) {
    throw error.at(checkpoint.path.string());
  }
  return finish(checkpoint, std::move(file), dtype);
}

nlohmann::ordered_json ConversionReport::to_json() const {
  return {{"kept", kept}, {"renamed", renamed},   {"split", split},    {"joined", joined},
          {"tied", tied}, {"computed", computed}, {"dropped", dropped}};
}

std::vector<std::string> ConversionReport::lines() const {
  constexpr std::size_t kShown = 3;
  std::vector<std::string> out;
  const auto add = [&](const std::vector<std::string>& names, std::string_view what) {
    if (!names.empty())
      out.push_back(fmt::format("{} {}: {}", counted(names.size(), "tensor"), what, listed(names, kShown)));
  };
  if (renamed > 0) out.push_back(counted(renamed, "tensor") + " renamed");
  add(split, "made of a part of one that was read");
  add(joined, "made of several that were read");
  add(tied, "with the numbers of another");
  add(computed, "computed, which the file that was read does not hold");
  add(dropped, "dropped, which have no place in the new file");
  return out;
}

}  // namespace groel::checkpoints
