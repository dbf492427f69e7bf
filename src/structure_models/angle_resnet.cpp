// Residual blocks that turn the state of a residue into its torsion angles.
#include "structure_models/angle_resnet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/elementwise.h"
#include "structure_models/ideal_residues.h"

namespace groel::structure_models {
namespace {

constexpr nn::LinearForm kOfAngles{.exactness = nn::Exactness::head};

Tensor above_zero(const Tensor& x) { return ops::activate(x, ops::Activation::relu); }

}  // namespace

// a + linear_2(relu(linear_1(relu(a))))
class AngleResnet::Block final : public nn::Module {
 public:
  explicit Block(std::int64_t width) : first_(width, width, kOfAngles), second_(width, width, kOfAngles) {}
  void members(nn::Members to) override {
    to.part("linear_1", first_);
    to.part("linear_2", second_);
  }
  Tensor operator()(const Tensor& a) const {
    return second_(first_(above_zero(a), {.activation = ops::Activation::relu}), {.residual = a});
  }

 private:
  nn::Linear first_, second_;
};

AngleResnet::~AngleResnet() = default;

AngleResnet::AngleResnet(std::int64_t width, std::int64_t inner, std::int64_t blocks)
    : in_(width, inner, kOfAngles), first_(width, inner, kOfAngles), out_(inner, 2 * kTorsions, kOfAngles) {
  for (std::int64_t i = 0; i < blocks; ++i) blocks_.push_back(std::make_unique<Block>(inner));
}

void AngleResnet::members(nn::Members to) {
  to.part("linear_in", in_);
  to.part("linear_initial", first_);
  for (std::size_t i = 0; i < blocks_.size(); ++i) to.part(fmt::format("layers.{}", i), *blocks_[i]);
  to.part("linear_out", out_);
}

Tensor AngleResnet::operator()(const Tensor& s, const Tensor& first) const {
  Tensor a = in_(above_zero(s), {.residual = first_(above_zero(first))});
  for (const auto& block : blocks_) a = (*block)(a);
  return out_(above_zero(a)).reshape({s.size(0), kTorsions, 2});
}

Tensor normalised_angles(const Tensor& raw, float least) {
  return Tensor::computed(raw.shape(), raw.device(), [&](std::span<float> out) {
    const auto in = raw.values<float>();
    for (std::size_t i = 0; i < out.size(); i += 2) {
      const float length = std::sqrt(std::max(in[i] * in[i] + in[i + 1] * in[i + 1], least));
      out[i] = in[i] / length;
      out[i + 1] = in[i + 1] / length;
    }
  });
}

}  // namespace groel::structure_models
