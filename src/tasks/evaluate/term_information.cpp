// Information content of terms, computed or read.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/words.h"
#include "io/compressed.h"
#include "io/numbers.h"
#include "io/sequences_lines.h"
#include "ontology/information.h"
#include "tasks/evaluate/term_judge.h"

namespace groel::tasks {
namespace {

using ontology::Place;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> out;
  for (std::size_t at = line.find_first_not_of(" \t,;"); at < line.size(); at = line.find_first_not_of(" \t,;", at)) {
    const std::size_t end = std::min(line.find_first_of(" \t,;", at), line.size());
    out.push_back(line.substr(at, end - at));
    at = end;
  }
  return out;
}

double bits_of(std::string_view text, const std::string& where) {
  const auto number = io::parse_number(text);
  if (!number || *number < 0)
    throw Error(ErrorKind::bad_input, {fmt::format("'{}' is no information content", text), where,
                                       "a term and a number of bits that is not negative"});
  return std::isfinite(*number) ? *number : 0;  // as CAFA's evaluator reads inf
}

// Lines of term and bits; false where the file is something else.
bool read_bits(io::LineReader& lines, const LoadedOntology& loaded, std::vector<double>& out, Sink& sink) {
  std::int64_t unknown = 0;
  bool any = false;
  for (std::string_view line; lines.next(line);) {
    const auto words = words_of(line);
    if (words.empty() || words[0].starts_with('#')) continue;
    if (words.size() < 2 || !is_term_id(words[0])) {
      if (!any && lines.number() == 1 && words.size() == 2) continue;  // a header
      if (!any) return false;
      throw Error(ErrorKind::bad_input,
                  {"not a term and a number", fmt::format("{}:{}", lines.label(), lines.number()), {}});
    }
    any = true;
    const double bits = bits_of(words[1], fmt::format("{}:{}", lines.label(), lines.number()));
    const ontology::Resolution found = loaded.terms.resolve(words[0]);
    if (found.kind == ontology::Resolution::Kind::current)
      out[found.place] = bits;
    else
      ++unknown;
  }
  if (any && unknown > 0)
    sink.note(fmt::format("{}: {} that the ontology does not have now", lines.label(), counted(unknown, "term")));
  return any;
}

}  // namespace

std::vector<double> information_by(const LoadedOntology& loaded, const ScoredTerms& annotations) {
  ontology::Propagation propagation(loaded.hierarchy);
  ontology::TermCounts counts(loaded.hierarchy);
  std::vector<Place> closed;
  annotations.for_each([&](std::uint32_t, std::vector<ontology::ScoredTerm>& terms) {
    closed.clear();
    for (const ontology::ScoredTerm& one : terms) closed.push_back(one.term);
    propagation.close(closed);
    counts.add(closed);
  });
  std::vector<double> out;
  for (Place place = 0; place < loaded.terms.terms().size(); ++place) {
    const bool obsolete = loaded.terms[place].obsolete;
    out.push_back(obsolete ? 0
                           : statistics::information_of(static_cast<double>(counts.with_term(place)),
                                                        static_cast<double>(counts.with_parents(place))) +
                                 0.0);  // no -0
  }
  return out;
}

std::vector<double> read_information(const std::string& path, const LoadedOntology& loaded, Sink& sink) {
  std::vector<double> out(loaded.terms.terms().size());
  {
    io::LineReader lines(io::decompress(io::open_bytes(path), path), path);
    if (read_bits(lines, loaded, out, sink)) return out;
  }
  TermResolver resolver(loaded.terms, "");
  ListReading how{.paths = {path}};
  const ScoredTerms annotations = read_scored_terms(how, resolver, sink);
  resolver.tell(path, sink);
  return information_by(loaded, annotations);
}

}  // namespace groel::tasks
