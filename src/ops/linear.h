// linear: y = act(x · Wᵀ + bias) + residual, as one fused product.
#pragma once

#include <memory>
#include <vector>

#include "tensor/tensor.h"

namespace groel::ops {

enum class Activation { none, gelu_erf, gelu_tanh, relu };

/// Precision of a product. f32: f32 inputs, f32 accumulation. bf16: both inputs rounded to bf16, f32 accumulation
/// (on machines without bf16 products: the rounded values multiplied in f32). f32x3: each input split into two bf16
/// values, high + low, and the product into high·high + low·high + high·low, f32 accumulation: a relative error of
/// about 4e-6 at the speed of bf16 products by three. f32x6: into three values and six products, with f32's error. Both
/// are f32 where splits_products() is false. int8: each row of x rounded to 256 steps between its least and its largest
/// value, the weight as WeightForm::int8 has it, the product of these whole numbers exact (where byte_products() is
/// none: in f32, exact to 2^24), and each row's and each output's scale afterwards.
enum class Precision { f32, bf16, f32x3, f32x6, int8 };

/// What operators other than products take beside products of a precision, and what is handed to such a product: bf16
/// for int8, else itself.
constexpr Precision beside_products(Precision precision) {
  return precision == Precision::int8 ? Precision::bf16 : precision;
}

/// Whether f32x3 and f32x6 split: where that is faster than f32, with AMX, or where the processor has bf16 products and
/// the environment says GROEL_F32X3=split. Read at every packing. Errors: usage, for another value of it.
bool splits_products();

/// How a packed weight keeps its numbers. exact: as they are, in as few bytes as that takes (a bf16 product's in two).
/// int8: rounded to whole numbers from -127 to 127 with a scale for each output, its largest magnitude / 127; the
/// product is then of the whole numbers with x as the precision has it (f32x3 and f32x6: in f32), times the scale.
enum class WeightForm { exact, int8 };

/// A weight [out, in] rounded as WeightForm::int8 has it: value = number * its row's scale.
struct WholeWeight {
  Tensor numbers;  ///< [out, in] i8
  Tensor scales;   ///< [out] f32
};
/// weight: f32, bf16 or f16, on the host.
WholeWeight to_whole(const Tensor& weight);
/// -> [out, in] f32
Tensor from_whole(const WholeWeight& weight);

/// A weight [out, in] laid out for the product kernel of the active ISA. Immutable; copies share it.
class PackedWeight {
 public:
  PackedWeight() = default;
  /// Packs `weight` [out, in] (f32, bf16 or f16; rows may be strided). The original may be freed afterwards. A product
  /// of int8 packs the weight as int8, whatever the form.
  PackedWeight(const Tensor& weight, Precision precision, WeightForm form = WeightForm::exact)
      : PackedWeight(std::vector{weight}, precision, form) {}
  /// Packs weights [out_i, in] of one type as if they were one below the other. `scales` are those of i8 weights, each
  /// [out_i] f32, and empty for others: whole numbers are kept as they are, whatever the form.
  PackedWeight(const std::vector<Tensor>& weights, Precision precision, WeightForm form = WeightForm::exact,
               const std::vector<Tensor>& scales = {});

  /// Packs the transpose of `weight` [in, out] f32, contiguous.
  static PackedWeight transposed(const Tensor& weight, Precision precision);

  bool defined() const noexcept { return impl_ != nullptr; }
  std::int64_t in() const;
  std::int64_t out() const;
  Precision precision() const;
  /// Bytes of the packed form.
  std::size_t bytes() const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

struct LinearOptions {
  Tensor bias;                               ///< [out] f32, or undefined
  Activation activation = Activation::none;  ///< applied after the bias
  Tensor residual;                           ///< [T, out] f32 added last, or undefined; may be what `into` is
  Tensor into;                ///< [T, out] of type `output` to write to (rows may be strided), or undefined: new memory
  DType output = DType::f32;  ///< f32, or bf16 (as input of a bf16 product)
};

/// x [T, in] f32 or bf16 (rows may be strided) -> [T, out]. A row of the result depends on that row of x alone and
/// is bitwise the same for any T, position and number of threads. `into` must not overlap x. Errors: internal on
/// shapes or types that do not fit.
Tensor linear(const Tensor& x, const PackedWeight& weight, const LinearOptions& options = {});

namespace reference {
/// Same contract, plain loops in double precision; weight [out, in] unpacked, taken at f32.
Tensor linear(const Tensor& x, const Tensor& weight, const LinearOptions& options = {});
}  // namespace reference

}  // namespace groel::ops
