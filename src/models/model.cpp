// Packs sequences into a batch; contains what every model does with its tree of modules.
#include "models/model.h"

#include <algorithm>

#include "base/words.h"
#include "tensor/transpose.h"

namespace groel::models {

Batch Batch::pack(std::span<const std::vector<std::int32_t>> sequences, const bio::Tokenizer& tokenizer) {
  std::int64_t total = 0;
  for (const auto& sequence : sequences) total += static_cast<std::int64_t>(sequence.size());
  if (total > INT32_MAX) throw Error(ErrorKind::usage, "a batch holds at most 2147483647 tokens");
  const auto count = static_cast<std::int64_t>(sequences.size());
  Batch batch{Tensor::empty({total}, DType::i32),
              Tensor::empty({count + 1}, DType::i32),
              {Tensor::empty({count}, DType::i32), Tensor::empty({count}, DType::i32)},
              {}};
  auto* token = batch.tokens.mutable_data<std::int32_t>();
  auto* bound = batch.cu_seqlens.mutable_data<std::int32_t>();
  auto* first = batch.residues.begin.mutable_data<std::int32_t>();
  auto* last = batch.residues.end.mutable_data<std::int32_t>();
  *bound++ = 0;
  std::int32_t end = 0;
  for (const auto& sequence : sequences) {
    const bio::TokenSpan run = tokenizer.residue_map(sequence).run();
    *first++ = end + static_cast<std::int32_t>(run.begin);
    *last++ = end + static_cast<std::int32_t>(run.end);
    token = std::copy(sequence.begin(), sequence.end(), token);
    *bound++ = end += static_cast<std::int32_t>(sequence.size());
  }
  return batch;
}

std::int64_t Batch::longest() const {
  const std::span<const std::int32_t> cu = cu_seqlens.values<std::int32_t>();
  std::int32_t longest = 0;
  for (std::size_t b = 1; b < cu.size(); ++b) longest = std::max(longest, cu[b] - cu[b - 1]);
  return longest;
}

std::int64_t Batch::residue_tokens() const {
  const auto first = residues.begin.values<std::int32_t>(), last = residues.end.values<std::int32_t>();
  std::int64_t count = 0;
  for (std::size_t b = 0; b < first.size(); ++b) count += last[b] - first[b];
  return count;
}

void Model::take_stock(ops::Precision precision) {
  precision_ = precision;
  twin_ = nullptr;
  tree_ = nn::tree_of(*this);
  parameters_ = nn::count(tree_);
  present_.clear();
  for (const nn::Parameter& parameter : tree_.parameters)
    present_.push_back(!parameter.slot->defined()             ? Had::nothing
                       : parameter.slot->dtype() == DType::i8 ? Had::whole_numbers
                                                              : Had::values);
  for (const nn::Parameter& parameter : tree_.parameters)
    if (const std::string& group = parameter.place.group; !group.empty() && nn::has_group(tree_, group))
      groups_.insert(group);
}

void Model::prepare(ops::Precision precision, ops::WeightForm weights) {
  take_stock(precision);
  weights_ = weights;
  nn::ready(tree_, precision, weights);
}

std::unique_ptr<Model> Model::without_data() const {
  GROEL_REQUIRE(again_ != nullptr && !present_.empty());
  std::unique_ptr<Model> out = again_();
  const nn::Tree tree = nn::tree_of(*out);
  GROEL_REQUIRE(tree.parameters.size() == present_.size());
  for (std::size_t i = 0; i < present_.size(); ++i) {
    const nn::Parameter& parameter = tree.parameters[i];
    const bool whole = present_[i] == Had::whole_numbers;
    if (present_[i] == Had::nothing) continue;
    *parameter.slot = Tensor::empty(parameter.shape, whole ? DType::i8 : DType::f32, Device::shape);
    if (whole) *parameter.scales = Tensor::empty({parameter.shape[0]}, DType::f32, Device::shape);
  }
  return out;
}

std::shared_ptr<ShapeTwin> Model::shape_twin() const {
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  if (twin_ != nullptr) return twin_;
  const auto twin = std::make_shared<ShapeTwin>();
  twin->model = without_data();
  twin->model->prepare(precision_, weights_);
  twin->pool = std::make_shared<ShapePool>();
  return twin_ = twin;
}

void Model::prepare_training(const TrainingPlan& plan) {
  if (plan.precision == ops::Precision::int8)
    throw Error(ErrorKind::usage, {"a model cannot be trained in int8", "`dtype`", "use f32 or bf16"});
  take_stock(plan.precision);
  check_trainable();
  recompute_ = plan.recompute;
  adapted_ = plan.lora.has_value();
  if (adapted_) nn::add_adapters(tree_, *plan.lora);
  const std::int64_t trained = nn::make_gradients(
      tree_, [&](const nn::Parameter& parameter) { return plan.trained ? plan.trained(parameter) : !adapted_; });
  if (trained == 0 && !adapted_) throw Error(ErrorKind::usage, "no parameter of this model is to be trained");
  first_reached_ = nn::ready_for_training(tree_, plan.precision);
}

std::vector<nn::Trained> Model::trained() const {
  std::vector<nn::Trained> out = nn::trained(tree_);
  for (nn::Trained& parameter : out)
    if (adapted_) parameter.name.insert(0, "base_model.model.");
  return out;
}

std::vector<std::pair<std::string, Tensor>> Model::tensors() const {
  std::vector<std::pair<std::string, Tensor>> out;
  for (const nn::Parameter& parameter : tree_.parameters)
    if (parameter.slot->defined())
      out.emplace_back(parameter.name, parameter.transposed ? transposed(*parameter.slot) : *parameter.slot);
  return out;
}

bool Model::stores_transposed() const {
  return std::any_of(tree_.parameters.begin(), tree_.parameters.end(),
                     [](const nn::Parameter& parameter) { return parameter.transposed; });
}

std::size_t Model::weight_bytes() const {
  std::size_t bytes = 0;
  for (const nn::Tree::Node& node : tree_.modules) bytes += node.module->packed_bytes();
  return bytes;
}

void refuse(const Model& model, std::string_view capability, std::string_view remedy) {
  const std::string able =
      fmt::format("it can do: {}; `groel info MODEL` says what its files hold", listed(model.capabilities()));
  throw Error(ErrorKind::unsupported, {fmt::format("this {} model cannot do '{}'", model.info().family, capability),
                                       {},
                                       remedy.empty() ? able : fmt::format("{}. {}", able, remedy)});
}

const LanguageModel& require_language_model(const Model& model) {
  for (const std::string& name : model.capabilities())
    if (name == MaskedLm::kName || name == CausalLm::kName) return dynamic_cast<const LanguageModel&>(model);
  refuse(model, "language model", {});
}

void require_residue_tokens(const Model& model, std::string_view what) {
  if (model.tokenizer().one_token_each()) return;
  throw Error(
      ErrorKind::unsupported,
      {fmt::format("this {} model has no {}: its tokens do not each stand for one residue", model.info().family, what),
       {},
       "ask for what is of whole sequences"});
}

}  // namespace groel::models
