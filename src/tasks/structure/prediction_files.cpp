// Finds the files of AlphaFold 3's output folders by their names.
#include "tasks/structure/prediction_files.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "base/error.h"
#include "base/text_file.h"
#include "base/words.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;

using SampleKey = std::pair<std::string, std::string>;  // seed and sample, as they are written

const std::regex& model_name() {
  static const std::regex name(R"((.*?)model(_\d+)?\.(cif|pdb)(\.gz|\.zst)?)");
  return name;
}

// The file of this name, plain or compressed; empty: none.
std::string file_there(const fs::path& folder, const std::string& name) {
  for (const char* packed : {"", ".zst", ".gz"})
    if (const fs::path path = folder / (name + packed); fs::is_regular_file(path)) return path.string();
  return {};
}

std::optional<double> score_in(const std::string& summary) {
  if (summary.empty()) return std::nullopt;
  const nlohmann::json all = read_json(summary, ErrorKind::bad_input);
  const auto found = all.find("ranking_score");
  if (found == all.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

// ranking_scores.csv of a folder: seed,sample,ranking_score.
std::map<SampleKey, double> scores_of(const fs::path& folder) {
  std::map<SampleKey, double> out;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.path().filename().string().ends_with("ranking_scores.csv")) continue;
    std::istringstream lines(read_text(entry.path()));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream cells(line);
      std::string seed, sample, score;
      double value = 0;
      if (!std::getline(cells, seed, ',') || !std::getline(cells, sample, ',') || !std::getline(cells, score)) continue;
      if (std::from_chars(score.data(), score.data() + score.size(), value).ec == std::errc{})
        out[{seed, sample}] = value;
    }
  }
  return out;
}

// Models that lie in a folder itself, by name.
std::vector<std::string> models_in(const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file() && std::regex_match(entry.path().filename().string(), model_name()))
      out.push_back(entry.path().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::string sample_title(const SampleKey& key) { return fmt::format("seed {}, sample {}", key.first, key.second); }

class OutputFolder {
 public:
  explicit OutputFolder(fs::path folder) : folder_(std::move(folder)), scores_(scores_of(folder_)) {}

  std::vector<PredictionFiles> run(Sink& sink) {
    add_samples();
    add_root();
    if (out_.empty()) add_others();
    if (out_.empty())
      throw Error(ErrorKind::not_found, {"there is no predicted model in this folder", folder_.string(),
                                         "AlphaFold 3's output is expected: NAME_model.cif, or "
                                         "seed-1_sample-0/NAME_model.cif; or NAME.cif or NAME.pdb"});
    std::stable_sort(out_.begin(), out_.end(), [](const PredictionFiles& a, const PredictionFiles& b) {
      return a.ranking.value_or(-1e9) > b.ranking.value_or(-1e9);
    });
    if (const auto lost = static_cast<std::int64_t>(scores_.size()) - found_; !scores_.empty() && lost > 0)
      sink.note(
          fmt::format("{}: {} in ranking_scores.csv without files here", folder_.string(), counted(lost, "sample")));
    return std::move(out_);
  }

 private:
  void add_samples() {
    static const std::regex name(R"(seed-(\d+)_sample-(\d+))");
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(folder_))
      if (entry.is_directory()) folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    for (const fs::path& sample : folders) {
      const std::string own = sample.filename().string();
      std::smatch parts;
      if (!std::regex_match(own, parts, name)) continue;
      for (const std::string& model : models_in(sample)) add(model, {parts[1], parts[2]});
    }
  }

  void add(const std::string& model, const SampleKey& key) {
    PredictionFiles files = files_of_model(model);
    files.title = sample_title(key);
    const auto score = scores_.find(key);
    files.ranking = score != scores_.end() ? std::optional(score->second) : score_in(files.summary);
    out_.push_back(std::move(files));
    ++found_;
  }

  void add_root() {
    const std::vector<std::string> models = models_in(folder_);
    for (const std::string& model : models) {
      PredictionFiles files = files_of_model(model);
      files.title = fs::path(model).filename().string();
      files.ranking = score_in(files.summary);
      if (models.size() == 1) stand_for_best(files);
      out_.push_back(std::move(files));
    }
  }

  // What groel fold makes of sequences: NAME.cif or NAME.pdb of each, with NAME.pae.json.
  void add_others() {
    static const std::regex name(R"((.*)\.(cif|pdb)(\.gz|\.zst)?)");
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_))
      if (entry.is_regular_file() && std::regex_match(entry.path().filename().string(), name))
        found.push_back(entry.path().string());
    std::sort(found.begin(), found.end());
    for (const std::string& model : found) out_.push_back(files_of_model(model));
  }

  // AlphaFold 3 copies the best sample's files into the root.
  void stand_for_best(PredictionFiles& files) {
    if (scores_.empty()) return;
    const auto best = std::max_element(scores_.begin(), scores_.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    files.title = sample_title(best->first);
    files.ranking = best->second;
    if (std::erase_if(out_, [&](const PredictionFiles& one) { return one.title == files.title; }) == 0) ++found_;
  }

  fs::path folder_;
  std::map<SampleKey, double> scores_;
  std::vector<PredictionFiles> out_;
  std::int64_t found_ = 0;  // samples of which there are files
};

}  // namespace

PredictionFiles files_of_model(const std::string& model) {
  const fs::path path(model), folder = path.parent_path();
  const std::string own = path.filename().string();
  PredictionFiles out{own, model, {}, {}};
  std::smatch parts;
  if (!std::regex_match(own, parts, model_name())) {
    out.confidences = file_there(path.parent_path(), path.stem().string() + ".pae.json");
    return out;
  }
  const std::string before = parts[1], number = parts[2];
  out.confidences =
      file_there(folder, number.empty() ? before + "confidences.json" : before + "full_data" + number + ".json");
  if (const fs::path summary = folder / (before + "summary_confidences" + number + ".json");
      fs::is_regular_file(summary))
    out.summary = summary.string();
  return out;
}

std::vector<PredictionFiles> files_of_folder(const std::string& folder, Sink& sink) {
  return OutputFolder(folder).run(sink);
}

}  // namespace groel::tasks
