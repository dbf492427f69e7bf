"""Embeds two proteins from Python and prints how alike their mean vectors are."""

import groel
import numpy as np

model = groel.Model.load("groel-5m")  # or a published id, a folder, a file
a, b = (one.mean for one in model.embed(["MKTAYIAKQRQISFVKSHFSRQLEERLGLI", "MKTVYIAKQRNISFVKAHFSKQLEDRLGMI"]))
print(f"cosine similarity {a @ b / np.sqrt((a @ a) * (b @ b)):.4f}")
