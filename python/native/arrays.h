// NumPy arrays over memory of the library, which live as long as Python holds them.
#pragma once

#include <groel/c.h>
#include <pybind11/numpy.h>

#include <memory>
#include <utility>
#include <vector>

namespace groel::python {

namespace py = pybind11;

/// Takes over `array`, without a copy of its values.
inline py::array_t<float> to_numpy(groel_array array) {
  auto kept = std::make_unique<groel_array>(array);
  const py::capsule owner(kept.get(), [](void* pointer) {
    auto* const own = static_cast<groel_array*>(pointer);
    groel_array_free(own);
    delete own;
  });
  static_cast<void>(kept.release());
  return py::array_t<float>(std::vector<py::ssize_t>(array.shape, array.shape + array.rank), array.values, owner);
}

/// Likewise, of a vector.
template <class T>
py::array_t<T> to_numpy(std::vector<T>&& values) {
  auto kept = std::make_unique<std::vector<T>>(std::move(values));
  const std::vector<T>& held = *kept;
  const py::capsule owner(kept.get(), [](void* pointer) { delete static_cast<std::vector<T>*>(pointer); });
  static_cast<void>(kept.release());
  return py::array_t<T>(static_cast<py::ssize_t>(held.size()), held.data(), owner);
}

}  // namespace groel::python
