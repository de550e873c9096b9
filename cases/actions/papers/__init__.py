"""Papers of a case (材料): taken in, read, sorted, used again, promised (告知承诺) or owed (容缺受理)."""
