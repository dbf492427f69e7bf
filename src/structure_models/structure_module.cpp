// Rounds of the structure module (algorithms 20 and 23 of AlphaFold 2, as its code has them).
#include "structure_models/structure_module.h"

#include <algorithm>

#include "base/error.h"
#include "base/profile.h"
#include "base/threads.h"
#include "ops/elementwise.h"
#include "structure_models/ideal_residues.h"

namespace groel::structure_models {
namespace {

constexpr nn::LinearForm kExact{.exactness = nn::Exactness::head};
constexpr float kNormEpsilon = 1e-5F;
ops::LinearOptions relu() { return {.activation = ops::Activation::relu}; }

Tensor frames_tensor(std::span<const QuaternionFrame> frames, float scale, Device device) {
  return Tensor::computed({static_cast<std::int64_t>(frames.size()), 7}, device, [&](std::span<float> out) {
    auto to = out.begin();
    for (const QuaternionFrame& frame : frames) {
      to = std::ranges::copy(frame.quaternion, to).out;
      for (const float x : frame.translation) *to++ = x * scale;
    }
  });
}

}  // namespace

// s + linear_3(relu(linear_2(relu(linear_1(s)))))
class StructureModule::TransitionLayer final : public nn::Module {
 public:
  explicit TransitionLayer(std::int64_t width)
      : first_(width, width, kExact), second_(width, width, kExact), third_(width, width, kExact) {}
  void members(nn::Members to) override {
    to.part("linear_1", first_);
    to.part("linear_2", second_);
    to.part("linear_3", third_);
  }
  Tensor operator()(const Tensor& s) const { return third_(second_(first_(s, relu()), relu()), {.residual = s}); }

 private:
  nn::Linear first_, second_, third_;
};

StructureModule::~StructureModule() = default;

StructureModule::StructureModule(const StructureModuleShape& shape)
    : shape_(shape),
      norm_s_(shape.attention.width, kNormEpsilon),
      norm_z_(shape.attention.pair_width, kNormEpsilon),
      in_(shape.attention.width, shape.attention.width, kExact),
      attention_(shape.attention),
      attention_norm_(shape.attention.width, kNormEpsilon),
      transition_norm_(shape.attention.width, kNormEpsilon),
      backbone_update_(shape.attention.width, 6, kExact),
      angles_(shape.attention.width, shape.angle_width, shape.angle_blocks) {
  for (std::int64_t i = 0; i < shape.transition_layers; ++i)
    transition_.push_back(std::make_unique<TransitionLayer>(shape.attention.width));
}

void StructureModule::members(nn::Members to) {
  to.part("layer_norm_s", norm_s_);
  to.part("layer_norm_z", norm_z_);
  to.part("linear_in", in_);
  to.part("ipa", attention_);
  to.part("layer_norm_ipa", attention_norm_);
  for (std::size_t i = 0; i < transition_.size(); ++i) to.part(fmt::format("transition.layers.{}", i), *transition_[i]);
  to.part("transition.layer_norm", transition_norm_);
  to.part("bb_update.linear", backbone_update_);
  to.part("angle_resnet", angles_);
}

Tensor StructureModule::transition(Tensor s) const {
  for (const auto& layer : transition_) s = (*layer)(s);
  return transition_norm_(s);
}

StructureRound StructureModule::described(const Tensor& s, const Tensor& first, std::span<const std::int32_t> types,
                                          std::span<const QuaternionFrame> frames, const ModuleTaps& taps) const {
  StructureRound out;
  out.frames = frames_tensor(frames, shape_.translation_scale, s.device());
  out.raw_angles = angles_(s, first);
  taps.show("angle_resnet.0", out.raw_angles);
  out.angles = normalised_angles(out.raw_angles, shape_.least_angle_norm);
  taps.show("angle_resnet.1", out.angles);
  out.states = s;
  const std::int64_t residues = s.size(0);
  out.atoms = Tensor::computed({residues, kMostAtoms, 3}, s.device(), [&](std::span<float> to) {
    for (std::size_t i = 0; i < types.size(); ++i) {
      Frame backbone{frames[i].rotation(), frames[i].translation};
      for (float& x : backbone.translation) x *= shape_.translation_scale;
      place_atoms(types[i], backbone, out.angles.data<float>() + i * kTorsions * 2, to.data() + i * kMostAtoms * 3);
    }
  });
  return out;
}

std::vector<StructureRound> StructureModule::operator()(const Tensor& s_in, const Tensor& z_in,
                                                        std::span<const std::int32_t> types, Keep keep,
                                                        const ModuleTaps& taps) const {
  const ProfileScope scope("structure_module");
  GROEL_REQUIRE(static_cast<std::int64_t>(types.size()) == s_in.size(0));
  const Tensor first = norm_s_(s_in), z = norm_z_(z_in);
  const Tensor bias = attention_.pair_bias(z);  // (N*N, H)
  Tensor s = in_(first);
  std::vector<QuaternionFrame> frames(types.size());
  std::vector<StructureRound> out;
  for (std::int64_t round = 0; round < shape_.rounds; ++round) {
    const ModuleTaps seen = round == 0 ? taps : ModuleTaps();
    const Tensor update = attention_(s, z, bias, frames);
    seen.show("ipa", update);
    s = transition(attention_norm_(ops::add(s, update)));
    seen.show("transition", s);
    const Tensor moves = backbone_update_(s);
    seen.show("bb_update", moves);
    for (std::size_t i = 0; i < frames.size() && moves.device() != Device::shape; ++i)
      frames[i].update(moves.data<float>() + 6 * i);
    if (keep == Keep::all || round + 1 == shape_.rounds) out.push_back(described(s, first, types, frames, seen));
  }
  return out;
}

}  // namespace groel::structure_models
