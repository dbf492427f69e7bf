// AdamW and SGD, applied to pieces of the parameters.
#include "train/optimizer.h"

#include <cmath>

#include "base/threads.h"
#include "train/muon.h"
#include "train/pieces.h"
#include "train/update_kernels.h"

namespace groel::train {
namespace {

void check(bool good, const char* option, const char* what) {
  if (!good) throw Error(ErrorKind::usage, {what, option, {}});
}

// Zeros beside every parameter that has a gradient.
std::vector<Tensor> zeros_beside(const std::vector<TrainedParameter>& parameters) {
  std::vector<Tensor> out;
  for (const TrainedParameter& parameter : parameters)
    out.push_back(parameter.grad.defined() ? Tensor::zeros(parameter.value.shape()) : Tensor());
  return out;
}

class PieceOptimizer : public Optimizer {
 public:
  explicit PieceOptimizer(std::vector<TrainedParameter> parameters)
      : parameters_(std::move(parameters)), pieces_(pieces_of(parameters_)) {
    for (const TrainedParameter& parameter : parameters_) decayed_.push_back(is_decayed(parameter) ? 1 : 0);
  }

 protected:
  template <class Body>
  void for_pieces(const Body& body) {
    parallel_for(static_cast<std::int64_t>(pieces_.size()),
                 [&](std::int64_t i) { body(pieces_[static_cast<std::size_t>(i)]); });
  }
  void name_state(std::vector<NamedTensor>& out, const std::vector<Tensor>& state, const char* prefix) const {
    for (std::size_t p = 0; p < parameters_.size(); ++p)
      if (state[p].defined()) out.push_back({prefix + parameters_[p].name, state[p]});
  }
  float* value(const ParameterPiece& piece) {
    return parameters_[piece.parameter].value.mutable_data<float>() + piece.begin;
  }
  float* grad(const ParameterPiece& piece) {
    return parameters_[piece.parameter].grad.mutable_data<float>() + piece.begin;
  }
  static float* in(std::vector<Tensor>& state, const ParameterPiece& piece) {
    return state[piece.parameter].mutable_data<float>() + piece.begin;
  }
  bool decayed(const ParameterPiece& piece) const { return decayed_[piece.parameter] != 0; }

  std::vector<TrainedParameter> parameters_;

 private:
  std::vector<ParameterPiece> pieces_;
  std::vector<char> decayed_;
};

class AdamW final : public PieceOptimizer {
 public:
  AdamW(const OptimizerOptions& options, std::vector<TrainedParameter> parameters)
      : PieceOptimizer(std::move(parameters)),
        options_(options),
        first_(zeros_beside(parameters_)),
        second_(zeros_beside(parameters_)) {}

  void step(const StepInput& input) override {
    AdamWFactors factors = factors_of(input);
    const auto keep = static_cast<float>(1 - input.rate * options_.weight_decay);
    for_pieces([&](const ParameterPiece& piece) {
      AdamWFactors own = factors;
      own.keep = decayed(piece) ? keep : 1.0F;
      adamw_update({value(piece), grad(piece), in(first_, piece), in(second_, piece), piece.end - piece.begin}, own);
    });
  }

  std::vector<NamedTensor> state() const override {
    std::vector<NamedTensor> out;
    name_state(out, first_, "exp_avg.");
    name_state(out, second_, "exp_avg_sq.");
    return out;
  }

 private:
  AdamWFactors factors_of(const StepInput& input) const {
    const auto steps = static_cast<double>(input.step);
    AdamWFactors f{};
    f.gradient_scale = static_cast<float>(input.gradient_scale);
    f.beta1 = static_cast<float>(options_.beta1);
    f.rest1 = static_cast<float>(1 - options_.beta1);
    f.beta2 = static_cast<float>(options_.beta2);
    f.rest2 = static_cast<float>(1 - options_.beta2);
    f.correction2 = static_cast<float>(std::sqrt(1 - std::pow(options_.beta2, steps)));
    f.epsilon = static_cast<float>(options_.epsilon);
    f.step_size = static_cast<float>(input.rate / (1 - std::pow(options_.beta1, steps)));
    return f;
  }

  OptimizerOptions options_;
  std::vector<Tensor> first_, second_;
};

class Sgd final : public PieceOptimizer {
 public:
  Sgd(const OptimizerOptions& options, std::vector<TrainedParameter> parameters)
      : PieceOptimizer(std::move(parameters)), options_(options), velocity_(zeros_beside(parameters_)) {}

  void step(const StepInput& input) override {
    const SgdFactors factors{static_cast<float>(input.gradient_scale), static_cast<float>(options_.weight_decay),
                             static_cast<float>(options_.momentum), static_cast<float>(input.rate)};
    for_pieces([&](const ParameterPiece& piece) {
      SgdFactors own = factors;
      if (!decayed(piece)) own.decay = 0;
      sgd_update({value(piece), grad(piece), in(velocity_, piece), piece.end - piece.begin}, own);
    });
  }

  std::vector<NamedTensor> state() const override {
    std::vector<NamedTensor> out;
    name_state(out, velocity_, "momentum_buffer.");
    return out;
  }

 private:
  OptimizerOptions options_;
  std::vector<Tensor> velocity_;
};

}  // namespace

bool is_decayed(const TrainedParameter& parameter) {
  return parameter.role != nn::Role::bias && parameter.role != nn::Role::norm;
}

OptimizerKind parse_optimizer(const std::string& text) {
  if (text == "adamw") return OptimizerKind::adamw;
  if (text == "muon") return OptimizerKind::muon;
  if (text == "sgd") return OptimizerKind::sgd;
  throw Error(ErrorKind::usage, {fmt::format("there is no optimiser '{}'", text), "`optimizer`", "adamw, muon or sgd"});
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options, std::vector<TrainedParameter> parameters) {
  check(options.weight_decay >= 0, "`weight_decay`", "a weight decay is not negative");
  check(options.momentum >= 0 && options.momentum < 1, "`momentum`", "the momentum lies in [0, 1)");
  if (options.kind == OptimizerKind::muon) return make_muon(options, std::move(parameters));
  if (options.kind == OptimizerKind::sgd) return std::make_unique<Sgd>(options, std::move(parameters));
  check(options.beta1 >= 0 && options.beta1 < 1, "`beta1`", "beta1 lies in [0, 1)");
  check(options.beta2 >= 0 && options.beta2 < 1, "`beta2`", "beta2 lies in [0, 1)");
  check(options.epsilon > 0, "`epsilon`", "epsilon is above 0");
  return std::make_unique<AdamW>(options, std::move(parameters));
}

}  // namespace groel::train
