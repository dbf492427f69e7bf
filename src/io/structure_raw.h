// What the parts of the structure reader pass to each other: a file's residues before they are sorted. C++17.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bio/structure.h"

namespace groel::io {

struct RawAtom {
  std::string name;
  char alternative = 0;  ///< 0: none
  float occupancy = 1;
  bio::Point at{};
  float b_factor = 0;
  std::string element{};  ///< "C", "ZN"
};

struct RawResidue {
  enum class Kind { amino, nucleic, water, other, unknown };
  /// What the file says that it belongs to.
  enum class Role { unknown, polymer, other };

  std::string name;  ///< as the file has it
  std::int64_t number = 0;
  char insertion = ' ';
  std::string segment;
  bool is_hetero = false;      ///< marked HETATM
  std::int64_t stated_at = 0;  ///< its place in the stated sequence, from 1; 0: not known
  int entity = -1;             ///< of RawStructure::entities; -1: none
  Role role = Role::unknown;
  std::vector<RawAtom> atoms;  ///< N, CA, C and CB alone, unless every one was asked for
};

struct RawChain {
  std::string name;
  std::vector<RawResidue> residues;
};

struct RawStructure {
  std::vector<RawChain> chains;                    ///< of the first model; a name may occur more than once
  std::vector<std::vector<std::string>> entities;  ///< stated sequences, by names of residues
  std::int64_t models = 1;
  bool lacks_author_numbers = false;           ///< those of the stated sequence stand for them
  std::map<std::string, std::string> parents;  ///< of modified residues, as the file states them
  std::string title;
  std::string plddt_mark;  ///< what in the file says that B factors are pLDDT; empty: nothing does
};

}  // namespace groel::io
