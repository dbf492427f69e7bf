// One direction of a long short-term memory over packed sequences, and its gradient: torch's LSTM.
#pragma once

#include "ops/linear.h"

namespace groel::ops {

enum class ReadingOrder { forward, backward };

/// With W the recurrent weight and gates in torch's order (input i, forget f, cell g, output o):
/// i, f, o = σ(gates + W h), g = tanh(gates + W h), c = f c + i g, h = o tanh(c); h and c begin at 0.
struct LstmInput {
  Tensor gates;            ///< [T, 4 H] f32, contiguous: what the inputs give, biases included
  Tensor bounds;           ///< [B + 1] i32, host: sequence b is rows [bounds[b], bounds[b + 1])
  PackedWeight recurrent;  ///< [4 H, H]
  ReadingOrder order = ReadingOrder::forward;
};

/// All after each residue; what the gradient wants is kept.
struct LstmResult {
  Tensor h;       ///< [T, H]
  Tensor c;       ///< [T, H]
  Tensor active;  ///< [T, 4 H]: gates after σ and tanh
};

/// σ and tanh within 3e-7. The result of a sequence is bitwise the same in any batch, with any number of threads.
LstmResult lstm(const LstmInput& input);

/// dh [T, H] f32, contiguous -> the gradient of gates, [T, 4 H]. `transposed` is the recurrent weight's transpose. (The
/// gradient of the weight is linear_grad of states_before(h) and this.)
Tensor lstm_grad(const LstmInput& input, const LstmResult& forward, const PackedWeight& transposed, const Tensor& dh);

/// h [T, H] -> the state that each residue found: that of the residue read before it, 0 for the first.
Tensor states_before(const Tensor& h, const LstmInput& input);

namespace reference {
/// By plain loops in double precision; weight [4 H, H].
LstmResult lstm(const LstmInput& input, const Tensor& weight);
}  // namespace reference

}  // namespace groel::ops
