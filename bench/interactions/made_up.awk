# Links in STRING's form, of made-up proteins of 200 species: awk -v pairs=N -f made_up.awk. Each pair in both orders.
BEGIN {
  print "protein1 protein2 combined_score"
  for (i = 0; i < pairs; i++) {
    species = 9000 + i % 200
    a = sprintf("%d.ENSP%011d", species, i % 20011)
    b = sprintf("%d.ENSP%011d", species, 20011 + i % 30011)
    score = 150 + i * 7919 % 850
    print a, b, score
    print b, a, score
  }
}
