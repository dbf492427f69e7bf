// Collects samples from chains and fits a contact head to them.
#include "tasks/contacts/fit.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <set>

#include "analysis/contact_map.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/options.h"
#include "base/system.h"
#include "bio/structure_notes.h"
#include "checkpoints/load.h"
#include "engine/finite.h"
#include "engine/outputs.h"
#include "io/structure.h"
#include "nn/contact_head.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;

bool is_structure_file(const fs::path& path) {
  const fs::path inner = path.extension() == ".gz" || path.extension() == ".zst" ? path.stem() : path.filename();
  const std::string extension = inner.extension().string();
  return extension == ".cif" || extension == ".mmcif" || extension == ".pdb" || extension == ".ent";
}

struct StructureFile {
  std::string path;
  bool named = true;  // itself, and not by its folder
};

std::vector<StructureFile> files_of(const std::vector<std::string>& paths) {
  std::vector<StructureFile> out;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
      out.push_back({path});
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(path))
      if (entry.is_regular_file() && is_structure_file(entry.path())) found.push_back(entry.path().string());
    std::sort(found.begin(), found.end());
    for (std::string& file : found) out.push_back({std::move(file), false});
  }
  return out;
}

// Of a folder's files those that are no structures of proteins are left out, and told. What is to be said of a file
// itself is said of those that are named; of a folder's files it would be too much.
std::vector<bio::Chain> chains_of(const StructureFile& file, Sink& sink) {
  try {
    bio::Structure structure = io::read_structure(file.path);
    if (file.named)
      for (const std::string& note : structure.notes) sink.note(fmt::format("{}: {}", file.path, note));
    return std::move(structure.chains);
  } catch (const Error& error) {
    if (file.named || error.kind() != ErrorKind::bad_input) throw;
    sink.warning(fmt::format("left out: {}", error.what()));
    return {};
  }
}

// Residues of a chain that can be counted, in its sequence.
std::int64_t resolved(const FitChain& chain) {
  return std::count_if(chain.sites.begin(), chain.sites.end(), [](const auto& site) { return site.has_value(); });
}

std::int64_t pair_count(const FitChain& chain) {
  std::int64_t out = 0;
  for (std::size_t i = 0; i < chain.sites.size(); ++i)
    for (std::size_t j = i + analysis::kShortestRange; j < chain.sites.size(); ++j)
      out +=
          chain.sites[i] && chain.sites[j] && chain.counts(static_cast<std::int64_t>(i), static_cast<std::int64_t>(j))
              ? 1
              : 0;
  return out;
}

// The samples of one chain, written layer by layer.
class Sampler {
 public:
  Sampler(const models::Model& model, const FitChain& chain) : model_(model), chain_(chain) {}

  void add_to(analysis::LogisticData& data) {
    const auto truth = analysis::distances(chain_.sites, chain_.sites);
    for (std::int64_t i = 0; i < truth.rows; ++i)
      for (std::int64_t j = i + analysis::kShortestRange; j < truth.columns; ++j) {
        if (std::isnan(truth.at(i, j)) || !chain_.counts(i, j)) continue;
        pairs_.emplace_back(i, j);
        data.labels.push_back(truth.at(i, j) < analysis::kContactDistance ? 1 : 0);
      }
    const std::size_t begin = data.features.size();
    data.features.resize(begin + pairs_.size() * static_cast<std::size_t>(data.width));
    run(data.features.data() + begin, data.width);
  }

 private:
  void run(float* features, std::int64_t width) {
    const bio::Encoded encoded = model_.tokenizer().encode(chain_.sequence);
    const bio::TokenSpan run = encoded.map.run();
    models::Taps taps;
    taps.wants_attention = [](int) { return true; };
    taps.attention = [&](int layer, std::int64_t, const Tensor& maps) {
      if (!engine::all_finite(maps)) throw engine::not_finite(model_, encoded.ids, "attention");
      const Tensor channels = nn::contact_channels({maps, run.begin, run.end});
      const std::int64_t heads = channels.size(0), n = channels.size(1);
      const float* values = channels.data<float>();
      for (std::size_t p = 0; p < pairs_.size(); ++p)
        for (std::int64_t h = 0; h < heads; ++h)
          features[static_cast<std::int64_t>(p) * width + (layer - 1) * heads + h] =
              values[(h * n + pairs_[p].first) * n + pairs_[p].second];
    };
    const auto batch = models::Batch::pack(std::span(&encoded.ids, 1), model_.tokenizer());
    models::require<models::Encoder>(model_).encode(batch, taps);
  }

  const models::Model& model_;
  const FitChain& chain_;
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs_;
};

