>P1;A
a protein
MK TV*
>F1;B

MK
TV
*
>DL;C
gene
ACGT*
