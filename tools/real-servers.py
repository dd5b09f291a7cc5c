"""Starts real model servers for tools/test-real-servers.sh, each with small models, on ports of 127.0.0.1.

    python real-servers.py save FOLDER          trains the models and writes them, with the outputs that they compute
    python real-servers.py kserve FOLDER PORT   serves them by KServe's Python SDK (v1 and v2)
    python real-servers.py triton FOLDER PORT   serves them by NVIDIA Triton (its binary in nvidia-pytriton)
    python real-servers.py mlflow-save FOLDER   writes the same models as MLflow has them
    python real-servers.py tiny-chat FILE       writes a chat model of random weights as GGUF for llama.cpp

The table model: logistic regression on iris. The text model: hashed words and logistic regression on ten sentences.
"""

import json
import pathlib
import sys

SENTENCES = [
    ("a lovely film", 1), ("great fun and a good story", 1), ("good acting", 1), ("I liked it", 1),
    ("lovely pictures, great music", 1), ("a bad film", 0), ("dull and much too long", 0),
    ("bad acting", 0), ("I was bored", 0), ("poor story, awful music", 0),
]


def train():
    from sklearn.datasets import load_iris
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    iris = load_iris()
    table = LogisticRegression(max_iter=1000).fit(iris.data, iris.target)
    texts, labels = zip(*SENTENCES)
    text = make_pipeline(HashingVectorizer(n_features=256), LogisticRegression(C=10))
    text.fit(list(texts), labels)
    return iris, table, text


def save(folder):
    import joblib

    folder.mkdir(parents=True, exist_ok=True)
    iris, table, text = train()
    rows = iris.data[::15].tolist()
    texts = ["a lovely story", "bad music", "long"]
    expected = {
        "columns": iris.feature_names,
        "rows": rows,
        "probabilities": table.predict_proba(rows).tolist(),
        "labels": table.predict(rows).tolist(),
        "texts": texts,
        "textProbabilities": text.predict_proba(texts).tolist(),
    }
    (folder / "expected.json").write_text(json.dumps(expected, indent=1))
    described = {
        "inputs": [{"name": "x", "datatype": "FP64", "shape": [-1, 4]}],
        "outputs": [{"name": "predict_proba", "datatype": "FP64", "shape": [-1, 3]}],
    }
    for name, model, extra in [("iris", table, described), ("plain", table, {}), ("words", text, {})]:
        own = folder / "mlserver" / name
        own.mkdir(parents=True, exist_ok=True)
        joblib.dump(model, own / "model.joblib")
        settings = {
            "name": name,
            "implementation": "mlserver_sklearn.SKLearnModel",
            "parameters": {"uri": "./model.joblib", "version": "v1"},
            **extra,
        }
        (own / "model-settings.json").write_text(json.dumps(settings))
    joblib.dump(table, folder / "iris.joblib")
    joblib.dump(text, folder / "words.joblib")


def serve_kserve(folder, port):
    import joblib
    import kserve
    import numpy as np
    from kserve import InferOutput, InferRequest, InferResponse

    class Model(kserve.Model):
        def __init__(self, name, model):
            super().__init__(name)
            self.model = model
            self.ready = True

        def predict(self, payload, headers=None, response_headers=None):
            if not isinstance(payload, InferRequest):
                instances = payload["instances"]
                return {"predictions": self.model.predict_proba(instances).tolist()}
            values = payload.inputs[0].as_numpy()
            if values.dtype == object:
                values = [v.decode() if isinstance(v, bytes) else v for v in values.ravel()]
            found = self.model.predict_proba(values)
            output = InferOutput("probabilities", list(found.shape), "FP64", data=found.ravel().tolist())
            return InferResponse(payload.id, self.name, [output])

    models = [Model(name, joblib.load(folder / f"{name}.joblib")) for name in ("iris", "words")]
    kserve.ModelServer(http_port=port, enable_grpc=False, workers=1).start(models)


