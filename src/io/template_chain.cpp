// Reads templates, and says of what is no mmCIF where it ends to be.
#include "io/template_chain.h"

#include "base/error.h"

namespace groel::io {

TemplateChain read_template_chain(const std::string& mmcif, const std::string& label) {
  return read_template_chain(mmcif, label, {});
}

TemplateChain read_template_chain(const std::string& mmcif, const std::string& label, const std::string& author) {
  try {
    return gemmi_template_chain(mmcif, author);
  } catch (const std::exception& error) {
    throw Error(ErrorKind::bad_input, {std::string("not mmCIF: ") + error.what(), label, {}});
  }
}

std::string template_text(const TemplateChain& chain) {
  std::string out = fmt::format("data_{0}\n#\n_entry.id {0}\n#\n", chain.entry);
  if (!chain.released.empty())
    out += fmt::format("_pdbx_audit_revision_history.ordinal 1\n_pdbx_audit_revision_history.revision_date {}\n#\n",
                       chain.released);
  out +=
      "_entity.id 1\n_entity.type polymer\n#\n_entity_poly.entity_id 1\n_entity_poly.type "
      "polypeptide(L)\n#\n_struct_asym.id A\n_struct_asym.entity_id 1\n#\n";
  out += "loop_\n_entity_poly_seq.entity_id\n_entity_poly_seq.num\n_entity_poly_seq.mon_id\n";
  for (std::size_t i = 0; i < chain.residues.size(); ++i)
    out += fmt::format("1 {} {}\n", i + 1, chain.residues[i].code);
  out += "#\nloop_\n";
  for (const char* tag : {"group_PDB", "id", "type_symbol", "label_atom_id", "label_alt_id", "label_comp_id",
                          "label_asym_id", "label_entity_id", "label_seq_id", "Cartn_x", "Cartn_y", "Cartn_z",
                          "occupancy", "auth_asym_id", "pdbx_PDB_model_num"})
    out += fmt::format("_atom_site.{}\n", tag);
  int number = 0;
  for (std::size_t i = 0; i < chain.residues.size(); ++i)
    for (const TemplateAtom& atom : chain.residues[i].atoms)
      out += fmt::format("ATOM {} {} {} . {} A 1 {} {:.3f} {:.3f} {:.3f} 1.00 {} 1\n", ++number, atom.name.substr(0, 1),
                         atom.name.find('\'') == std::string::npos ? atom.name : '"' + atom.name + '"',
                         chain.residues[i].code, i + 1, atom.at[0], atom.at[1], atom.at[2], chain.name);
  return out + "#\n";
}

}  // namespace groel::io
