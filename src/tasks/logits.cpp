// groel logits: what a model says at each position, as embed writes it.
#include <algorithm>
#include <set>

#include "tasks/task.h"

namespace groel::tasks {

Task embed_task();

namespace {

// All of embed's but what to compute and of which layers.
std::vector<OptionSpec> option_table() {
  const std::set<std::string> settled{"include", "layers"};
  std::vector<OptionSpec> table = embed_task().options;
  std::erase_if(table, [&](const OptionSpec& spec) { return settled.contains(spec.name); });
  return table;
}

int run(const Options& options, Context& context) {
  const Task embed = embed_task();
  nlohmann::json given = options.given();
  given["include"] = "logits";
  return embed.run(Options(embed.options, given), context);
}

}  // namespace

Task logits_task() {
  return {
      .name = "logits",
      .summary = "Write the logits of every position, or their log-probabilities",
      .description =
          "One forward pass over each sequence as it stands; a row a residue, a column a token in the order of the "
          "vocabulary. The same as `groel embed --include logits`: inputs, formats, --resume and errors are embed's.",
      .examples = {{"groel logits examples/proteins.fasta -o logits.h5", "raw, to HDF5"},
                   {"groel logits examples/proteins.fasta -f jsonl --log-softmax",
                    "natural logarithms of probabilities, as JSON lines to stdout"}},
      .options = option_table(),
      .run = run};
}

}  // namespace groel::tasks
