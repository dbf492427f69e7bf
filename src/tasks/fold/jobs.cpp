// Reads the jobs of a run, and completes them.
#include "tasks/fold/jobs.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/text_file.h"
#include "base/words.h"
#include "folding/alignment.h"
#include "folding/features.h"
#include "folding/job_read.h"
#include "folding/job_write.h"
#include "folding/output_files.h"
#include "folding/searches.h"
#include "io/npz.h"
#include "tasks/fold/network.h"
#include "tasks/reading/output_name.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_of(const FoldOptions& options) {
  std::vector<std::string> named = options.input, files;
  for (const std::string& more : {options.json_path, options.input_dir})
    if (!more.empty()) named.push_back(more);
  if (named.empty())
    throw Error(ErrorKind::usage,
                {"no job is named", {}, "give a JSON file, or a folder of them; --examples prints some"});
  for (const std::string& path : named) {
    if (!fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    for (const auto& entry : fs::directory_iterator(path))
      if (entry.is_regular_file() && entry.path().extension() == ".json") inside.push_back(entry.path().string());
    if (inside.empty()) throw Error(ErrorKind::bad_input, {"no .json file is in this folder", path, {}});
    std::ranges::sort(inside);
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

// The program's own, those of a dictionary that the job needs, and the job's.
folding::ComponentTable components_for(const folding::Job& job, const FoldOptions& options) {
  folding::ComponentTable all = folding::ComponentTable::own();
  if (!options.components.empty()) all.add_file(options.components, folding::codes_of(job));
  if (job.user_components) all.add(*job.user_components, "userCCD");
  return all;
}

// Results of two jobs would lie in one folder.
void check_names(const std::vector<FoldJob>& jobs) {
  std::map<std::string, const FoldJob*> by_name;
  for (const FoldJob& one : jobs)
    if (const auto [at, fresh] = by_name.try_emplace(folding::file_name(one.job), &one); !fresh)
      throw Error(ErrorKind::usage,
                  {fmt::format("two jobs have the name {}: in {} and in {}", at->first, at->second->file, one.file),
                   {},
                   "give each a name of its own"});
}

void write_array(io::NpzWriter& to, const std::string& name, const folding::FeatureArray& array) {
  to.add(name, array.dtype, array.shape, array.bytes);
}

// Searches what the job lacks, unless nothing is to be searched.
void complete(FoldJob& one, const FoldOptions& options, Context& context) {
  const auto lacks = [](const folding::JobChain& chain) {
    const bool protein = chain.molecule == folding::Molecule::protein;
    return (protein || chain.molecule == folding::Molecule::rna) &&
           (!chain.unpaired_msa || (protein && !chain.templates));
  };
  const auto found = std::ranges::find_if(one.job.chains, lacks);
  if (found == one.job.chains.end()) return;
  if (options.no_search)
    throw Error(
        ErrorKind::usage,
        {fmt::format("chain {} of job '{}' lacks alignments or templates, and nothing is to be searched", found->id,
                     one.job.name),
         "--no-data-pipeline", "give alignments (\"\" for the sequence alone) and templates ([] for none) in the job"});
  const auto say = [&](const std::string& text) { context.sink.note(fmt::format("{}: {}", one.job.name, text)); };
  folding::search_missing(one.job, one.components, options.search_settings(), say);
  folding::complete_alignments(one.job, one.components);
}

}  // namespace

std::vector<FoldJob> read_fold_jobs(const FoldOptions& options, Context& context) {
  std::vector<FoldJob> jobs;
  if (!options.unused.empty())
    context.sink.note(fmt::format("flags of AlphaFold 3 that have no effect here: {}", listed(options.unused)));
  for (const std::string& file : files_of(options)) {
    std::vector<folding::Job> in_file = folding::read_jobs(file);
    if (in_file.empty()) throw Error(ErrorKind::bad_input, {"this is a list of no jobs", file, {}});
    for (folding::Job& job : in_file) {
      if (options.seeds) folding::add_seeds(job, static_cast<std::size_t>(*options.seeds));
      for (const std::string& note : job.notes) context.sink.warning(fmt::format("{}: {}", job.name, note));
      folding::ComponentTable components = components_for(job, options);
      jobs.push_back({file, std::move(job), std::move(components)});
    }
  }
  check_names(jobs);
  for (FoldJob& one : jobs) folding::complete_alignments(one.job, one.components);
  return jobs;
}

void write_fold_features(const std::vector<FoldJob>& jobs, const FoldOptions& options, Context& context) {
  if (jobs.size() != 1)
    throw Error(ErrorKind::usage,
                {fmt::format("features are those of one job, and {} are named", jobs.size()), "--features", {}});
  check_free(options.features, options.standing());
  FoldJob one = jobs.front();
  complete(one, options, context);
  folding::FeaturizeOptions with = options.feature_options();
  with.references.seed = one.job.seeds.front();
  std::vector<std::string> notes;
  const folding::TokenLayout layout =
      folding::lay_out(one.job, one.components, {.keep_standalone_glycans = options.keep_standalone_glycans});
  const folding::Features features = folding::featurize(layout, one.components, with, &notes);
  io::NpzWriter writer{fs::path(options.features)};
  for (const auto& [name, array] : features) write_array(writer, name, array);
  writer.finish();
  for (const auto& list : {layout.notes, notes})
    for (const std::string& note : list) context.sink.warning(fmt::format("{}: {}", one.job.name, note));
  context.sink.note(fmt::format("{}: {} of seed {} in {}", one.job.name, counted(features.size(), "array"),
                                with.references.seed, options.features));
}

namespace {

// Where a job's results go: where a run of it was stopped, that one goes on.
fs::path folder_of(const FoldJob& job, const FoldOptions& options, const std::optional<FoldNetwork>& network,
                   Context& context) {
  const fs::path wanted = fs::path(options.output) / folding::file_name(job.job);
  const bool goes_on = !options.overwrite && network && network->began(job, wanted);
  if (goes_on)
    context.sink.note(fmt::format("{}: goes on with the run that was stopped in {}", job.job.name, wanted.string()));
  const auto filled =
      options.overwrite || goes_on ? folding::FilledFolder::write_into : folding::FilledFolder::name_anew;
  return folding::output_folder(wanted, filled, std::time(nullptr));
}

void write_completed(const FoldJob& job, const fs::path& folder, Context& context) {
  fs::create_directories(folder);
  const fs::path file = folder / (folding::file_name(job.job) + "_data.json");
  write_text(file, folding::job_json(job.job));
  context.sink.note(fmt::format("{}: {}", job.job.name, file.string()));
}

}  // namespace

int run_fold_jobs(const std::vector<FoldJob>& jobs, const FoldOptions& options, Context& context) {
  if (options.output.empty())
    throw Error(ErrorKind::usage, {"results need a folder", {}, "give --output DIR; --check and --features need none"});
  for (const FoldJob& each : jobs)
    folding::lay_out(each.job, each.components, {.keep_standalone_glycans = options.keep_standalone_glycans});
  // Weights that cannot be used are told before hours of searches.
  std::optional<FoldNetwork> network;
  if (!options.no_inference) network.emplace(options, context);
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (FoldJob one : jobs) {
    complete(one, options, context);
    const fs::path folder = folder_of(one, options, network, context);
    write_completed(one, folder, context);
    nlohmann::ordered_json result{{"job", one.job.name}, {"folder", folder.string()}};
    if (network) result.update(network->run(one, folder));
    all.push_back(std::move(result));
  }
  if (options.json)
    context.out << nlohmann::ordered_json{{"jobs", all}}.dump(2, ' ', false,
                                                              nlohmann::ordered_json::error_handler_t::replace)
                << '\n';
  return 0;
}

}  // namespace groel::tasks
