// The options that name an ontology, and the terms of tables as terms of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/option_binder.h"
#include "base/progress.h"
#include "ontology/propagation.h"

namespace groel::tasks {

struct OntologyOptions {
  std::optional<std::string> ontology;
  std::vector<std::string> relations;
  bool across_aspects = false;
  std::string aspect;

  /// The verbs that each goes with.
  struct Verbs {
    std::vector<std::string> ontology, relations, aspect;
  };
  void declare(OptionBinder& to, const Verbs& verbs);
};

struct LoadedOntology {
  ontology::Ontology terms;
  ontology::Hierarchy hierarchy;

  LoadedOntology(const std::string& path, const ontology::HierarchyOptions& options)
      : terms(ontology::read_ontology(path)), hierarchy(terms, options) {}
  LoadedOntology(const LoadedOntology&) = delete;
  LoadedOntology& operator=(const LoadedOntology&) = delete;
};

/// Reads --ontology and says which links were left out. Errors: usage where none is named; as read_ontology, Hierarchy.
std::unique_ptr<LoadedOntology> load_ontology(const OntologyOptions& options, Sink& sink);
/// The slim that a subset tag or a file stands for.
std::vector<bool> slim_of(const std::string& name, const ontology::Ontology& terms, Sink& sink);

/// Ids as places of current terms; what becomes of the others is counted.
class TermResolver {
 public:
  /// `aspect`: terms of other aspects count as left out; empty: all stay.
  TermResolver(const ontology::Ontology& terms, const std::string& aspect);

  /// kNowhere for what the ontology has no term for. Counts as `rows` rows.
  ontology::Place place_of(const std::string& id, std::int64_t rows = 1);
  /// Says how many rows of `what` ("the truth") were read as other terms or left out. Errors: bad_input where the
  /// ontology knows none.
  void tell(const std::string& what, Sink& sink) const;

 private:
  struct Count {
    std::int64_t rows = 0;
    std::vector<std::string> ids;  // distinct, the first few
    std::int64_t distinct = 0;
  };
  struct Known {
    ontology::Place place;
    Count* count;  // null: nothing to be said
  };
  Known look_up(const std::string& id);

  const ontology::Ontology* terms_;
  std::string space_;
  std::unordered_map<std::string, Known> known_;
  Count alternative_, replaced_, obsolete_, unknown_, elsewhere_;
  std::int64_t kept_ = 0;
};

}  // namespace groel::tasks
