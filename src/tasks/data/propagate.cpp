// groel data propagate: a long list of terms, or of predicted terms with their scores, with all ancestors of each.
#include <algorithm>

#include "base/interrupt.h"
#include "formats/cell.h"
#include "io/numbers.h"
#include "tasks/data/text_output.h"
#include "tasks/data/verbs.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/scored_terms.h"

namespace groel::tasks {
namespace {

class ListWriter {
 public:
  ListWriter(const DataOptions& options, TextOutput& output) : output_(output) {
    const bool tabs = options.output && without_compression(*options.output).extension() == ".tsv";
    delimiter_ = tabs ? '\t' : ',';
  }
  void add(const std::string& id, const std::string& term, const std::string& score) {
    (text_ += formats::cell_text(id, delimiter_)) += delimiter_;
    text_ += formats::cell_text(term, delimiter_);
    if (!score.empty()) (text_ += delimiter_) += score;
    text_ += '\n';
    if (text_.size() > (std::size_t{1} << 20)) flush();
  }
  void flush() {
    output_.add(text_);
    text_.clear();
  }

 private:
  TextOutput& output_;
  char delimiter_ = ',';
  std::string text_;
};

}  // namespace

void propagate_data(const DataOptions& options, Context& context) {
  TextOutput output(options, context.out);
  const auto loaded = load_ontology(options.ontology, context.sink);
  TermResolver resolver(loaded->terms, options.ontology.aspect);
  ListReading how{.paths = options.files(1, 1000), .id_column = options.id_column, .term_column = options.term_column};
  how.scores = ListReading::Scores::optional;
  ScoredTerms list = read_scored_terms(how, resolver, context.sink);
  resolver.tell("the list", context.sink);
  ontology::Propagation propagation(loaded->hierarchy);
  ListWriter writer(options, output);
  writer.add("EntryID", "term", list.scored ? "score" : "");
  std::int64_t written = 0;
  list.for_each([&](std::uint32_t id, std::vector<ontology::ScoredTerm>& terms) {
    propagation.raise(terms);
    for (const ontology::ScoredTerm& one : terms) {
      if (options.no_root && loaded->hierarchy.is_root(one.term)) continue;
      writer.add(list.ids.name(id), loaded->terms[one.term].id, list.scored ? number_text(one.score) : "");
      ++written;
    }
  });
  writer.flush();
  output.finish();
  context.sink.note(fmt::format("{} of {} became {}", counted(list.rows, "row"), counted(list.ids.size(), "protein"),
                                counted(written, "row")));
}

}  // namespace groel::tasks
