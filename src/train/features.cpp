// Fills and reads the cache of a frozen trunk's outputs.
#include "train/features.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>

#include "base/error.h"
#include "base/interrupt.h"

namespace groel::train {
namespace {

bool labels_sequences(const models::Model& model) {
  return models::require<models::Classifier>(model).classification().label_of == models::LabelOf::sequence;
}

// Where the trunk's output goes, batch by batch.
class Store {
 public:
  /// In memory, or in a new file in `folder` unless that is empty.
  Store(std::vector<float>& memory, const std::filesystem::path& folder) : memory_(memory) {
    if (folder.empty()) return;
    std::string name = (folder / ".trunk-cache.XXXXXX").string();
    descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ < 0) throw_errno(name, "create a temporary file", errno);
    path_ = name;
  }
  ~Store() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(path_.c_str());  // a mapping keeps it, and nothing is left however the run ends
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  void append(const Tensor& rows) {
    const Tensor whole = rows.to(DType::f32);
    const auto* const begin = whole.data<float>();
    if (path_.empty()) {
      memory_.insert(memory_.end(), begin, begin + whole.count());
      return;
    }
    const auto* bytes = reinterpret_cast<const char*>(begin);
    for (std::size_t done = 0; done < whole.bytes();) {
      const ssize_t written = ::write(descriptor_, bytes + done, whole.bytes() - done);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw_errno(path_.string(), "write the trunk's embeddings", errno);
      done += static_cast<std::size_t>(written);
    }
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::vector<float>& memory_;
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace

FeatureData::FeatureData(PackedData& data, const models::Model& model, const FeatureOptions& options, Sink& sink)
    : data_(data), per_sequence_(labels_sequences(model)), width_(model.info().width) {
  measure();
  fill(model, options, sink);
}

// Rows of every sequence, in the order of the first epoch.
void FeatureData::measure() {
  data_.seek({});
  while (const auto batch = data_.next()) {
    const auto cu = batch->input.cu_seqlens.values<std::int32_t>();
    for (std::size_t b = 0; b < batch->sequences.size(); ++b) {
      const std::int64_t count = per_sequence_ ? 1 : cu[b + 1] - cu[b];
      rows_[batch->sequences[b]] = {total_, count};
      total_ += count;
    }
    ++batches_;
  }
  data_.seek({});
}

void FeatureData::fill(const models::Model& model, const FeatureOptions& options, Sink& sink) {
  const auto& encoder = models::require<models::Encoder>(model);
  const auto& head = models::require<models::Classifier>(model);
  const bool in_file = bytes() > options.in_memory;
  if (!in_file) memory_.reserve(static_cast<std::size_t>(total_ * width_));
  Store store(memory_, in_file ? options.folder : std::filesystem::path());
  const std::string phase = "embedding the " + options.what;
  Progress progress{phase, 0, batches_, 0, 0, 0};
  progress.unit = "batches";
  const auto begin = std::chrono::steady_clock::now();
  while (const auto batch = data_.next()) {
    check_interrupted();
    store.append(head.head_input(encoder.encode(batch->input, {}), batch->input));
    ++progress.done;
    progress.tokens += batch->input.token_count();
    progress.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    sink.progress(progress);
  }
  sink.progress_done();
  data_.seek({});
  if (in_file) file_ = MappedFile::open(store.path());
}

const float* FeatureData::values() const {
  return file_ ? reinterpret_cast<const float*>(file_->bytes().data()) : memory_.data();
}

std::optional<TrainBatch> FeatureData::next() {
  auto batch = data_.next();
  if (!batch) return batch;
  std::int64_t count = 0;
  for (const std::int64_t sequence : batch->sequences) count += rows_.at(sequence).count;
  batch->features = Tensor::empty({count, width_});
  float* to = batch->features.mutable_data<float>();
  for (const std::int64_t sequence : batch->sequences) {
    const Rows& rows = rows_.at(sequence);
    to = std::copy_n(values() + rows.begin * width_, rows.count * width_, to);
  }
  return batch;
}

}  // namespace groel::train
