"""The same texts by sentence-transformers with its default settings: prints what it cost and keeps the vectors.

    text_vectors.py MODEL_FOLDER TEXTS.json OUT.f32 [THREADS]

MODEL_FOLDER is the product's own (tokenizer.json, onnx/model.onnx): its weights go into a BertModel of PyTorch, so that both compute the same network.
"""
import json
import os
import resource
import sys
import tempfile
import time

os.environ['HF_HUB_OFFLINE'] = os.environ['TRANSFORMERS_OFFLINE'] = '1'

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from sentence_transformers import SentenceTransformer, models
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

folder, texts_file, out = sys.argv[1:4]
if len(sys.argv) > 4:
    torch.set_num_threads(int(sys.argv[4]))


def state_of(graph) -> dict:
    """Weights by their PyTorch names: a product's own name is lost in the export, but it is added to a bias that has kept it."""
    arrays = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    product = {node.output[0]: node.input[1] for node in graph.node if node.op_type == 'MatMul' and node.input[1] in arrays}
    state = {name: array for name, array in arrays.items() if name.startswith(('embeddings.', 'encoder.'))}
    for node in graph.node:
        bias = next((name for name in node.input if node.op_type == 'Add' and name.endswith('dense.bias') or name.endswith(('query.bias', 'key.bias', 'value.bias'))), None)
        source = next((product[name] for name in node.input if name in product), None)
        if bias and source:
            state[bias.replace('.bias', '.weight')] = arrays[source].T
    return {name: torch.from_numpy(np.array(array)) for name, array in state.items()}


config = BertConfig(**json.load(open(os.path.join(folder, 'config.json'))))
bert = BertModel(config, add_pooling_layer=False)
missing, unexpected = bert.load_state_dict(state_of(onnx.load(os.path.join(folder, 'onnx', 'model.onnx')).graph), strict=False)
if missing or [name for name in unexpected if not name.endswith('position_ids')]:
    sys.exit(f'the weights do not fit: {missing} {unexpected}')
with tempfile.TemporaryDirectory() as own:
    bert.save_pretrained(own)
    special = {'cls_token': '[CLS]', 'sep_token': '[SEP]', 'pad_token': '[PAD]', 'unk_token': '[UNK]', 'mask_token': '[MASK]'}
    PreTrainedTokenizerFast(tokenizer_file=os.path.join(folder, 'tokenizer.json'), model_max_length=256, **special).save_pretrained(own)
    words = models.Transformer(own, max_seq_length=256)
    encoder = SentenceTransformer(modules=[words, models.Pooling(words.get_word_embedding_dimension()), models.Normalize()], device='cpu')

texts = json.load(open(texts_file))
encoder.encode(texts[:64], show_progress_bar=False)
started, cpu = time.time(), time.process_time()
vectors = encoder.encode(texts, show_progress_bar=False)
seconds, cpu_seconds = time.time() - started, time.process_time() - cpu
vectors.astype(np.float32).tofile(out)
import sentence_transformers

print(json.dumps({
    'seconds': seconds, 'cpuSeconds': cpu_seconds, 'rows': len(texts), 'peakMiB': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    'threads': torch.get_num_threads(), 'sentenceTransformers': sentence_transformers.__version__, 'torch': torch.__version__,
}))
