// Filters the records of PDB files, and separates models.
#include "io/structure_pdb.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>
#include <unordered_set>

#include "base/error.h"
#include "io/characters.h"
#include "io/structure_gemmi.h"
#include "io/structure_names.h"

namespace groel::io {
namespace {

constexpr std::size_t kCoordinates = 54;  // where they end
constexpr std::size_t kSegment = 76;      // where gemmi's last field of use ends; elements and charges are not needed

bool is_number(std::string_view field) {
  field = trimmed(field);
  if (field.starts_with('+')) field.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  return !field.empty() && error == std::errc{} && end == field.data() + field.size();
}

std::string record_of(std::string_view line) {
  std::string out(trimmed(line.substr(0, 6)));
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

// "CSER" may be serine's alternative location C.
bool is_known(const std::string& name) {
  return residue_info(name).kind != RawResidue::Kind::unknown || !force_field_parent(name).empty();
}

class PdbFilter {
 public:
  PdbFilter(const std::string& text, const std::string& label) : text_(text), label_(label) {}

  PdbText run() {
    for (std::size_t at = 0; at < text_.size(); ++number_) {
      const std::size_t end = std::min(text_.find('\n', at), text_.size());
      std::string line = text_.substr(at, end - at);
      if (line.ends_with('\r')) line.pop_back();
      take(line);
      at = end + 1;
    }
    out_.text += "END\n";
    return std::move(out_);
  }

 private:
  enum class State { open, after_model, after_end };

  void take(std::string& line) {
    const std::string record = record_of(line);
    if (record == "ATOM" || record == "HETATM") {
      atom(line);
    } else if (record == "ENDMDL" || record == "MODEL") {
      if (!first_.empty()) state_ = State::after_model;
    } else if (record == "END") {
      if (!first_.empty() && state_ == State::open) state_ = State::after_end;
    } else if (record == "TER") {
      if (is_first_model_) out_.text += "TER\n";
    } else if (record == "SEQRES") {
      line.resize(70, ' ');  // gemmi reads that far
      out_.text += line + '\n';
    } else if (record == "TITLE" && line.size() > 10) {
      const std::string piece(trimmed(line.substr(10)));
      out_.title += (out_.title.empty() ? "" : " ") + piece;
    } else if (record == "MODRES" && line.size() >= 27) {
      out_.parents[std::string(trimmed(line.substr(12, 3)))] = std::string(trimmed(line.substr(24, 3)));
    }
  }

  void atom(std::string& line) {
    check(line);
    const std::string key = line.substr(12, 15);  // name, alternative, residue, chain, number, insertion
    if (first_.empty()) first_ = key;
    // A file may go on after END with the next chain, or with the next frame of a trajectory, which begins anew.
    const bool next = state_ == State::after_model || (state_ == State::after_end && key == first_);
    state_ = State::open;
    if (next) {
      ++out_.models;
      is_first_model_ = false;
    }
    if (!is_first_model_) return;
    part(key);
    rename(line);
    out_.text += line.substr(0, kSegment) + '\n';
  }

  // A residue that begins with an atom that was there before is of another chain, though nothing else says so.
  void part(const std::string& key) {
    const std::string residue = key.substr(5);
    if (!seen_.insert(key).second && residue != last_residue_) {
      out_.text += "TER\n";
      seen_ = {key};
    }
    last_residue_ = residue;
  }

  void check(const std::string& line) const {
    if (line.size() < kCoordinates) refuse("the line ends before the coordinates do");
    for (const std::size_t at : {30U, 38U, 46U})
      if (!is_number(std::string_view(line).substr(at, 8)))
        refuse(fmt::format("'{}' in columns {} to {} is no coordinate", line.substr(at, 8), at + 1, at + 8));
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorKind::bad_input, {what, fmt::format("{}:{}", label_, number_),
                                       "the columns of PDB files are fixed: x, y, z are in 31 to 54"});
  }

  // Names of four letters run into the column of the chain, or into that of alternative locations.
  void rename(std::string& line) {
    for (const std::size_t at : {17U, 16U}) {
      const std::string name = line.substr(at, 4);
      const std::string parent = name.find(' ') == std::string::npos ? force_field_parent(name) : std::string();
      if (parent.empty() || (at == 16 && is_known(name.substr(1)))) continue;
      line.replace(at, 4, 4, ' ');
      line.replace(17, 3, parent);
      out_.long_names[line.substr(20, 7)] = name;
      return;
    }
  }

  const std::string& text_;
  const std::string& label_;
  std::int64_t number_ = 1;
  std::string first_;                     // key of the first atom
  std::unordered_set<std::string> seen_;  // keys since the last chain began
  std::string last_residue_;
  State state_ = State::open;
  bool is_first_model_ = true;
  PdbText out_;
};

}  // namespace

PdbText prepare_pdb(const std::string& text, const std::string& label) { return PdbFilter(text, label).run(); }

std::string pdb_place(const std::string& chain, std::int64_t number, char insertion) {
  return fmt::format("{:>2}{:>4}{}", chain, number, insertion);
}

}  // namespace groel::io