io::Array array_of(std::vector<std::int64_t> shape, const std::vector<float>& values) {
  const auto kept = std::make_shared<const std::vector<float>>(values);
  return {DType::f32, std::move(shape), std::as_bytes(std::span(*kept)), kept};
}

// Both chains in one sequence.
FitChain joined(const std::string& file, const bio::Chain& a, const bio::Chain& b) {
  const std::string linker(25, 'G');
  FitChain out{fmt::format("{}:{},{}", file, a.name, b.name), a.sequence + linker + b.sequence, bio::sites(a)};
  out.second = static_cast<std::int64_t>(a.sequence.size() + linker.size());
  out.sites.resize(static_cast<std::size_t>(out.second));
  const bio::Sites more = bio::sites(b);
  out.sites.insert(out.sites.end(), more.begin(), more.end());
  return out;
}

bool touch(const FitChain& pair) {
  const auto truth = analysis::distances(pair.sites, pair.sites);
  for (std::int64_t i = 0; i < pair.second; ++i)
    for (std::int64_t j = pair.second; j < truth.columns; ++j)
      if (truth.at(i, j) < analysis::kContactDistance) return true;
  return false;
}

}  // namespace

bool FitChain::counts(std::int64_t i, std::int64_t j) const { return second == 0 || (i < second && j >= second); }

std::vector<FitChain> read_chain_pairs(const std::vector<std::string>& paths, const FitFilter& filter, Sink& sink) {
  std::vector<FitChain> out;
  std::set<std::string> sequences;
  std::int64_t equal = 0, apart = 0, unfit = 0;
  for (const StructureFile& file : files_of(paths)) {
    const std::vector<bio::Chain> chains = chains_of(file, sink);
    for (std::size_t a = 0; a < chains.size(); ++a)
      for (std::size_t b = a + 1; b < chains.size(); ++b) {
        FitChain pair = joined(fs::path(file.path).filename().string(), chains[a], chains[b]);
        const auto length = static_cast<std::int64_t>(pair.sequence.size());
        if (length > filter.longest || resolved(pair) < filter.shortest)
          ++unfit;
        else if (!touch(pair))
          ++apart;
        else if (!sequences.insert(pair.sequence).second)
          ++equal;
        else
          out.push_back(std::move(pair));
      }
  }
  sink.note(
      fmt::format("{} that touch; left out: {} that do not, {} with the sequences of another pair, {} too long or "
                  "too short",
                  counted(out.size(), "pair of chains", "pairs of chains"), apart, equal, unfit));
  if (out.empty()) throw Error(ErrorKind::bad_input, "no two chains of these structures touch");
  return out;
}

std::vector<FitChain> read_chains(const std::vector<std::string>& paths, const FitFilter& filter, Sink& sink) {
  std::vector<FitChain> out;
  std::set<std::string> sequences;
  std::int64_t equal = 0, unfit = 0;
  bio::ResidueCounts counts;
  for (const StructureFile& file : files_of(paths)) {
    for (const bio::Chain& chain : chains_of(file, sink)) {
      FitChain one{fs::path(file.path).filename().string() + ":" + chain.name, chain.sequence, bio::sites(chain)};
      const auto length = static_cast<std::int64_t>(one.sequence.size());
      if (!sequences.insert(one.sequence).second)
        ++equal;
      else if (length > filter.longest || resolved(one) < filter.shortest)
        ++unfit;
      else {
        counts.add(chain);
        out.push_back(std::move(one));
      }
    }
  }
  if (equal > 0) sink.note(fmt::format("left out: {} with the sequence of another", counted(equal, "chain")));
  if (unfit > 0)
    sink.note(fmt::format("left out: {} with fewer than {} residues seen or longer than {}", counted(unfit, "chain"),
                          filter.shortest, filter.longest));
  for (const std::string& sentence : counts.sentences()) sink.note("in these chains " + sentence);
  if (out.empty()) throw Error(ErrorKind::bad_input, "no chain to learn from in these structures");
  return out;
}

void require_readable(const models::Model& model, const std::vector<FitChain>& chains) {
  const auto most = model.info().max_residues;
  for (const FitChain& chain : chains)
    if (most && static_cast<std::int64_t>(chain.sequence.size()) > *most)
      throw Error(ErrorKind::bad_input,
                  {fmt::format("longer than the model's {} residues", *most), chain.id, "lower --max-length"});
}

