// Reads the bytes of structure files, and reports errors in them.
#include "io/structure.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/error.h"
#include "io/compressed.h"
#include "io/structure_chains.h"
#include "io/structure_gemmi.h"
#include "io/structure_pdb.h"
#include "io/structure_text.h"
#include "io/structure_whole.h"

namespace groel::io {
namespace {

// An mmCIF file has "data_" before anything but comments and white space.
bool is_cif(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::size_t first = text.find_first_not_of(" \t\r", at);
    if (first < end && text[first] != '#') return text.compare(first, 5, "data_") == 0;
    at = end + 1;
  }
  return false;
}

// Names a format that is not read; empty for the others.
std::string other_format(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  if (text[first] == '{' || text[first] == '[') return "this is JSON";
  if (text[first] == '<') return "this is XML";
  if (std::memchr(text.data(), 0, std::min(text.size(), std::size_t{4096})) != nullptr) return "this is a binary file";
  return {};
}

RawStructure read_pdb(const std::string& text, const std::string& label, WhichAtoms which) {
  const PdbText prepared = prepare_pdb(text, label);
  RawStructure out = gemmi_pdb(prepared.text, label, which);
  out.models = prepared.models;
  out.title = prepared.title;
  out.plddt_mark = pdb_plddt_mark(text);
  out.parents = prepared.parents;
  for (RawChain& chain : out.chains)
    for (RawResidue& residue : chain.residues) {
      const auto found = prepared.long_names.find(pdb_place(chain.name, residue.number, residue.insertion));
      if (found != prepared.long_names.end()) residue.name = found->second;
    }
  return out;
}

RawStructure raw_structure(const std::string& text, const std::string& label, WhichAtoms which) {
  try {
    return is_cif(text) ? gemmi_mmcif(text, label, which) : read_pdb(text, label, which);
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::bad_input, {fmt::format("not a readable structure: {}", error.what()), label, {}});
  }
}

}  // namespace

std::string read_structure_text(const std::string& path) {
  constexpr std::size_t kMost = std::size_t{1} << 30;
  const auto bytes = decompress(open_bytes(path), path);
  std::string text, piece(std::size_t{1} << 16, '\0');
  while (const std::size_t got = bytes->read(piece)) {
    text.append(piece, 0, got);
    if (text.size() > kMost) throw Error(ErrorKind::bad_input, {"a structure file of over 1 GiB", path, {}});
  }
  return text;
}

RawStructure raw_structure_of(const std::string& text, const std::string& label, WhichAtoms which) {
  return other_format(text).empty() ? raw_structure(text, label, which) : RawStructure{};
}

bio::Structure parse_structure(const std::string& given, const std::string& label) {
  const std::string text = given.starts_with("\xEF\xBB\xBF") ? given.substr(3) : given;
  bio::Structure out{label, {}};
  const std::string other = other_format(text);
  if (other.empty()) assemble_chains(raw_structure(text, label, WhichAtoms::backbone), out);
  if (out.chains.empty())
    throw Error(ErrorKind::bad_input, {text.empty()     ? "the file is empty"
                                       : !other.empty() ? other + ", not a structure as mmCIF or PDB"
                                                        : "no residue of a protein has coordinates here",
                                       label, "an mmCIF or PDB file with ATOM records is expected"});
  return out;
}

std::string converted_structure(const std::string& path, bool to_pdb) {
  const std::string text = read_structure_text(path);
  const StructureFormat from = is_cif(text) ? StructureFormat::mmcif : StructureFormat::pdb;
  std::string out;
  try {
    if (other_format(text).empty())
      out = gemmi_converted(text, path, from, to_pdb ? StructureFormat::pdb : StructureFormat::mmcif);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::bad_input, {fmt::format("the structure cannot be converted: {}", error.what()), path,
                                       to_pdb ? "mmCIF holds what a PDB file cannot" : ""});
  }
  if (out.empty())
    throw Error(ErrorKind::bad_input,
                {"no atom has coordinates here", path, "an mmCIF or PDB file with ATOM records is expected"});
  return out;
}

bio::Structure read_structure(const std::string& path) { return parse_structure(read_structure_text(path), path); }

}  // namespace groel::io
