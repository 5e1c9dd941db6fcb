#!/usr/bin/env python3
"""Seeds of the fuzz targets that are not text: make_seeds.py FOLDER writes FOLDER/<target>/<name>.

Text seeds lie in tests/fuzz/corpus; each of a target that reads gzipped files is repeated here as such.
"""
import gzip
import pathlib
import struct
import sys
import zlib

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
GZIPPED = ("vcf", "text_table", "scoring_file", "loco_file")


def bgzf(data):
    """Blocks of BGZF, the last one empty."""
    blocks = b""
    for piece in [data[i:i + 60_000] for i in range(0, len(data), 60_000)] + [b""]:
        coder = zlib.compressobj(6, zlib.DEFLATED, -15)
        stream = coder.compress(piece) + coder.flush()
        blocks += struct.pack("<4BI2BH2BHH", 31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, len(stream) + 25) + stream
        blocks += struct.pack("<II", zlib.crc32(piece), len(piece))
    return blocks


def typed(code, values, width):
    """A typed vector of BCF2."""
    return bytes([len(values) << 4 | code]) + b"".join(value.to_bytes(width, "little", signed=True) for value in values)


def bcf_text(text):
    return bytes([min(len(text), 15) << 4 | 7]) + text.encode()


def bcf_record(position, identifier, alleles, calls, samples, listed=None, code=1, width=1):
    """One record with GT. calls: codes of all samples, in a row."""
    shared = struct.pack("<iiif", 0, position, 1, float("nan"))
    shared += struct.pack("<II", (len(alleles) if listed is None else listed) << 16, 1 << 24 | samples)
    shared += bcf_text(identifier) + b"".join(bcf_text(allele) for allele in alleles) + b"\x00"
    ploidy = len(calls) // samples if samples else 0
    own = typed(1, [1], 1) + bytes([ploidy << 4 | code])
    own += b"".join(call.to_bytes(width, "little", signed=True) for call in calls)
    return struct.pack("<II", len(shared), len(own)) + shared + own


def bcf(records):
    header = ("##fileformat=VCFv4.2\n##FILTER=<ID=PASS,Description=\"p\",IDX=0>\n##contig=<ID=1,length=1000,IDX=0>\n"
              "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\",IDX=1>\n"
              "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc\n").encode() + b"\0"
    return b"BCF\2\2" + struct.pack("<I", len(header)) + header + b"".join(records)


def make_records():
    return [bcf_record(9, "r1", ["A", "C"], [2, 4, 4, 4, 0, 0], 3),
               bcf_record(19, "r2", ["A", "C", "G"], [2, 4, 6, 5, 2, -127], 3),
               bcf_record(29, "r3", ["A"], [2, 2, 2, 2, 2, 2], 3),
               bcf_record(39, "r4", ["A", "C"], [2, 4, 4, 4, 0, 0], 3, code=2, width=2),
               bcf_record(49, "r5", ["A", "C"], [2, 4, 4, 4, 0, 0], 3, code=3, width=4)]


def bcf_seeds():
    records = make_records()
    return {"records.bcf": bcf(records), "records.bgzf": bgzf(bcf(records))}


def record_seeds():
    """As bcf_record_fuzz takes them: lengths of one byte."""
    seeds = {}
    for number, record in enumerate(make_records()):
        shared, own = struct.unpack("<II", record[:8])
        body = record[8:]
        seeds[f"record-{number}"] = bytes([shared]) + body[:shared] + bytes([own]) + body[shared:]
    seeds["all"] = b"".join(seeds.values())
    return seeds


def plink_seeds():
    fam = "0 a 0 0 1 -9\n0 b 0 0 2 1\nf c 0 0 0 NA\n0 d 0 0 1 2\n0 e 0 0 2 2\n"
    bim = "1 r1 0 10 A C\n1 r2 0 20 AT G\n2\tr3\t0\t5\t0\tT\n"
    bed = b"\x6c\x1b\x01" + bytes([0b11100100, 3, 0xff, 0, 0, 1])
    return {"five-people": f"{fam}--\n{bim}--\n".encode() + bed}


SEEDS = {"vcf": bcf_seeds, "bcf_record": record_seeds, "plink": plink_seeds}


def main(folder):
    for target, seeds in SEEDS.items():
        for name, data in seeds().items():
            (folder / target).mkdir(parents=True, exist_ok=True)
            (folder / target / name).write_bytes(data)
    for target in GZIPPED:
        for text in sorted((CORPUS / target).glob("*")):
            (folder / target).mkdir(parents=True, exist_ok=True)
            (folder / target / (text.name + ".gz")).write_bytes(gzip.compress(text.read_bytes(), mtime=0))
    for text in sorted((CORPUS / "vcf").glob("*")):
        (folder / "vcf" / (text.name + ".bgzf")).write_bytes(bgzf(text.read_bytes()))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
