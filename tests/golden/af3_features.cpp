// What AlphaFold 3's network is given for a job: every array, for every setting that the case has.
#include <algorithm>
#include <cmath>

#include "base/sha256.h"
#include "folding/features.h"
#include "folding/molecule.h"
#include "golden/af3_case.h"
#include "golden/kind.h"

namespace groel::golden {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

bool knows(const Case& golden) { return golden.holds("expected") && golden.holds("jobs"); }

// The RDKit that the case was made with.
constexpr const char* kRdkit = "2022.09.3";

double tolerance(const std::string& name) {
  return name == "ref_pos" ? 2e-5 : name == "profile" || name == "deletion_mean" ? 1e-6 : 0;
}

std::vector<double> numbers(DType dtype, std::span<const std::byte> bytes) {
  std::vector<double> all;
  const auto take = [&]<class T>(T) {
    for (std::size_t i = 0; i < bytes.size() / sizeof(T); ++i)
      all.push_back(static_cast<double>(reinterpret_cast<const T*>(bytes.data())[i]));
  };
  switch (dtype) {
    case DType::f32: take(float{}); break;
    case DType::f64: take(double{}); break;
    case DType::i64: take(std::int64_t{}); break;
    case DType::i32: take(std::int32_t{}); break;
    default: take(std::int8_t{}); break;
  }
  return all;
}

class Arrays {
 public:
  Arrays(const Case& golden, std::string job, Rows& rows)
      : file_(io::read_safetensors(golden.folder() / "expected" / (job + ".safetensors"))),
        job_(std::move(job)),
        rows_(rows) {}

  bool has(const std::string& name) const { return file_.arrays.contains(name); }
  const io::Array& operator[](const std::string& name) const { return file_.arrays.at(name); }
  std::vector<std::string> with(const std::string& prefix) const {
    std::vector<std::string> names;
    for (const auto& [name, array] : file_.arrays)
      if (name.starts_with(prefix)) names.push_back(name);
    return names;
  }

  // Every array of a group, or what of `instead` the case has in its place.
  void check(const std::string& group, const folding::Features& features, const std::string& what,
             const std::string& instead = "") {
    std::string problem;
    double worst = 0;
    std::string where;
    for (const std::string& full : with(group + ".")) {
      const std::string name = full.substr(group.size() + 1);
      const std::string other = instead + "." + name;
      const io::Array& expected = (*this)[!instead.empty() && has(other) ? other : full];
      const auto found = features.find(name);
      if (found == features.end())
        problem = name + " is missing";
      else if (found->second.dtype != expected.dtype || found->second.shape != expected.shape)
        problem = name + ": shape or type";
      else
        compare(name, numbers(expected.dtype, expected.bytes), numbers(found->second.dtype, found->second.bytes),
                problem, worst, where);
    }
    rows_.exact(job_ + " " + what, problem);
    if (!where.empty()) rows_.near(job_ + " " + what + ", numbers", worst, 1, where);
  }

 private:
  static void compare(const std::string& name, const std::vector<double>& expected, const std::vector<double>& got,
                      std::string& problem, double& worst, std::string& where) {
    const double allowed = tolerance(name);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double difference = std::abs(expected[i] - got[i]);
      if (allowed == 0 && difference != 0) {
        if (problem.empty()) problem = fmt::format("{} at {}: {}, not {}", name, i, got[i], expected[i]);
        return;
      }
      if (allowed > 0 && difference / allowed > worst)
        worst = difference / allowed, where = fmt::format("{} at {}, in tolerances", name, i);
    }
  }

  io::ArrayFile file_;
  std::string job_;
  Rows& rows_;
};

// The case's conformers in RDKit's place; what seed each was asked with is checked on the way.
folding::ConformerSource stored(const Arrays& arrays, const json& calls, std::string& problem) {
  return [&](std::size_t residue, std::uint32_t seed) -> std::optional<std::vector<std::array<float, 3>>> {
    const json& call = calls.at(residue);
    if (call["conformer_seed"] != json(seed) && problem.empty())
      problem = fmt::format("residue {}: seed {}, not {}", residue, seed, call["conformer_seed"].dump());
    if (call["conformer_ok"] != true) return std::nullopt;
    const auto values = numbers(DType::f32, arrays[fmt::format("conf.{}.raw", residue)].bytes);
    std::vector<std::array<float, 3>> positions(values.size() / 3);
    for (std::size_t i = 0; i < values.size(); ++i) positions[i / 3][i % 3] = static_cast<float>(values[i]);
    return positions;
  };
}

std::string layout_differs(const folding::TokenLayout& layout, const json& expected) {
  if (expected["tokens"].size() != layout.tokens.size()) return fmt::format("{} tokens", layout.tokens.size());
  for (std::size_t t = 0; t < layout.tokens.size(); ++t) {
    const folding::Residue& residue = layout.residues[layout.tokens[t].residue];
    json names = json::array();
    for (const folding::SlotAtom& atom : layout.tokens[t].slots) names.push_back(atom.name);
    const json& one = expected["tokens"][t];
    if (one[0] != layout.chains[residue.chain].id || one[1] != residue.number || one[2] != residue.component ||
        one[4] != names)
      return fmt::format("token {} is {} {} {} with {}", t + 1, layout.chains[residue.chain].id, residue.number,
                         residue.component, names.dump());
  }
  return {};
}

