// Operators that record: all but linear.
#include "autograd/functions.h"

#include <cstring>

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

}  // namespace

Tensor layer_norm(const Tensor& x, const ops::LayerNormOptions& options, const ops::LayerNormGradients& gradients) {
  const Tensor y = ops::layer_norm(x, options);
  Tape* const current = tape();
  if (current == nullptr) return y;
  if (!current->tracks(x) && !gradients.gain.defined() && !gradients.bias.defined()) return y;
  current->record(y, [current, x, options, gradients](const Tensor& dy) {
    ops::LayerNormGradients to{{}, ops::Into::overwrite, gradients.gain, gradients.bias};
    if (current->tracks(x)) {
      const Sink sink = current->sink(x);
      to.x = sink.gradient;
      to.into = sink.into;
    }
    ops::layer_norm_grad(x, options, dy, to);
  });
  return y;
}

Tensor attention(const ops::AttentionInput& input, DType output) {
  Tape* const current = recorder(input.q);
  if (current == nullptr) return ops::attention(input, output);
  const ops::AttentionResult forward = ops::attention_with_sums(input, output);
  current->record(forward.y, [current, input, forward](const Tensor& dy) {
    Sink q = current->sink(input.q);
    Sink k = current->sink(input.k);
    Sink v = current->sink(input.v);
    if (q.into == ops::Into::overwrite && k.into == ops::Into::overwrite && v.into == ops::Into::overwrite) {
      ops::AttentionGradients to{q.gradient, k.gradient, v.gradient};
      ops::attention_grad(input, forward, dy, to);
      return;
    }
    ops::AttentionGradients to{Tensor::empty(dy.shape()), Tensor::empty(dy.shape()), Tensor::empty(dy.shape())};
    ops::attention_grad(input, forward, dy, to);
    current->add(input.q, to.q);
    current->add(input.k, to.k);
    current->add(input.v, to.v);
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
      Tensor dx = Tensor::zeros(x.shape());
      ops::embedding_grad(dy, {rows, {}, -1}, dx);
      current->add(x, dx);
    });
  return y;
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
