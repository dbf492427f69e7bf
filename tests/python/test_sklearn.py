"""The transformer: a citizen of scikit-learn, with the command's numbers."""

import copy
import pickle
import unittest

import groel
import numpy as np
from support import PROTEINS, TINY, TestCase, run_embed

try:
    import sklearn
except ImportError:
    raise unittest.SkipTest("scikit-learn is not installed")

from groel.sklearn import Embedder
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

SEQUENCES = [one.sequence for one in groel.read(PROTEINS)]


class Transformer(TestCase):
    def test_gives_the_commands_vectors(self):
        _, expected = run_embed(self.folder, "-m", TINY, "--layers", "1", "-i", "max")
        wanted = np.stack([one["max", 1] for one in expected])
        for X in (SEQUENCES, np.array(SEQUENCES), np.array(SEQUENCES, dtype=object).reshape(-1, 1)):
            self.assertSame(Embedder(str(TINY), "max", 1).fit_transform(X), wanted)
        self.assertSame(Embedder(self.model, "max", 1).fit(SEQUENCES).transform(SEQUENCES), wanted)
        self.assertEqual(Embedder(TINY).fit(SEQUENCES).transform([]).shape, (0, 64))

    def test_parameters_and_clones(self):
        one = Embedder(str(TINY), layer=2)
        self.assertEqual(one.get_params()["layer"], 2)
        self.assertEqual(clone(one).get_params(), one.get_params())
        one.set_params(output="cls").fit(SEQUENCES)
        self.assertEqual(one.get_feature_names_out()[63], "cls63")
        with self.assertRaises(NotFittedError):
            clone(one).transform(SEQUENCES)
        self.assertIs(clone(Embedder(self.model)).model, self.model)
        self.assertIs(clone(one).fit(SEQUENCES)._model(), one._model())  # loaded once

    def test_works_in_pipelines_and_searches(self):
        labels = [len(one) > 150 for one in SEQUENCES]
        pipeline = make_pipeline(Embedder(str(TINY)), LogisticRegression(max_iter=1000))
        pipeline.fit(SEQUENCES, labels)
        self.assertEqual(pipeline.predict(SEQUENCES).shape, (15,))
        self.assertGreater(pipeline.score(SEQUENCES, labels), 0.5)
        self.assertEqual(cross_val_score(pipeline, SEQUENCES, labels, cv=2).shape, (2,))
        search = GridSearchCV(pipeline, {"embedder__layer": [0, -1], "embedder__output": ["mean", "max"]}, cv=2)
        self.assertIn(search.fit(SEQUENCES, labels).best_params_["embedder__layer"], (0, -1))
        again = pickle.loads(pickle.dumps(pipeline))
        np.testing.assert_array_equal(again.predict_proba(SEQUENCES), pipeline.predict_proba(SEQUENCES))
        self.assertNotIn(b"MKT", pickle.dumps(Embedder(str(TINY)).fit(SEQUENCES)))
        copy.deepcopy(pipeline)

    def test_refuses(self):
        for wrong, X in ((Embedder(TINY, "logits"), SEQUENCES), (Embedder(TINY), "MKL"), (Embedder(TINY), [["M", "K"]]),
                         (Embedder(TINY), [5]), (Embedder(TINY, layer=9), SEQUENCES)):
            with self.assertRaises(groel.UsageError):
                wrong.fit(X)
        with self.assertRaisesRegex(groel.BadInputError, "sequence 1"):
            Embedder(TINY).fit_transform(["MKL", "MK1"])


if __name__ == "__main__":
    unittest.main()
