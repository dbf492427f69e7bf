// Rules that take arrays of a file to the names and shapes of a module: stacked layers come apart, matrices are turned,
// columns are put in order, and parts that are one here are joined.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "io/arrays.h"
#include "tensor/tensor.h"

namespace groel::structure_models {

/// How the axes of one layer's array are ordered.
enum class RecordAxes {
  vector,    ///< all of them are one
  in_first,  ///< [in…, out…]
  out_first  ///< [out…, in…]
};

/// Rows of a layer's matrix [out, in] (or of its vector) that become an array of the module, or columns of it.
struct RecordTarget {
  std::string name;           ///< with {} where the number of the layer belongs
  std::int64_t first = 0;     ///< row
  std::int64_t step = 1;      ///< from one row to the next
  std::int64_t rows = -1;     ///< -1: all from `first` on
  std::int64_t column = 0;    ///< of the module's array, where these columns begin
  std::int64_t columns = -1;  ///< that the module's array has; -1: those of the matrix
};

/// An array of the file.
struct RecordRule {
  std::string record;
  Shape layers;   ///< leading axes, one for each level of stacked layers
  Shape in, out;  ///< of one layer; a vector has `out` alone
  RecordAxes axes = RecordAxes::in_first;
  std::vector<RecordTarget> targets;  ///< none: the network never reads it

  /// In the file.
  Shape shape() const;
};

/// What a file lacks, has too much of, or has in another shape, all in one error. `optional`: records that may be
/// there. Errors: bad_model naming `label`.
void check_records(const std::vector<RecordRule>& rules, const io::ArrayMap& records,
                   const std::vector<std::string>& optional, const std::string& label);

/// Arrays of the module; each record is given up as soon as it is taken apart. The records fit the rules.
io::ArrayMap apply_rules(const std::vector<RecordRule>& rules, io::ArrayMap records);

}  // namespace groel::structure_models
