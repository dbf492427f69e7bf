"""Proteins that a causal model writes: the command's, as a list or one after the other."""

import unittest

import groel
import numpy as np
from support import TINY, TestCase, run_json


class Generate(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = groel.Model.load("groel-writer")

    def test_writes_what_the_command_writes(self):
        said = run_json("generate", "-m", "groel-writer", "--prompt", "M", "-n", "3", "--seed", "5", "--length", ":40",
                        "--temperature", "0.8", "--forbid", "XBZ")["sequences"]
        got = self.model.generate("M", 3, seed=5, max_residues=40, temperature=0.8, forbid="XBZ")
        self.assertEqual([one.sequence for one in got], [one["sequence"] for one in said])
        self.assertEqual([one.token_ids.tolist() for one in got], [one["token_ids"] for one in said])
        self.assertEqual([one.perplexity for one in got], [one["perplexity"] for one in said])
        self.assertEqual((got[0].log_probabilities.dtype, got[0].log_probabilities.shape),
                         (np.float32, got[0].token_ids.shape))
        self.assertFalse(got[0].ended)
        greedy = run_json("generate", "-m", "groel-writer", "--prompt", "MK", "--greedy", "--length", ":20")["sequences"]
        self.assertEqual(self.model.generate("MK", greedy=True, max_residues=20)[0].sequence, greedy[0]["sequence"])

    def test_hands_each_over_as_it_comes(self):
        options = dict(seed=5, max_residues=40, batch=1)
        all_of_them = self.model.generate("M", 3, **options)
        stream = self.model.generate_iter("M", 1_000_000, **options)
        for wanted in all_of_them:
            self.assertEqual(next(stream).sequence, wanted.sequence)
        del stream  # ends the work
        self.assertEqual(self.model.generate("M", 1, **options)[0].sequence, all_of_them[0].sequence)

    def test_more_than_wait_to_be_fetched(self):
        self.assertEqual(len(self.model.generate("M", 600, max_residues=2)), 600)

    def test_progress(self):
        seen = []
        got = self.model.generate("M", 4, max_residues=10, progress=seen.append)
        self.assertEqual([now.done for now in seen], [1, 2, 3, 4])
        self.assertEqual((seen[-1].total, seen[-1].unit), (4, "proteins"))
        self.assertEqual(seen[-1].tokens, sum(len(one.token_ids) for one in got))

    def test_refuses(self):
        for wrong in (dict(number=0), dict(top_p=0.0), dict(seed=-1), dict(greedy=True, top_k=5), dict(forbid="7")):
            with self.assertRaises(groel.UsageError, msg=wrong):
                self.model.generate("M", **wrong)
        with self.assertRaises(TypeError):
            self.model.generate("M", no_such=1)
        with self.assertRaises(groel.UnsupportedError):
            groel.Model.load(TINY).generate("M")


if __name__ == "__main__":
    unittest.main()
