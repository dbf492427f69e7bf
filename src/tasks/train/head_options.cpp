// The table of options of heads of their own.
#include "tasks/train/head_options.h"

#include "nn/heads/prediction_head.h"
#include "predictors/neighbours.h"

namespace groel::tasks {
namespace {

std::vector<std::string> head_names() {
  std::vector<std::string> names{kTransformersHead};
  names.insert(names.end(), nn::head_kinds().begin(), nn::head_kinds().end());
  names.insert(names.end(), {"logistic", predictors::kNeighboursKind});
  return names;
}

}  // namespace

OptionSpec vector_cache_option() {
  return {.name = "vector-cache",
          .help = "Vectors that are kept on disk for later runs, at most (0: none; `groel data cache` shows them)",
          .otherwise = "8G",
          .value_name = "SIZE",
          .setting = "vector_cache"};
}

void HeadOptions::declare(OptionBinder& to) {
  const std::vector<std::string> kAlone{"classify", "residues"}, kWithPairs{"classify", "residues", "pairs"};
  to.verbs(kAlone);
  to.group("Head");
  to(head, {.name = "head",
            .help = "transformers: the model's own, trained as --train says. All others read the vectors of a frozen "
                    "model, or with --from one-hot the residues themselves; logistic and knn are fitted at once",
            .otherwise = kTransformersHead,
            .choices = head_names()});
  to.verbs(kWithPairs);
  to(hidden, {.name = "hidden",
              .help = "Widths of its hidden layers: 512,256 (default: mlp 256, attention 32, cnn 64,64, lstm 128, "
                      "transformer 128,128; of pairs 256)",
              .value_name = "N,N"});
  to.verbs(kAlone);
  to(activation,
     {.name = "activation", .help = "Of mlp and cnn", .otherwise = "gelu", .choices = {"gelu", "relu", "tanh"}});
  to.verbs(kWithPairs);
  to(head_dropout, {.name = "head-dropout",
                    .help = "Dropout of what enters every layer but the first (of pairs 0.2)",
                    .otherwise = 0.0,
                    .value_name = "X"});
  to.verbs(kAlone);
  to(batch_norm, {.name = "batch-norm", .help = "Of mlp and cnn: between every hidden layer and its activation"});
  to(kernel, {.name = "kernel",
              .help = "Of attention and cnn: residues that a convolution sees, an odd number",
              .otherwise = 9,
              .value_name = "N"});
  to.verbs(kWithPairs);
  to(head_layer, {.name = "head-layer", .help = "Layer whose vectors it reads (default: the last)", .value_name = "N"});
  to.verbs(kAlone);
  to(neighbours,
     {.name = "neighbours", .help = "Of knn: nearest proteins that are asked", .otherwise = 5, .value_name = "N"});
  to(inverse_strength, {.name = "inverse-strength",
                        .help = "Of logistic: scikit-learn's C; a smaller one keeps the weights smaller",
                        .otherwise = 1.0,
                        .value_name = "X"});
  to(class_weights, {.name = "class-weights",
                     .help = "balanced: errors count the more, the rarer a class is in the data",
                     .otherwise = "none",
                     .choices = {"none", "balanced"}});
  to.verbs(kWithPairs);
  to(batch, {.name = "batch", .help = "Sequences a batch (of pairs 64)", .otherwise = 32, .value_name = "N"});
  to(vector_cache, vector_cache_option());
  to.verbs(kAlone);
  to(copy_trunk,
     {.name = "copy-trunk", .help = "Put a copy of the model into --output, so that the folder needs no other"});
  to.verbs({});
}

}  // namespace groel::tasks