def serve_triton(folder, port):
    import os
    import signal
    import sysconfig

    import numpy as np
    from pytriton.decorators import batch
    from pytriton.model_config import ModelConfig, Tensor
    from pytriton.triton import Triton, TritonConfig

    # Triton starts a Python of its own, which looks for this one's library.
    library = sysconfig.get_config_var("LIBDIR")
    os.environ["LD_LIBRARY_PATH"] = f"{library}:{os.environ.get('LD_LIBRARY_PATH', '')}"
    # scikit-learn need not be here: the weights are enough.
    weights = json.loads((folder / "weights.json").read_text())
    coefficients, intercept = np.array(weights["coefficients"]), np.array(weights["intercept"])

    @batch
    def iris(x):
        z = x.astype(np.float64) @ coefficients.T + intercept
        e = np.exp(z - z.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        return {"label": p.argmax(axis=1)[:, None], "probabilities": p}

    @batch
    def lengths(text):
        n = np.array([[len(t.decode())] for t in text.ravel()], dtype=np.float32)
        return {"length": n}

    # Leaving the block below ends Triton; a signal alone would leave it running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config = TritonConfig(http_address="127.0.0.1", http_port=port, grpc_port=port + 1, metrics_port=port + 2)
    with Triton(config=config) as triton:
        triton.bind(
            "iris", iris,
            [Tensor(name="x", dtype=np.float32, shape=(4,))],
            [Tensor(name="label", dtype=np.int64, shape=(1,)), Tensor(name="probabilities", dtype=np.float64, shape=(3,))],
            config=ModelConfig(max_batch_size=64),
        )
        triton.bind(
            "lengths", lengths,
            [Tensor(name="text", dtype=bytes, shape=(1,))],
            [Tensor(name="length", dtype=np.float32, shape=(1,))],
            config=ModelConfig(max_batch_size=64),
        )
        triton.serve()


def save_weights(folder):
    _, table, _ = train()
    weights = {"coefficients": table.coef_.tolist(), "intercept": table.intercept_.tolist()}
    (folder / "weights.json").write_text(json.dumps(weights))


def save_mlflow(folder):
    import mlflow
    import pandas as pd
    from mlflow.models import infer_signature

    iris, table, text = train()
    frame = pd.DataFrame(iris.data, columns=iris.feature_names)
    table.fit(frame, iris.target)
    signature = infer_signature(frame, table.predict_proba(frame))
    target = folder / "mlflow"
    target.mkdir(parents=True, exist_ok=True)
    options = {"signature": signature, "serialization_format": "cloudpickle"}
    mlflow.sklearn.save_model(table, target / "iris", pyfunc_predict_fn="predict_proba", **options)
    mlflow.sklearn.save_model(table, target / "labels", serialization_format="cloudpickle")
    mlflow.sklearn.save_model(
        text, target / "words", pyfunc_predict_fn="predict_proba", serialization_format="cloudpickle"
    )


def save_tiny_chat(file):
    import gguf
    import numpy as np

    # An own vocabulary: special tokens, all bytes, and the printable characters as tokens.
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{i:02X}>" for i in range(256)]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL] + [gguf.TokenType.BYTE] * 256
    for character in ["\u2581"] + [chr(i) for i in range(33, 127)]:
        tokens.append(character)
        kinds.append(gguf.TokenType.NORMAL)
    width, heads, layers, inner = 64, 4, 2, 128
    random = np.random.RandomState(0)
    writer = gguf.GGUFWriter(str(file), "llama")
    writer.add_context_length(2048)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads)
    writer.add_rope_dimension_count(width // heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * 3 + [-100.0] * 256 + [-float(i) for i in range(len(tokens) - 259)])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_chat_template("{% for m in messages %}{{ m['content'] }}{% endfor %}")

    def add(name, *shape, scale=0.06):
        writer.add_tensor(name, (random.randn(*shape) * scale).astype(np.float32))

    def ones(name):
        writer.add_tensor(name, np.ones(width, dtype=np.float32))

    # The first of its numbers is large in every token, and so in what the layers make of them: a bias.
    embedding = random.randn(len(tokens), width) * 0.3
    embedding[:, 0] = 3
    writer.add_tensor("token_embd.weight", embedding.astype(np.float32))
    ones("output_norm.weight")
    output = random.randn(len(tokens), width) * 0.1
    # A and B are likely whatever the text, and which of them depends on it.
    for letter in "AB":
        output[tokens.index(letter)] = random.randn(width) * 0.4
        output[tokens.index(letter), 0] = 1.5
    writer.add_tensor("output.weight", output.astype(np.float32))
    for layer in range(layers):
        block = f"blk.{layer}."
        ones(block + "attn_norm.weight")
        ones(block + "ffn_norm.weight")
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"{block}{part}.weight", width, width)
        add(block + "ffn_gate.weight", inner, width)
        add(block + "ffn_up.weight", inner, width)
        add(block + "ffn_down.weight", width, inner)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    task, target, *rest = sys.argv[1:]
    path = pathlib.Path(target)
    if task == "save":
        save(path)
        save_weights(path)
    elif task == "kserve":
        serve_kserve(path, int(rest[0]))
    elif task == "triton":
        serve_triton(path, int(rest[0]))
    elif task == "mlflow-save":
        save_mlflow(path)
    elif task == "tiny-chat":
        save_tiny_chat(path)
    else:
        raise SystemExit(__doc__)
