// Vectors in memory, and residues as one-hot vectors.
#include "train/vector_source.h"

#include <algorithm>

#include "base/error.h"
#include "bio/residues.h"

namespace groel::train {
namespace {

class Rows final : public VectorSource {
 public:
  Rows(VectorsOf of, Tensor features, std::vector<std::int64_t> bounds)
      : of_(of), features_(std::move(features)), bounds_(std::move(bounds)) {
    GROEL_REQUIRE(features_.rank() == 2 && features_.dtype() == DType::f32 && features_.contiguous());
    if (of_ == VectorsOf::sequences) return;
    GROEL_REQUIRE(!bounds_.empty() && bounds_.front() == 0 && bounds_.back() == features_.size(0));
    GROEL_REQUIRE(std::is_sorted(bounds_.begin(), bounds_.end()));
  }

  VectorsOf vectors_of() const override { return of_; }
  std::int64_t sequences() const override {
    return of_ == VectorsOf::sequences ? features_.size(0) : static_cast<std::int64_t>(bounds_.size()) - 1;
  }
  std::int64_t width() const override { return features_.size(1); }
  std::int64_t rows(std::int64_t sequence) const override { return first(sequence + 1) - first(sequence); }
  void read(std::int64_t sequence, float* to) const override {
    std::copy_n(features_.data<float>() + first(sequence) * width(), rows(sequence) * width(), to);
  }

 private:
  std::int64_t first(std::int64_t sequence) const {
    return of_ == VectorsOf::sequences ? sequence : bounds_[static_cast<std::size_t>(sequence)];
  }

  VectorsOf of_;
  Tensor features_;
  std::vector<std::int64_t> bounds_;
};

class OneHot final : public VectorSource {
 public:
  explicit OneHot(std::vector<std::string> sequences) : sequences_(std::move(sequences)) {}

  VectorsOf vectors_of() const override { return VectorsOf::residues; }
  std::int64_t sequences() const override { return static_cast<std::int64_t>(sequences_.size()); }
  std::int64_t width() const override { return bio::kOneHotWidth; }
  std::int64_t rows(std::int64_t sequence) const override { return static_cast<std::int64_t>(text(sequence).size()); }
  void read(std::int64_t sequence, float* to) const override {
    for (const char letter : text(sequence)) {
      std::fill_n(to, bio::kOneHotWidth, 0.0F);
      to[bio::one_hot_column(letter)] = 1;
      to += bio::kOneHotWidth;
    }
  }

 private:
  const std::string& text(std::int64_t sequence) const { return sequences_[static_cast<std::size_t>(sequence)]; }

  std::vector<std::string> sequences_;
};

}  // namespace

std::unique_ptr<VectorSource> sequence_vectors(Tensor features) {
  return std::make_unique<Rows>(VectorsOf::sequences, std::move(features), std::vector<std::int64_t>{});
}

std::unique_ptr<VectorSource> residue_vectors(Tensor features, std::vector<std::int64_t> bounds) {
  return std::make_unique<Rows>(VectorsOf::residues, std::move(features), std::move(bounds));
}

std::unique_ptr<VectorSource> one_hot_residues(std::vector<std::string> sequences) {
  return std::make_unique<OneHot>(std::move(sequences));
}

}  // namespace groel::train
