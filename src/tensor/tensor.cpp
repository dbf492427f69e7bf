// Views, copies and conversions of tensors.
#include "tensor/tensor.h"

#include <cstring>

#include "base/error.h"
#include "base/threads.h"

namespace groel {
namespace {

float read_float(const std::byte* data, DType dtype, std::int64_t i) {
  switch (dtype) {
    case DType::f32: return reinterpret_cast<const float*>(data)[i];
    case DType::bf16: return to_float(reinterpret_cast<const bf16_t*>(data)[i]);
    case DType::f16: return to_float(reinterpret_cast<const f16_t*>(data)[i]);
    case DType::f64: return static_cast<float>(reinterpret_cast<const double*>(data)[i]);
    default: throw Error(ErrorKind::internal, fmt::format("cannot convert a tensor of {}", name(dtype)));
  }
}

void write_float(std::byte* data, DType dtype, std::int64_t i, float value) {
  switch (dtype) {
    case DType::f32: reinterpret_cast<float*>(data)[i] = value; return;
    case DType::bf16: reinterpret_cast<bf16_t*>(data)[i] = to_bf16(value); return;
    case DType::f16: reinterpret_cast<f16_t*>(data)[i] = to_f16(value); return;
    default: throw Error(ErrorKind::internal, fmt::format("cannot convert a tensor to {}", name(dtype)));
  }
}

}  // namespace

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t dimension : shape)
    if (dimension < 0 || __builtin_mul_overflow(count, dimension, &count))
      throw Error(ErrorKind::bad_input, fmt::format("impossible tensor shape {}", to_string(shape)));
  return count;
}

std::string to_string(const Shape& shape) {
  std::string out = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) out += (i ? ", " : "") + std::to_string(shape[i]);
  return out + "]";
}

Tensor Tensor::empty(Shape shape, DType dtype, Device device) {
  const auto bytes = static_cast<std::size_t>(element_count(shape)) * size_of(dtype);
  return view(Storage::allocate(bytes, device), std::move(shape), dtype);
}

Tensor Tensor::zeros(Shape shape, DType dtype, Device device) {
  Tensor out = empty(std::move(shape), dtype, device);
  if (device != Device::shape) std::memset(out.storage_->data(), 0, out.bytes());
  return out;
}

Tensor Tensor::copy_of(Shape shape, DType dtype, std::span<const std::byte> bytes) {
  Tensor out = empty(std::move(shape), dtype);
  GROEL_REQUIRE(out.bytes() == bytes.size());
  if (!bytes.empty()) std::memcpy(out.storage_->data(), bytes.data(), bytes.size());
  return out;
}

Tensor Tensor::computed(Shape shape, Device device, const std::function<void(std::span<float>)>& fill) {
  if (device == Device::shape) return empty(std::move(shape), DType::f32, device);
  Tensor out = empty(std::move(shape));
  fill({out.mutable_data<float>(), static_cast<std::size_t>(out.count())});
  return out.to(device);
}

Tensor Tensor::view(std::shared_ptr<Storage> storage, Shape shape, DType dtype, std::size_t byte_offset) {
  Tensor out;
  out.row_stride_ = shape.empty() ? 1 : shape.back();
  out.shape_ = std::move(shape);
  out.dtype_ = dtype;
  out.offset_ = byte_offset;
  GROEL_REQUIRE(storage != nullptr && byte_offset + out.bytes() <= storage->size());
  out.storage_ = std::move(storage);
  return out;
}

std::int64_t Tensor::size(int i) const {
  const int index = i < 0 ? i + rank() : i;
  GROEL_REQUIRE(index >= 0 && index < rank());
  return shape_[static_cast<std::size_t>(index)];
}

bool Tensor::contiguous() const noexcept { return rank() != 2 || row_stride_ == shape_[1] || shape_[0] <= 1; }

