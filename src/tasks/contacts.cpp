// groel contacts: which residues touch, as a model sees it and as a structure shows it.
#include <algorithm>
#include <filesystem>

#include "formats/result.h"
#include "tasks/contacts/run.h"
#include "tasks/contacts/structure_maps.h"
#include "tasks/contacts/writer.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/input.h"
#include "tasks/reading/journal.h"
#include "tasks/reading/model.h"
#include "tasks/reading/outputs.h"
#include "tasks/reading/picture.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

std::vector<OptionSpec> option_table() {
  OptionSpec input = sequences_option();
  input.required = false;
  input.help += "; without one the sequence of --structure's chain is taken";
  OptionSpec output = table_option(
      "File to write: .h5, .npz, .safetensors or .jsonl as `groel embed` does, or .rr (CASP's RR, one file "
      "a record); without an extension HDF5");
  output.extensions.clear();  // they depend on --from-structure
  std::vector<OptionSpec> table{
      input,
      model_option(),
      record_option(),
      gaps_option(),
      output,
      {.name = "resume",
       .type = OptionType::flag,
       .help = "Go on from what an interrupted run with --output left behind",
       .group = kOutput},
      overwrite_option(),
      picture_option("Maps, one a record"),
      {.name = "structure",
       .letter = 's',
       .help = "Compare with this structure: mmCIF or PDB (also .gz, .zst)",
       .value_name = "FILE"},
      {.name = "chain",
       .type = OptionType::list,
       .help = "Chain of the structure (default: the first); with --from-structure also two, as A,B",
       .value_name = "NAME",
       .group = "Structure"},
      {.name = "from-structure",
       .type = OptionType::flag,
       .help = "No prediction: the contacts of --structure alone, within a chain or between two",
       .group = "Structure"},
      {.name = "top",
       .type = OptionType::integer,
       .help = "Likeliest contacts to list; 0: as many as the protein has residues (default: 10; with --json 0)",
       .value_name = "N",
       .group = kOutput},
      memory_option()};
  for (OptionSpec& spec : std::vector{dtype_option(), threads_option(), json_option()})
    table.push_back(std::move(spec));
  return table;
}

const models::Model& require_head(const models::Model& model) {
  const std::vector<std::string> have = model.capabilities();
  if (std::find(have.begin(), have.end(), models::ContactPredictor::kName) == have.end())
    throw Error(ErrorKind::unsupported,
                {"this model has no contact head", "--model",
                 "give it one from known structures: groel fit-contacts STRUCTURES -m MODEL -o DIR"});
  return model;
}

// Refused before anything is computed.
void check_outputs(const Options& options, Sink& sink) {
  const std::filesystem::path output = options.text("output");
  const bool resume = options.flag("resume");
  if (output == "-")
    throw Error(ErrorKind::usage, {"matrices go to a file", "--output", "name one, or use --json for stdout"});
  if (resume && !options.has("output"))
    throw Error(ErrorKind::usage, {"nothing is kept of a run without an output", "--resume", "name it with --output"});
  if (options.has("output")) check_run_output({output, resume, options.flag("overwrite")});
  std::vector<std::string> known = formats::known_extensions();
  for (const char* more : {".rr", ".casp"}) known.emplace_back(more);
  check_output_format(output.string(), known, sink);
  if (options.has("output") && !is_rr(output)) check_contact_format(output);
  std::error_code ignored;
  if (!resume || !std::filesystem::exists(journal_folder(output), ignored)) check_picture(options);
}

int run(const Options& options, Context& context) {
  apply_threads(options);
  if (options.has("top") && options.integer("top") < 0)
    throw Error(ErrorKind::usage, {"a number from 0 on", "--top", "0 shows as many as residues"});
  if (options.flag("from-structure")) {
    if (!options.has("structure")) throw Error(ErrorKind::usage, {"no structure is named", "--structure", {}});
    return map_structure(options, context);
  }
  check_outputs(options, context.sink);
  const checkpoints::LoadedModel loaded = load_model_of(options, context.sink);
  require_head(*loaded.model);
  return run_contacts(options, context, loaded);
}

}  // namespace

Task contacts_task() {
  return {.name = "contacts",
          .summary = "Predict which residues touch, and compare with structures",
          .description =
              "Contact probabilities by the model's contact head, from its attention maps. Against a structure: the "
              "part of the likeliest L, L/2 and L/5 pairs whose Cβ (of glycine Cα) are within 8 Å, for pairs 6 to 11, "
              "12 to 23, and 24 and more residues apart; residues without coordinates are left out. "
              "--from-structure maps a structure alone, one chain or between two.",
          .examples = {{"groel contacts examples/proteins.fasta --record P01542 --picture crambin.svg",
                        "of crambin, with a picture"},
                       {"groel contacts examples/proteins.fasta -o contacts.h5", "of all, to HDF5"},
                       {"groel contacts -s examples/1CRN.cif --picture compared.svg -o crambin.rr",
                        "against crambin's structure, and as CASP's RR"},
                       {"groel contacts -s examples/1CRN.cif --from-structure --picture structure.svg",
                        "the structure alone"}},
          .options = option_table(),
          .run = run};
}

}  // namespace groel::tasks
