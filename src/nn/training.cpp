// Walks over a tree of modules for training.
#include "nn/training.h"

#include <algorithm>

#include "base/error.h"
#include "base/words.h"
#include "nn/linear.h"

namespace groel::nn {
namespace {

bool in_blocks(const Place& place) { return place.block != kBeforeBlocks && place.block != kAfterBlocks; }

bool is_trained(const Parameter& parameter) { return parameter.gradient != nullptr && parameter.gradient->defined(); }

template <class Visit>
void for_linears(const Tree& tree, const Visit& visit) {
  for (const Tree::Node& node : tree.modules)
    if (auto* const linear = dynamic_cast<Linear*>(node.module)) visit(*linear, node);
}

// The first block with something that is trained in it; before all blocks where that is what is trained.
int first_trained(const Tree& tree) {
  int first = kAfterBlocks;
  for (const Parameter& parameter : tree.parameters)
    if (is_trained(parameter)) first = std::min(first, parameter.place.block);
  for_linears(tree, [&](const Linear& linear, const Tree::Node&) {
    if (!linear.adapters().empty()) first = kBeforeBlocks;  // the input of the first adapter may be dropped out of
  });
  return first;
}

}  // namespace

std::int64_t make_gradients(const Tree& tree, const std::function<bool(const Parameter&)>& wanted) {
  std::int64_t made = 0;
  for (const Parameter& parameter : tree.parameters) {
    if (parameter.gradient == nullptr || !parameter.slot->defined() || !wanted(parameter)) continue;
    *parameter.gradient = Tensor::zeros(parameter.shape, DType::f32, parameter.slot->device());
    ++made;
  }
  return made;
}

void add_adapters(const Tree& tree, const LoraOptions& options) {
  const Device device = device_of(tree);
  bool any = false;
  std::vector<std::string> names;  // each once, in the order of the first block
  for_linears(tree, [&](Linear& linear, const Tree::Node& node) {
    if (!in_blocks(node.place)) return;
    linear.add_adapters(node.path, options, device);
    any = any || !linear.adapters().empty();
    for (const std::string& layer : linear.layers(node.path))
      if (std::find(names.begin(), names.end(), last_part(layer)) == names.end()) names.emplace_back(last_part(layer));
  });
  if (!any)
    throw Error(ErrorKind::usage,
                {"no layer has a name that the adapters' targets name", {}, "layers of this model: " + listed(names)});
}

int ready_for_training(const Tree& tree, ops::Precision precision) {
  const int first = first_trained(tree);
  const Device device = device_of(tree);
  for (const Tree::Node& node : tree.modules) {
    const bool reached = node.place.block >= first;
    node.module->ready({precision, true, reached ? InputGradient::needed : InputGradient::none, device});
  }
  return std::max(first, 0);
}

void repack(const Tree& tree) {
  for (const Tree::Node& node : tree.modules) node.module->repack();
}

std::vector<Trained> trained(const Tree& tree) {
  std::vector<Trained> out;
  for_linears(tree, [&](const Linear& linear, const Tree::Node& node) {
    for (const LoraAdapter& adapter : linear.adapters()) adapter.collect(out, node.place);
  });
  for (const Parameter& parameter : tree.parameters)
    if (is_trained(parameter))
      out.push_back({parameter.name, *parameter.slot, *parameter.gradient, parameter.role, parameter.place,
                     parameter.transposed});
  return out;
}

}  // namespace groel::nn
