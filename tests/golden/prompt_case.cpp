// Reads the vectors, and puts them into a trunk's checkpoint.
#include "golden/prompt_case.h"

#include "checkpoints/tensors.h"

namespace groel::golden {

PromptArrays::PromptArrays(const Case& golden) : file_(io::read_safetensors(golden.folder() / "prompts.safetensors")) {}

Tensor PromptArrays::at(const std::string& name) const {
  return checkpoints::copied(file_.arrays.at(name), DType::f32);
}

checkpoints::Checkpoint with_prompts(const std::filesystem::path& folder, const PromptVectors& vectors,
                                     nn::PromptShape shape) {
  checkpoints::Checkpoint out = checkpoints::read_checkpoint(folder);
  for (const auto& [name, value] : vectors) {
    shape.prompts.push_back({name, value.size(0)});
    out.arrays.emplace(fmt::format("prompts.{}.weight", name), checkpoints::array_of(value));
  }
  out.prompts = std::move(shape);
  return out;
}

std::vector<float> copied_values(const Tensor& x) {
  const Tensor copy = x.clone();
  const auto all = copy.values<float>();
  return {all.begin(), all.end()};
}

}  // namespace groel::golden
