// Members of a set in an order of their own in every epoch, cut into batches.
#pragma once

#include <vector>

#include "train/data.h"

namespace groel::train {

enum class Order { shuffled, as_written };

/// What comes next, and going back to a place; deriving classes say how many members a batch takes, and make it.
class ShuffledData : public TrainData {
 public:
  /// Members go by numbers of their own. Errors: bad_input without members.
  ShuffledData(std::vector<std::int64_t> members, Order order, std::uint64_t seed);

  std::optional<TrainBatch> next() final;
  DataPosition position() const final { return position_; }
  double epochs_done() const final {
    return static_cast<double>(position_.epoch) +
           static_cast<double>(position_.next) / static_cast<double>(members_.size());
  }
  void seek(const DataPosition& position) final;
  std::int64_t batches_in_epoch(std::int64_t epoch) const final;

 protected:
  /// Members from `from` on that go into one batch: those before the place given back, one at least.
  virtual std::int64_t end_of_batch(const std::vector<std::int64_t>& order, std::int64_t from) const = 0;
  /// The batch of members() [from, to) of the present epoch's order, but for its key.
  virtual TrainBatch make(std::int64_t from, std::int64_t to) const = 0;

  const std::vector<std::int64_t>& members() const { return members_; }
  /// Member at that place of the present epoch.
  std::int64_t member(std::int64_t place) const { return order_[static_cast<std::size_t>(place)]; }
  /// For draws: differs between purposes, epochs and seeds.
  std::uint64_t key_of(std::uint64_t purpose) const;

 private:
  std::vector<std::int64_t> order_of(std::int64_t epoch) const;

  std::vector<std::int64_t> members_;
  Order kind_;
  std::uint64_t seed_;
  DataPosition position_;
  std::vector<std::int64_t> order_;  // of position_.epoch
};

}  // namespace groel::train
