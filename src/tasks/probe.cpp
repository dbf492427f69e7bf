// groel probe: what learned prompts do, to tasks and to residues.
#include "tasks/probe/ablation.h"
#include "tasks/probe/residue_shift.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

int run(const ProbeOptions& options, Context& context) {
  const std::string& verb = options.input.front();
  if (verb == "residues") {
    if (options.input.size() != 2)
      throw Error(ErrorKind::usage,
                  {"name one sequence, file or structure", {}, "groel probe residues FILE --prompt NAMES"});
    show_residue_shift(options.input[1], options, context);
    return 0;
  }
  if (options.input.size() != 2) throw Error(ErrorKind::usage, {"name one recipe", {}, "groel probe RECIPE.toml"});
  const nlohmann::ordered_json found = run_ablation(options, context);
  context.out << (options.json ? found.dump(2) + "\n" : ablation_text(found));
  return 0;
}

}  // namespace

Task probe_task() {
  return {
      .name = "probe",
      .summary = "Show what learned prompts do: which task each helps or hurts, which residues it moves",
      .description =
          "A recipe names downstream tasks; each is learned on a model's frozen vectors with no prompt, with each\n"
          "prompt alone and with all of them, several times, and a table says by how much the score changes, with\n"
          "intervals: what helps, what hurts, and what the data cannot tell. `residues` shows how far a prompt moves\n"
          "the vector of every residue, on the surface and in the core of a structure.",
      .examples = {{"groel probe examples/probe.toml --seeds 2 --output probe", "what two prompts do to two tasks"},
                   {"groel probe residues examples/1UBQ.pdb --prompt examples/prompts/ic --output shift.csv "
                    "--structure-output shift.pdb",
                    "how far one moves the residues of ubiquitin"}},
      .options = option_table<ProbeOptions>(),
      .run = entry<ProbeOptions, run>,
      .verbs = probe_verbs(),
      .complete = with_probe_recipe};
}

}  // namespace groel::tasks
