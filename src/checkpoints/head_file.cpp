// Writes heads and reads them again.
#include "checkpoints/head_file.h"

#include <algorithm>

#include "base/error.h"
#include "base/words.h"
#include "checkpoints/tensors.h"
#include "io/arrays.h"

namespace groel::checkpoints {
namespace {

using nlohmann::json;

const char* text(nn::LabelsOf of) { return of == nn::LabelsOf::residues ? "residues" : "sequences"; }

// Takes the fields of a JSON object one by one, and knows which were never asked for.
class Fields {
 public:
  Fields(const json& object, const std::string& where) : object_(object), where_(where) {
    if (!object.is_object()) fail("the description of a head is no JSON object");
  }
  template <class T>
  void take(const char* name, T& to) {
    names_.emplace_back(name);
    if (!object_.contains(name)) fail(fmt::format("the description of a head has no '{}'", name));
    try {
      to = object_.at(name).get<T>();
    } catch (const json::exception&) {
      fail(fmt::format("'{}' of a head is {}", name, object_.at(name).dump()));
    }
  }
  void finish() const {
    for (const auto& [name, value] : object_.items())
      if (std::find(names_.begin(), names_.end(), name) == names_.end())
        fail(fmt::format("the description of a head has an unknown field '{}'", name));
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::bad_input, {what, where_, "the head may have been written by another version of groel"});
  }
  const json& object_;
  const std::string& where_;
  std::vector<std::string> names_;
};

}  // namespace

nlohmann::ordered_json to_json(const nn::HeadShape& shape) {
  return {{"kind", shape.kind},
          {"inputs", shape.inputs},
          {"outputs", shape.outputs},
          {"labels_of", text(shape.labels_of)},
          {"hidden", shape.hidden},
          {"activation", shape.activation},
          {"dropout", shape.dropout},
          {"batch_norm", shape.batch_norm == nn::BatchNorm::yes},
          {"kernel", shape.kernel},
          {"pooling", shape.pooling},
          {"attention_heads", shape.attention_heads},
          {"output_scale", shape.output_scale == nn::OutputScale::yes}};
}

nn::HeadShape head_shape(const json& object, const std::string& where) {
  nn::HeadShape out;
  std::string labels_of;
  bool batch_norm = false, output_scale = false;
  Fields fields(object, where);
  fields.take("kind", out.kind);
  fields.take("inputs", out.inputs);
  fields.take("outputs", out.outputs);
  fields.take("labels_of", labels_of);
  fields.take("hidden", out.hidden);
  fields.take("activation", out.activation);
  fields.take("dropout", out.dropout);
  fields.take("batch_norm", batch_norm);
  fields.take("kernel", out.kernel);
  fields.take("pooling", out.pooling);
  fields.take("attention_heads", out.attention_heads);
  fields.take("output_scale", output_scale);
  fields.finish();
  out.labels_of = labels_of == "residues" ? nn::LabelsOf::residues : nn::LabelsOf::sequences;
  if (labels_of != text(out.labels_of))
    throw Error(ErrorKind::bad_input, {fmt::format("a head has no labels of '{}'", labels_of), where, {}});
  out.batch_norm = batch_norm ? nn::BatchNorm::yes : nn::BatchNorm::no;
  out.output_scale = output_scale ? nn::OutputScale::yes : nn::OutputScale::no;
  return out;
}

std::vector<NamedTensor> head_tensors(nn::PredictionHead& head) {
  std::vector<NamedTensor> out;
  for (const nn::Parameter& parameter : nn::tree_of(head).parameters) out.push_back({parameter.name, *parameter.slot});
  return out;
}

void write_head(const std::filesystem::path& folder, const nn::HeadShape& shape,
                const std::vector<NamedTensor>& tensors) {
  write_tensors(folder / kHeadFile, tensors, {{"head", to_json(shape).dump()}});
}

std::unique_ptr<nn::PredictionHead> read_head(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kHeadFile;
  io::ArrayFile file = io::read_safetensors(path);
  const json text = file.metadata.value("head", json());
  const json shape = text.is_string() ? json::parse(text.get<std::string>(), nullptr, false) : json();
  auto head = nn::make_head(head_shape(shape, path.string()));
  const auto problems = fill_exactly(nn::tree_of(*head), std::move(file.arrays));
  if (!problems.empty())
    throw Error(ErrorKind::bad_model, {"the tensors do not fit the head: " + listed(problems, 8), path.string(), {}});
  return head;
}

std::unique_ptr<nn::PredictionHead> load_head(const std::filesystem::path& folder) {
  auto head = read_head(folder);
  nn::ready(nn::tree_of(*head), ops::Precision::f32);
  return head;
}

}  // namespace groel::checkpoints
