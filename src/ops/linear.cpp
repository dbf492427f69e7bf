// linear: checks and choice of backend.
#include "ops/linear.h"

#include <cstdlib>
#include <string_view>

#include "base/cpu.h"
#include "base/error.h"
#include "base/threads.h"
#include "ops/backend.h"
#include "ops/linear_grad.h"
#include "ops/linear_impl.h"
#include "ops/linear_whole.h"

namespace groel::ops {

PackedWeight::PackedWeight(const std::vector<Tensor>& weights, Precision precision, WeightForm form,
                           const std::vector<Tensor>& scales) {
  const bool whole = !weights.empty() && weights.front().dtype() == DType::i8;
  GROEL_REQUIRE(!weights.empty() && (whole ? scales.size() == weights.size() : scales.empty()));
  for (const Tensor& weight : weights) {
    GROEL_REQUIRE(weight.rank() == 2 && weight.size(0) > 0 && weight.size(1) > 0);
    GROEL_REQUIRE(weight.size(1) == weights.front().size(1));
    GROEL_REQUIRE(whole
                      ? weight.dtype() == DType::i8
                      : weight.dtype() == DType::f32 || weight.dtype() == DType::bf16 || weight.dtype() == DType::f16);
    GROEL_REQUIRE(weight.device() == weights.front().device());
  }
  for (std::size_t i = 0; i < scales.size(); ++i)
    GROEL_REQUIRE(scales[i].shape() == Shape{weights[i].size(0)} && scales[i].dtype() == DType::f32);
  if (whole || precision == Precision::int8) form = WeightForm::int8;
  impl_ = backend(weights.front()).pack(weights, scales, precision, form);
}

// In f32 straight from where it lies.
PackedWeight PackedWeight::transposed(const Tensor& weight, Precision precision) {
  GROEL_REQUIRE(weight.rank() == 2 && weight.count() > 0 && weight.dtype() == DType::f32 && weight.contiguous());
  if (precision != Precision::f32) return {transpose(weight), precision};
  PackedWeight out;
  out.impl_ = backend(weight).pack_transposed(weight);
  return out;
}

WholeWeight to_whole(const Tensor& weight) {
  GROEL_REQUIRE(weight.rank() == 2);
  const Tensor values = weight.to(DType::f32).clone();
  WholeWeight out{Tensor::empty(weight.shape(), DType::i8), Tensor::empty({weight.size(0)})};
  parallel_for(weight.size(0), [&](std::int64_t r) {
    const std::int64_t in = values.size(1);
    out.scales.mutable_data<float>()[r] =
        cpu::to_whole_row(values.data<float>() + r * in, in, out.numbers.mutable_data<std::int8_t>() + r * in);
  });
  return out;
}

Tensor from_whole(const WholeWeight& weight) {
  GROEL_REQUIRE(weight.numbers.dtype() == DType::i8 && weight.scales.shape() == Shape{weight.numbers.size(0)});
  Tensor out = Tensor::empty(weight.numbers.shape(), DType::f32, weight.numbers.device());
  if (out.device() == Device::shape) return out;
  parallel_for(out.size(0), [&](std::int64_t r) {
    const std::int8_t* numbers = weight.numbers.data<std::int8_t>() + r * weight.numbers.row_stride();
    const float scale = weight.scales.data<float>()[r];
    float* to = out.mutable_data<float>() + r * out.size(1);
    for (std::int64_t i = 0; i < out.size(1); ++i) to[i] = static_cast<float>(numbers[i]) * scale;
  });
  return out;
}

std::int64_t PackedWeight::in() const { return impl_->in; }
std::int64_t PackedWeight::out() const { return impl_->out; }
Precision PackedWeight::precision() const { return impl_->precision; }
std::size_t PackedWeight::bytes() const { return impl_->bytes(); }

bool splits_products() {
  const char* wish = std::getenv("GROEL_F32X3");
  const bool forced = wish != nullptr && *wish != '\0';
  if (forced && std::string_view(wish) != "split")
    throw Error(ErrorKind::usage,
                {fmt::format("unknown value '{}'", wish), "GROEL_F32X3", "use split, or leave it unset"});
  return active_isa() >= (forced ? Isa::avx512_bf16 : Isa::amx);
}

namespace {

void check(const Tensor& x, const PackedWeight& weight, const LinearOptions& options) {
  GROEL_REQUIRE(weight.defined() && x.rank() == 2 && x.size(1) == weight.in());
  GROEL_REQUIRE(x.dtype() == DType::f32 || x.dtype() == DType::bf16);
  const Shape shape{x.size(0), weight.out()};
  GROEL_REQUIRE(!options.bias.defined() ||
                (options.bias.shape() == Shape{weight.out()} && options.bias.dtype() == DType::f32));
  GROEL_REQUIRE(!options.residual.defined() ||
                (options.residual.shape() == shape && options.residual.dtype() == DType::f32));
  GROEL_REQUIRE(!options.into.defined() || (options.into.shape() == shape && options.into.dtype() == options.output));
  GROEL_REQUIRE(options.output == DType::f32 || options.output == DType::bf16);
}

}  // namespace

Tensor linear(const Tensor& x, const PackedWeight& weight, const LinearOptions& options) {
  check(x, weight, options);
  Tensor y =
      options.into.defined() ? options.into : Tensor::empty({x.size(0), weight.out()}, options.output, x.device());
  if (x.size(0) > 0) backend(x).linear(x, weight.impl(), options, y);
  return y;
}

}  // namespace groel::ops
