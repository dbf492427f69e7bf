"""Errors: a class for each kind, the words of the program; records that fail alone; what the stub says."""

import ast
import inspect
import pathlib
import pickle
import unittest

import groel
from groel import _groel, errors
from support import SOURCE, TINY, TestCase, run_json


class Errors(TestCase):
    def test_each_kind_has_a_class(self):
        page = (SOURCE / "docs/errors.md").read_text()
        kinds = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
        self.assertEqual(len(kinds), 9)
        for kind in kinds:
            error = errors.exception_of(kind, "here: it (so)", "it", "here", "so")
            self.assertIsInstance(error, groel.GroelError)
            self.assertEqual((error.kind, str(error)), (kind, "here: it (so)"))
            self.assertEqual((error.what, error.where, error.remedy), ("it", "here", "so"))
            outer = error.at("there")
            self.assertEqual((type(outer), str(outer), outer.where), (type(error), "there: here: it (so)", "there: here"))
            again = pickle.loads(pickle.dumps(error))
            self.assertEqual((type(again), str(again), again.remedy), (type(error), str(error), "so"))
        self.assertIsInstance(errors.exception_of("memory", "", "", "", ""), MemoryError)
        self.assertIsInstance(errors.exception_of("io", "", "", "", ""), OSError)

    def test_words_are_the_programs(self):
        with self.assertRaises(groel.NotFoundError) as caught:
            groel.Model.load("/no/such")
        said = run_json("info", "/no/such", status=3)["error"]
        self.assertEqual((caught.exception.what, caught.exception.where), (said["message"], said["where"]))
        path = self.folder / "in.fasta"
        path.write_text(">a\nMK1<mask>L\n")
        (record,) = self.model.embed(path, on_error="return")
        (said,) = run_json("fill-mask", path, "-m", TINY, status=1)["errors"]
        self.assertEqual((record.kind, str(record)), (said["kind"], said["message"]))

    def test_name_the_sequence(self):
        for given in (["MKL", "MK1"], iter(["MKL", "MK1"])):
            with self.assertRaisesRegex(groel.BadInputError, "^sequence 1: "):
                list(self.model.embed(given))
        with self.assertRaisesRegex(groel.BadInputError, "NUL"):
            self.model.embed("MK\0L")
        with self.assertRaises(groel.BadInputError):
            self.model.embed("")

    def test_a_bad_record_fails_alone(self):
        path = self.folder / "in.fasta"
        path.write_text(">a\nMKL\n>b\nMK1\n>c\n\n>d\nMK\n")
        a, b, c, d = self.model.embed(path, on_error="return")
        self.assertEqual((a.id, d.id), ("a", "d"))
        self.assertRegex(str(b), rf"^{path}:3 \(b\): ")
        self.assertIsInstance(c, groel.BadInputError)
        self.assertIn("c", str(c))
        stream = self.model.embed(path)
        self.assertEqual(next(stream).id, "a")
        with self.assertRaises(groel.BadInputError):
            next(stream)
        self.assertIsInstance(self.model.embed("MK1", on_error="return"), groel.BadInputError)
        too_long = groel.Model.load(SOURCE / "tests/data/esm1b-tiny").embed(["A" * 5000, "MKL"], on_error="return")
        self.assertIsInstance(too_long[0], groel.BadInputError)
        self.assertIsInstance(too_long[1], groel.Embedding)

    def test_are_of_their_kind(self):
        with self.assertRaises(groel.UnsupportedError):
            groel.Model.load(SOURCE / "tests/data/esmc-tiny").contacts("MKL")
        with self.assertRaises(groel.OutOfMemoryError):
            groel.Model.load(TINY, memory=70 << 20).contacts("A" * 20_000)
        with self.assertRaisesRegex(groel.BadInputError, "K2A"):
            self.model.score("MQIFV", ["M1A", "K2A"])
        for call in (lambda: self.model.embed("MKL", "nothing"), lambda: self.model.embed("MKL", layers=4),
                     lambda: self.model.embed("MKL", on_error="ignore"), lambda: groel.Model.load(TINY, "f64"),
                     lambda: groel.Model.load(TINY, threads=-1), lambda: groel.Model.load(TINY, memory=0),
                     lambda: self.model.fill_mask("M<mask>", top=0), lambda: self.model.score("MKL", [], "no-such")):
            with self.assertRaises(groel.UsageError):
                call()

    def test_the_name_of_a_file_is_no_sequence(self):
        path = self.folder / "in.fasta"
        path.write_text(">a\nMKL\n")
        with self.assertRaisesRegex(groel.BadInputError, "pathlib.Path"):
            self.model.embed(str(path))

    def test_warnings_are_warnings(self):
        path = self.folder / "in.fasta"
        path.write_text(">a\n" + "ACGT" * 30 + "\n")  # looks like nucleotides
        with self.assertWarnsRegex(groel.GroelWarning, "nucleotide"):
            list(self.model.embed(path))


class Stub(unittest.TestCase):
    """groel/_groel.pyi has the native module's names and parameters."""

    def test_agrees_with_the_module(self):
        tree = ast.parse((pathlib.Path(groel.__file__).parent / "_groel.pyi").read_text())
        classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        native = {name for name, value in vars(_groel).items() if isinstance(value, type)}
        self.assertEqual(set(classes), native)
        for name, node in classes.items():
            methods = {one.name: [a.arg for a in one.args.args] for one in node.body if isinstance(one, ast.FunctionDef)}
            own = {key for key, value in vars(getattr(_groel, name)).items() if callable(value) and
                   (not key.startswith("_") or key in ("__iter__", "__next__"))}
            self.assertEqual({key for key in methods if key != "__init__"}, own)
            for method, arguments in methods.items():
                if method.startswith("__") and method != "__init__":
                    continue
                signature = inspect.getdoc(getattr(getattr(_groel, name), method)).splitlines()[0]
                for argument in arguments[1:]:
                    self.assertIn(f"{argument}:", signature)
                self.assertEqual(signature.count(": ") - 1, len(arguments) - 1, signature)
        self.assertTrue((pathlib.Path(groel.__file__).parent / "py.typed").exists())

    def test_everything_public_is_described(self):
        for name in groel.__all__:
            self.assertTrue(inspect.getdoc(getattr(groel, name)), name)
        for name, method in vars(groel.Model).items():
            if not name.startswith("_"):
                self.assertTrue(inspect.getdoc(method), name)


if __name__ == "__main__":
    unittest.main()
