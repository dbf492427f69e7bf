// Sorts residues into chains.
#include "io/structure_chains.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "io/structure_residue.h"

namespace groel::io {
namespace {

using ChainPlace = std::pair<std::int64_t, char>;  // number and insertion code

ChainPlace place_of(const RawResidue& residue) { return {residue.number, residue.insertion}; }

bool has_backbone(const RawResidue& residue) {
  const auto has = [&](const char* name) {
    return std::any_of(residue.atoms.begin(), residue.atoms.end(), [&](const RawAtom& a) { return a.name == name; });
  };
  return has("N") && has("CA") && has("C");
}

// Residues of one chain, from one stretch of the file or several.
struct Piece {
  std::string name, segment;
  std::vector<const RawResidue*> residues;

  bool overlaps(const Piece& other) const {
    std::set<ChainPlace> places;
    for (const RawResidue* residue : residues) places.insert(place_of(*residue));
    return std::any_of(other.residues.begin(), other.residues.end(),
                       [&](const RawResidue* residue) { return places.contains(place_of(*residue)); });
  }
};

// What is no residue of a chain, for the note.
class LeftOut {
 public:
  void add(const RawResidue& residue, RawResidue::Kind kind) {
    if (kind == RawResidue::Kind::water)
      ++waters_;
    else if (kind == RawResidue::Kind::nucleic)
      ++nucleotides_;
    else
      ++others_[residue.name];
  }

  std::string sentence() const {
    std::string out;
    const auto say = [&](std::int64_t count, const char* what) {
      if (count > 0) out += fmt::format("{}{} {}{}", out.empty() ? "" : ", ", count, what, count == 1 ? "" : "s");
    };
    say(waters_, "water");
    say(nucleotides_, "nucleotide");
    std::int64_t count = 0;
    std::string names;
    for (const auto& [name, times] : others_) {
      count += times;
      if (names.size() < 60) names += (names.empty() ? "" : ", ") + name;
    }
    say(count, "other residue");
    return out.empty() ? out : "left out: " + out + (names.empty() ? "" : " (" + names + ")");
  }

 private:
  std::int64_t waters_ = 0, nucleotides_ = 0;
  std::map<std::string, std::int64_t> others_;
};

class Assembly {
 public:
  Assembly(const RawStructure& raw, bio::Structure& out) : raw_(raw), names_(raw.parents), out_(out) {}

  void run() {
    for (const RawChain& chain : raw_.chains) split(chain);
    name_all();
    for (const Piece& piece : pieces_) out_.chains.push_back(convert(piece));
    if (raw_.models > 1) out_.notes.push_back(fmt::format("the file has {} models: the first is used", raw_.models));
    if (raw_.lacks_author_numbers)
      out_.notes.emplace_back("the file has no numbers of its author (auth_seq_id): those of the sequence are shown");
    if (const std::string sentence = left_out_.sentence(); !sentence.empty()) out_.notes.push_back(sentence);
  }

 private:
  // Parts of a stretch that are of one segment and, without a name, count upwards.
  void split(const RawChain& chain) {
    Piece now{chain.name, {}, {}};
    const auto close = [&] {
      if (!now.residues.empty()) add(std::move(now));
      now = {chain.name, {}, {}};
    };
    for (const RawResidue* residue : of_protein(chain)) {
      const bool new_segment = !now.residues.empty() && residue->segment != now.segment;
      const bool backwards =
          chain.name.empty() && !now.residues.empty() && residue->number < now.residues.back()->number;
      if (new_segment || backwards) close();
      now.segment = residue->segment;
      now.residues.push_back(residue);
    }
    close();
  }

  // Joins a piece to the chain of its name, unless that has these residues already.
  void add(Piece piece) {
    for (Piece& other : pieces_) {
      const bool same = other.name == piece.name && !piece.name.empty();
      if (!same || other.overlaps(piece)) continue;
      other.residues.insert(other.residues.end(), piece.residues.begin(), piece.residues.end());
      return;
    }
    pieces_.push_back(std::move(piece));
  }

  std::vector<const RawResidue*> of_protein(const RawChain& chain) {
    std::vector<const RawResidue*> candidates, out;
    for (const RawResidue& residue : chain.residues) {
      const RawResidue::Kind kind = names_.kind(residue.name);
      const bool amino =
          kind == RawResidue::Kind::amino || (kind == RawResidue::Kind::unknown && has_backbone(residue));
      if (amino && residue.role != RawResidue::Role::other)
        candidates.push_back(&residue);
      else
        left_out_.add(residue, kind);
    }
    for (std::size_t i = 0; i < candidates.size(); ++i)
      if (belongs(candidates, i))
        out.push_back(candidates[i]);
      else
        left_out_.add(*candidates[i], RawResidue::Kind::other);
    return out;
  }

