// Reads the names of labels.
#include "tasks/predict/names.h"

#include "base/compress.h"
#include "io/table.h"
#include "ontology/ontology.h"

namespace groel::tasks {
namespace {

std::map<std::string, std::string> names_of_terms(const std::string& path) {
  std::map<std::string, std::string> out;
  const ontology::Ontology ontology = ontology::read_ontology(path);
  for (const ontology::Term& term : ontology.terms()) out.emplace(term.id, term.name);
  return out;
}

}  // namespace

std::map<std::string, std::string> read_label_names(const std::string& path, Sink& sink) {
  if (without_compression(path).extension() == ".obo") return names_of_terms(path);
  const io::Table table = io::read_table(path, {.wanted = "a table of labels and their names"});
  if (table.columns.names.size() < 2)
    throw Error(ErrorKind::bad_input, {"the table has one column", path, "two are needed: labels and their names"});
  for (const std::string& note : table.notes) sink.note(note);
  std::map<std::string, std::string> out;
  for (const io::CsvRow& row : table.rows) out.emplace(row.fields[0], row.fields[1]);
  return out;
}

}  // namespace groel::tasks
