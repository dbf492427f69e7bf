"""Trains scikit-learn's MLPClassifier on a file of bench_heads: compare.py FILE BATCH EPOCHS [f32|f64] [relu|tanh]

Threads are those of the BLAS that numpy is linked with (OMP_NUM_THREADS, OPENBLAS_NUM_THREADS).
"""
import sys
import time
import warnings

import numpy
from sklearn.neural_network import MLPClassifier

path, batch, epochs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
kind = {"f32": numpy.float32, "f64": numpy.float64}[sys.argv[4] if len(sys.argv) > 4 else "f32"]
with open(path, "rb") as file:
    rows, width, classes = numpy.fromfile(file, numpy.int64, 3)
    x = numpy.fromfile(file, numpy.float32, rows * width).reshape(rows, width).astype(kind)
    y = numpy.fromfile(file, numpy.int32, rows)
model = MLPClassifier((512, 256), activation=sys.argv[5] if len(sys.argv) > 5 else "relu", batch_size=batch,
                      max_iter=epochs, n_iter_no_change=epochs + 1, tol=0, random_state=1)
warnings.simplefilter("ignore")
begin, processor = time.perf_counter(), time.process_time()
model.fit(x, y)
seconds, used = time.perf_counter() - begin, time.process_time() - processor
updates = epochs * -(-rows // batch)
print(f"scikit-learn batch {batch} {kind.__name__}: {seconds:.3f} s, processor {used:.3f} s, "
      f"{1e3 * seconds / updates:.3f} ms per update, accuracy {model.score(x, y):.4f}")
