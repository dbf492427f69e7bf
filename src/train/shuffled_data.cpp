// Draws an order for every epoch.
#include "train/shuffled_data.h"

#include "base/error.h"
#include "base/random.h"
#include "train/corpus.h"
#include "train/random_purposes.h"

namespace groel::train {

using purpose::bits;

ShuffledData::ShuffledData(std::vector<std::int64_t> members, Order order, std::uint64_t seed)
    : members_(std::move(members)), kind_(order), seed_(seed) {
  if (members_.empty()) throw Error(ErrorKind::bad_input, "there is nothing to make batches of");
  order_ = order_of(0);
}

std::vector<std::int64_t> ShuffledData::order_of(std::int64_t epoch) const {
  if (kind_ == Order::as_written) return members_;
  std::vector<std::int64_t> order =
      shuffled(static_cast<std::int64_t>(members_.size()), derive_key(seed_, purpose::kOrder, bits(epoch)));
  for (std::int64_t& place : order) place = members_[static_cast<std::size_t>(place)];
  return order;
}

std::uint64_t ShuffledData::key_of(std::uint64_t purpose) const {
  return derive_key(seed_, purpose, bits(position_.epoch));
}

void ShuffledData::seek(const DataPosition& position) {
  if (position.epoch < 0 || position.next < 0 || position.next > static_cast<std::int64_t>(members_.size()))
    throw Error(ErrorKind::bad_input, "a position in the data is outside of it");
  if (position.epoch != position_.epoch) order_ = order_of(position.epoch);
  position_ = position;
}

std::int64_t ShuffledData::batches_in_epoch(std::int64_t epoch) const {
  const std::vector<std::int64_t> order = order_of(epoch);
  std::int64_t batches = 0;
  for (std::int64_t at = 0; at < static_cast<std::int64_t>(order.size()); at = end_of_batch(order, at)) ++batches;
  return batches;
}

std::optional<TrainBatch> ShuffledData::next() {
  if (position_.next == static_cast<std::int64_t>(members_.size())) {
    seek({position_.epoch + 1, 0});
    return std::nullopt;
  }
  const std::int64_t from = position_.next, to = end_of_batch(order_, from);
  TrainBatch batch = make(from, to);
  batch.key = derive_key(key_of(purpose::kDropout), bits(from));
  position_.next = to;
  return batch;
}

}  // namespace groel::train
