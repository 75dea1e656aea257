"""Tiny networks whose vectors can be worked out by hand. Needs numpy; writes *.onnx beside it.

vit.onnx       pixel_values (b, 3, 32, 32) -> last_hidden_state (b, 4, 3): means of red, green and blue of the four quarters
pooled.onnx    the same, and pooler_output (b, 3): the means of the whole picture
map.onnx       pixel_values -> features (b, 3, 2, 2): the quarters as a map
texts.onnx     takes input_ids as well
whisper.onnx   input_features (1, 80, 3000) -> last_hidden_state (1, 1500, 4): means of a quarter of the bands over two frames
"""
import sys
from pathlib import Path

import numpy as np

here = Path(__file__).parent
sys.path.insert(0, str(here / "../../../../infra/toolchain"))
from build_picture_model import field, node, tensor, value_info  # noqa: E402


def ints(name, values):
    array = np.array(values, "<i8")
    return b"".join(field(1, size) for size in array.shape) + field(2, 7) + field(8, name) + field(9, array.tobytes())


def write(file, nodes, initializers, inputs, outputs):
    graph = b"".join(
        [*(field(1, one) for one in nodes), field(2, "tiny"), *(field(5, one) for one in initializers)]
        + [*(field(11, one) for one in inputs), *(field(12, one) for one in outputs)]
    )
    (here / file).write_bytes(field(1, 8) + field(7, graph) + field(8, field(2, 17)))


quarters = np.zeros((3, 3, 16, 16), np.float32)
for channel in range(3):
    quarters[channel, channel] = 1 / 256
picture = value_info("pixel_values", ["b", 3, 32, 32])
conv = node("Conv", ["pixel_values", "w"], "features", kernel_shape=[16, 16], strides=[16, 16])
steps = [conv, node("Reshape", ["features", "shape"], "flat"), node("Transpose", ["flat"], "last_hidden_state", perm=[0, 2, 1])]
constants = [tensor("w", quarters), ints("shape", [0, 3, 4])]
hidden = value_info("last_hidden_state", ["b", 4, 3])
write("vit.onnx", steps, constants, [picture], [hidden])
mean = [node("GlobalAveragePool", ["features"], "mean"), node("Flatten", ["mean"], "pooler_output", axis=1)]
write("pooled.onnx", steps + mean, constants, [picture], [hidden, value_info("pooler_output", ["b", 3])])
write("map.onnx", [conv], [constants[0]], [picture], [value_info("features", ["b", 3, 2, 2])])
write("texts.onnx", [conv], [constants[0]], [picture, value_info("input_ids", ["b", 1])], [value_info("features", ["b", 3, 2, 2])])

bands = np.zeros((4, 80, 2), np.float32)
for quarter in range(4):
    bands[quarter, quarter * 20 : (quarter + 1) * 20] = 1 / 40
listen = [node("Conv", ["input_features", "w"], "c", kernel_shape=[2], strides=[2]), node("Transpose", ["c"], "last_hidden_state", perm=[0, 2, 1])]
write("whisper.onnx", listen, [tensor("w", bands)], [value_info("input_features", ["b", 80, 3000])], [value_info("last_hidden_state", ["b", 1500, 4])])
