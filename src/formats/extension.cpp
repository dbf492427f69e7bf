// Known file extensions, and suggestions for unknown ones.
#include "formats/extension.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/compress.h"

namespace groel::formats {
namespace {

constexpr std::string_view kTexts[] = {".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".rr", ".casp"};

struct Advice {
  std::string_view extension;
  std::string_view instead;  ///< the first of these that the command knows
  std::string_view why;
};
constexpr Advice kAdvice[] = {
    {".pt", ".safetensors", "PyTorch reads {} (and NumPy's .npz)"},
    {".pth", ".safetensors", "PyTorch reads {} (and NumPy's .npz)"},
    {".bin", ".safetensors", "PyTorch reads {} (and NumPy's .npz)"},
    {".npy", ".npz", "several arrays go into one {}"},
    {".pkl", ".npz", "Python reads {} without pickle"},
    {".pickle", ".npz", "Python reads {} without pickle"},
    {".mat", ".h5", "MATLAB reads {} with h5read"},
    {".rds", ".h5", "R reads {} with rhdf5"},
    {".h5ad", ".h5", "anndata is made of {}"},
    {".xlsx", ".csv", "spreadsheets open {}"},
    {".xls", ".csv", "spreadsheets open {}"},
    {".ods", ".csv", "spreadsheets open {}"},
    {".txt", ".tsv", "a text table is {} or .csv"},
    {".parquet", ".csv", "pandas and DuckDB read {}, compressed too"},
    {".feather", ".csv", "pandas reads {}, compressed too"},
    {".arrow", ".csv", "pandas reads {}, compressed too"},
    {".json", ".jsonl", "one JSON object per record is {}"},
    {".pdf", ".svg", "{} prints as sharply, and converts to PDF"},
    {".eps", ".svg", "{} prints as sharply, and converts to EPS"},
    {".jpg", ".png", "{} keeps lines and letters sharp"},
    {".jpeg", ".png", "{} keeps lines and letters sharp"},
};

bool knows(std::span<const std::string> known, std::string_view extension) {
  return std::find(known.begin(), known.end(), extension) != known.end();
}

bool is_text(std::string_view extension) {
  return std::find(std::begin(kTexts), std::end(kTexts), extension) != std::end(kTexts);
}

std::string advice_on(const std::string& extension, std::span<const std::string> known) {
  for (const Advice& one : kAdvice)
    if (one.extension == extension && knows(known, one.instead))
      return fmt::format("; {}", fmt::format(fmt::runtime(one.why), one.instead));
  return {};
}

// ".svg, .png or .html"
std::string in_words(std::span<const std::string> words) {
  if (words.size() < 2) return fmt::format("{}", fmt::join(words, ""));
  return fmt::format("{} or {}", fmt::join(words.first(words.size() - 1), ", "), words.back());
}

std::string listed(std::span<const std::string> known) {
  std::vector<std::string> texts;
  for (const std::string& extension : known)
    if (is_text(extension)) texts.push_back(extension);
  std::string out = "use " + in_words(known);
  if (!texts.empty())
    out += texts.size() == known.size() ? ", each also with .gz or .zst after it"
                                        : fmt::format("; with .gz or .zst after it: {}", in_words(texts));
  return out;
}

}  // namespace

std::string format_extension(const std::filesystem::path& path) {
  std::string text = without_compression(path).extension().string();
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string format_title(const std::string& extension) {
  if (extension == ".h5" || extension == ".hdf5") return "HDF5";
  if (extension == ".jsonl" || extension == ".ndjson") return "JSON Lines";
  std::string out = extension.substr(std::min<std::size_t>(1, extension.size()));
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::toupper(c); });
  return out;
}

void check_extension(const std::filesystem::path& path, std::span<const std::string> known) {
  const std::string extension = format_extension(path);
  const bool compressed = compression_of(path) != Compression::none;
  if (compressed && (extension.empty() || (knows(known, extension) && !is_text(extension))))
    throw Error(ErrorKind::usage,
                {extension.empty() ? "the name does not say which format is to be compressed"
                                   : fmt::format("{} is not compressed further", format_title(extension)),
                 path.string(), listed(known)});
  if (extension.empty() || knows(known, extension)) return;
  throw Error(ErrorKind::usage, {fmt::format("'{}' is no format that this command writes", extension), path.string(),
                                 listed(known) + advice_on(extension, known)});
}

}  // namespace groel::formats
