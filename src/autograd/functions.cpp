// Operators that record themselves on a tape for gradients: all except linear.
#include "autograd/functions.h"

#include <algorithm>

#include "base/random.h"
#include "ops/activation_grad.h"
#include "ops/attention_grad.h"
#include "ops/dropout.h"
#include "ops/elementwise.h"
#include "ops/embedding.h"
#include "ops/swiglu.h"

namespace groel::autograd {
namespace {

// The tape, if it has to know of an operator on x.
Tape* recorder(const Tensor& x) {
  Tape* const current = tape();
  return current != nullptr && current->tracks(x) ? current : nullptr;
}

// What was computed apart goes where the tape wants it.
void deliver(Tape& to, const Tensor& x, const Tensor& gradient) {
  if (to.tracks(x)) to.add(x, gradient);
}

bool tracks_any(const Tape& to, const ops::AttentionInput& input) {
  return to.tracks(input.q) || to.tracks(input.k) || to.tracks(input.v) ||
         std::any_of(input.bias.begin(), input.bias.end(), [&](const Tensor& bias) { return to.tracks(bias); });
}

// Where attention writes the gradient of x: in the tape itself if nothing is there yet, and if q, k and v have one
// shape, as columns of one matrix have: of other views of one storage the tape may have to move what it has.
class Destination {
 public:
  Destination(Tape& to, const Tensor& x, const ops::AttentionInput& input) : to_(to), x_(x) {
    if (to.tracks(x) && input.q.shape() == input.k.shape()) {
      const GradientPlace sink = to.sink(x);
      if (sink.into == ops::Into::overwrite) {
        gradient_ = sink.gradient;
        return;
      }
    }
    apart_ = to.tracks(x);
    gradient_ = Tensor::empty(x.shape(), DType::f32, x.device());
  }
  const Tensor& gradient() const { return gradient_; }
  void deliver() {
    if (apart_) to_.add(x_, gradient_);
  }

