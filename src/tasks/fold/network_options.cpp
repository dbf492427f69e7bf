// The table of options about the network.
#include "tasks/fold/network_options.h"

#include "base/error.h"
#include "tasks/reading/options.h"

namespace groel::tasks {
namespace {

std::int64_t at_least(std::int64_t value, std::int64_t least, const char* flag) {
  if (value < least) throw Error(ErrorKind::usage, {fmt::format("{} is less than {}", value, least), flag, {}});
  return value;
}

}  // namespace

void NetworkOptions::declare_network(OptionBinder& to) {
  to.group("The network");
  to(model_dir, {.name = "model-dir",
                 .help = "Folder of AlphaFold 3's weights (af3.bin.zst, or af3.bin), or that file",
                 .value_name = "DIR"});
  to(recycles, {.name = "num-recycles",
                .help = "Passes of the trunk after the first (default: 10; of an ESMFold as the model says, 3)",
                .value_name = "N",
                .aliases = {"recycles"}});
  to(samples, {.name = "num-diffusion-samples", .help = "Structures for each seed", .otherwise = 5, .value_name = "N"});
  to(steps, {.name = "num-diffusion-steps",
             .help = "Steps from noise to a structure (AlphaFold 3 takes 200)",
             .otherwise = 200,
             .value_name = "N"});
  to(alignment_rows, {.name = "num-msa",
                      .help = "Rows of the alignment that a pass of the trunk draws",
                      .otherwise = 1024,
                      .value_name = "N"});
  to(save_embeddings, {.name = "save-embeddings", .help = "Write the trunk's embeddings of each seed, too"});
  to(save_distogram, {.name = "save-distogram", .help = "Write the logits of distances of each seed, too"});
  to(compress, {.name = "compress-large-output-files", .help = "Write structures and confidences as .zst"});
  to(no_terms,
     {.name = "no-terms-of-use",
      .help = "Leave TERMS_OF_USE.md out, and the notice in structures: whoever passes them on has to add it"});
  to(dtype, training_dtype_option());
  to(memory, memory_option());
}

structure_models::Alphafold3RunSettings NetworkOptions::run_settings() const {
  structure_models::Alphafold3RunSettings out;
  out.passes = at_least(recycles_or_usual(), 0, "--num-recycles") + 1;
  out.alignment_rows = at_least(alignment_rows, 1, "--num-msa");
  out.sampler.samples = at_least(samples, 1, "--num-diffusion-samples");
  out.sampler.steps = at_least(steps, 1, "--num-diffusion-steps");
  return out;
}

}  // namespace groel::tasks
