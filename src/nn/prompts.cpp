// Names the tensors of prompts, and repeats their vectors.
#include "nn/prompts.h"

#include <algorithm>

#include "base/error.h"
#include "base/words.h"

namespace groel::nn {

Prompts::Prompts(PromptShape shape, std::int64_t width, std::int64_t blocks) : shape_(std::move(shape)) {
  for (const PromptSpec& prompt : shape_.prompts) tables_.emplace_back(prompt.tokens, width);
  for (std::int64_t block = 0; shape_.gated && block < blocks; ++block) gates_.emplace_back(width);
}

void Prompts::members(Members to) {
  for (std::size_t i = 0; i < tables_.size(); ++i) to.part(shape_.prompts[i].name, tables_[i]);
  for (std::size_t i = 0; i < gates_.size(); ++i)
    to.in_block(static_cast<int>(i)).part(fmt::format("gates.{}", i), gates_[i]);
}

std::vector<std::size_t> Prompts::chosen(const std::optional<std::vector<std::string>>& names) const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < tables_.size(); ++i)
    if (!names || std::find(names->begin(), names->end(), shape_.prompts[i].name) != names->end()) out.push_back(i);
  if (!names) return out;
  std::vector<std::string> known;
  for (const PromptSpec& prompt : shape_.prompts) known.push_back(prompt.name);
  for (const std::string& name : *names)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw Error(ErrorKind::usage,
                  {fmt::format("the model has no prompt '{}'", name), "`prompt`", "its prompts are: " + listed(known)});
  return out;
}

std::int64_t Prompts::tokens(const std::vector<std::size_t>& chosen) const {
  std::int64_t out = 0;
  for (const std::size_t i : chosen) out += shape_.prompts[i].tokens;
  return out;
}

Tensor Prompts::vectors(std::size_t prompt, std::int64_t sequences) const {
  std::vector<std::int32_t> ids;
  for (std::int64_t b = 0; b < sequences; ++b)
    for (std::int64_t t = 0; t < shape_.prompts[prompt].tokens; ++t) ids.push_back(static_cast<std::int32_t>(t));
  const auto count = static_cast<std::int64_t>(ids.size());
  return tables_[prompt]({Tensor::of<std::int32_t>({count}, std::span<const std::int32_t>(ids)), {}, -1});
}

const BlockGate* Prompts::gate(std::size_t block) const { return gates_.empty() ? nullptr : &gates_[block]; }

}  // namespace groel::nn
