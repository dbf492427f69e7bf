// groel fold: sequences, folded by ESMFold or MiniFold; jobs of AlphaFold 3, from their JSON to what its network is
// given.
#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "tasks/fold/jobs.h"
#include "tasks/fold/options.h"

namespace groel::tasks {
namespace {

int run(const FoldOptions& options, Context& context) {
  if (options.list_examples) return list_fold_examples(options, context), 0;
  check_fold_options(options);
  if (folds_sequences(options)) return fold_sequences(options, context);
  const std::vector<FoldJob> jobs = read_fold_jobs(options, context);
  if (options.check) return check_fold_jobs(jobs, options, context), 0;
  if (!options.features.empty()) return write_fold_features(jobs, options, context), 0;
  return run_fold_jobs(jobs, options, context);
}

}  // namespace

Task fold_task() {
  return {
      .name = "fold",
      .summary = "Structures: of sequences by ESMFold or MiniFold, of complexes by AlphaFold 3 or networks of its kind",
      .description =
          "Sequences (-m names an ESMFold or a MiniFold) become a PDB and an mmCIF file each, with pLDDT in the place "
          "of B "
          "factors;\n"
          "for ESMFold chains are joined by ':'. A run that was stopped goes on where it was when the command is given "
          "again.\n"
          "Jobs: reads the JSON of AlphaFold 3 (versions 1 to 4), of the AlphaFold Server and of Protenix, and says of "
          "everything\n"
          "that is wrong with it where it is. --check tells what a job will be run as; --features writes every "
          "array of the\n"
          "network's batch. With -o and --model-dir, weights of AlphaFold 3, Protenix, OpenFold3, IntelliFold-2 or "
          "Boltz-2,\n"
          "each job gets a folder as AlphaFold 3 writes it: structures with their confidence for every seed, ranked, "
          "and the\n"
          "completed job.\n"
          "AlphaFold 3's own flags are understood too (--json_path, --output_dir, --norun_inference, ...).",
      .examples = {{"groel fold proteins.fasta -m facebook/esmfold_v1 -o folds --arrays",
                    "a structure for each sequence"},
                   {"groel fold proteins.fasta -m minifold-12L -o folds", "the same in less time, by MiniFold"},
                   {"groel fold examples/fold/ubiquitin.json --check", "what a job will be run as"},
                   {"groel fold examples/fold/ubiquitin.json --features features.npz",
                    "every array that the network is given"},
                   {"groel fold examples/fold/ubiquitin.json --model-dir af3 -o folds",
                    "structures, with AlphaFold 3's weights in the folder af3"},
                   {"groel fold examples/fold/ubiquitin.json -m protenix_base_default_v1.0.0 -o folds",
                    "structures by Protenix, whose weights are open"},
                   {"groel fold examples/fold/ubiquitin.json -o folds --no-inference",
                    "the completed job, in a folder of its name"},
                   {"groel fold --examples", "one small job for each thing that a job can hold"}},
      .options = option_table<FoldOptions>(),
      .run = entry<FoldOptions, run>,
      .respell = as_fold_spells,
      // Jobs are not: each has a folder, so that an array of jobs does it.
      .shared = shared_where<FoldOptions, folds_sequences>};
}

}  // namespace groel::tasks
