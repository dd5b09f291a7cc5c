"""Python LIME as a benchmark's reference: reads JSON lines on stdin, explains, answers with milliseconds.

{"prepare": "tabular", "setup": {...}} makes an explainer; {"explain": {...}} explains once and times the call.
"""
import json
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")


def logistic(weights, bias):
    weights = np.asarray(weights)

    def predict(rows):
        p = 1 / (1 + np.exp(-(np.asarray(rows) @ weights + bias)))
        return np.column_stack([1 - p, p])

    return predict


def tabular(setup):
    from lime.lime_tabular import LimeTabularExplainer

    data = np.array(setup["data"])
    predict = logistic(setup["weights"], setup["bias"])
    explainer = LimeTabularExplainer(
        data, random_state=setup["seed"], discretize_continuous=setup["discretize"]
    )
    row = np.array(setup["row"])
    return lambda request: explainer.explain_instance(
        row, predict, num_features=request["num_features"], num_samples=request["num_samples"]
    )


def sparse(setup):
    import scipy.sparse as sp
    from lime.lime_tabular import LimeTabularExplainer

    shape = (setup["rows"], setup["columns"])
    data = sp.csr_matrix((setup["values"], (setup["row_ids"], setup["column_ids"])), shape=shape)
    weights = np.asarray(setup["weights"])

    def predict(rows):
        p = 1 / (1 + np.exp(-(rows @ weights + setup["bias"])))
        return np.column_stack([1 - p, p])

    explainer = LimeTabularExplainer(data, random_state=setup["seed"], discretize_continuous=False)
    return lambda request: explainer.explain_instance(
        data[0], predict, num_features=request["num_features"], num_samples=request["num_samples"]
    )


def text(setup):
    from lime.lime_text import LimeTextExplainer

    word = setup["word"]

    def predict(texts):
        p = np.array([0.8 if word in one else 0.3 for one in texts])
        return np.column_stack([1 - p, p])

    explainer = LimeTextExplainer(random_state=setup["seed"], bow=setup["bow"])
    return lambda request: explainer.explain_instance(
        setup["text"],
        predict,
        num_features=request["num_features"],
        num_samples=request["num_samples"],
    )


def image(setup):
    import base64

    import lime.lime_image
    from lime.lime_image import LimeImageExplainer

    lime.lime_image.tqdm = lambda rows: rows
    shape = setup["shape"]
    picture = np.frombuffer(base64.b64decode(setup["base64"]), np.uint8).reshape(shape)
    segments = None
    if setup["segments"] is not None:
        segments = np.frombuffer(base64.b64decode(setup["segments"]), np.int32).reshape(shape[:2])

    def predict(pictures):
        p = pictures[:, shape[0] // 2, shape[1] // 2, 0] / 255
        return np.column_stack([1 - p, p])

    explainer = LimeImageExplainer(random_state=setup["seed"])
    return lambda request: explainer.explain_instance(
        picture,
        predict,
        top_labels=1,
        num_samples=request["num_samples"],
        batch_size=request["batch_size"],
        segmentation_fn=None if segments is None else lambda _: segments,
    )


def onnx_rows(setup):
    """A loop over rows, as users of LIME write it, over a model in ONNX Runtime with one thread."""
    import onnxruntime
    from lime.lime_tabular import LimeTabularExplainer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(setup["model"], options)
    name = session.get_inputs()[0].name

    def predict(rows):
        return session.run(None, {name: np.asarray(rows, np.float32)})[0]

    data = np.array(setup["data"])
    explainer = LimeTabularExplainer(
        data, categorical_features=setup["categorical"], random_state=setup["seed"]
    )

    def loop(request):
        for row in data[request["first"] : request["first"] + request["rows"]]:
            explainer.explain_instance(
                row, predict, num_features=10, num_samples=request["num_samples"]
            )

    return loop


DOMAINS = {"tabular": tabular, "onnx_rows": onnx_rows, "sparse": sparse, "text": text, "image": image}


def main():
    explain = None
    for line in sys.stdin:
        message = json.loads(line)
        began = time.perf_counter()
        if "prepare" in message:
            explain = DOMAINS[message["prepare"]](message["setup"])
        else:
            explain(message["explain"])
        print(json.dumps({"ms": (time.perf_counter() - began) * 1000}), flush=True)


main()
