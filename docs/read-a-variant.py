import sys, h5py, numpy as np
store, wanted = sys.argv[1], sys.argv[2].encode()
with h5py.File(f"{store}/cohort.h5") as cohort:
    files, samples = cohort["partition_file"][:], len(cohort["sample_id"])
for name in files:
    with h5py.File(f"{store}/{name.decode()}") as partition:
        for row in np.flatnonzero(partition["variant_id"][:] == wanted):
            packed = partition["call_genotype_2bit"][row]
            genotypes = (packed[:, None] >> np.array([0, 2, 4, 6]) & 3).ravel()[:samples]
            print(*genotypes)  # ALT alleles of each sample in the cohort's order; 3 = missing
