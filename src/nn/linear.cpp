// Joining the weights of a linear layer and packing them.
#include "nn/linear.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace groel::nn {
namespace {

// [out_i, in] f32 each -> [Σ out_i, in]; one alone is itself.
Tensor stack_rows(const std::vector<Tensor>& tensors, const Shape& shape) {
  if (tensors.size() == 1) return tensors.front().to(DType::f32);
  Tensor out = Tensor::empty(shape);
  float* to = out.mutable_data<float>();
  for (const Tensor& tensor : tensors) {
    const Tensor part = tensor.to(DType::f32);
    std::memcpy(to, part.data<float>(), part.bytes());
    to += part.count();
  }
  return out;
}

}  // namespace

Linear::Linear(std::int64_t in, std::vector<std::int64_t> outs, Bias bias) : in_(in), has_bias_(bias == Bias::yes) {
  for (const std::int64_t out : outs) parts_.push_back({{}, out, {}, {}, {}, {}});
}

void Linear::collect(Parameters& parameters, const std::vector<std::string>& prefixes) {
  GROEL_REQUIRE(prefixes.size() == parts_.size());
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    Part& part = parts_[i];
    part.name = prefixes[i];
    parameters.add(prefixes[i] + ".weight", {part.out, in_}, part.weight, part.weight_gradient);
    if (has_bias_) parameters.add(prefixes[i] + ".bias", {part.out}, part.bias, part.bias_gradient);
  }
}

std::int64_t Linear::width() const {
  std::int64_t out = 0;
  for (const Part& part : parts_) out += part.out;
  return out;
}

std::vector<Tensor> Linear::each(Tensor Part::*member) const {
  std::vector<Tensor> out;
  for (const Part& part : parts_) out.push_back(part.*member);
  return out;
}

bool Linear::trained() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const Part& p) { return p.weight_gradient.defined() || p.bias_gradient.defined(); });
}

void Linear::prepare(ops::Precision precision) {
  packed_ = ops::PackedWeight(each(&Part::weight), precision);
  if (has_bias_) bias_ = stack_rows(each(&Part::bias), {width()});
  for (Part& part : parts_) part = {part.name, part.out, {}, {}, {}, {}};
}

// Gradients of all parts in one piece, of which each wanted part is a view.
void Linear::join_gradients() {
  const auto any = [&](Tensor Part::*member) {
    return std::any_of(parts_.begin(), parts_.end(), [&](const Part& p) { return (p.*member).defined(); });
  };
  if (any(&Part::weight_gradient)) gradients_.weight = Tensor::zeros({width(), in_});
  if (any(&Part::bias_gradient)) gradients_.bias = Tensor::zeros({width()});
  std::int64_t row = 0;
  for (Part& part : parts_) {
    if (part.weight_gradient.defined()) part.weight_gradient = gradients_.weight.rows(row, row + part.out);
    if (part.bias_gradient.defined()) part.bias_gradient = gradients_.bias.rows(row, row + part.out);
    row += part.out;
  }
}

// The same for the masters, in memory of our own.
void Linear::join_masters() {
  master_ = stack_rows(each(&Part::weight), {width(), in_}).clone();
  if (has_bias_) bias_ = stack_rows(each(&Part::bias), {width()}).clone();
  std::int64_t row = 0;
  for (Part& part : parts_) {
    part.weight = master_.rows(row, row + part.out);
    if (has_bias_) part.bias = bias_.rows(row, row + part.out);
    row += part.out;
  }
}

void Linear::pack(const Tensor& weight) {
  packed_ = ops::PackedWeight(weight, form_.precision);
  if (form_.input == InputGradient::needed)
    packed_transposed_ = ops::PackedWeight(ops::transpose(weight), form_.precision);
}

void Linear::prepare_training(const TrainingForm& form) {
  form_ = form;
  if (trained()) {
    join_gradients();
    join_masters();
    pack(master_);
    return;
  }
  pack(stack_rows(each(&Part::weight), {width(), in_}));
  if (has_bias_) bias_ = stack_rows(each(&Part::bias), {width()});
}

void Linear::parameters_changed() {
  if (master_.defined()) pack(master_);
  for (LoraAdapter& adapter : adapters_) adapter.pack();
}

void Linear::add_adapters(const LoraOptions& options) {
  std::int64_t begin = 0;
  for (const Part& part : parts_) {
    if (options.wants(part.name)) adapters_.emplace_back(LoraAdapter::Place{part.name, begin, part.out, in_}, options);
    begin += part.out;
  }
}

// The update comes before the activation and before a residual of the caller's.
Tensor Linear::adapted(const Tensor& x, const autograd::LinearWeight& weight, ops::LinearOptions options) const {
  std::vector<autograd::LoraPart> parts;
  for (const LoraAdapter& adapter : adapters_) parts.push_back(adapter.part());
  // Adapters of one product share their input, and so its dropout.
  const LoraAdapter& first = adapters_.front();
  const bool drops = first.dropout() > 0 && autograd::mode() != autograd::Mode::inference;
  const Tensor entering = drops ? autograd::dropout(x, first.dropout(), first.stream()) : x;
  Tensor y = autograd::linear(x, weight, {.bias = bias_, .residual = autograd::lora(entering, parts, width())});
  if (options.activation != ops::Activation::none || options.output != DType::f32)
    y = autograd::activate(y, options.activation, options.output);
  return options.residual.defined() ? autograd::add(y, options.residual) : y;
}

Tensor Linear::operator()(const Tensor& x, ops::LinearOptions options) const {
  options.bias = bias_;
  const autograd::LinearWeight weight{packed_, packed_transposed_, gradients_};
  return adapters_.empty() ? autograd::linear(x, weight, options) : adapted(x, weight, options);
}

}  // namespace groel::nn
