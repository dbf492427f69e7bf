// Shuffles and gathers vectors and targets into batches.
#include "train/vector_data.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "base/threads.h"
#include "train/random_purposes.h"

namespace groel::train {
namespace {

std::uint64_t unsigned_of(std::int64_t value) { return static_cast<std::uint64_t>(value); }
std::size_t index(std::int64_t value) { return static_cast<std::size_t>(value); }

}  // namespace

VectorData::VectorData(const VectorSource& source, VectorTargets targets, std::vector<std::int64_t> members,
                       const VectorOptions& options)
    : source_(source), targets_(std::move(targets)), members_(std::move(members)), options_(options) {
  if (options.batch < 1) throw Error(ErrorKind::usage, {"a batch holds at least one sequence", "`batch_size`", {}});
  if (members_.empty()) throw Error(ErrorKind::bad_input, "there are no sequences to make batches of");
  GROEL_REQUIRE(source.vectors_of() == VectorsOf::residues || targets_.of == nn::LabelsOf::sequences);
  std::int64_t rows = 0;
  for (std::int64_t s = 0; targets_.of == nn::LabelsOf::residues && s < source.sequences(); ++s) {
    first_.push_back(rows);
    rows += source.rows(s);
  }
  GROEL_REQUIRE(targets_.values.size(0) == (targets_.of == nn::LabelsOf::residues ? rows : source.sequences()));
  order_ = order_of(0);
}

std::vector<std::int64_t> VectorData::order_of(std::int64_t epoch) const {
  if (options_.order == Order::as_written) return members_;
  std::vector<std::int64_t> order = shuffled(static_cast<std::int64_t>(members_.size()),
                                             derive_key(options_.seed, purpose::kOrder, unsigned_of(epoch)));
  for (std::int64_t& place : order) place = members_[index(place)];
  return order;
}

double VectorData::epochs_done() const {
  return static_cast<double>(position_.epoch) +
         static_cast<double>(position_.next) / static_cast<double>(members_.size());
}

void VectorData::seek(const DataPosition& position) {
  if (position.epoch < 0 || position.next < 0 || position.next > static_cast<std::int64_t>(members_.size()))
    throw Error(ErrorKind::bad_input, "a position in the data is outside of it");
  if (position.epoch != position_.epoch) order_ = order_of(position.epoch);
  position_ = position;
}

std::int64_t VectorData::end_of_batch(const std::vector<std::int64_t>& order, std::int64_t from) const {
  const std::int64_t last = std::min(static_cast<std::int64_t>(order.size()), from + options_.batch);
  if (source_.vectors_of() == VectorsOf::sequences || options_.batch_residues == 0) return last;
  std::int64_t rows = source_.rows(order[index(from)]);
  std::int64_t to = from + 1;
  while (to < last && rows + source_.rows(order[index(to)]) <= options_.batch_residues)
    rows += source_.rows(order[index(to++)]);
  return to;
}

std::int64_t VectorData::batches_in_epoch(std::int64_t epoch) const {
  const std::vector<std::int64_t> order = order_of(epoch);
  std::int64_t batches = 0;
  for (std::int64_t at = 0; at < static_cast<std::int64_t>(order.size()); at = end_of_batch(order, at)) ++batches;
  return batches;
}

std::int64_t VectorData::first_target(std::int64_t sequence) const {
  return targets_.of == nn::LabelsOf::residues ? first_[index(sequence)] : sequence;
}

std::int64_t VectorData::target_rows(std::int64_t sequence) const {
  return targets_.of == nn::LabelsOf::residues ? source_.rows(sequence) : 1;
}

void VectorData::add_targets(TrainBatch& batch) const {
  std::int64_t rows = 0;
  for (const std::int64_t sequence : batch.sequences) rows += target_rows(sequence);
  const bool classes = targets_.values.dtype() == DType::i32;
  batch.targets = Tensor::empty(classes ? Shape{rows} : Shape{rows, targets_.values.size(1)}, targets_.values.dtype());
  std::int64_t row = 0;
  for (const std::int64_t sequence : batch.sequences) {
    const std::int64_t first = first_target(sequence), count = target_rows(sequence);
    batch.targets.rows(row, row + count).copy_from(targets_.values.rows(first, first + count));
    row += count;
  }
  batch.target_count = batch.targets.count();
  if (classes) batch.target_count -= std::ranges::count(batch.targets.values<std::int32_t>(), kNoTarget);
}

TrainBatch VectorData::make(std::int64_t from, std::int64_t to) const {
  TrainBatch batch;
  batch.sequences.assign(order_.begin() + from, order_.begin() + to);
  std::vector<std::int32_t> bounds{0};
  for (const std::int64_t sequence : batch.sequences)
    bounds.push_back(bounds.back() + static_cast<std::int32_t>(source_.rows(sequence)));
  batch.features = Tensor::empty({bounds.back(), source_.width()});
  float* const features = batch.features.mutable_data<float>();
  for (std::size_t b = 0; b < batch.sequences.size(); ++b)
    source_.read(batch.sequences[b], features + bounds[b] * source_.width());
  if (source_.vectors_of() == VectorsOf::residues)
    batch.bounds =
        Tensor::of<std::int32_t>({static_cast<std::int64_t>(bounds.size())}, std::span(std::as_const(bounds)));
  add_targets(batch);
  batch.key = derive_key(derive_key(options_.seed, purpose::kDropout, unsigned_of(position_.epoch)), unsigned_of(from));
  return batch;
}

std::optional<TrainBatch> VectorData::next() {
  if (position_.next == static_cast<std::int64_t>(members_.size())) {
    seek({position_.epoch + 1, 0});
    return std::nullopt;
  }
  const std::int64_t to = end_of_batch(order_, position_.next);
  TrainBatch batch = make(position_.next, to);
  position_.next = to;
  return batch;
}

std::vector<std::int64_t> all_sequences(const VectorSource& source) {
  std::vector<std::int64_t> out(index(source.sequences()));
  std::iota(out.begin(), out.end(), 0);
  return out;
}

}  // namespace groel::train
