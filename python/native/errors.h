// Errors of the C interface as Python's exceptions.
#pragma once

#include <groel/c.h>
#include <pybind11/pybind11.h>

#include <string>

namespace groel::python {

namespace py = pybind11;

/// A groel_error that outlives its thread.
struct Failure {
  groel_status status = GROEL_OK;
  std::string message, what, where, remedy;

  /// The last error of this thread, after a function has returned `status`.
  static Failure last(groel_status status);
  static Failure of(const groel_error& error);
};

/// The exception, not raised (groel/errors.py). With the GIL.
py::object exception_of(const Failure& failure);
/// Raises it. With the GIL.
[[noreturn]] void raise(const Failure& failure);
/// Raises what a function of this thread has failed with, if it has.
void check(groel_status status);

}  // namespace groel::python
