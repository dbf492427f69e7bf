// From annotations to weighted words, and from these to the bits of eight tokens.
#include "esm3/function_vocabulary.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <set>
#include <sstream>

#include "base/error.h"
#include "base/text_file.h"
#include "esm3/published_tables.h"
#include "esm3/tokens.h"
#include "io/npy.h"
#include "io/npz.h"
#include "io/table.h"

namespace groel::esm3 {
namespace {

namespace fs = std::filesystem;

constexpr std::int32_t kUnknownFunction = 2, kWithoutFunction = 3, kFirstHash = 4;
constexpr std::size_t kPlanesOfToken = 8;

constexpr const char* kUsed = "annotations of function";

template <class T>
std::vector<double> numbers_in(std::string_view bytes) {
  std::vector<double> out;
  for (std::size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    out.push_back(static_cast<double>(value));
  }
  return out;
}

std::vector<double> read_npy(const fs::path& path) {
  const std::string bytes = read_text(path);
  const io::NpyHeader header = io::parse_npy_header(bytes, path.string());
  const std::string_view data = std::string_view(bytes).substr(header.size);
  if (header.type.kind == 'f' && header.type.size == 8) return numbers_in<double>(data);
  if (header.type.kind == 'f' && header.type.size == 4) return numbers_in<float>(data);
  throw Error(ErrorKind::bad_model, {"numbers of another type than f32 or f64", path.string(), {}});
}

// "IPR000001" in a label; empty: none.
std::string entry_in(const std::string& label) {
  for (std::size_t at = label.find("IPR"); at != std::string::npos; at = label.find("IPR", at + 1)) {
    std::size_t end = at + 3;
    while (end < label.size() && std::isdigit(static_cast<unsigned char>(label[end])) != 0) ++end;
    if (end > at + 3) return label.substr(at, end - at);
  }
  return {};
}

}  // namespace

FunctionVocabulary::FunctionVocabulary(const fs::path& folder) {
  const fs::path words = require_table(folder, "keyword_vocabulary", ".txt", kUsed);
  std::istringstream lines(read_text(words));
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) keywords_.emplace(line, keywords_.size());
  }
  const fs::path weights = require_table(folder, "keyword_idf", ".npy", kUsed);
  idf_ = read_npy(weights);
  if (idf_.size() != keywords_.size())
    throw Error(ErrorKind::bad_model,
                {fmt::format("{} weights for {} keywords", idf_.size(), keywords_.size()), weights.string(), {}});
  read_entries(require_table(folder, "interpro_", ".csv", kUsed));
  read_planes(require_table(folder, "hyperplanes_8bit", ".npz", kUsed));
}

void FunctionVocabulary::read_entries(const fs::path& path) {
  const io::Table table = io::read_table(path.string(), {.names = {"interpro_id", "keywords"}, .delimiter = ','});
  if (table.columns.names != std::vector<std::string>{"interpro_id", "keywords"})
    throw Error(ErrorKind::bad_model, {"its columns are not interpro_id and keywords", path.string(), {}});
  for (const io::CsvRow& row : table.rows) {
    std::vector<std::size_t>& of = of_entry_[row.fields[0]];
    const std::string_view words = row.fields[1];
    for (std::size_t at = 0; at <= words.size();) {
      const std::size_t end = std::min(words.find(',', at), words.size());
      if (const auto known = keywords_.find(words.substr(at, end - at)); known != keywords_.end())
        of.push_back(known->second);
      at = end + 1;
    }
  }
}

void FunctionVocabulary::read_planes(const fs::path& path) {
  const io::NpzFile file = io::read_npz(path);
  const auto words = static_cast<std::int64_t>(keywords_.size());
  for (std::int64_t token = 0; token < models::kFunctionDepth; ++token) {
    const auto found = file.arrays.find(std::to_string(token));
    if (found == file.arrays.end() || found->second.shape != std::vector<std::int64_t>{kPlanesOfToken, words})
      throw Error(
          ErrorKind::bad_model,
          {fmt::format("table {} is not there, or not of 8 planes over {} keywords", token, words), path.string(), {}});
    const io::Array& array = found->second;
    const std::string_view bytes(reinterpret_cast<const char*>(array.bytes.data()), array.bytes.size());
    const std::vector<double> all = array.dtype == DType::f64 ? numbers_in<double>(bytes) : numbers_in<float>(bytes);
    for (std::size_t plane = 0; plane < kPlanesOfToken; ++plane) {
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(plane) * words;
      planes_.emplace_back(begin, begin + words);
    }
  }
}

