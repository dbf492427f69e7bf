// Reads what the dialects of job files share: names, seeds, sequences, modifications, and texts in files of their own.
#include "folding/job_parts.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/printable.h"
#include "base/utf8.h"
#include "base/words.h"
#include "io/compressed.h"

namespace groel::folding {
namespace {

using Kind = nlohmann::json::value_t;

// A text shorter than this that names a file was meant to be one (AlphaFold 3's rule).
constexpr std::size_t kLongestName = 256;
constexpr std::int64_t kMostSeed = UINT32_MAX;

bool names_file(const std::string& text, const std::filesystem::path& folder) {
  if (text.empty() || text.size() >= kLongestName ||
      text.find_first_of(std::string_view("\n\0", 2)) != std::string::npos)
    return false;
  std::error_code ignored;
  return std::filesystem::exists(text, ignored) || std::filesystem::exists(folder / text, ignored);
}

// A seed as Python's int() reads it; nothing when it does not.
std::optional<std::int64_t> seed_of(const nlohmann::json& value) {
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (value.is_number_unsigned())
    return value.get<std::uint64_t>() <= std::uint64_t{UINT32_MAX} ? value.get<std::int64_t>() : -1;
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number_float() && std::abs(value.get<double>()) < 1e15)
    return static_cast<std::int64_t>(value.get<double>());
  if (!value.is_string()) return std::nullopt;
  std::string text = value.get<std::string>();
  std::erase_if(text, [](unsigned char c) { return std::isspace(c) != 0; });
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size() && !text.empty()) return number;
  return std::nullopt;
}

void note_repeats(const std::vector<std::uint32_t>& seeds, std::vector<std::string>& notes) {
  std::map<std::uint32_t, int> times;
  for (const std::uint32_t seed : seeds)
    if (++times[seed] == 2)
      notes.push_back(fmt::format("seed {} is listed more than once: its results are written over", seed));
}

}  // namespace

std::optional<std::string> file_text(const Field& field, const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / field.text("a path");
  try {
    std::string text = io::read_decompressed(path.string());
    if (as_sound_utf8(text) == text) return text;
    field.problem(fmt::format("{}: this is no text in UTF-8", path.string()));
    return std::nullopt;
  } catch (const Error& error) {
    field.problem(fmt::format("{}: {}", path.string(), error.parts().what));
    return std::nullopt;
  }
}

std::optional<std::string> text_or_file(const Field& owner, const std::string& key, std::string_view what,
                                        const JobFile& file) {
  const Field inlined = owner[key], named = owner[key + "Path"];
  std::optional<std::string> text = inlined.optional_text(what);
  const std::string path = named.optional_text("a path").value_or("");
  if (text && !text->empty() && !path.empty()) {
    owner.problem(fmt::format("both {0} and {0}Path are given; give one of them", key));
  } else if (text && names_file(*text, file.folder)) {
    inlined.problem(fmt::format("this is the name of a file, which belongs under {}Path", key));
  } else if (!path.empty()) {
    return file_text(named, file.folder);
  }
  return text;
}

std::vector<std::string> read_ids(const Field& field) {
  std::vector<std::string> ids;
  const auto add = [&](const Field& one) {
    ids.push_back(one.text("an id of upper-case letters"));
    const bool letters =
        !ids.back().empty() && std::ranges::all_of(ids.back(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (one.is(nlohmann::json::value_t::string) && !letters) one.expected("an id of upper-case letters");
  };
  if (!field.is(nlohmann::json::value_t::array)) return add(field), ids;
  for (const Field& one : field.elements("ids")) add(one);
  if (ids.empty()) field.expected("at least one id");
  return ids;
}

void check_ids(const Field& sequences, const Job& job) {
  std::map<std::string, int> times;
  for (const JobChain& chain : job.chains)
    if (++times[chain.id] == 2) sequences.problem(fmt::format("the id \"{}\" is given more than once", chain.id));
}

std::string read_sequence(const Field& field, Molecule molecule) {
  static const std::map<Molecule, std::string_view> what{
      {Molecule::protein, "a protein's sequence in upper-case letters"},
      {Molecule::rna, "an RNA's sequence in upper-case letters"},
      {Molecule::dna, "a DNA's sequence in upper-case letters"}};
  const std::string text = field.text(what.at(molecule));
  const auto odd = std::ranges::find_if(text, [](char c) { return c < 'A' || c > 'Z'; });
  if (odd != text.end())
    field.problem(fmt::format("expected {}, found \"{}\" at {}", what.at(molecule),
                              printable(std::string(1, *odd), LineEnds::escape), odd - text.begin() + 1));
  else if (text.empty() && field.is(Kind::string))
    field.expected(what.at(molecule));
  return text;
}

std::vector<Modification> read_modifications(const Field& field, const ChainContent& chain, bool prefixed) {
  const bool protein = chain.molecule == Molecule::protein;
  const std::string_view type = protein ? "ptmType" : "modificationType",
                         position = protein ? "ptmPosition" : "basePosition";
  std::vector<Modification> all;
  for (const Field& one : field.elements("modifications", field.is(Kind::null) ? false : true)) {
    if (!one.object_of({type, position})) continue;
    Modification& modification = all.emplace_back();
    modification.component = one[type].text("a code of the Chemical Component Dictionary");
    if (modification.component.starts_with("CCD_")) {
      if (!prefixed)
        one[type].problem(fmt::format("expected a code without \"CCD_\", found \"{}\"", modification.component));
      modification.component.erase(0, 4);
    }
    modification.position = static_cast<int>(
        one[position].whole("a position in the sequence", 1, std::max<std::int64_t>(1, std::ssize(chain.sequence))));
  }
  return all;
}

std::vector<std::uint32_t> read_seeds(const Field& field, std::vector<std::string>& notes) {
  std::vector<std::uint32_t> seeds;
  const auto elements = field.elements("seeds");
  if (field.is(Kind::array) && elements.empty()) field.expected("at least one seed");
  for (const Field& one : elements) {
    const auto seed = seed_of(one.json());
    if (!seed || *seed < 0 || *seed > kMostSeed) {
      one.expected("a whole number from 0 to 4294967295");
      continue;
    }
    if (!one.json().is_number_integer())
      notes.push_back(fmt::format("{}: {} is read as seed {}", one.path(), printable(one.json().dump()), *seed));
    seeds.push_back(static_cast<std::uint32_t>(*seed));
  }
  note_repeats(seeds, notes);
  return seeds;
}

std::string read_name(const Field& field, std::vector<std::string>& notes) {
  Job job;
  job.name = field.text("the job's name");
  const std::string file = file_name(job);
  const bool blank = std::ranges::all_of(job.name, [](unsigned char c) { return std::isspace(c) != 0; });
  const bool dots = file.find_first_not_of('.') == std::string::npos;  // ".." is the folder above
  if (field.is(Kind::string) && (dots || blank))
    field.expected("a name with at least one letter, digit, dash or underscore of ASCII");
  else if (file != job.name)
    notes.push_back(
        fmt::format("the job \"{}\" is called {} in names of files", printable(job.name, LineEnds::escape), file));
  return job.name;
}

}  // namespace groel::folding