 private:
  Tape& to_;
  const Tensor& x_;
  Tensor gradient_;
  bool apart_ = false;
};

}  // namespace

Tensor layer_norm(const Tensor& x, const ops::LayerNormOptions& options, const ops::LayerNormGradients& gradients) {
  const Tensor y = ops::layer_norm(x, options);
  Tape* const current = tape();
  if (current == nullptr) return y;
  if (!current->tracks(x) && !gradients.gain.defined() && !gradients.bias.defined()) return y;
  current->record(y, [current, x, options, gradients](const Tensor& dy) {
    ops::LayerNormGradients to{{}, ops::Into::overwrite, gradients.gain, gradients.bias};
    if (current->tracks(x)) {
      const GradientPlace sink = current->sink(x);
      to.x = sink.gradient;
      to.into = sink.into;
    }
    ops::layer_norm_grad(x, options, dy, to);
  });
  return y;
}

Tensor attention(const ops::AttentionInput& input, DType output) {
  Tape* const current = tape();
  if (current == nullptr || !tracks_any(*current, input)) return ops::attention(input, output);
  const ops::AttentionResult forward = ops::attention_with_sums(input, output);
  current->record(forward.y, [current, input, forward](const Tensor& dy) {
    Destination q(*current, input.q, input);
    Destination k(*current, input.k, input);
    Destination v(*current, input.v, input);
    ops::AttentionGradients to{q.gradient(), k.gradient(), v.gradient()};
    const bool of_bias =
        std::any_of(input.bias.begin(), input.bias.end(), [&](const Tensor& bias) { return current->tracks(bias); });
    for (std::size_t b = 0; of_bias && b < input.bias.size(); ++b)
      to.bias.push_back(current->tracks(input.bias[b])
                            ? Tensor::empty(input.bias[b].shape(), DType::f32, input.bias[b].device())
                            : Tensor());
    ops::attention_grad(input, forward, dy, to);
    for (Destination* one : {&q, &k, &v}) one->deliver();
    for (std::size_t b = 0; b < to.bias.size(); ++b) deliver(*current, input.bias[b], to.bias[b]);
  });
  return forward.y;
}

Tensor embedding(const Tensor& table, const ops::EmbeddingGrad& input, const Tensor& table_gradient) {
  const Tensor y = ops::embedding(table, input.ids, input.scale);
  if (tape() == nullptr || !table_gradient.defined()) return y;
  tape()->record(y, [input, table_gradient](const Tensor& dy) {
    Tensor to = table_gradient;
    ops::embedding_grad(dy, input, to);
  });
  return y;
}

Tensor add(const Tensor& a, const Tensor& b) {
  const Tensor y = ops::add(a, b);
  Tape* const current = recorder(a) != nullptr ? recorder(a) : recorder(b);
  if (current == nullptr) return y;
  current->record(y, [current, a, b](const Tensor& dy) {
    deliver(*current, a, current->tracks(b) ? dy.clone() : dy);
    deliver(*current, b, dy);
  });
  return y;
}

Tensor scale(const Tensor& x, float factor) {
  const Tensor y = ops::scale(x, factor);
  if (Tape* const current = recorder(x))
    current->record(y, [current, x, factor](const Tensor& dy) { current->add(x, ops::scale(dy, factor)); });
  return y;
}

Tensor tanh(const Tensor& x) {
  const Tensor y = ops::tanh(x);
  if (Tape* const current = recorder(x))
    current->record(y, [current, x, y](const Tensor& dy) { current->add(x, ops::tanh_grad(y, dy)); });
  return y;
}

Tensor activate(const Tensor& x, ops::Activation activation, DType output) {
  const Tensor y = ops::activate_as(x, activation, output);
  if (Tape* const current = recorder(x))
    current->record(
        y, [current, x, activation](const Tensor& dy) { current->add(x, ops::activation_grad(x, dy, activation)); });
  return y;
}

Tensor swiglu(const Tensor& x, DType output) {
  const Tensor y = ops::swiglu(x, output);
  if (Tape* const current = recorder(x))
    current->record(y, [current, x](const Tensor& dy) { current->add(x, ops::swiglu_grad(x, dy)); });
  return y;
}

Tensor gather_rows(const Tensor& x, const Tensor& rows) {
  const Tensor y = ops::gather_rows(x, rows);
  if (Tape* const current = recorder(x))
    current->record(y, [current, x, rows](const Tensor& dy) {
      Tensor dx = Tensor::zeros(x.shape(), DType::f32, x.device());
      ops::embedding_grad(dy, {rows, {}, -1}, dx);
      current->add(x, dx);
    });
  return y;
}

ops::PromptGateResult prompt_gate(const Tensor& x, const ops::PromptGate& gate, const Tensor& weight_gradient) {
  ops::PromptGateResult out = ops::prompt_gate(x, gate);
  Tape* const current = tape();
  if (current == nullptr || (!current->tracks(x) && !weight_gradient.defined())) return out;
  current->record(out.y, [current, x, gate, weight_gradient](const Tensor& dy) {
    const Tensor dx = ops::prompt_gate_grad(x, gate, dy, weight_gradient);
    if (current->tracks(x)) current->add(x, dx);
  });
  return out;
}

Tensor segment_mean(const Tensor& x, const ops::Segments& segments) {
  const Tensor y = ops::segment_mean(x, segments);
  if (Tape* const current = recorder(x))
    current->record(y, [current, x, segments](const Tensor& dy) {
      current->add(x, ops::segment_mean_grad(dy, segments, x.size(0)));
    });
  return y;
}

Tensor dropout(const Tensor& x, double probability, std::uint64_t stream) {
  if (mode() == Mode::inference || probability == 0) return x;
  const ops::DropoutOptions options{probability, derive_key(dropout_key(), stream)};
  const Tensor y = ops::dropout(x.to(DType::f32), options);
  if (Tape* const current = recorder(x))
    current->record(y, [current, x, options](const Tensor& dy) { current->add(x, ops::dropout(dy, options)); });
  return y;
}

}  // namespace groel::autograd
