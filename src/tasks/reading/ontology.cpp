// Loads ontologies for tasks and counts what their ids stand for.
#include "tasks/reading/ontology.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/words.h"

namespace groel::tasks {

using ontology::Hierarchy;
using ontology::HierarchyOptions;
using ontology::kNowhere;
using ontology::Ontology;
using ontology::Place;
using ontology::Resolution;

void OntologyOptions::declare(OptionBinder& to, const Verbs& verbs) {
  to.group("Ontology");
  to.verbs(verbs.ontology);
  to(ontology, {.name = "ontology",
                .help = "OBO file (go-basic.obo; also .gz, .zst): labels are its terms, and whoever has a term has its "
                        "ancestors, too",
                .value_name = "FILE"});
  to.verbs(verbs.relations);
  to(relations, {.name = "relations",
                 .help = "Links that lead to ancestors",
                 .otherwise = nlohmann::json::array({"is_a", "part_of"}),
                 .value_name = "NAMES"});
  to(across_aspects,
     {.name = "across-aspects", .help = "Follow links from one aspect into another, too; CAFA's evaluator does not"});
  to.verbs(verbs.aspect);
  to(aspect,
     {.name = "aspect", .help = "Terms of this aspect alone: MFO, BPO, CCO or a namespace", .value_name = "NAME"});
  to.verbs({});
  to.group("");
}

std::unique_ptr<LoadedOntology> load_ontology(const OntologyOptions& options, Sink& sink) {
  if (!options.ontology)
    throw Error(ErrorKind::usage, {"FILE is missing", "--ontology", "an OBO file, as go-basic.obo"});
  const auto aspects = options.across_aspects ? HierarchyOptions::Aspects::joined : HierarchyOptions::Aspects::apart;
  auto out = std::make_unique<LoadedOntology>(*options.ontology, HierarchyOptions{options.relations, aspects});
  if (out->terms.links_outside() > 0)
    sink.note(fmt::format("{}: {} to terms that the file does not hold", *options.ontology,
                          counted(out->terms.links_outside(), "link")));
  if (out->hierarchy.links_across() > 0)
    sink.note(fmt::format("{}: {} into another aspect not followed (--across-aspects follows them)", *options.ontology,
                          counted(out->hierarchy.links_across(), "link")));
  return out;
}

std::vector<bool> slim_of(const std::string& name, const Ontology& terms, Sink& sink) {
  if (!std::filesystem::exists(name)) return slim_members(terms, name);
  const auto [members, unknown] = slim_members(terms, ontology::read_ontology(name));
  if (unknown > 0) sink.warning(fmt::format("{}: {} that the ontology does not have", name, counted(unknown, "term")));
  return members;
}

TermResolver::TermResolver(const Ontology& terms, const std::string& aspect)
    : terms_(&terms), space_(aspect.empty() ? "" : space_named(terms, aspect)) {}

TermResolver::Known TermResolver::look_up(const std::string& id) {
  using Kind = Resolution::Kind;
  const Resolution found = terms_->resolve(id);
  if (found.kind == Kind::unknown) return {kNowhere, &unknown_};
  if (found.kind == Kind::obsolete) return {kNowhere, &obsolete_};
  if (!space_.empty() && (*terms_)[found.place].space != space_) return {kNowhere, &elsewhere_};
  if (found.kind == Kind::alternative) return {found.place, &alternative_};
  return {found.place, found.kind == Kind::replaced ? &replaced_ : nullptr};
}

Place TermResolver::place_of(const std::string& id, std::int64_t rows) {
  auto found = known_.find(id);
  if (found == known_.end()) {
    found = known_.emplace(id, look_up(id)).first;
    if (Count* const count = found->second.count) {
      ++count->distinct;
      if (count->ids.size() < 5) count->ids.push_back(id);
    }
  }
  if (found->second.count != nullptr) found->second.count->rows += rows;
  if (found->second.place != kNowhere) kept_ += rows;
  return found->second.place;
}

void TermResolver::tell(const std::string& what, Sink& sink) const {
  const auto text = [&](const Count& count, const char* said) {
    const bool more = count.distinct > static_cast<std::int64_t>(count.ids.size());
    return fmt::format("{}: {} with {} {} ({}{})", what, counted(count.rows, "row"), counted(count.distinct, "term"),
                       said, listed(count.ids), more ? ", …" : "");
  };
  if (alternative_.rows > 0) sink.note(text(alternative_, "under an old id, read under the current one"));
  if (replaced_.rows > 0) sink.note(text(replaced_, "now obsolete, read as what replaced them"));
  if (elsewhere_.rows > 0)
    sink.note(fmt::format("{}: {} of other aspects left out", what, counted(elsewhere_.rows, "row")));
  if (obsolete_.rows > 0) sink.warning(text(obsolete_, "obsolete without a successor, left out"));
  if (unknown_.rows > 0) sink.warning(text(unknown_, "not in the ontology, left out"));
  if (kept_ > 0) return;
  throw Error(ErrorKind::bad_input,
              {fmt::format("no row of {} has a term of the ontology{}", what, space_.empty() ? "" : " in this aspect"),
               {},
               "look at the column of the terms, at --aspect, and whether the ontology is the right one"});
}

}  // namespace groel::tasks