  // A free amino acid is marked HETATM, and bonded to nothing.
  bool belongs(const std::vector<const RawResidue*>& candidates, std::size_t i) const {
    const RawResidue& residue = *candidates[i];
    if (!residue.is_hetero || residue.role == RawResidue::Role::polymer) return true;
    const auto backbone = [&](std::size_t at) {
      const RawResidue* const one[] = {candidates[at]};
      return ConformerChoice().choose(one).backbone;
    };
    return (i > 0 && is_bonded(backbone(i - 1), backbone(i))) ||
           (i + 1 < candidates.size() && is_bonded(backbone(i), backbone(i + 1)));
  }

  // Chains without a name, and those that share one.
  void name_all() {
    std::set<std::string> taken;
    for (const Piece& piece : pieces_) taken.insert(piece.name);
    const auto unused = [&](std::string name, const std::string& tail) {
      for (int i = name.empty() ? 1 : 2; name.empty() || taken.contains(name); ++i) name = tail + std::to_string(i);
      taken.insert(name);
      return name;
    };
    std::map<std::string, int> seen;
    std::string unnamed, repeated;
    for (Piece& piece : pieces_) {
      const std::string own = piece.name;
      if (own.empty()) {
        piece.name = piece.segment.empty() ? unused({}, {}) : unused(piece.segment, piece.segment + ".");
        unnamed += (unnamed.empty() ? "" : ", ") + piece.name;
      } else if (++seen[own] > 1) {
        const bool segment = !piece.segment.empty() && !taken.contains(piece.segment);
        piece.name = segment ? unused(piece.segment, {}) : unused(own, own + ".");
        repeated +=
            fmt::format("{}{} is the chain that is called {}, too", repeated.empty() ? "" : "; ", piece.name, own);
      }
    }
    if (!unnamed.empty()) out_.notes.push_back("the file does not name its chains: here they are called " + unnamed);
    if (!repeated.empty()) out_.notes.push_back("chains of one name with the same residues: " + repeated);
  }

  bio::Chain convert(const Piece& piece) {
    bio::Chain out{piece.name, {}, {}};
    ConformerChoice choice;
    std::optional<Backbone> before;
    for (std::size_t i = 0; i < piece.residues.size();) {
      std::size_t end = i + 1;
      while (end < piece.residues.size() && place_of(*piece.residues[end]) == place_of(*piece.residues[i])) ++end;
      const auto chosen = choice.choose(std::span(piece.residues).subspan(i, end - i));
      out.residues.push_back(seen(*chosen.residue, chosen.backbone, end - i > 1));
      out.residues.back().has_alternatives = chosen.had_alternatives;
      out.residues.back().bonded = before && is_bonded(*before, chosen.backbone);
      before = chosen.backbone;
      i = end;
    }
    for (const RawResidue* residue : piece.residues) {
      if (residue->entity < 0) continue;
      for (const std::string& name : raw_.entities[static_cast<std::size_t>(residue->entity)])
        out.sequence += names_.letter(name);
      break;
    }
    bio::settle_sequence(out);
    return out;
  }

  bio::SeenResidue seen(const RawResidue& residue, const Backbone& backbone, bool is_one_of_several) const {
    bio::SeenResidue out;
    out.label = fmt::format("{}{}", residue.number, residue.insertion == ' ' ? "" : std::string(1, residue.insertion));
    out.name = residue.name + " " + out.label;
    out.letter = names_.letter(residue.name);
    out.modified = is_one_of_several || !names_.is_certain(residue.name);
    out.number = residue.number;
    out.inserted = residue.insertion != ' ';
    out.place = residue.stated_at;
    out.read_as = names_.read_as(residue.name);
    set_site(out, backbone);
    return out;
  }

  const RawStructure& raw_;
  ResidueNames names_;
  bio::Structure& out_;
  std::vector<Piece> pieces_;
  LeftOut left_out_;
};

}  // namespace

void assemble_chains(const RawStructure& raw, bio::Structure& out) { Assembly(raw, out).run(); }

}  // namespace groel::io
