// The error that something throws, for tests of what it says.
#pragma once

#include <gtest/gtest.h>

#include "base/error.h"

namespace groel::testing {

/// Runs `body` and returns the error that it throws; a failure where it throws none.
template <class Body>
Error error_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error was thrown";
  return Error(ErrorKind::internal, "no error");
}

}  // namespace groel::testing
