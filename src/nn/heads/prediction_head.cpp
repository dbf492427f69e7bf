// Makes heads by the name of their kind, after a look at what they are to be.
#include "nn/heads/prediction_head.h"

#include <algorithm>

#include "autograd/functions.h"
#include "base/error.h"
#include "base/words.h"
#include "nn/heads/mlp_head.h"
#include "nn/heads/residue_heads.h"
#include "nn/heads/transformer_head.h"

namespace groel::nn {
namespace {

void need(bool good, const char* field, const std::string& what, const std::string& remedy = {}) {
  if (!good) throw Error(ErrorKind::usage, {what, field, remedy});
}

bool convolves(const std::string& kind) { return kind == "attention" || kind == "cnn"; }
bool pools(const std::string& kind) { return kind == "cnn" || kind == "lstm" || kind == "transformer"; }

void check_hidden(const HeadShape& shape) {
  for (const std::int64_t width : shape.hidden) need(width > 0, "`hidden`", "a hidden layer has at least one number");
  if (shape.kind == "linear")
    need(shape.hidden.empty(), "`hidden`", "a linear head has no hidden layers", "leave them out, or use an mlp");
  if (shape.kind == "attention")
    need(shape.hidden.size() == 1, "`hidden`", "an attention head has one hidden layer", "give one width");
  if (shape.kind != "transformer") return;
  const auto differs = [&](std::int64_t width) { return width != shape.hidden.front(); };
  need(std::none_of(shape.hidden.begin(), shape.hidden.end(), differs), "`hidden`",
       "the blocks of a transformer are of one width", "give the same for each, as 128,128");
  need(shape.attention_heads > 0 && shape.hidden.front() % (2 * shape.attention_heads) == 0, "`attention_heads`",
       fmt::format("{} numbers cannot be shared by {}, an even count each", shape.hidden.front(),
                   counted(shape.attention_heads, "attention head")));
}

void check(const HeadShape& shape) {
  need(shape.inputs > 0, "`inputs`", "a head reads at least one number");
  need(shape.outputs > 0, "`outputs`", "a head gives at least one number");
  default_hidden(shape.kind);  // or an error
  need(shape.dropout >= 0 && shape.dropout < 1, "`dropout`", "dropout lies in [0, 1)");
  check_hidden(shape);
  if (shape.batch_norm == BatchNorm::yes)
    need(shape.kind == "mlp" || shape.kind == "cnn", "`batch_norm`",
         fmt::format("batch norm cannot be chosen for the kind '{}'", shape.kind), "it can for mlp and cnn");
  if (shape.kind == "attention")
    need(shape.labels_of == LabelsOf::sequences, "`kind`", "light attention predicts labels of whole sequences",
         "for labels of residues: linear, mlp, cnn, lstm or transformer");
  if (convolves(shape.kind))
    need(shape.kernel > 0 && shape.kernel % 2 == 1, "`kernel`", "a convolution sees an odd number of residues");
  if (pools(shape.kind))
    need(shape.pooling == "mean" || shape.pooling == "max", "`pooling`",
         fmt::format("there is no pooling '{}'", shape.pooling), "mean or max");
}

}  // namespace

const std::vector<std::string>& head_kinds() {
  static const std::vector<std::string> kinds{"linear", "mlp", "attention", "cnn", "lstm", "transformer"};
  return kinds;
}

std::vector<std::int64_t> default_hidden(const std::string& kind) {
  if (kind == "linear") return {};
  if (kind == "mlp") return {256};
  if (kind == "attention") return {32};
  if (kind == "cnn") return {64, 64};
  if (kind == "lstm") return {128};
  if (kind == "transformer") return {128, 128};
  throw Error(ErrorKind::usage, {fmt::format("there is no head '{}'", kind), "`kind`", listed(head_kinds())});
}

void PredictionHead::members(Members to) {
  layers(to.in_head());
  if (shape_.output_scale == OutputScale::no) return;
  to.in_head().tensor("scale.mean", {shape_.outputs}, Role::buffer, mean_);
  to.in_head().tensor("scale.deviation", {shape_.outputs}, Role::buffer, deviation_);
}

void PredictionHead::ready(const Form&) {
  for (Tensor* tensor : {&mean_, &deviation_})
    if (tensor->defined()) *tensor = tensor->to(DType::f32);
}

Tensor PredictionHead::operator()(const HeadInput& input) const {
  const Tensor y = outputs(input);
  return deviation_.defined() ? autograd::scale_columns(y, deviation_, mean_) : y;
}

void ready_for_training(PredictionHead& head) {
  const Tree tree = tree_of(head);
  const std::vector<std::string> first = head.entrances();
  for (const Tree::Node& node : tree.modules) {
    const bool entrance = std::find(first.begin(), first.end(), node.path) != first.end();
    node.module->ready(
        {ops::Precision::f32, true, entrance ? InputGradient::none : InputGradient::needed, device_of(tree)});
  }
}

void set_output_scale(PredictionHead& head, const Tensor& mean, const Tensor& deviation) {
  GROEL_REQUIRE(head.shape().output_scale == OutputScale::yes);
  for (const Parameter& parameter : tree_of(head).parameters) {
    if (parameter.name == "scale.mean") *parameter.slot = mean;
    if (parameter.name == "scale.deviation") *parameter.slot = deviation;
  }
}

std::unique_ptr<PredictionHead> make_head(const HeadShape& shape) {
  HeadShape whole = shape;
  if (whole.hidden.empty()) whole.hidden = default_hidden(whole.kind);
  check(whole);
  if (whole.kind == "linear" || whole.kind == "mlp") return std::make_unique<MlpHead>(whole);
  if (whole.kind == "attention") return std::make_unique<LightAttention>(whole);
  if (whole.kind == "cnn") return std::make_unique<ConvolutionHead>(whole);
  if (whole.kind == "lstm") return std::make_unique<LstmHead>(whole);
  return std::make_unique<TransformerHead>(whole);
}

}  // namespace groel::nn
