"""Models: what they say of themselves and compute, bit for bit as the program, from whatever is given."""

import copy
import gc
import gzip
import pickle
import threading
import unittest

import groel
import numpy as np
from support import PROTEINS, SOURCE, TINY, UBIQUITIN, TestCase, run, run_embed, run_json

ALL = ("mean", "max", "cls", "per_residue", "logits", "contacts")


class Models(TestCase):
    def test_describe_themselves(self):
        d = self.model.description
        self.assertEqual((d.layers, d.width, d.heads, d.vocabulary, d.max_residues), (3, 64, 4, 33, None))
        self.assertEqual(d.capabilities, ("encoder", "masked_lm", "contacts"))
        self.assertIn("3 layers of width 64", repr(self.model))
        self.assertEqual(groel.Model.load(TINY, threads=2).threads, 2)
        self.assertIsNotNone(groel.Model.load(SOURCE / "tests/data/esm1b-tiny").description.max_residues)
        self.assertEqual(groel.__version__, run("--version").split()[-1])

    def test_read_sequences_as_the_command_line(self):
        self.assertEqual(self.model.tokens("MkL*").tolist(), [0, 20, 15, 4, 2])
        self.assertEqual(self.model.tokens("MKL").dtype, np.int32)

    def test_travel_to_other_processes_by_their_name(self):
        self.assertIs(copy.deepcopy(self.model), self.model)
        again = pickle.loads(pickle.dumps(groel.Model.load(TINY, "bf16", threads=1)))
        self.assertEqual(again.threads, 1)
        self.assertSame(again.embed("MKL").mean, groel.Model.load(TINY, "bf16").embed("MKL").mean)


class Embed(TestCase):
    def test_gives_the_bits_of_the_command(self):
        for dtype in ("f32", "bf16", "int8"):
            model = groel.Model.load(TINY, dtype)
            ids, expected = run_embed(self.folder, "-m", TINY, "--layers", "0,-1", "--dtype", dtype, "--include",
                                      "mean,max,cls,per-residue,logits,contacts")
            got = list(model.embed(PROTEINS, ALL, (0, -1)))
            self.assertEqual([one.id for one in got], ids)
            self.assertEqual(len(got), 15)
            for one, wanted in zip(got, expected):
                self.assertEqual(set(one.keys()), set(wanted))
                for key, array in wanted.items():
                    self.assertSame(one[key], array)

    def test_takes_whatever_there_is(self):
        records = list(groel.read(PROTEINS))
        texts = [one.sequence for one in records]
        expected = [one.mean for one in self.model.embed(texts)]
        self.assertIsInstance(self.model.embed(texts), list)
        for given in (iter(texts), (one for one in texts), records, iter(records), tuple(texts), np.array(texts),
                      np.array(texts, dtype=object), {one.id: one.sequence for one in records}, PROTEINS):
            got = list(self.model.embed(given))
            self.assertEqual(len(got), len(expected))
            for one, wanted in zip(got, expected):
                self.assertSame(one.mean, wanted)
        self.assertSame(self.model.embed(records[3]).mean, expected[3])
        self.assertEqual(self.model.embed(records[3]).id, records[3].id)
        self.assertEqual(self.model.embed([]), [])
        with self.assertRaises(TypeError):
            self.model.embed(5)
        self.assertEqual([one.id for one in self.model.embed({"a": "MKL", "b": "MK"})], ["a", "b"])

        class Table:
            columns = ["MKL"]

            def __iter__(self):
                return iter(self.columns)

        for wrong in (["MKL", 5], [["MKL"]], b"MKL", Table()):
            with self.assertRaises(TypeError):
                list(self.model.embed(wrong))

    def test_reads_on_as_it_is_asked(self):
        taken = []

        def endless():
            while True:
                taken.append(1)
                yield UBIQUITIN

        stream = self.model.embed(endless())
        self.assertEqual(taken, [])
        self.assertSame(next(stream).mean, self.model.embed(UBIQUITIN).mean)
        self.assertLess(len(taken), 5000)

    def test_shapes_and_keys(self):
        e = self.model.embed("MK<mask>L", ("mean", "per-residue", "logits", "contacts", "attentions"), (0, -1))
        self.assertEqual((e.mean.shape, e.per_residue.shape, e.logits.shape, e.contacts.shape, e.attentions.shape),
                         ((64,), (4, 64), (4, 33), (4, 4), (4, 6, 6)))
        self.assertSame(e.mean, e["mean", 3])
        self.assertSame(e["mean", -1], e["mean", 3])
        self.assertFalse(np.array_equal(e["mean", 0], e["mean", 3]))
        self.assertEqual(len(e), 7)
        self.assertEqual(list(e)[0], ("mean", 0))
        for wrong in ("cls", ("mean", 1), "no-such"):
            with self.assertRaisesRegex(groel.UsageError, "was not asked for"):
                e[wrong]
        self.assertSame(pickle.loads(pickle.dumps(e)).contacts, e.contacts)

    def test_arrays_are_the_librarys_memory_and_outlive_it(self):
        model = groel.Model.load(TINY)
        array = model.embed(UBIQUITIN, "per_residue").per_residue
        self.assertFalse(array.flags.owndata)
        self.assertEqual(type(array.base).__name__, "PyCapsule")
        expected, row = array.copy(), array[7]
        del model, array
        gc.collect()
        np.testing.assert_array_equal(row, expected[7])

    def test_contacts(self):
        contacts = self.model.contacts(UBIQUITIN)
        self.assertSame(contacts, self.model.embed(UBIQUITIN, "contacts").contacts)
        np.testing.assert_array_equal(contacts, contacts.T)

    def test_threads_may_share_a_model(self):
        expected, got = self.model.embed(UBIQUITIN).mean, [None] * 4

        def work(i):
            got[i] = self.model.embed([UBIQUITIN] * 50)[-1].mean

        threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        for one in got:
            self.assertSame(one, expected)

    def test_progress_is_of_the_whole(self):
        seen = []
        sequences = ["A" * 300] * 1500  # in two pieces
        self.model.embed(sequences, progress=seen.append)
        self.assertEqual((seen[-1].done, seen[-1].total, seen[-1].tokens), (1500, 1500, 450_000))
        self.assertEqual((seen[-1].phase, seen[-1].unit), ("embedding", "records"))
        self.assertEqual(seen, sorted(seen, key=lambda now: now.done))
        list(self.model.embed(iter(sequences[:5]), progress=seen.append))
        self.assertEqual((seen[-1].done, seen[-1].total), (5, None))

        class Bar:
            total, n = None, 0

            def update(self, n):
                self.n += n

        bar = Bar()
        self.model.embed(sequences, progress=bar)
        self.assertEqual((bar.n, bar.total), (1500, 1500))
        with self.assertRaises(TypeError):
            self.model.embed("MKL", progress=7)


