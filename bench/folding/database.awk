# A made-up database of proteins: awk -v bytes=1e9 -f database.awk. Each of some 350 residues, of UniProt's composition; every
# thousandth is a relative of the query (-v query=SEQUENCE), with a part of its residues changed.
BEGIN {
  srand(7)
  letters = "AAAAAAAAARRRRRNNNNDDDDDCCQQQQEEEEEEGGGGGGGHHIIIIIILLLLLLLLLKKKKKKMMFFFFPPPPPSSSSSSSTTTTTWYYYVVVVVVV"
  for (i = 0; i < 20000; i++) {
    piece = ""
    for (j = 0; j < 25; j++) piece = piece substr(letters, 1 + int(rand() * length(letters)), 1)
    pieces[i] = piece
  }
  for (n = 0; size < bytes; n++) {
    sequence = ""
    for (j = 0; j < 14; j++) sequence = sequence pieces[int(rand() * 20000)]
    if (n % 1000 == 999) {
      sequence = ""
      for (j = 1; j <= length(query); j++)
        sequence = sequence (rand() < 0.4 ? substr(letters, 1 + int(rand() * length(letters)), 1) : substr(query, j, 1))
    }
    printf ">made_up_%d a protein\n%s\n", n, sequence
    size += length(sequence) + 24
  }
}
