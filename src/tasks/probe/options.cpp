// The table of options of groel probe.
#include "tasks/probe/options.h"

#include <algorithm>

#include "train/recipe.h"

namespace groel::tasks {

const std::vector<Verb>& probe_verbs() {
  static const std::vector<Verb> verbs{
      {"tasks", "Which prompts help which task: a recipe's tasks with none, each and all of the prompts"},
      {"residues", "How far a prompt moves the vector of each residue, along the chain and on the structure"}};
  return verbs;
}

void ProbeOptions::declare(OptionBinder& to) {
  to(input, {.name = "input",
             .type = OptionType::paths,
             .help = "tasks RECIPE (or a recipe alone: a .toml file), or residues SEQUENCE or STRUCTURE",
             .value_name = "WHAT",
             .required = true});
  OptionSpec model_row = model_option();
  model_row.aliases = {"from"};
  to(model, model_row);
  to(prompt, prompt_option());
  to.verbs({"tasks"});
  to(task,
     {.name = "task",
      .help =
          "Tasks: in a recipe a table [task.NAME] each, with kind = classify, residues, pairs, contacts or affinity, "
          "and the options of `groel train` as its fields (of contacts: structures, learned, inverse-strength; of "
          "affinity: data, sequences, value-column)",
      .value_name = "TASKS",
      .group = kInput});
  to(seeds, {.name = "seeds",
             .help = "Runs of each task with each choice of prompts; what is held out is drawn anew for each",
             .otherwise = 5,
             .value_name = "N"});
  to(seed, {.name = "seed", .help = "Of the first run", .otherwise = 42, .value_name = "N"});
  to(control,
     {.name = "control",
      .help =
          "Run each task with random twins of the prompts, too: the same tokens, numbers drawn at random of the same "
          "size; what a prompt gives beyond its twin is what it has learned"});
  to(resume, {.name = "resume", .help = "Go on from what an interrupted probe left", .group = kOutput});
  to.verbs({"residues"});
  to(chain, {.name = "chain", .help = "Chain of the structure (default: the first)", .value_name = "NAME"});
  to(picture, picture_option("Distances along the chain, surface and core apart"));
  to(structure_output, {.name = "structure-output",
                        .help = "The structure with the distances as B factors (.pdb or .cif)",
                        .value_name = "FILE",
                        .writes = Writes::file,
                        .extensions = {".pdb", ".cif"},
                        .group = kOutput});
  OptionSpec plane_row = picture_option("Residues with and without the prompts in the plane, by t-SNE");
  plane_row.name = "plane";
  to(plane, plane_row);
  to.verbs({});
  to(output, {.name = "output",
              .letter = 'o',
              .help = "tasks: folder for the runs, the table and the report; residues: table (.csv, .tsv, .json)",
              .value_name = "PLACE",
              .writes = Writes::file,
              .aliases = {"out"}});
  to(overwrite, {.name = "overwrite", .help = "Replace what is there", .group = kOutput});
  to(dtype, dtype_option());
  to(threads, threads_option());
  to(json, json_option());
}

Options with_probe_recipe(const Options& options) {
  const std::vector<OptionSpec> table = option_table<ProbeOptions>();
  std::vector<std::string> words = bound<ProbeOptions>(options).input;
  const auto is_recipe = [](const std::string& word) { return word.ends_with(".toml"); };
  const auto recipe = std::find_if(words.begin(), words.end(), is_recipe);
  if (recipe == words.end()) return options;
  nlohmann::json values = train::read_recipe(*recipe, table);
  for (const auto& [name, value] : options.given().items())
    if (name != "input") values[name] = value;
  if (is_recipe(words.front())) words.insert(words.begin(), "tasks");
  values["input"] = words;
  return {table, values, options.settings()};
}

}  // namespace groel::tasks
