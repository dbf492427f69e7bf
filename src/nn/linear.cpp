// Joins the weights of a linear layer and packs them.
#include "nn/linear.h"

#include <algorithm>

#include "base/error.h"
#include "ops/elementwise.h"

namespace groel::nn {
namespace {

// [out_i, in] f32 each -> [Σ out_i, in]; one alone is itself.
Tensor stack_rows(const std::vector<Tensor>& tensors, const Shape& shape) {
  if (tensors.size() == 1) return tensors.front().to(DType::f32);
  Tensor out = Tensor::empty(shape, DType::f32, tensors.front().device());
  std::int64_t row = 0;
  for (const Tensor& tensor : tensors) {
    out.rows(row, row + tensor.size(0)).copy_from(tensor.to(DType::f32));
    row += tensor.size(0);
  }
  return out;
}

}  // namespace

Linear::Linear(std::int64_t in, const std::vector<Output>& outputs, const LinearForm& form) : in_(in), form_(form) {
  GROEL_REQUIRE(form.scale == 1.0F || form.bias == Bias::no);
  for (const Output& output : outputs) parts_.push_back({output.name, output.width, {}, {}, {}, {}, {}});
}

void Linear::members(Members to) {
  for (Part& part : parts_) {
    to.tensor(joined_path(part.name, "weight"), {part.out, in_}, Role::matrix, part.weight, &part.weight_gradient,
              &part.scales);
    if (has_bias()) to.tensor(joined_path(part.name, "bias"), {part.out}, Role::bias, part.bias, &part.bias_gradient);
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

Tensor Linear::stacked_weights() const { return stack_rows(each(&Part::weight), {width(), in_}); }

bool Linear::trained() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const Part& p) { return p.weight_gradient.defined() || p.bias_gradient.defined(); });
}

void Linear::ready(const Form& form) {
  if (parts_.empty() || !parts_.front().weight.defined()) return;  // of a head that the checkpoint does not have
  if (form.training) return ready_for_training(form);
  const bool splits = form.precision == ops::Precision::f32x3;
  ops::Precision precision = form.precision;
  if (splits && form_.exactness == Exactness::attention) precision = ops::Precision::f32x6;
  if (form_.exactness == Exactness::head) precision = ops::Precision::f32;
  const auto weights = form_.exactness == Exactness::head ? ops::WeightForm::exact : form.weights;
  if (whole()) {
    std::vector<Tensor> scales = each(&Part::scales);
    if (form_.scale != 1.0F)
      for (Tensor& one : scales) one = ops::scale(one, form_.scale);
    packed_ = ops::PackedWeight(each(&Part::weight), precision, weights, scales);
  } else if (form_.scale == 1.0F) {
    packed_ = ops::PackedWeight(each(&Part::weight), precision, weights);
  } else {
    packed_ = ops::PackedWeight(ops::scale(stacked_weights(), form_.scale), precision, weights);
  }
  if (has_bias()) bias_ = stack_rows(each(&Part::bias), {width()});
  for (Part& part : parts_) part = {part.name, part.out, {}, {}, {}, {}, {}};
}

// Gradients of all parts in one piece, of which each wanted part is a view.
void Linear::join_gradients() {
  const auto any = [&](Tensor Part::*member) {
    return std::any_of(parts_.begin(), parts_.end(), [&](const Part& p) { return (p.*member).defined(); });
  };
  if (any(&Part::weight_gradient)) gradients_.weight = Tensor::zeros({width(), in_}, DType::f32, training_.device);
  if (any(&Part::bias_gradient)) gradients_.bias = Tensor::zeros({width()}, DType::f32, training_.device);
  std::int64_t row = 0;
  for (Part& part : parts_) {
    if (part.weight_gradient.defined()) part.weight_gradient = gradients_.weight.rows(row, row + part.out);
    if (part.bias_gradient.defined()) part.bias_gradient = gradients_.bias.rows(row, row + part.out);
    row += part.out;
  }
}

// The same for the masters, in memory of our own.
void Linear::join_masters() {
  master_ = stacked_weights().clone();
  if (has_bias()) bias_ = stack_rows(each(&Part::bias), {width()}).clone();
  std::int64_t row = 0;
  for (Part& part : parts_) {
    part.weight = master_.rows(row, row + part.out);
    if (has_bias()) part.bias = bias_.rows(row, row + part.out);
    row += part.out;
  }
}

void Linear::pack(const Tensor& weight) {
  const Tensor scaled = form_.scale == 1.0F ? weight : ops::scale(weight, form_.scale);
  packed_ = ops::PackedWeight(scaled, training_.precision);
  if (training_.input == InputGradient::needed)
    packed_transposed_ = ops::PackedWeight::transposed(scaled, training_.precision);
}

void Linear::ready_for_training(const Form& form) {
  training_ = form;
  if (form_.exactness == Exactness::head) training_.precision = ops::Precision::f32;
  for (Part& part : parts_)
    if (part.scales.defined()) {
      part.weight = ops::from_whole({part.weight, part.scales});
      part.scales = {};
    }
  if (trained()) {
    join_gradients();
    join_masters();
    pack(master_);
    return;
  }
  pack(stacked_weights());
  if (has_bias()) bias_ = stack_rows(each(&Part::bias), {width()});
}

void Linear::repack() {
  if (master_.defined()) pack(master_);
  for (LoraAdapter& adapter : adapters_) adapter.pack();
}

std::vector<std::string> Linear::layers(const std::string& path) const {
  std::vector<std::string> out;
  for (const Part& part : parts_) out.push_back(joined_path(path, part.name));
  return out;
}

void Linear::add_adapters(const std::string& path, const LoraOptions& options, Device device) {
  std::int64_t begin = 0;
  for (const Part& part : parts_) {
    const std::string layer = joined_path(path, part.name);
    if (options.wants(layer)) adapters_.emplace_back(LoraAdapter::Layer{layer, begin, part.out, in_, device}, options);
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
  Tensor update = autograd::lora(entering, parts, width());
  if (form_.scale != 1.0F) update = autograd::scale(update, form_.scale);
  Tensor y = autograd::linear(x, weight, {.bias = bias_, .residual = update});
  if (options.activation != ops::Activation::none || options.output != DType::f32)
    y = autograd::activate(y, options.activation, options.output);
  return options.residual.defined() ? autograd::add(y, options.residual) : y;
}

Tensor Linear::operator()(const Tensor& x, ops::LinearOptions options) const {
  options.bias = bias_;
  return adapters_.empty() ? autograd::linear(x, product(), options) : adapted(x, product(), options);
}

}  // namespace groel::nn
