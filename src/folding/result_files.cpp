// Looks for files of predictions, and takes their arrays out of JSON.
#include "folding/result_files.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>

#include "base/compress.h"
#include "base/error.h"
#include "base/text_file.h"
#include "base/words.h"
#include "io/compressed.h"

namespace groel::folding {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder)) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

// "a_model_0.cif" -> "a_summary_confidences_0.json", or with an ending of compression; empty: not there.
fs::path beside(const fs::path& model, const std::string& word) {
  std::string stem = without_compression(model).stem().string();
  stem.replace(stem.rfind("model"), 5, word);
  for (const char* end : {".json", ".json.zst", ".json.gz"})
    if (fs::path path = model.parent_path() / (stem + end); fs::exists(path)) return path;
  return {};
}

bool is_model(const fs::path& file) {
  const fs::path plain = without_compression(file);
  return plain.extension() == ".cif" && plain.stem().string().find("model") != std::string::npos;
}

void add_results(const fs::path& folder, std::vector<ResultPaths>& to, std::vector<std::string>& notes) {
  for (const fs::path& file : sorted_entries(folder)) {
    if (!is_model(file)) continue;
    fs::path confidences = beside(file, "confidences");
    if (confidences.empty()) confidences = beside(file, "full_data");
    const fs::path summary = beside(file, "summary_confidences");
    if (confidences.empty() || summary.empty())
      notes.push_back(fmt::format("{} has no {} beside it and was passed over", file.string(),
                                  summary.empty() ? "summary_confidences.json" : "confidences.json"));
    else
      to.push_back({folder.filename().string(), file, confidences, summary});
  }
}

template <class Value>
std::vector<Value> list_at(const json& object, const char* key, const fs::path& path) {
  try {
    return object.at(key).get<std::vector<Value>>();
  } catch (const json::exception&) {
    throw Error(ErrorKind::bad_input, {fmt::format("'{}' is missing, or no list of values", key), path.string(),
                                       "the file of confidences that AlphaFold 3 writes is expected"});
  }
}

std::vector<double> square_at(const json& object, const char* key, std::size_t side, const fs::path& path) {
  const auto rows = object.find(key);
  std::vector<double> out;
  bool sound = rows != object.end() && rows->is_array() && rows->size() == side;
  for (std::size_t i = 0; sound && i < side; ++i) {
    const json& row = (*rows)[i];
    sound = row.is_array() && row.size() == side;
    for (std::size_t j = 0; sound && j < side; ++j) {
      sound = row[j].is_number() || row[j].is_null();
      out.push_back(row[j].is_number() ? row[j].get<double>() : std::nan(""));
    }
  }
  if (!sound)
    throw Error(ErrorKind::bad_input, {fmt::format("'{}' is no matrix of {} by {} numbers, a row and a column for each "
                                                   "token",
                                                   key, side, side),
                                       path.string(),
                                       {}});
  return out;
}

std::optional<WrittenScore> score_of(const std::string& line) {
  std::istringstream cells(line);
  std::string seed, sample, score;
  std::getline(cells, seed, ',');
  std::getline(cells, sample, ',');
  std::getline(cells, score, ',');
  while (!score.empty() && std::isspace(static_cast<unsigned char>(score.back())) != 0) score.pop_back();
  WrittenScore out{"seed-" + seed + "_sample-" + sample, std::nan("")};
  if (score == "nan") return out;
  const auto [end, failed] = std::from_chars(score.data(), score.data() + score.size(), out.ranking_score);
  if (failed != std::errc() || end != score.data() + score.size()) return std::nullopt;
  return out;
}

}  // namespace

std::vector<ResultPaths> find_results(const fs::path& folder, std::vector<std::string>& notes) {
  if (!fs::is_directory(folder))
    throw Error(ErrorKind::not_found, {"there is no such folder", folder.string(), missing_path_remedy(folder)});
  const fs::path whole = fs::canonical(folder);  // a path that ends in a slash has no name
  std::vector<ResultPaths> out;
  add_results(whole, out, notes);
  for (const fs::path& entry : sorted_entries(whole))
    if (fs::is_directory(entry)) add_results(entry, out, notes);
  if (out.empty())
    throw Error(ErrorKind::not_found,
                {"no prediction is here", folder.string(),
                 "a folder with NAME_model.cif, NAME_confidences.json and NAME_summary_confidences.json is expected"});
  return out;
}

json read_result_json(const fs::path& path) {
  constexpr std::size_t kMost = std::size_t{4} << 30;
  const auto bytes = io::decompress(io::open_bytes(path.string()), path.string());
  std::string text, piece(std::size_t{1} << 20, '\0');
  while (const std::size_t got = bytes->read(piece)) {
    text.append(piece, 0, got);
    if (text.size() > kMost) throw Error(ErrorKind::bad_input, {"a file of over 4 GiB", path.string(), {}});
  }
  return parse_json(text, path.string(), ErrorKind::bad_input);
}

WrittenConfidences read_confidences(const fs::path& path) {
  const json all = read_result_json(path);
  WrittenConfidences out;
  out.atom_chains = list_at<std::string>(all, "atom_chain_ids", path);
  out.plddt = list_at<double>(all, "atom_plddts", path);
  out.token_chains = list_at<std::string>(all, "token_chain_ids", path);
  out.token_numbers = list_at<std::int64_t>(all, "token_res_ids", path);
  const std::size_t n = out.token_chains.size();
  if (out.token_numbers.size() != n || out.plddt.size() != out.atom_chains.size())
    throw Error(ErrorKind::bad_input,
                {"its lists of tokens, or of atoms, are of different lengths", path.string(), {}});
  out.pae = square_at(all, "pae", n, path);
  out.contact_probs = square_at(all, "contact_probs", n, path);
  return out;
}

std::vector<WrittenScore> read_ranking_scores(const fs::path& folder) {
  std::vector<WrittenScore> out;
  for (const fs::path& file : sorted_entries(folder)) {
    if (!file.filename().string().ends_with("ranking_scores.csv")) continue;
    std::istringstream lines(read_text(file));
    std::string line;
    std::getline(lines, line);  // the names of columns
    for (int number = 2; std::getline(lines, line); ++number) {
      if (line.empty() || line == "\r") continue;
      const auto score = score_of(line);
      if (!score)
        throw Error(ErrorKind::bad_input,
                    {fmt::format("'{}' is no row of scores", line), fmt::format("{}:{}", file.string(), number),
                     "seed,sample,ranking_score is expected"});
      out.push_back(*score);
    }
    break;
  }
  return out;
}

}  // namespace groel::folding
