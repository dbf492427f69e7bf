// The outputs of a frozen trunk for every sequence, computed once: epochs then cost no more than the head.
#pragma once

#include <filesystem>
#include <map>
#include <memory>

#include "base/mapped_file.h"
#include "base/progress.h"
#include "models/classifier.h"
#include "train/data.h"
#include "train/packed_data.h"

namespace groel::train {

struct FeatureOptions {
  std::size_t in_memory = std::size_t{4} << 30;  ///< bytes; more are kept in a file of `folder`, gone when this is
  std::filesystem::path folder;
  std::string what = "data";  ///< in the progress
};

/// The batches of `data` with TrainBatch::features. `data` gives the same piece of a sequence in every epoch (no random
/// crops), and outlives this, as does `model`.
class FeatureData final : public TrainData {
 public:
  /// Runs the trunk over one epoch. Errors: io; unsupported; interrupted.
  FeatureData(PackedData& data, const models::Model& model, const FeatureOptions& options, Sink& sink);

  std::optional<TrainBatch> next() override;
  DataPosition position() const override { return data_.position(); }
  double epochs_done() const override { return data_.epochs_done(); }
  void seek(const DataPosition& position) override { data_.seek(position); }
  std::int64_t batches_in_epoch(std::int64_t epoch) const override { return data_.batches_in_epoch(epoch); }

  std::size_t bytes() const { return static_cast<std::size_t>(total_ * width_) * sizeof(float); }
  bool on_disk() const { return file_ != nullptr; }

 private:
  struct Rows {
    std::int64_t begin = 0, count = 0;
  };
  void measure();
  void fill(const models::Model& model, const FeatureOptions& options, Sink& sink);
  const float* values() const;

  PackedData& data_;
  bool per_sequence_;  // one row each is kept
  std::int64_t width_;
  std::int64_t total_ = 0;  // rows
  std::int64_t batches_ = 0;
  std::map<std::int64_t, Rows> rows_;  // of a sequence
  std::vector<float> memory_;
  std::shared_ptr<const MappedFile> file_;
};

}  // namespace groel::train
