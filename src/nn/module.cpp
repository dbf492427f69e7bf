// Walks over the tree of modules.
#include "nn/module.h"

#include <algorithm>

#include "base/threads.h"

namespace groel::nn {

std::string joined_path(std::string_view path, std::string_view name) {
  std::string out(path);
  if (!path.empty() && !name.empty()) out += '.';
  return out.append(name);
}

std::string_view last_part(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

void Members::part(std::string_view name, Module& module) const {
  Members inside = *this;
  inside.path_ = joined_path(path_, name);
  module.members(inside);
  tree_->modules.push_back({&module, inside.path_, place_});
}

void Members::tensor(std::string_view name, Shape shape, Role role, Tensor& slot, Tensor* gradient,
                     Tensor* scales) const {
  const bool turned = transposed_ && shape.size() == 2;
  tree_->parameters.push_back(
      {joined_path(path_, name), std::move(shape), role, place_, &slot, gradient, scales, turned});
}

Shape Parameter::stored_shape() const { return transposed ? Shape{shape[1], shape[0]} : shape; }

Members Members::transposed() const {
  Members out = *this;
  out.transposed_ = true;
  return out;
}

Members Members::in_block(int block) const {
  Members out = *this;
  out.place_.block = block;
  return out;
}

Members Members::in_head() const {
  Members out = in_block(kAfterBlocks);
  out.place_.head = true;
  return out;
}

Members Members::in_group(std::string group, bool optional) const {
  Members out = *this;
  out.place_.group = std::move(group);
  out.place_.optional = optional;
  return out;
}

Tree tree_of(Module& root) {
  Tree tree;
  Members(tree).part("", root);
  return tree;
}

Device device_of(const Tree& tree) {
  for (const Parameter& parameter : tree.parameters)
    if (parameter.slot->defined()) return parameter.slot->device();
  return Device::cpu;
}

void ready(const Tree& tree, ops::Precision precision, ops::WeightForm weights) {
  const Form form{.precision = precision, .device = device_of(tree), .weights = weights};
  std::vector<std::vector<Module*>> blocks;  // that come one after another
  int last = kBeforeBlocks;
  const auto finish_blocks = [&] {
    parallel_for(static_cast<std::int64_t>(blocks.size()), [&](std::int64_t i) {
      for (Module* module : blocks[static_cast<std::size_t>(i)]) module->ready(form);
    });
    blocks.clear();
    last = kBeforeBlocks;
  };
  for (const Tree::Node& node : tree.modules) {
    if (node.place.block == kBeforeBlocks || node.place.block == kAfterBlocks) {
      finish_blocks();
      node.module->ready(form);
      continue;
    }
    if (node.place.block != last) blocks.emplace_back();
    last = node.place.block;
    blocks.back().push_back(node.module);
  }
  finish_blocks();
}

std::int64_t count(const Tree& tree) {
  std::int64_t numbers = 0;
  for (const Parameter& parameter : tree.parameters)
    if (parameter.role != Role::buffer && parameter.slot->defined()) numbers += element_count(parameter.shape);
  return numbers;
}

bool has_group(const Tree& tree, std::string_view group) {
  bool any = false;
  for (const Parameter& parameter : tree.parameters) {
    if (parameter.place.group != group) continue;
    if (!parameter.slot->defined()) return false;
    any = true;
  }
  return any;
}

}  // namespace groel::nn
