// NumPy's NPZ: named arrays in an uncompressed zip archive, written as a stream and read without copies.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/arrays.h"
#include "io/npy.h"

namespace groel::io {

/// Writes an .npz that numpy.load and numpy.memmap-style tools read. Nothing but the array being written passes through
/// memory; equal calls give equal bytes (fixed dates). The file has its name once `finish` has returned;
/// without it nothing is left. Errors: io (the system's reason), not_found (the folder), unsupported (bf16); usage for
/// a name used twice.
class NpzWriter {
 public:
  explicit NpzWriter(const std::filesystem::path& path);
  ~NpzWriter();
  NpzWriter(NpzWriter&&) noexcept;

  /// A whole array; `bytes` are little-endian, row-major, exactly as many as shape and dtype take.
  void add(const std::string& name, DType dtype, const std::vector<std::int64_t>& shape,
           std::span<const std::byte> bytes);
  /// UTF-8 texts as a one-dimensional unicode array ('<U': NumPy drops NUL characters at the end of each). Error:
  /// bad_input when a text is not UTF-8.
  void add(const std::string& name, const std::vector<std::string>& texts);

  /// An array in pieces: `begin`, any number of `append`s that add up to the shape, `end`.
  void begin(const std::string& name, DType dtype, const std::vector<std::int64_t>& shape);
  void append(std::span<const std::byte> bytes);
  void end();

  /// Completes the archive and flushes it to disk.
  void finish();

 private:
  void begin(const std::string& name, NpyType type, const std::vector<std::int64_t>& shape);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct NpzFile {
  ArrayMap arrays;
  std::map<std::string, std::vector<std::string>> texts;  ///< one-dimensional '<U' (as UTF-8) and '|S' arrays
};
/// Reads an uncompressed .npz. Errors naming file and array: not_found, io; bad_input or bad_model when malformed;
/// unsupported for compressed entries, Fortran order, big-endian and other element types.
NpzFile read_npz(const std::filesystem::path& path);
NpzFile parse_npz(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner, const std::string& label);

}  // namespace groel::io
