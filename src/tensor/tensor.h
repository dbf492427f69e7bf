// Tensor: a typed, row-major view of shared storage on a device.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/dtype.h"
#include "tensor/storage.h"

namespace groel {

using Shape = std::vector<std::int64_t>;

/// Product of the dimensions (1 for a scalar). Errors: bad_input when one is negative or the product overflows.
std::int64_t element_count(const Shape& shape);
/// "[3, 640]".
std::string to_string(const Shape& shape);

/// Copying a Tensor copies the view, not the data. A 2-D tensor may have rows further apart than its width (its
/// `row_stride`, the leading dimension of BLAS); every other tensor is contiguous.
class Tensor {
 public:
  Tensor() = default;

  /// Uninitialised memory.
  static Tensor empty(Shape shape, DType dtype = DType::f32, Device device = Device::cpu);
  static Tensor zeros(Shape shape, DType dtype = DType::f32, Device device = Device::cpu);
  /// A copy of host values.
  template <class T>
  static Tensor of(Shape shape, std::span<const T> values) {
    return copy_of(std::move(shape), dtype_of<T>::value, std::as_bytes(values));
  }
  template <class T>
  static Tensor of(Shape shape, std::initializer_list<T> values) {
    return of<T>(std::move(shape), std::span<const T>(values.begin(), values.size()));
  }
  static Tensor copy_of(Shape shape, DType dtype, std::span<const std::byte> bytes);
  /// f32 values that `fill` computes on the host, then brought to `device`; without data there is nothing to compute.
  static Tensor computed(Shape shape, Device device, const std::function<void(std::span<float>)>& fill);
  /// A contiguous view of `storage` from `byte_offset` on.
  static Tensor view(std::shared_ptr<Storage> storage, Shape shape, DType dtype, std::size_t byte_offset = 0);

  bool defined() const noexcept { return storage_ != nullptr; }
  const Shape& shape() const noexcept { return shape_; }
  int rank() const noexcept { return static_cast<int>(shape_.size()); }
  /// Size of dimension `i`; negative counts from the end.
  std::int64_t size(int i) const;
  std::int64_t count() const { return element_count(shape_); }
  DType dtype() const noexcept { return dtype_; }
  Device device() const noexcept { return storage_ ? storage_->device() : Device::cpu; }
  /// Elements from one row of a 2-D tensor to the next; the last dimension's size when contiguous.
  std::int64_t row_stride() const noexcept { return row_stride_; }
  bool contiguous() const noexcept;
  std::size_t bytes() const { return static_cast<std::size_t>(count()) * size_of(dtype_); }
  const std::shared_ptr<Storage>& storage() const noexcept { return storage_; }

  /// Host pointers to the first element. Errors: internal when T is not the dtype or the memory is not the host's,
  /// or, for the writable one, when the storage is read-only (a mapped file).
  template <class T>
  const T* data() const {
    return static_cast<const T*>(raw(dtype_of<T>::value));
  }
  template <class T>
  T* mutable_data() {
    return static_cast<T*>(mutable_raw(dtype_of<T>::value));
  }
  /// Contiguous host values.
  template <class T>
  std::span<const T> values() const {
    require_contiguous();
    return {data<T>(), static_cast<std::size_t>(count())};
  }
  /// Host bytes of any type. Errors: internal, when the memory is not the host's.
  const std::byte* raw_data() const { return storage_ ? storage_->data() + offset_ : nullptr; }
  /// Where in its storage it begins.
  std::size_t byte_offset() const noexcept { return offset_; }

  /// Same data, other shape (contiguous only; one dimension may be -1).
  Tensor reshape(Shape shape) const;
  /// Rows [begin, end) of the first dimension.
  Tensor rows(std::int64_t begin, std::int64_t end) const;
  /// Columns [begin, end) of a 2-D tensor: a view with the same row_stride.
  Tensor columns(std::int64_t begin, std::int64_t end) const;
  /// A contiguous tensor of `dtype` with the same values (rounded to nearest even); itself when nothing changes.
  Tensor to(DType dtype) const;
  /// A contiguous copy in new memory of the same device.
  Tensor clone() const;
  /// The same values on that device; itself where it is there. To Device::shape alone values can be lost. Errors:
  /// internal, from there.
  Tensor to(Device device) const;
  /// For code that has to read values: itself, on the host. Errors: internal, where there are none.
  Tensor host_view() const { return to(Device::cpu); }
  /// Takes the values of another of the same shape, type and device; rows of both may be strided.
  void copy_from(const Tensor& other);

 private:
  const void* raw(DType dtype) const;
  void* mutable_raw(DType dtype);
  void require_contiguous() const;

  std::shared_ptr<Storage> storage_;
  Shape shape_;
  std::size_t offset_ = 0;  // bytes
  std::int64_t row_stride_ = 0;
  DType dtype_ = DType::f32;
};

struct NamedTensor {
  std::string name;
  Tensor value;
};

}  // namespace groel
