// Bytes of a file, and errors of what is in them.
#include "io/structure.h"

#include <new>

#include "base/error.h"
#include "io/compressed.h"
#include "io/structure_gemmi.h"

namespace groel::io {
namespace {

std::string read_whole(const std::string& path) {
  constexpr std::size_t kMost = std::size_t{1} << 30;
  const auto bytes = decompress(open_bytes(path), path);
  std::string text, piece(std::size_t{1} << 16, '\0');
  while (const std::size_t got = bytes->read(piece)) {
    text.append(piece, 0, got);
    if (text.size() > kMost) throw Error(ErrorKind::bad_input, {"a structure file of over 1 GiB", path, {}});
  }
  return text;
}

std::vector<bio::Chain> chains_of(const std::string& text, const std::string& label) {
  try {
    return gemmi_chains(text, label);
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::bad_input, {fmt::format("not a readable structure: {}", error.what()), label, {}});
  }
}

}  // namespace

bio::Structure parse_structure(const std::string& text, const std::string& label) {
  bio::Structure out{label, chains_of(text, label)};
  if (out.chains.empty())
    throw Error(ErrorKind::bad_input,
                {text.empty() ? "the file is empty" : "no residue of a protein has coordinates here", label,
                 "an mmCIF or PDB file with ATOM records is expected"});
  return out;
}

bio::Structure read_structure(const std::string& path) { return parse_structure(read_whole(path), path); }

}  // namespace groel::io
