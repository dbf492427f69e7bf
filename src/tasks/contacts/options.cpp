// The table of options of groel contacts.
#include "tasks/contacts/options.h"

namespace groel::tasks {

void ContactsOptions::declare(OptionBinder& to) {
  OptionSpec sequences = sequences_option();
  sequences.required = false;
  sequences.help += "; without one the sequence of --structure's chain is taken";
  OptionSpec file = table_option(
      "File to write: .h5, .npz, .safetensors or .jsonl as `groel embed` does, or .rr (CASP's RR, one file "
      "a record); without an extension HDF5");
  file.extensions.clear();  // they depend on --from-structure
  to(input, sequences);
  to(model, model_option());
  to(prompt, prompt_option());
  declare_records(to);
  to(output, file);
  to(resume, {.name = "resume", .help = "Go on from what an interrupted run with --output left", .group = kOutput});
  to(overwrite, overwrite_option());
  to(picture, picture_option("Maps, one per record"));
  to(structure, {.name = "structure",
                 .letter = 's',
                 .help = "Compare with this structure: mmCIF or PDB (also .gz, .zst)",
                 .value_name = "FILE"});
  to(chain, {.name = "chain",
             .help = "Chain of the structure (default: the first); with --from-structure also two, as A,B",
             .value_name = "NAME",
             .group = "Structure"});
  to(from_structure, {.name = "from-structure",
                      .help = "No prediction: the contacts of --structure alone, within a chain or between two",
                      .group = "Structure"});
  to(top, {.name = "top",
           .help = "Likeliest contacts to list; 0: as many as the protein has residues (default: 10; with --json 0)",
           .value_name = "N",
           .group = kOutput});
  to(memory, memory_option());
  to(dtype, dtype_option());
  to(threads, threads_option());
  to(json, json_option());
}

}  // namespace groel::tasks
