// The list of baselines, and the run through it.
#include "baselines/baselines.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/interrupt.h"
#include "baselines/parts.h"

namespace groel::baselines {
namespace {

struct Entry {
  const char* name;
  Baseline (*run)(const BaselineTask& task);
};

constexpr Entry kEntries[] = {{"coin-flip", coin_flip},
                              {"frequencies", class_frequencies},
                              {"descriptors", descriptor_regression},
                              {"3-mers", kmer_regression},
                              {"nearest-neighbour", nearest_neighbour}};

std::vector<Entry> chosen(const std::vector<std::string>& which) {
  const auto& names = baseline_names();
  for (const std::string& name : which)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw Error(ErrorKind::usage,
                  fmt::format("there is no baseline '{}': there are {}", name, fmt::join(names, ", ")));
  std::vector<Entry> out;
  for (const Entry& entry : kEntries)
    if (which.empty() || std::find(which.begin(), which.end(), entry.name) != which.end()) out.push_back(entry);
  return out;
}

void require_sound(Kind kind, const LabelledProteins& train) {
  const std::size_t count = train.sequences.size(), columns = static_cast<std::size_t>(train.columns);
  if (count == 0) throw Error(ErrorKind::usage, "there are no training proteins for baselines to learn from");
  GROEL_REQUIRE(train.columns > 0);
  if (kind != Kind::one_class) {
    GROEL_REQUIRE(train.values.size() == count * columns);
    return;
  }
  GROEL_REQUIRE(train.classes.size() == count);
  for (const std::int64_t truth : train.classes) GROEL_REQUIRE(truth >= 0 && truth < train.columns);
}

}  // namespace

const std::vector<std::string>& baseline_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> out;
    for (const Entry& entry : kEntries) out.emplace_back(entry.name);
    return out;
  }();
  return kNames;
}

std::vector<Baseline> run_baselines(Kind kind, const LabelledProteins& train, const std::vector<std::string>& judged,
                                    const BaselineOptions& options, Sink& sink) {
  require_sound(kind, train);
  const std::vector<Entry> entries = chosen(options.which);
  const auto start = std::chrono::steady_clock::now();
  std::vector<Baseline> out;
  for (const Entry& entry : entries) {
    check_interrupted();
    Progress progress{"baselines", static_cast<std::int64_t>(out.size()), static_cast<std::int64_t>(entries.size())};
    progress.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    progress.unit = "baselines";
    progress.detail = entry.name;
    sink.progress(progress);
    out.push_back(entry.run({kind, train, judged, options}));
    out.back().name = entry.name;
  }
  sink.progress_done();
  return out;
}

}  // namespace groel::baselines
