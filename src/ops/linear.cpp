// linear: checks and choice of backend.
#include "ops/linear.h"

#include <cstdlib>
#include <string_view>

#include "base/cpu.h"
#include "base/error.h"
#include "ops/backend.h"
#include "ops/linear_grad.h"
#include "ops/linear_impl.h"

namespace groel::ops {

PackedWeight::PackedWeight(const std::vector<Tensor>& weights, Precision precision, WeightForm form) {
  GROEL_REQUIRE(!weights.empty());
  for (const Tensor& weight : weights) {
    GROEL_REQUIRE(weight.rank() == 2 && weight.size(0) > 0 && weight.size(1) > 0);
    GROEL_REQUIRE(weight.size(1) == weights.front().size(1));
    GROEL_REQUIRE(weight.dtype() == DType::f32 || weight.dtype() == DType::bf16 || weight.dtype() == DType::f16);
    GROEL_REQUIRE(weight.device() == weights.front().device());
  }
  impl_ = backend(weights.front()).pack(weights, precision, form);
}

// In f32 straight from where it lies.
PackedWeight PackedWeight::transposed(const Tensor& weight, Precision precision) {
  GROEL_REQUIRE(weight.rank() == 2 && weight.count() > 0 && weight.dtype() == DType::f32 && weight.contiguous());
  if (precision != Precision::f32) return {transpose(weight), precision};
  PackedWeight out;
  out.impl_ = backend(weight).pack_transposed(weight);
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