analysis::LogisticData contact_samples(const models::Model& model, const std::vector<FitChain>& chains,
                                       std::optional<std::size_t> memory, Sink& sink) {
  models::require_residue_tokens(model, "contacts");
  const models::ModelInfo info = model.info();
  analysis::LogisticData data{info.layers * info.heads, {}, {}};
  std::int64_t pairs = 0, residues = 0;
  for (const FitChain& chain : chains) {
    pairs += pair_count(chain);
    residues += static_cast<std::int64_t>(chain.sequence.size());
  }
  const auto count = static_cast<std::size_t>(pairs);
  const std::size_t needed = count * static_cast<std::size_t>(data.width) * sizeof(float);
  if (needed > memory.value_or(available_memory()))
    throw Error(ErrorKind::memory, {fmt::format("{} of residues take {}", counted(pairs, "pair"), format_bytes(needed)),
                                    {},
                                    "name fewer structures, or lower --max-length"});
  data.features.reserve(count * static_cast<std::size_t>(data.width));
  data.labels.reserve(count);
  Progress progress{.phase = "attention"};
  progress.total = static_cast<std::int64_t>(chains.size());
  progress.total_tokens = residues;
  for (const FitChain& chain : chains) {
    check_interrupted();
    try {
      Sampler(model, chain).add_to(data);
    } catch (const Error& error) {
      throw error.at(chain.id);
    }
    ++progress.done;
    progress.tokens += static_cast<std::int64_t>(chain.sequence.size());
    sink.progress(progress);
  }
  sink.progress_done();
  return data;
}

void require_both_kinds(const analysis::LogisticData& data) {
  const auto touching = std::count(data.labels.begin(), data.labels.end(), 1);
  if (touching > 0 && touching < data.samples()) return;
  throw Error(ErrorKind::bad_input,
              {fmt::format("{} of the {} pairs of residues touches, so that there is nothing to tell apart",
                           touching == 0 ? "none" : "every one", data.samples()),
               {},
               "name structures that are folded and whole"});
}

void require_learned(const analysis::LogisticModel& head, const analysis::LogisticData& data,
                     const analysis::LogisticOptions& options) {
  constexpr double kNothing = 1e-12;
  if (std::any_of(head.weights.begin(), head.weights.end(), [](double w) { return std::abs(w) > kNothing; })) return;
  const double least = analysis::least_inverse_strength(data);
  const bool hopeless = !std::isfinite(least);
  throw Error(ErrorKind::bad_input,
              {fmt::format("nothing was learned: all {} weights are 0, so that every pair would get one probability",
                           head.weights.size()),
               {},
               hopeless ? "the attention maps are the same for every pair: is the model trained?"
                        : fmt::format("name more structures (there were {} pairs), or raise --inverse-strength, here "
                                      "{}: from {:.2g} on a weight is left",
                                      data.samples(), options.inverse_strength, least * 1.05)});
}

void set_contact_head(checkpoints::Checkpoint& checkpoint, const analysis::LogisticModel& head) {
  const auto model = checkpoints::build_model(checkpoint);
  int set = 0;
  for (const nn::Parameter& parameter : nn::tree_of(*model).parameters) {
    if (parameter.place.group != models::kContactHead) continue;
    const bool bias = parameter.role == nn::Role::bias;
    const std::vector<float> values = bias ? std::vector{static_cast<float>(head.bias)}
                                           : std::vector<float>(head.weights.begin(), head.weights.end());
    checkpoint.arrays[parameter.name] = array_of(parameter.shape, values);
    ++set;
  }
  if (set != 2)
    throw Error(ErrorKind::unsupported,
                fmt::format("models of the family {} have no contact head", checkpoint.family->name));
}

std::vector<MeanPrecision> mean_precision(const models::Model& model, const std::vector<FitChain>& chains, Sink& sink) {
  std::vector<MeanPrecision> out;
  Progress progress{.phase = "measuring"};
  progress.total = static_cast<std::int64_t>(chains.size());
  for (const FitChain& chain : chains) {
    check_interrupted();
    const std::vector<std::int32_t> tokens = model.tokenizer().encode(chain.sequence).ids;
    const auto values = engine::outputs_of_one(model, tokens, {{}, {bio::Output::contacts}});
    const Tensor& contacts = values.of(bio::Output::contacts);
    const auto precision = analysis::contact_precision(
        contacts.values<float>(), analysis::distances(chain.sites, chain.sites), analysis::kContactDistance);
    if (out.empty())
      for (const analysis::ContactPrecision& one : precision) out.push_back({one.range, one.divisor, 0, 0});
    for (std::size_t i = 0; i < precision.size(); ++i) {
      if (precision[i].pairs == 0) continue;
      out[i].value += precision[i].value();
      ++out[i].chains;
    }
    ++progress.done;
    sink.progress(progress);
  }
  sink.progress_done();
  for (MeanPrecision& one : out)
    one.value = one.chains > 0 ? one.value / static_cast<double>(one.chains) : std::numeric_limits<double>::quiet_NaN();
  return out;
}

}  // namespace groel::tasks
