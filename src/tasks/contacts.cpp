// groel contacts: which residues touch, as predicted by a model and as seen in a structure.
#include <algorithm>
#include <filesystem>

#include "formats/result.h"
#include "tasks/contacts/options.h"
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

const models::Model& require_head(const models::Model& model) {
  const std::vector<std::string> have = model.capabilities();
  if (std::find(have.begin(), have.end(), models::ContactPredictor::kName) == have.end())
    throw Error(ErrorKind::unsupported,
                {"this model has no contact head", "--model",
                 "give it one from known structures: groel fit-contacts STRUCTURES -m MODEL -o DIR"});
  return model;
}

// Refused before anything is computed.
void check_contact_outputs(const ContactsOptions& options, Sink& sink) {
  const std::filesystem::path output = options.output.value_or("");
  const bool resume = options.resume;
  if (output == "-")
    throw Error(ErrorKind::usage, {"matrices go to a file", "--output", "name one, or use --json for stdout"});
  if (resume && !options.output)
    throw Error(ErrorKind::usage, {"nothing is kept of a run without an output", "--resume", "name it with --output"});
  if (options.output) check_run_output({output, resume, options.overwrite});
  std::vector<std::string> known = formats::known_extensions();
  for (const char* more : {".rr", ".casp"}) known.emplace_back(more);
  check_output_format(output.string(), known, sink);
  if (options.output && !is_rr(output)) check_contact_format(output);
  std::error_code ignored;
  if (!resume || !std::filesystem::exists(journal_folder(output), ignored)) check_picture(options);
}

int run(const ContactsOptions& options, Context& context) {
  if (options.top && *options.top < 0)
    throw Error(ErrorKind::usage, {"a number from 0 on", "--top", "0 shows as many as residues"});
  if (options.from_structure) {
    if (!options.structure) throw Error(ErrorKind::usage, {"no structure is named", "--structure", {}});
    return map_structure(options, context);
  }
  check_contact_outputs(options, context.sink);
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
          .options = option_table<ContactsOptions>(),
          .run = entry<ContactsOptions, run>,
          .shared = always_shared};
}

}  // namespace groel::tasks
