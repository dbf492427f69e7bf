// The table of options about the network.
#include "tasks/fold/network_options.h"

#include "tasks/reading/options.h"

namespace groel::tasks {

void NetworkOptions::declare_network(OptionBinder& to) {
  to.group("The network");
  to(model_dir,
     {.name = "model-dir",
      .help = "Weights of AlphaFold 3 (af3.bin.zst, or af3.bin), of IntelliFold-2, of Protenix or OpenFold3 (a .pt "
              "file), or of Boltz-2 (boltz2_conf.ckpt): their folder, or the file",
      .value_name = "DIR"});
  to(recycles, {.name = "num-recycles",
                .help = "Passes of the trunk after the first (default: AlphaFold 3 and IntelliFold-2 10; Protenix 9, "
                        "mini and tiny 3; OpenFold3 and Boltz-2 3; an ESMFold as the model says, 3; MiniFold 3)",
                .value_name = "N",
                .aliases = {"recycles"}});
  to(samples, {.name = "num-diffusion-samples", .help = "Structures for each seed", .otherwise = 5, .value_name = "N"});
  to(steps, {.name = "num-diffusion-steps",
             .help = "Steps from noise to a structure (default: 200; Protenix's mini and tiny 5)",
             .value_name = "N"});
  to(alignment_rows, {.name = "num-msa",
                      .help = "Rows of the alignment that a pass of the trunk draws (default: 1024; Protenix any "
                              "number up to 16384; Boltz-2 the first 16384)",
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

structure_models::RunSettings NetworkOptions::run_settings(structure_models::RunSettings usual) const {
  if (recycles) usual.passes = *recycles + 1;
  if (alignment_rows) usual.alignment_rows = *alignment_rows;
  if (steps) usual.sampler.steps = *steps;
  usual.sampler.samples = samples;
  return usual;
}

}  // namespace groel::tasks
