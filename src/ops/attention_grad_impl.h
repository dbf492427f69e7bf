// The CPU backend of attention_grad.
#pragma once

#include "ops/attention_grad.h"

namespace groel::ops::cpu {

/// One head of the sequence of tokens [begin, end).
struct AttentionGradTask {
  std::int64_t head;
  std::int64_t begin;
  std::int64_t end;
};
void attention_grad(const AttentionInput& input, const AttentionGradTask& task, const Tensor& dy,
                    AttentionGradients& to);

}  // namespace groel::ops::cpu
