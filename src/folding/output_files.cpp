// Names and writes the files of a folding job.
#include "folding/output_files.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <cmath>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/mapped_file.h"
#include "base/text_file.h"
#include "folding/output_confidences.h"
#include "folding/output_model.h"
#include "folding/output_stream.h"
#include "io/npz.h"

namespace groel::folding {
namespace {

namespace fs = std::filesystem;

void make_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw_errno(folder.string(), "create the folder", failed.value());
}

bool is_free(const fs::path& folder) {
  std::error_code failed;
  if (!fs::exists(folder, failed)) return true;
  if (!fs::is_directory(folder, failed))
    throw Error(ErrorKind::bad_input, {"there is a file where the job's folder goes", folder.string(),
                                       "move it, or name another folder for outputs"});
  return fs::is_empty(folder, failed);
}

// Python's repr of a float.
std::string shortest(double value) {
  std::string out = fmt::format("{}", value);
  if (out.find_first_not_of("-0123456789") == std::string::npos) out += ".0";
  return out;
}

void add_rows(io::NpzWriter& to, const std::string& name, const std::vector<std::int64_t>& shape,
              const ArrayRows& rows) {
  std::size_t width = 1;
  for (std::size_t i = 1; i < shape.size(); ++i) width *= static_cast<std::size_t>(shape[i]);
  to.begin(name, DType::f16, shape);
  std::vector<f16_t> halves(width);
  for (std::int64_t row = 0; row < shape[0]; ++row) {
    const std::span<const float> values = rows(row);
    GROEL_REQUIRE(values.size() == width);
    for (std::size_t i = 0; i < width; ++i) halves[i] = to_f16(values[i]);
    to.append(std::as_bytes(std::span(halves)));
  }
  to.end();
}

void copy_result(const fs::path& from, const fs::path& to) {
  const auto file = MappedFile::open(from);
  AtomicFile out(to);
  out.write(file->bytes());
  out.commit();
}

std::string sample_folder(const SampleName& name) { return fmt::format("seed-{}_sample-{}", name.seed, name.sample); }

bool is_better(double score, double than) { return std::isnan(than) ? !std::isnan(score) : score > than; }

}  // namespace

fs::path output_folder(const fs::path& wanted, FilledFolder filled, std::time_t now) {
  if (is_free(wanted) || filled == FilledFolder::write_into) return wanted;
  const fs::path plain = wanted.has_filename() ? wanted : wanted.parent_path();
  const std::string dated = fmt::format("{}_{:%Y%m%d_%H%M%S}", plain.string(), fmt::localtime(now));
  fs::path out = dated;
  for (int again = 2; !is_free(out); ++again) out = fmt::format("{}_{}", dated, again);  // within the same second
  return out;
}

OutputFiles::OutputFiles(fs::path folder, OutputSettings settings)
    : folder_(std::move(folder)), settings_(std::move(settings)) {
  GROEL_REQUIRE(!settings_.job.empty() && settings_.job.find('/') == std::string::npos);
  make_folder(folder_);
}

std::string OutputFiles::stem(const std::string& part) const {
  return part.empty() ? settings_.job : settings_.job + "_" + part;
}

// `write` is given what the names of the folder's files begin with. They get their names together; a folder that would
// be empty is removed again.
void OutputFiles::in_part(const std::string& part, const std::function<void(const std::string& start)>& write) const {
  const fs::path folder = folder_ / part;
  make_folder(folder);
  try {
    JointCommit together;
    write((folder / stem(part)).string());
    together.publish();
  } catch (...) {
    std::error_code ignored;
    fs::remove(folder, ignored);
    throw;
  }
}

std::vector<std::string> OutputFiles::kinds() const {
  const std::string end = settings_.compress ? ".zst" : "";
  return {"_model.cif" + end, "_confidences.json" + end, "_summary_confidences.json"};
}

void OutputFiles::add_sample(const SampleName& name, const AtomLayout& layout, const Prediction& prediction) {
  require_finite(layout, prediction.positions);
  in_part(sample_folder(name), [&](const std::string& start) {
    const std::vector<std::string> files = kinds();
    write_text(start + files[0], model_cif(settings_.job, layout, prediction, settings_.origin));
    OutputStream confidences(start + files[1]);
    write_confidences(layout, prediction, confidences);
    confidences.finish();
    write_text(start + files[2], summary_json(layout, prediction.summary));
  });
  keep_sample({name, prediction.summary.ranking_score});
}

void OutputFiles::keep_sample(const RankedSample& sample) {
  const auto later = std::ranges::find_if(samples_, [&](const RankedSample& one) {
    return one.name.seed == sample.name.seed && one.name.sample > sample.name.sample;
  });
  samples_.insert(later, sample);
}

bool OutputFiles::has_sample(const SampleName& name) const {
  const std::string part = sample_folder(name);
  for (const std::string& kind : kinds())
    if (!fs::is_regular_file(folder_ / part / (stem(part) + kind))) return false;
  return true;
}

bool OutputFiles::has_array(std::uint32_t seed, const char* what) const {
  const std::string part = fmt::format("seed-{}_{}", seed, what);
  return fs::is_regular_file(folder_ / part / (stem(part) + ".npz"));
}

void OutputFiles::add_embeddings(std::uint32_t seed, const Embeddings& embeddings) {
  in_part(fmt::format("seed-{}_embeddings", seed), [&](const std::string& start) {
    io::NpzWriter out(start + ".npz");
    add_rows(out, "single_embeddings", {embeddings.tokens, embeddings.single_width}, embeddings.single);
    add_rows(out, "pair_embeddings", {embeddings.tokens, embeddings.tokens, embeddings.pair_width}, embeddings.pair);
    out.finish();
  });
}

void OutputFiles::add_distogram(std::uint32_t seed, std::int64_t tokens, const ArrayRows& rows) {
  in_part(fmt::format("seed-{}_distogram", seed), [&](const std::string& start) {
    io::NpzWriter out(start + ".npz");
    const std::int64_t bins = tokens == 0 ? 0 : std::ssize(rows(0)) / tokens;
    add_rows(out, "distogram", {tokens, tokens, bins}, rows);
    out.finish();
  });
}

std::optional<RankedSample> OutputFiles::best() const {
  std::optional<RankedSample> out;
  for (const RankedSample& one : samples_)
    if (!out || is_better(one.ranking_score, out->ranking_score)) out = one;
  return out;
}

void OutputFiles::finish() const {
  const std::optional<RankedSample> first = best();
  if (!first) return;
  const std::string part = sample_folder(first->name);
  JointCommit together;
  for (const std::string& kind : kinds())
    copy_result(folder_ / part / (stem(part) + kind), folder_ / (settings_.job + kind));
  write_text(folder_ / (settings_.job + "_ranking_scores.csv"), ranking_csv(samples_));
  if (!settings_.terms.empty()) write_text(folder_ / "TERMS_OF_USE.md", settings_.terms);
  together.publish();
}

std::string ranking_csv(std::span<const RankedSample> samples) {
  std::string out = "seed,sample,ranking_score\r\n";
  for (const RankedSample& one : samples)
    out += fmt::format("{},{},{}\r\n", one.name.seed, one.name.sample, shortest(one.ranking_score));
  return out;
}

}  // namespace groel::folding