const void* Tensor::raw(DType dtype) const {
  GROEL_REQUIRE(defined() && dtype == dtype_);
  return storage_->data() + offset_;
}

void* Tensor::mutable_raw(DType dtype) {
  GROEL_REQUIRE(defined() && dtype == dtype_ && !storage_->read_only());
  return storage_->data() + offset_;
}

void Tensor::require_contiguous() const { GROEL_REQUIRE(contiguous()); }

Tensor Tensor::reshape(Shape shape) const {
  require_contiguous();
  std::int64_t known = 1;
  std::int64_t* unknown = nullptr;
  for (std::int64_t& dimension : shape) {
    if (dimension == -1)
      unknown = &dimension;
    else
      known *= dimension;
  }
  if (unknown != nullptr) *unknown = known == 0 ? 0 : count() / known;
  GROEL_REQUIRE(element_count(shape) == count());
  return view(storage_, std::move(shape), dtype_, offset_);
}

Tensor Tensor::rows(std::int64_t begin, std::int64_t end) const {
  GROEL_REQUIRE(rank() >= 1 && 0 <= begin && begin <= end && end <= shape_[0]);
  Tensor out = *this;
  out.shape_[0] = end - begin;
  std::int64_t stride = 1;
  if (rank() == 2)
    stride = row_stride_;
  else
    for (int i = 1; i < rank(); ++i) stride *= size(i);
  out.offset_ += static_cast<std::size_t>(begin * stride) * size_of(dtype_);
  if (rank() == 1) out.row_stride_ = out.shape_[0];
  return out;
}

Tensor Tensor::columns(std::int64_t begin, std::int64_t end) const {
  GROEL_REQUIRE(rank() == 2 && 0 <= begin && begin <= end && end <= shape_[1]);
  Tensor out = *this;
  out.shape_[1] = end - begin;
  out.offset_ += static_cast<std::size_t>(begin) * size_of(dtype_);
  return out;
}

Tensor Tensor::to(DType dtype) const {
  if (dtype == dtype_) return contiguous() ? *this : clone();
  const Tensor source = contiguous() ? *this : clone();
  Tensor out = empty(shape_, dtype, device());
  if (device() == Device::shape) return out;
  constexpr std::int64_t kChunk = 1 << 16;
  const std::int64_t total = count();
  parallel_for((total + kChunk - 1) / kChunk, [&](std::int64_t chunk) {
    const std::int64_t end = std::min(total, (chunk + 1) * kChunk);
    for (std::int64_t i = chunk * kChunk; i < end; ++i)
      write_float(out.storage_->data(), dtype, i, read_float(source.raw_data(), source.dtype_, i));
  });
  return out;
}

Tensor Tensor::clone() const {
  GROEL_REQUIRE(defined());
  Tensor out = empty(shape_, dtype_, device());
  out.copy_from(*this);
  return out;
}

Tensor Tensor::to(Device device) const {
  if (!defined() || device == this->device()) return *this;
  if (device == Device::shape) return empty(shape_, dtype_, device);
  throw Error(ErrorKind::internal, "a tensor without data has no values on another device");
}

void Tensor::copy_from(const Tensor& other) {
  GROEL_REQUIRE(shape_ == other.shape_ && dtype_ == other.dtype_ && device() == other.device());
  if (device() == Device::shape || count() == 0) return;
  GROEL_REQUIRE(!storage_->read_only());
  std::byte* const to = storage_->data() + offset_;
  if (contiguous() && other.contiguous()) {
    std::memcpy(to, other.raw_data(), bytes());
    return;
  }
  const std::size_t element = size_of(dtype_);
  for (std::int64_t r = 0; r < shape_[0]; ++r)
    std::memcpy(to + static_cast<std::size_t>(r * row_stride_) * element,
                other.raw_data() + static_cast<std::size_t>(r * other.row_stride_) * element,
                static_cast<std::size_t>(shape_[1]) * element);
}

}  // namespace groel
