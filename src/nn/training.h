// Prepares a tree of modules for training: f32 master weights, gradients, adapters.
#pragma once

#include <functional>
#include <vector>

#include "nn/lora.h"
#include "nn/module.h"

namespace groel::nn {

/// A zeroed gradient for every parameter that can be trained and that `wanted` names; returns how many there are.
std::int64_t make_gradients(const Tree& tree, const std::function<bool(const Parameter&)>& wanted);
/// Adapters beside the linear layers inside blocks whose names `options` wants. Errors: usage, listing the names that
/// there are, when no layer has one of them.
void add_adapters(const Tree& tree, const LoraOptions& options);
/// Makes every module ready for training. Gradients and adapters have been made. Returns the first block that a
/// gradient reaches; kAfterBlocks where that is none.
int ready_for_training(const Tree& tree, ops::Precision precision);
/// Masters were written to: packs them again.
void repack(const Tree& tree);
/// What is trained: adapters, then the parameters of the tree.
std::vector<Trained> trained(const Tree& tree);

}  // namespace groel::nn
