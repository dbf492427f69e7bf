# Makes tables of the size of CAFA's in the working folder: 45,000 terms of three aspects as made_up.obo; some 5.4
# million rows of 142,246 proteins with all ancestors of their terms as made_up_terms.tsv; for the proteins their taxa
# (made_up_taxonomy.tsv), sequences (made_up.fasta), and a hundred predictions each (made_up_predictions.tsv).
# Usage: awk -f made_up.awk
function place(i) { return sprintf("GO:%07d", i) }
function space(i) { return i <= 12000 ? "molecular_function" : i <= 16500 ? "cellular_component" : "biological_process" }
function aspect(i) { return i <= 12000 ? "MFO" : i <= 16500 ? "CCO" : "BPO" }
function sequence(length_, out) {
  for (out = ""; length(out) < length_; ) out = out substr(residues, 1 + int(rand() * 900), 60)
  return substr(out, 1, length_)
}
function first(i) { return i <= 12000 ? 1 : i <= 16500 ? 12001 : 16501 }
BEGIN {
  srand(7); terms = 45000; proteins = 142246
  for (i = 0; i < 1000; i++) residues = residues substr("AAAAAAAACDDDDEEEEEEFFFGGGGGGHHIIIIIKKKKKLLLLLLLLMMNNNNPPPPQQQRRRRRSSSSSSTTTTVVVVVVWYY", 1 + int(rand() * 87), 1)
  for (i = 1; i <= terms; i++) {
    printf "[Term]\nid: %s\nname: made-up term %d\nnamespace: %s\n", place(i), i, space(i) > "made_up.obo"
    above = i - first(i); count[i] = 0
    for (j = 0; above > 0 && j < 1 + int(rand() * 1.8); j++) {  # earlier terms are the general ones
      q = first(i) + int(above * rand() * rand()); parent[i, j] = q; count[i] = j + 1
      printf "%s%s\n", j ? "relationship: part_of " : "is_a: ", place(q) > "made_up.obo"
    }
    print "" > "made_up.obo"
  }
  print "EntryID\tterm\taspect" > "made_up_terms.tsv"
  print "EntryID\tterm\tscore" > "made_up_predictions.tsv"
  print "EntryID\ttaxonomyID" > "made_up_taxonomy.tsv"
  for (p = 1; p <= proteins; p++) {
    printf "P%06d\t%d\n", p, rand() < 0.115 ? 9606 : 10000 + int(rand() * 3000) > "made_up_taxonomy.tsv"
    printf ">P%06d\n%s\n", p, sequence(50 + int(-400 * log(1 - rand() * 0.99))) > "made_up.fasta"
    split("", seen); split("", stack); n = 0
    for (x = 1 + int(rand() * 5.6); x > 0; x--) stack[++n] = 1 + int(rand() * terms)
    while (n > 0) {
      t = stack[n--]; if (t in seen) continue
      seen[t] = 1
      for (j = 0; j < count[t]; j++) stack[++n] = parent[t, j]
    }
    for (t in seen) printf "P%06d\t%s\t%s\n", p, place(t), aspect(t) > "made_up_terms.tsv"
    for (x = 0; x < 100; x++) printf "P%06d\t%s\t%.3f\n", p, place(1 + int(rand() * terms)), rand() > "made_up_predictions.tsv"
  }
}