class Read(TestCase):
    def test_records_of_files(self):
        path = self.folder / "in.fasta.gz"
        path.write_bytes(gzip.compress(b">a first one\nMK\nL\n>b\n\n>c\nMK\n"))
        a, b, c = groel.read(path)
        self.assertEqual((a.id, a.header, a.sequence, a.line, a.error), ("a", "a first one", "MKL", 1, None))
        self.assertEqual((c.sequence, c.line, c.place), ("MK", 6, f"{path}:6 (c)"))
        self.assertIsInstance(b.error, groel.BadInputError)
        with self.assertRaisesRegex(groel.NotFoundError, "no-such"):
            groel.read("/no-such.fasta")
        (self.folder / "empty.fasta").write_text("")
        with self.assertRaises(groel.BadInputError):
            list(groel.read(self.folder / "empty.fasta"))

    def test_an_alignment_is_one_record_where_the_model_reads_alignments(self):
        path = self.folder / "in.a3m"
        path.write_text(">q\nMKTAY\n>r\nMKaTAY\n>s\nM-TAY\n")
        self.assertEqual(len(list(groel.read(path))), 3)
        model = groel.Model.load(SOURCE / "tests/data/msa-tiny")
        with self.assertLogs("groel", "INFO") as said:
            (one,) = model.embed(path, "per_residue")
        self.assertIn("an alignment of 3 rows and 5 columns", "\n".join(said.output))
        _, (wanted,) = run_embed(self.folder, "-m", SOURCE / "tests/data/msa-tiny", "-i", "per-residue", proteins=path)
        self.assertSame(one.per_residue, next(iter(wanted.values())))

    def test_what_was_passed_over_is_told(self):
        path = self.folder / "in.fasta"
        path.write_text("# comment\n>a\nmkl*\n")
        with self.assertLogs("groel", "INFO") as said:
            list(self.model.embed(path))
        told = "\n".join(said.output)
        self.assertIn("comment", told)
        self.assertIn("lower", told)
        with self.assertLogs("groel", "INFO") as again:
            list(self.model.read(path))
        self.assertEqual(again.output, said.output)


class Scores(TestCase):
    def test_are_the_commands(self):
        variants = ["M1A", "Q2K:V5L", "K6R"]
        for method in ("masked-marginals", "wt-marginals", "pseudo-perplexity"):
            said = run_json("score", UBIQUITIN, "-m", TINY, "--variants", ",".join(variants), "--method", method)
            expected = [row["scores"]["score"] for row in said["variants"]]
            got = self.model.score(UBIQUITIN, iter(variants), method)
            self.assertEqual(got.dtype, np.float64)
            self.assertEqual(got.tolist(), expected, method)
        self.assertEqual(self.model.score(UBIQUITIN, []).shape, (0,))

    def test_masks_are_the_commands(self):
        said = run_json("fill-mask", "MQI<mask>VK<mask>L", "-m", TINY)["positions"]
        got = self.model.fill_mask("MQI<mask>VK<mask>L")
        self.assertEqual([one.position for one in got], [4, 7])
        for one, wanted in zip(got, said):
            self.assertEqual([tuple(choice) for choice in one.choices],
                             [(p["token"], p["probability"]) for p in wanted["predictions"]])
        self.assertEqual(len(self.model.fill_mask("MQI<mask>", top=20)[0].choices), 20)


if __name__ == "__main__":
    unittest.main()
