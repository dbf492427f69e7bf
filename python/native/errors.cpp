// Makes exceptions by the class that groel/errors.py has for each kind.
#include "errors.h"

namespace groel::python {

Failure Failure::of(const groel_error& error) {
  return {error.status, error.message, error.what, error.where, error.remedy};
}

Failure Failure::last(groel_status status) {
  if (status == GROEL_OK) return {};
  const groel_error* const error = groel_last_error();
  const char* const name = groel_status_name(status);
  return error == nullptr ? Failure{status, name, name, "", ""} : of(*error);
}

py::object exception_of(const Failure& failure) {
  return py::module_::import("groel.errors")
      .attr("exception_of")(groel_status_name(failure.status), failure.message, failure.what, failure.where,
                            failure.remedy);
}

void raise(const Failure& failure) {
  const py::object exception = exception_of(failure);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception.ptr())), exception.ptr());
  throw py::error_already_set();
}

void check(groel_status status) {
  if (status != GROEL_OK) raise(Failure::last(status));
}

}  // namespace groel::python