struct JobCase {
  const Case& golden;
  std::string name;
  json info;
  folding::Job job;
  folding::ComponentTable components;
  Arrays arrays;
  Rows& rows;

  folding::FeaturizeOptions options() const {
    folding::FeaturizeOptions out;
    out.references.seed = job.seeds[0];
    return out;
  }
  folding::Features features(const folding::FeaturizeOptions& with, const folding::TokenOptions& tokens = {}) const {
    return folding::featurize(folding::lay_out(job, components, tokens), components, with);
  }
  void check();
  void check_rdkit();
};

void JobCase::check() {
  const json conformers = golden.json("expected/" + name + ".conformers.json");
  std::string seeds;
  folding::FeaturizeOptions with = options();
  with.references.source = stored(arrays, conformers["calls"], seeds);
  rows.exact(name + " tokens", problem_of([&] {
               return layout_differs(folding::lay_out(job, components),
                                     golden.json("expected/" + name + ".layout.json"));
             }));
  arrays.check("batch", features(with), "arrays", "stable_sort");
  rows.exact(name + " seeds of conformers", seeds);
  folding::FeaturizeOptions ideal = options();
  ideal.references.conformers = false;
  arrays.check("ccd", features(ideal), "ideal coordinates");
  folding::FeaturizeOptions overlaps = with;
  overlaps.alignments.resolve_overlaps = false;
  // Not where rows are equally good: the case has those as an unstable sort left them.
  if (!arrays.with("resolve_msa_overlaps_false.").empty() && arrays.with("stable_sort.").empty())
    arrays.check("resolve_msa_overlaps_false", features(overlaps), "overlaps kept");
  folding::FeaturizeOptions exact = with;
  exact.buckets.clear();
  if (!arrays.with("exact.").empty()) arrays.check("exact", features(exact), "without padding");
  if (!arrays.with("fix_standalone_glycans.").empty())
    arrays.check("fix_standalone_glycans", features(options(), {.keep_standalone_glycans = true}),
                 "standalone glycans kept");
  check_rdkit();
}

// The same RDKit finds the same conformers, for every seed.
void JobCase::check_rdkit() {
  if (folding::rdkit_version() != kRdkit)
    return rows.not_run(name + " conformers", fmt::format("RDKit {} is not here", kRdkit));
  arrays.check("batch", features(options()), "arrays with conformers of our own", "stable_sort");
  for (const std::uint32_t seed : job.seeds) {
    folding::FeaturizeOptions other = options();
    other.references.seed = seed;
    const std::string group = fmt::format("seed{}", seed);
    if (!arrays.with(group + ".").empty()) arrays.check(group, features(other), group);
  }
}

// AlphaFold 3's own digests of the arrays of its example; of alignments padded to 16384 rows.
void check_digests(const Case& golden, Rows& rows) {
  const json digests = golden.json("official_5tgy/digests.json"),
             skipped = golden.json("official_5tgy/digest_keys.json")["depend_on_the_real_7BU"];
  const folding::Job job =
      af3_job(golden, folding::read_jobs((golden.folder() / "official_5tgy" / "job.json").string()).at(0));
  const folding::ComponentTable components = af3_components(golden, job);
  folding::FeaturizeOptions options;
  options.buckets.clear();
  options.references.seed = job.seeds[0];
  const folding::Features features = folding::featurize(folding::lay_out(job, components), components, options);
  std::string problem;
  std::size_t count = 0;
  for (const auto& [name, digest] : digests.items()) {
    if (std::ranges::find(skipped, json(name)) != skipped.end()) continue;
    const folding::FeatureArray& array = features.at(name);
    std::string bytes(reinterpret_cast<const char*>(array.bytes.data()), array.bytes.size());
    if (name == "msa" || name == "msa_mask" || name == "deletion_matrix")
      bytes.resize(16384 * static_cast<std::size_t>(array.shape[1]));
    if (sha256(bytes) != digest && problem.empty()) problem = name;
    ++count;
  }
  rows.exact(fmt::format("official digests ({})", count), problem);
}

void check(const Case& golden, Rows& rows) {
  if (golden.holds("official_5tgy/digests.json")) check_digests(golden, rows);
  for (const auto& entry : fs::directory_iterator(golden.folder() / "expected")) {
    const std::string file = entry.path().filename().string();
    if (!file.ends_with(".info.json")) continue;
    const std::string name = file.substr(0, file.size() - 10);
    if (!folding::has_molecules()) {
      rows.not_run(name, "RDKit is not here");
      continue;
    }
    try {
      const json info = golden.json("expected/" + file);
      const auto jobs = folding::read_jobs((golden.folder() / "jobs" / info["input"].get<std::string>()).string());
      const folding::Job job = af3_job(golden, jobs.at(0));
      JobCase{golden, name, info, job, af3_components(golden, job), Arrays(golden, name, rows), rows}.check();
    } catch (const std::exception& error) {
      rows.miss(name, error.what());
    }
  }
}

}  // namespace

Kind af3_features_kind() { return {"AlphaFold 3 features", knows, check}; }

}  // namespace groel::golden