// (1 + ln of how often) times its weight, of length 1.
FunctionVocabulary::Weights FunctionVocabulary::weights_of(const std::vector<std::size_t>& keywords) const {
  Weights out;
  for (const std::size_t keyword : keywords) ++out[keyword];
  double square = 0;
  for (auto& [keyword, value] : out) {
    value = (1 + std::log(value)) * idf_[keyword];
    square += value * value;
  }
  if (square > 0)
    for (auto& [keyword, value] : out) value /= std::sqrt(square);
  return out;
}

std::vector<std::int32_t> FunctionVocabulary::tokens_of_labels(std::span<const std::string> labels) const {
  std::vector<std::size_t> words;
  std::vector<const std::vector<std::size_t>*> entries;
  for (const std::string& label : labels) {
    const std::string entry = entry_in(label);
    if (const auto of = of_entry_.find(entry); !entry.empty() && of != of_entry_.end())
      entries.push_back(&of->second);
    else if (const auto word = keywords_.find(label); word != keywords_.end())
      words.push_back(word->second);
    else
      throw Error(ErrorKind::bad_input, {fmt::format("'{}' is neither an InterPro entry nor a keyword of ESM3", label),
                                         {},
                                         "labels of single residues need ESM3's *residue_annotations*.csv in the "
                                         "model's folder"});
  }
  // The largest over all of them: what many labels say alike does not wash out the rest.
  Weights sum = weights_of(words);
  for (const auto* keywords : entries)
    for (const auto& [keyword, value] : weights_of(*keywords)) sum[keyword] = std::max(sum[keyword], value);
  if (std::none_of(sum.begin(), sum.end(), [](const auto& entry) { return entry.second > 0; }))
    return std::vector<std::int32_t>(models::kFunctionDepth, kUnknownFunction);
  std::vector<std::int32_t> out;
  for (std::size_t token = 0; token < models::kFunctionDepth; ++token) {
    std::int32_t bits = 0;
    for (std::size_t plane = 0; plane < kPlanesOfToken; ++plane) {
      double side = 0;
      for (const auto& [keyword, value] : sum) side += planes_[token * kPlanesOfToken + plane][keyword] * value;
      if (side >= 0) bits |= 1 << plane;
    }
    out.push_back(kFirstHash + bits);
  }
  return out;
}

bool FunctionVocabulary::has(const std::string& label) const {
  return of_entry_.contains(entry_in(label)) || keywords_.contains(label);
}

std::vector<std::int32_t> FunctionVocabulary::encode(std::span<const FunctionAnnotation> annotations,
                                                     std::int64_t residues) const {
  std::vector<std::set<std::string>> labels(static_cast<std::size_t>(residues));
  for (const FunctionAnnotation& one : annotations) {
    require_within(one, residues);
    for (std::int64_t i = one.start; i <= one.end; ++i) labels[static_cast<std::size_t>(i - 1)].insert(one.label);
  }
  std::vector<std::int32_t> out(models::kFunctionDepth, 0);
  std::map<std::set<std::string>, std::vector<std::int32_t>> known;
  for (const std::set<std::string>& each : labels) {
    auto [tokens, is_new] = known.try_emplace(each);
    if (is_new)
      tokens->second = each.empty() ? std::vector<std::int32_t>(models::kFunctionDepth, kWithoutFunction)
                                    : tokens_of_labels(std::vector<std::string>(each.begin(), each.end()));
    out.insert(out.end(), tokens->second.begin(), tokens->second.end());
  }
  out.insert(out.end(), models::kFunctionDepth, 0);
  return out;
}

}  // namespace groel::esm3
