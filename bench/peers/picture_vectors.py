"""The same pictures by PIL and onnxruntime in batches of 16: prints what it cost and keeps the vectors.

    picture_vectors.py MODEL.onnx FOLDER SIZE OUT.f32
"""
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

model, folder, size, out = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
options = onnxruntime.SessionOptions()
session = onnxruntime.InferenceSession(model, options, providers=['CPUExecutionProvider'])
name = session.get_inputs()[0].name
files = sorted(folder.glob('*.jpg'))


def pixels(file: Path) -> np.ndarray:
    """Shorter side to size/0.875 and the middle of it, as the network's authors do."""
    picture = Image.open(file).convert('RGB')
    scale = size / 0.875 / min(picture.size)
    width, height = (max(size, round(side * scale)) for side in picture.size)
    picture = picture.resize((width, height), Image.BICUBIC)
    left, top = (width - size) // 2, (height - size) // 2
    values = np.asarray(picture.crop((left, top, left + size, top + size)), dtype=np.float32)
    return ((values - 127.0) / 128.0).transpose(2, 0, 1)


session.run(None, {name: pixels(files[0])[None]})
started, cpu = time.time(), time.process_time()
vectors = np.concatenate([session.run(None, {name: np.stack([pixels(file) for file in files[at:at + 16]])})[0] for at in range(0, len(files), 16)])
seconds, cpu_seconds = time.time() - started, time.process_time() - cpu
vectors.astype(np.float32).tofile(out)
print(json.dumps({
    'seconds': seconds, 'cpuSeconds': cpu_seconds, 'rows': len(files), 'peakMiB': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    'onnxruntime': onnxruntime.__version__,
}))
