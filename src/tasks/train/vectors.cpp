// Looks up vectors, computes the others, and puts them in order.
#include "tasks/train/vectors.h"

#include <algorithm>
#include <unordered_map>

#include "base/options.h"
#include "base/words.h"
#include "engine/precision.h"
#include "engine/runner.h"
#include "hub/environment.h"
#include "predictors/vector_cache.h"
#include "tasks/train/vector_memory.h"

namespace groel::tasks {
namespace {

class Gathering final : public engine::RunStore {
 public:
  Gathering(const VectorsOfModel& of, const SequenceList& sequences, const VectorKeeping& keeping, Sink& sink)
      : of_(of), sequences_(sequences), keeping_(keeping), sink_(sink), width_(of.model.model->info().width) {
    measure();
    const bool in_file = bytes() > keeping.in_memory;
    memory_ = vector_memory(bounds_.back(), width_, in_file ? keeping.folder : std::filesystem::path());
    open_cache();
  }

  std::unique_ptr<train::VectorSource> run() {
    look_up();
    try {
      compute();
    } catch (...) {
      if (cache_) cache_->flush();
      throw;
    }
    if (cache_) cache_->flush();
    for (std::size_t i = 0; i < first_.size(); ++i)
      if (first_[i] != i) std::copy_n(at(first_[i]), numbers(i), at(i));
    tell();
    return by_residue() ? train::residue_vectors(memory_.vectors, std::move(bounds_))
                        : train::sequence_vectors(memory_.vectors);
  }

  void refuse(std::int64_t key, const Error& error) override { fail(key, error); }
  void keep(std::int64_t key, engine::OutputValues values) override {
    if (values.failure) fail(key, *values.failure);
    const std::size_t i = missing_[static_cast<std::size_t>(key)];
    const Tensor whole = values.of(of_.output).to(DType::f32);
    GROEL_REQUIRE(static_cast<std::size_t>(whole.count()) == numbers(i));
    std::copy_n(whole.data<float>(), numbers(i), at(i));
    if (cache_) cache_->add(keys_[i], {at(i), numbers(i)});
    ++done_;
  }
  std::int64_t batch_kept() override { return done_; }

 private:
  bool by_residue() const { return of_.output == bio::Output::per_residue; }
  std::size_t bytes() const { return static_cast<std::size_t>(bounds_.back() * width_) * sizeof(float); }
  float* at(std::size_t i) const { return memory_.to + bounds_[i] * width_; }
  std::size_t numbers(std::size_t i) const { return static_cast<std::size_t>((bounds_[i + 1] - bounds_[i]) * width_); }

  [[noreturn]] void fail(std::int64_t key, const Error& error) const {
    throw error.at(fmt::format("sequence {} of the {}", missing_[static_cast<std::size_t>(key)] + 1, keeping_.what));
  }

  void measure() {
    std::unordered_map<std::string, std::size_t> known;
    for (std::int64_t i = 0; i < sequences_.count; ++i) {
      const bio::Encoded one = sequences_.sequence(i);
      keys_.push_back(predictors::VectorCache::key_of(one.ids));
      lengths_.push_back({one.residues(), one.tokens()});
      first_.push_back(known.try_emplace(keys_.back(), keys_.size() - 1).first->second);
      bounds_.push_back(bounds_.back() + (by_residue() ? one.residues() : 1));
    }
  }

  void open_cache() {
    if (keeping_.on_disk == 0) return;
    const auto folder = hub::vectors_folder();
    if (!folder) {
      sink_.note("vectors are kept for this run alone: neither XDG_CACHE_HOME nor HOME says where a cache may be");
      return;
    }
    if (bytes() > keeping_.on_disk) {
      sink_.note(fmt::format("the vectors of the {} take {} and are kept for this run alone: `vector_cache` is {}",
                             keeping_.what, format_bytes(bytes()), format_bytes(keeping_.on_disk)));
      return;
    }
    cache_.emplace(*folder, keeping_.on_disk,
                   predictors::VectorKind{of_.name, of_.model.fingerprint, of_.output, of_.layer,
                                          std::string(engine::name(of_.model.precision)), width_});
  }

  void look_up() {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (first_[i] != i) continue;
      if (cache_ && cache_->find(keys_[i], numbers(i), at(i)))
        ++taken_;
      else
        missing_.push_back(i);
    }
  }

  void compute() {
    if (missing_.empty()) return;
    const std::string phase = "embedding the " + keeping_.what;
    Progress progress;
    progress.phase = phase;
    progress.unit = "sequences";
    const engine::Runner runner(*of_.model.model, {{of_.layer}, {of_.output}}, {.plan = {}, .progress = progress});
    const engine::RunJobs jobs{
        .count = static_cast<std::int64_t>(missing_.size()),
        .lengths = [this](std::int64_t key) { return lengths_[missing_[static_cast<std::size_t>(key)]]; },
        .sequence =
            [this](std::int64_t key) {
              return sequences_.sequence(static_cast<std::int64_t>(missing_[static_cast<std::size_t>(key)]));
            }};
    seconds_ = runner.run(jobs, *this, sink_).seconds;
  }

  void tell() const {
    const std::size_t repeats = first_.size() - static_cast<std::size_t>(taken_) - missing_.size();
    std::string text = fmt::format("vectors of the {}: {} taken from the cache, {} computed", keeping_.what,
                                   counted(taken_, "sequence"), missing_.size());
    if (!missing_.empty()) text += fmt::format(" in {:.1f} s", seconds_);
    if (repeats > 0) text += fmt::format(", {} equal to another", repeats);
    sink_.note(text + fmt::format("; {}", format_bytes(bytes())));
    if (!cache_) return;
    if (cache_->damaged() > 0)
      sink_.warning(
          fmt::format("{} of the cache of vectors were damaged: they are removed, and what they held is "
                      "computed anew",
                      counted(cache_->damaged(), "file")));
    if (!cache_->trouble().empty()) sink_.warning("the vectors are not kept for later runs: " + cache_->trouble());
  }

  const VectorsOfModel& of_;
  const SequenceList& sequences_;
  const VectorKeeping& keeping_;
  Sink& sink_;
  std::int64_t width_;
  std::vector<std::string> keys_;
  std::vector<bio::Lengths> lengths_;
  std::vector<std::size_t> first_;  // of equal sequences
  std::vector<std::int64_t> bounds_{0};
  VectorMemory memory_;
  std::optional<predictors::VectorCache> cache_;
  std::vector<std::size_t> missing_;
  std::int64_t taken_ = 0, done_ = 0;
  double seconds_ = 0;
};

}  // namespace

std::unique_ptr<train::VectorSource> vectors_of(const VectorsOfModel& of, const SequenceList& sequences,
                                                const VectorKeeping& keeping, Sink& sink) {
  return Gathering(of, sequences, keeping, sink).run();
}

}  // namespace groel::tasks
