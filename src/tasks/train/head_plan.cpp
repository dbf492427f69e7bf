// Checks and reads the options of heads.
#include "tasks/train/head_plan.h"

#include <charconv>

#include "base/error.h"
#include "checkpoints/trunk.h"
#include "tasks/train/options.h"

namespace groel::tasks {
namespace {

struct Given {
  bool given;
  const char* flag;
};

void refuse(std::initializer_list<Given> options, const std::string& what, const std::string& remedy) {
  for (const Given& one : options)
    if (one.given) throw Error(ErrorKind::usage, {what, one.flag, remedy});
}

void check_transformers(const TrainOptions& o) {
  refuse({{o.hidden.given, "--hidden"},
          {o.activation.given, "--activation"},
          {o.head_dropout.given, "--head-dropout"},
          {o.batch_norm, "--batch-norm"},
          {o.kernel.given, "--kernel"},
          {o.head_layer.has_value(), "--head-layer"},
          {o.neighbours.given, "--neighbours"},
          {o.inverse_strength.given, "--inverse-strength"},
          {o.class_weights.given && o.class_weights.value != "none", "--class-weights"},
          {o.batch.given, "--batch"},
          {o.copy_trunk, "--copy-trunk"}},
         "the model's own head has no such option", "choose another head, for example --head mlp");
  refuse({{o.pooling.value == "max", "--pooling max"}}, "the model's own head cannot read that", "mean or cls");
  refuse({{o.from == checkpoints::kOneHot, "--from one-hot"}}, "the residues themselves are read by heads of their own",
         "add --head linear, cnn, lstm or transformer");
}

void check_own(const TrainOptions& o) {
  const std::string what = "the model stays as it is below a head of its own";
  refuse({{o.train.given && o.train.value != "heads", "--train"},
          {o.lora_r.has_value(), "--lora-r"},
          {o.lora_alpha.given, "--lora-alpha"},
          {o.lora_dropout.given, "--lora-dropout"},
          {o.lora_targets.given, "--lora-targets"},
          {o.merge, "--merge"},
          {o.checkpointing, "--checkpointing"}},
         what, "leave it out, or train the model with --head transformers");
  refuse({{o.dropout.has_value(), "--dropout"}}, what, "the head's own is --head-dropout");
  refuse({{o.batch_tokens.has_value(), "--batch-tokens"}}, "batches of such a head are counted in sequences",
         "use --batch");
  refuse({{o.crop.given && (o.crop.value == "random" || o.crop.value == "centre"), "--crop"}},
         "vectors are computed once, of a sequence from its start", "--crop start or none");
  refuse({{o.pooling.given && o.pooling.value == "cls", "--pooling cls"}}, "that is what Transformers' head reads",
         "mean or max");
}

void check_kind(const TrainOptions& o) {
  const bool logistic = o.head == "logistic", knn = o.head == "knn";
  if (!knn) refuse({{o.neighbours.given, "--neighbours"}}, "neighbours are those of --head knn", {});
  if (!logistic) refuse({{o.inverse_strength.given, "--inverse-strength"}}, "it is an option of --head logistic", {});
  if (!logistic && !knn) return;
  refuse({{o.hidden.given, "--hidden"},
          {o.activation.given, "--activation"},
          {o.head_dropout.given, "--head-dropout"},
          {o.batch_norm, "--batch-norm"},
          {o.kernel.given, "--kernel"},
          {o.batch.given, "--batch"},
          {o.class_weights.given && o.class_weights.value != "none", "--class-weights"},
          {o.resume, "--resume"},
          {o.steps.has_value(), "--steps"},
          {o.epochs.has_value(), "--epochs"},
          {o.minutes.has_value(), "--minutes"}},
         fmt::format("--head {} is fitted at once and has no such option", o.head), {});
  if (knn && o.objective.at(0) == "residues")
    throw Error(ErrorKind::usage, {"--head knn predicts labels of whole proteins", "--head",
                                   "for labels of residues: linear, logistic, mlp, cnn, lstm or transformer"});
}

std::int64_t width_of(const std::string& text) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && stop == text.data() + text.size() && value > 0) return value;
  throw Error(ErrorKind::usage, {fmt::format("'{}' is no width of a layer", text), "--hidden", "for example 512,256"});
}

}  // namespace

bool HeadPlan::one_hot() const { return from == checkpoints::kOneHot; }

std::optional<HeadPlan> head_plan(const TrainOptions& options) {
  if (options.objective.at(0) == "mlm" || options.objective.at(0) == "clm") return std::nullopt;
  if (options.head == kTransformersHead) {
    check_transformers(options);
    return std::nullopt;
  }
  check_own(options);
  check_kind(options);
  HeadPlan out;
  out.shape.kind = options.head;
  for (const std::string& width : options.hidden.value) out.shape.hidden.push_back(width_of(width));
  out.shape.activation = options.activation.value;
  out.shape.dropout = options.head_dropout.value;
  out.shape.batch_norm = options.batch_norm ? nn::BatchNorm::yes : nn::BatchNorm::no;
  out.shape.kernel = options.kernel.value;
  out.shape.pooling = options.pooling.given ? options.pooling.value : "mean";
  if (options.head_layer) out.layer = static_cast<int>(*options.head_layer);
  out.neighbours = options.neighbours.value;
  out.inverse_strength = options.inverse_strength.value;
  out.balanced = options.class_weights.value == "balanced";
  out.batch = options.batch.value;
  out.vector_cache = options.vector_cache;
  out.copy_trunk = options.copy_trunk;
  out.from = options.from.value_or(std::string());
  out.prompt = options.prompt;
  if (out.one_hot()) refuse({{out.copy_trunk, "--copy-trunk"}}, "there is no model to copy", {});
  return out;
}

}  // namespace groel::tasks
