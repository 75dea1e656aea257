"""Writes reviews.json, reviews-en.f32 and texts-zh.f32: what Python's tokenizers and onnxruntime make of real reviews in three languages.

    pip install onnxruntime tokenizers numpy duckdb
    python make_reviews_golden.py FOLDER_OF_DATA FOLDER_OF_MODELS

Token ids of 1,000 reviews per language by either model: a SHA-256 over their JSON, because two of the sets must not be copied. Vectors, float32
and row-major, of the first 50 English reviews and of the Chinese sentences in texts-zh.json by the model of their language. With a third
argument it writes the vectors of all 1,000 English and Chinese reviews into that folder instead; those are not kept.
"""

import hashlib
import json
import pathlib
import sys

import duckdb
import numpy as np
import onnxruntime
import tokenizers

here = pathlib.Path(__file__).parent
data, models = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
everything = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None

SETS = {
    "en": ("WomensClothingReviews/womens_reviews.parquet", "Review Text"),
    "zh": ("ChineseReviews/online_shopping_10_cats.parquet", "review"),
    "pt": ("Olist/sample_order_reviews.parquet", "review_comment_message"),
}
MODELS = {"all-MiniLM-L6-v2": ("mean", 256), "bge-small-zh-v1.5": ("cls", 512)}
VECTORS = {"en": "all-MiniLM-L6-v2", "zh": "bge-small-zh-v1.5"}


def reviews(name):
    file, column = SETS[name]
    query = f'SELECT DISTINCT "{column}" AS text FROM \'{data / file}\' WHERE "{column}" IS NOT NULL ORDER BY md5("{column}") LIMIT 1000'
    return [text for (text,) in duckdb.sql(query).fetchall()]


def embed(model, texts):
    pooling, _ = MODELS[model]
    session = onnxruntime.InferenceSession(str(models / model / "onnx" / "model.onnx"), providers=["CPUExecutionProvider"])
    rows = []
    for ids in texts:
        ids = np.array([ids], dtype=np.int64)
        hidden = session.run(["last_hidden_state"], {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)})[0][0].astype(np.float64)
        vector = hidden[0] if pooling == "cls" else hidden.mean(axis=0)
        rows.append(vector / np.linalg.norm(vector))
    return np.array(rows, dtype="<f4")


digests = {}
for name in SETS:
    texts = reviews(name)
    assert len(texts) == 1_000
    for model, (_, limit) in MODELS.items():
        tokenizer = tokenizers.Tokenizer.from_file(str(models / model / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(limit)
        ids = [tokenizer.encode(text).ids for text in texts]
        digests[f"{name} {model}"] = {"tokens": sum(map(len, ids)), "sha256": hashlib.sha256(json.dumps(ids, separators=(",", ":")).encode()).hexdigest()}
        if everything and VECTORS.get(name) == model:
            embed(model, ids).tofile(everything / f"reviews-{name}.f32")
        elif name == "en" and VECTORS[name] == model:
            embed(model, ids[:50]).tofile(here / "reviews-en.f32")
        elif name == "zh" and VECTORS[name] == model:
            embed(model, [tokenizer.encode(text).ids for text in json.loads((here / "texts-zh.json").read_text())]).tofile(here / "texts-zh.f32")

(here / "reviews.json").write_text(json.dumps({"runtime": f"onnxruntime {onnxruntime.__version__}, tokenizers {tokenizers.__version__}", "ids": digests}, indent=2) + "\n")
