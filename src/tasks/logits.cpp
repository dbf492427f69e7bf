// groel logits: a model's logits at each position, in the files that embed writes.
#include "tasks/embed/options.h"

namespace groel::tasks {
namespace {

// All of embed's but what to compute and of which layers.
struct LogitsOptions : EmbedOptions {
  void declare(OptionBinder& to) {
    declare_files(to);
    declare_rest(to);
    include = {"logits"};
    layers = "-1";
  }
};

int run(const LogitsOptions& options, Context& context) { return embed(options, context); }

}  // namespace

Task logits_task() {
  return {
      .name = "logits",
      .summary = "Write the logits of every position, or their log-probabilities",
      .description =
          "One forward pass over each sequence as it is; one row per residue, one column per token in the order of the "
          "vocabulary. The same as `groel embed --include logits`: inputs, formats, --resume and errors are embed's.",
      .examples = {{"groel logits examples/proteins.fasta -o logits.h5", "raw, to HDF5"},
                   {"groel logits examples/proteins.fasta -f jsonl --log-softmax",
                    "natural logarithms of probabilities, as JSON lines to stdout"}},
      .options = option_table<LogitsOptions>(),
      .run = entry<LogitsOptions, run>,
      .shared = always_shared};
}

}  // namespace groel::tasks
