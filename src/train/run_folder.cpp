// Manages the output folder of a training run.
#include "train/run_folder.h"

#include <set>
#include <vector>

#include "base/atomic_file.h"
#include "base/folders.h"
#include "base/mapped_file.h"
#include "checkpoints/model_folder.h"
#include "checkpoints/prompts.h"
#include "checkpoints/trunk.h"
#include "train/duplicates.h"
#include "train/saved_state.h"

namespace groel::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBest = "best";

std::vector<fs::path> model_files(const fs::path& folder) {
  std::error_code failed;
  std::vector<fs::path> out;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed))
    if (checkpoints::is_model_file(entry.path().filename().string())) out.push_back(entry.path());
  return out;
}

// A page about a run, or about several.
bool is_report(const fs::path& folder) { return is_there(folder / "report.json") || is_there(folder / "report.html"); }

bool is_predictor(const fs::path& folder) { return is_there(folder / checkpoints::kPredictorFile); }

// What sums up runs that are in folders of their own, below it.
bool sums_up_runs(const fs::path& folder) {
  return is_there(folder / "repeats.json") || (is_report(folder / "report") && !is_predictor(folder));
}

// Runs below a run: the model that learned with a predictor of pairs, repeats, and a run for each split.
std::vector<fs::path> inner_runs(const fs::path& folder) {
  std::error_code failed;
  const bool several = sums_up_runs(folder);
  std::vector<fs::path> out;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    const std::string name = entry.path().filename().string();
    const bool ours = name == "model" || (several && (name.starts_with("repeat-") || name.starts_with("split-")));
    if (ours && entry.is_directory(failed) && holds_run(entry.path())) out.push_back(entry.path());
  }
  return out;
}

// The copy gets its name when it is whole.
void copy_into_place(const fs::path& from, const fs::path& to) {
  const auto source = MappedFile::open(from);
  AtomicFile file(to);
  file.write(source->bytes());
  file.commit();
}

}  // namespace

bool holds_run(const fs::path& folder) {
  for (const char* name : {"metrics.jsonl", "model.safetensors", "adapter_model.safetensors", "pairs.safetensors",
                           "split.json", "repeats.json"})
    if (is_there(folder / name)) return true;
  return is_predictor(folder) || is_report(folder / "report") || !state_steps(folder).empty();
}

void clear_run(const fs::path& folder, const std::string& kept) {
  std::error_code failed;
  for (const fs::path& inner : inner_runs(folder)) {
    if (inner.filename() == kept) continue;
    clear_run(inner);
    fs::remove(inner, failed);  // stays where something else is in it
  }
  for (const std::int64_t step : state_steps(folder)) remove_folder(state_path(folder, step));
  for (const char* name : {"report", "test"})
    if (is_report(folder / name)) fs::remove_all(folder / name, failed);
  for (const char* name : {kBest, "merged", "trunk", "tensorboard", checkpoints::kPromptFolder, "metrics.jsonl",
                           kLearnedFile, "loss.svg", "loss.svg.csv", "scores.svg", "scores.svg.csv",
                           "heads.safetensors", "pairs.safetensors", "split.json", "repeats.json", "report.html"})
    fs::remove_all(folder / name, failed);
  for (const fs::path& file : model_files(folder)) fs::remove(file, failed);
}

void prepare_run_folder(const fs::path& folder, Start start) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw_errno(folder.string(), "create the folder", failed.value());
  remove_leftovers(folder);
  if (start == Start::resume || !holds_run(folder)) return;
  if (start == Start::fresh)
    throw Error(ErrorKind::usage, {"the folder holds a run already", folder.string(),
                                   "go on with `resume`, start over with `overwrite`, or name another folder"});
  clear_run(folder);
}

void save_best_model(const fs::path& folder, const Trainee& trainee) {
  write_folder(folder / kBest, [&](const fs::path& temporary) { trainee.save(temporary); });
}

void write_final_model(const fs::path& folder, const Trainee& trainee, FinalModel which) {
  if (which == FinalModel::last || !fs::exists(folder / kBest)) return trainee.save(folder);
  for (const fs::path& file : model_files(folder / kBest)) copy_into_place(file, folder / file.filename());
}

void tell_differences(const nlohmann::json& before, const nlohmann::json& now, Sink& sink) {
  std::set<std::string> names;
  for (const auto& [name, value] : before.items()) names.insert(name);
  for (const auto& [name, value] : now.items()) names.insert(name);
  for (const std::string& name : names) {
    const auto then = before.value(name, nlohmann::json());
    const auto today = now.value(name, nlohmann::json());
    if (then != today)
      sink.warning(
          fmt::format("`{}` is {} now, and was {} when the checkpoint was written", name, today.dump(), then.dump()));
  }
}

}  // namespace groel::train
