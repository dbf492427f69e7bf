// The options of groel train, from flags and from recipe files.
#pragma once

#include <string>
#include <vector>

#include "tasks/pairs/options.h"
#include "tasks/reading/options.h"
#include "tasks/task.h"
#include "tasks/train/head_options.h"
#include "tasks/train/prompt_options.h"

namespace groel::tasks {

/// What the columns of a table of labels are.
struct LabelColumnOptions {
  std::string sequence_column;
  std::vector<std::string> label_column;
  std::string split_column;
  std::string gaps;
  std::string unlabelled;
  std::vector<std::string> mask_column;

  /// `label_group`: the heading of the column of labels; `more_verbs`: those that it goes with besides.
  void declare(OptionBinder& to, const std::string& label_group, const std::vector<std::string>& more_verbs = {});
};

struct TrainOptions : LabelColumnOptions, HeadOptions, PromptOptions, ThreadOptions {
  std::vector<std::string> objective;
  PairOptions pairs;

  std::vector<std::string> data;
  std::vector<std::string> valid;
  double valid_fraction = 0;
  std::int64_t min_length = 0;
  std::int64_t max_length = 0;
  Chosen<std::string> crop;
  std::optional<std::int64_t> batch_tokens, batch_size;
  std::int64_t accumulate = 0;
  std::string form;
  double mask_fraction = 0;
  std::string masking;

  std::vector<std::string> valid_split;
  std::string problem;
  std::vector<std::string> classes;
  Chosen<std::string> pooling;

  std::optional<std::string> from;
  std::vector<std::string> prompt;
  Chosen<std::string> family;
  Chosen<std::string> shape;
  std::optional<std::int64_t> layers;
  std::optional<std::int64_t> width;
  std::optional<std::int64_t> heads;
  Chosen<std::string> tokenizer, initial_heads;
  std::optional<double> initial_deviation;
  std::optional<double> dropout;
  std::optional<std::string> pad_token;
  Chosen<std::string> pad_row;

  Chosen<std::string> train;
  std::optional<std::int64_t> freeze;
  std::optional<std::int64_t> lora_r;
  Chosen<double> lora_alpha;
  Chosen<double> lora_dropout;
  Chosen<std::vector<std::string>> lora_targets;
  bool merge = false;
  bool checkpointing = false;
  std::optional<std::size_t> memory;
  std::size_t cache_limit = 0;

  std::optional<std::int64_t> steps;
  std::optional<std::int64_t> epochs;
  std::optional<double> minutes;
  std::int64_t seed = 0;

  std::string optimizer;
  std::optional<double> learning_rate;
  std::string schedule;
  Chosen<double> warmup;
  double floor = 0;
  double weight_decay = 0;
  double beta1 = 0;
  double beta2 = 0;
  double epsilon = 0;
  std::optional<double> momentum;
  double clip = 0;

  std::optional<std::string> output;
  bool resume = false;
  bool overwrite = false;
  std::int64_t log_every = 0;
  std::int64_t eval_every = 0;
  std::string metric;
  std::int64_t patience = 0;
  double min_gain = 0;
  std::int64_t save_every = 0;
  std::int64_t save_total_limit = 0;
  std::string keep;
  std::string report;
  bool test = false;
  std::vector<std::string> test_data;
  std::int64_t repeats = 0;
  bool each_split = false;
  std::string label_names;

  bool cost = false;
  std::string dtype;
  bool json = false;
  nlohmann::json all;  ///< every value, by the name of its option

  void declare(OptionBinder& to);

 private:
  void declare_data(OptionBinder& to);
  void declare_label(OptionBinder& to);
  void declare_model(OptionBinder& to);
  void declare_trained(OptionBinder& to);
  void declare_length(OptionBinder& to);
  void declare_optimizer(OptionBinder& to);
  void declare_output(OptionBinder& to);
};

/// The objectives.
const std::vector<Verb>& train_verbs();

}  // namespace groel::tasks
