"""Ctrl-C: what runs ends, soon, and the model goes on being of use."""

import os
import signal
import threading
import time
import unittest

import groel
from support import TINY, UBIQUITIN, TestCase


class Interrupt(TestCase):
    def interrupted(self, work, after=0.3):
        """How long `work` goes on after a SIGINT, which ends it as KeyboardInterrupt."""
        sent = []

        def send():
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

        timer = threading.Timer(after, send)
        timer.start()
        try:
            with self.assertRaises(KeyboardInterrupt):
                work()
        finally:
            timer.cancel()
            timer.join()
        return time.monotonic() - sent[0]

    def test_ends_what_is_embedded(self):
        sequences = ["A" * 2000] * 1000
        seen = []
        self.assertLess(self.interrupted(lambda: self.model.embed(sequences, progress=seen.append)), 2)
        self.assertLess(seen[-1].done if seen else 0, 1000)
        self.assertEqual(self.model.embed("MKL").mean.shape, (64,))

    def test_ends_what_is_scored_and_written(self):
        wild_type = UBIQUITIN * 20
        variants = [f"{letter}{i}{'A' if letter != 'A' else 'C'}" for i, letter in enumerate(wild_type, 1)]
        self.assertLess(self.interrupted(lambda: self.model.score(wild_type, variants)), 2)
        writer = groel.Model.load("groel-writer")
        self.assertLess(self.interrupted(lambda: writer.generate("M", 100_000, ignore_end=True, max_residues=900)), 2)
        self.assertEqual(len(writer.generate("M", 2, max_residues=5)), 2)

    def test_a_listener_that_fails_ends_it_too(self):
        class Stop(Exception):
            pass

        def stop(now):
            raise Stop

        with self.assertRaises(Stop):
            self.model.embed(["A" * 500] * 500, progress=stop)
        self.assertEqual(self.model.embed("MKL").mean.shape, (64,))

    def test_other_threads_run_meanwhile(self):
        ticks, stop = [], threading.Event()

        def tick():
            while not stop.wait(0.01):
                ticks.append(time.monotonic())

        thread = threading.Thread(target=tick)
        thread.start()
        begin = time.monotonic()
        self.model.embed(["A" * 1000] * 200)
        end = time.monotonic()
        stop.set()
        thread.join()
        within = [one for one in ticks if begin < one < end]
        self.assertGreater(len(within), (end - begin) / 0.01 / 10)


if __name__ == "__main__":
    unittest.main()
