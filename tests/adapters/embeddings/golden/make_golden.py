"""Writes minilm.json: what Python's tokenizers and onnxruntime make of texts.json, one text at a time, without batches.

    pip install onnxruntime tokenizers numpy
    python make_golden.py FOLDER_OF_all-MiniLM-L6-v2

Kept small: the first 8 numbers of each vector and its sum, which the other 376 take part in.
"""

import json
import pathlib
import sys

import numpy as np
import onnxruntime
import tokenizers

here = pathlib.Path(__file__).parent
model = pathlib.Path(sys.argv[1])
tokenizer = tokenizers.Tokenizer.from_file(str(model / "tokenizer.json"))
tokenizer.no_padding()
tokenizer.enable_truncation(256)
session = onnxruntime.InferenceSession(str(model / "onnx" / "model.onnx"), providers=["CPUExecutionProvider"])

rows = []
for text in json.loads((here / "texts.json").read_text()):
    ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    vector = session.run(["last_hidden_state"], inputs)[0][0].astype(np.float64).mean(axis=0)
    vector /= np.linalg.norm(vector)
    rows.append({"tokens": ids.shape[1], "first": [round(float(v), 9) for v in vector[:8]], "sum": round(float(vector.sum()), 8)})

lines = ",\n".join("  " + json.dumps(row) for row in rows)
(here / "minilm.json").write_text(f'{{"runtime": "onnxruntime {onnxruntime.__version__}", "rows": [\n{lines}\n]}}\n')
