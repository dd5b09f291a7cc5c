"""Small ONNX files for test/models, each with the outputs that the library that made it gives.

Run from the root of the repository:

    python3 -m venv .venv
    .venv/bin/pip install numpy pandas scikit-learn skl2onnx onnx onnxmltools xgboost lightgbm
    .venv/bin/python tools/make-onnx-fixtures.py

Each case is NAME.onnx with NAME.json: rows, and the probabilities or values that scikit-learn, XGBoost or LightGBM
itself computes for them. PyTorch-like networks are written with onnx.helper, their values with NumPy.
"""
import json
import pathlib
import warnings

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import convert_sklearn, to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path("test/fixtures/models")
FOLDER.mkdir(parents=True, exist_ok=True)
iris = load_iris()
X, y = iris.data.astype(np.float32), iris.target
species = iris.target_names[y]
ROWS = np.vstack([X[::13], [[4.9, 3.05, 2.45, 0.8]]]).astype(np.float32)


def save(name, model, rows, expected, **more):
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())
    expected = np.asarray(expected, dtype=np.float64)
    rows = rows.astype(np.float64).tolist() if isinstance(rows, np.ndarray) else rows
    text = json.dumps({"rows": rows, "expected": expected.tolist(), **more}, ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(text + "\n")
    print(name, (FOLDER / f"{name}.onnx").stat().st_size, "bytes")


def zipmap_and_label_pairs():
    forest = RandomForestClassifier(5, max_depth=3, random_state=0).fit(X, species)
    wide = [("float_input", FloatTensorType([None, 4]))]
    probabilities = forest.predict_proba(ROWS)
    names = forest.classes_.tolist()
    for name, zipmap in [("zipmap", True), ("pair", False), ("zipmap-columns", "columns")]:
        options = {id(forest): {"zipmap": zipmap}}
        model = convert_sklearn(forest, initial_types=wide, options=options, target_opset=17)
        save(name, model, ROWS, probabilities, classNames=names)
    # The label alone: the classes stand in the classifier's node, the probabilities are not among the outputs.
    model = convert_sklearn(forest, initial_types=wide, options={id(forest): {"zipmap": False}}, target_opset=17)
    del model.graph.output[1]
    labels = (forest.predict(ROWS)[:, None] == forest.classes_[None]).astype(float)
    save("label-only", model, ROWS, labels, classNames=names)
    # A neural network has no classifier node: its labels stand in a constant behind ArrayFeatureExtractor.
    network = MLPClassifier((5,), random_state=0, max_iter=300).fit(X, y)
    model = convert_sklearn(network, initial_types=wide, options={id(network): {"zipmap": False}}, target_opset=17)
    save("mlp", model, ROWS, network.predict_proba(ROWS), classNames=["0", "1", "2"])
    logistic = LogisticRegression(max_iter=500).fit(X.astype(np.float64), y)
    model = to_onnx(logistic, X[:1].astype(np.float64), target_opset=17)
    save("double-zipmap", model, ROWS, logistic.predict_proba(ROWS), classNames=["0", "1", "2"])


def one_input_per_column():
    random = np.random.RandomState(0)
    n = 200
    colour = random.choice(["red", "green", "blue"], n)
    rooms = random.randint(1, 7, n)
    size = random.normal(50, 20, n).astype(np.float32)
    target = np.where((colour == "red") & (rooms > 3) | (size > 70), "yes", "no")
    import pandas

    frame = pandas.DataFrame({"colour": colour, "rooms": rooms, "size m2": size})
    columns = ColumnTransformer(
        [
            ("category", OneHotEncoder(handle_unknown="ignore"), ["colour"]),
            ("number", StandardScaler(), ["rooms", "size m2"]),
        ]
    )
    model = make_pipeline(columns, LogisticRegression(max_iter=500)).fit(frame, target)
    types = [
        ("colour", StringTensorType([None, 1])),
        ("rooms", Int64TensorType([None, 1])),
        ("size m2", FloatTensorType([None, 1])),
    ]
    converted = convert_sklearn(model, initial_types=types, target_opset=17)
    rows = [[c, int(r), float(s)] for c, r, s in zip(colour[:12], rooms[:12], size[:12])]
    save(
        "mixed-columns",
        converted,
        rows,
        model.predict_proba(frame[:12]),
        classNames=model.classes_.tolist(),
        columns=["colour", "rooms", "size m2"],
    )


def regressors():
    data = load_diabetes()
    D = data.data.astype(np.float32)
    forest = RandomForestRegressor(3, max_depth=4, random_state=0).fit(D, data.target)
    model = convert_sklearn(forest, initial_types=[("X", FloatTensorType([None, 10]))], target_opset=17)
    save("regressor", model, D[:9], forest.predict(D[:9].astype(np.float64))[:, None])


def boosted_trees():
    import lightgbm
    import onnxmltools
    import xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType as Float

    wide = [("input", Float([None, 4]))]
    boosted = xgboost.XGBClassifier(n_estimators=4, max_depth=2, random_state=0).fit(X, y)
    model = onnxmltools.convert_xgboost(boosted, initial_types=wide, target_opset=15)
    save("xgboost", model, ROWS, boosted.predict_proba(ROWS), classNames=["0", "1", "2"])
    two = y < 2
    boosted = xgboost.XGBClassifier(n_estimators=4, max_depth=2, random_state=0).fit(X[two], y[two])
    model = onnxmltools.convert_xgboost(boosted, initial_types=wide, target_opset=15)
    save("xgboost-binary", model, ROWS, boosted.predict_proba(ROWS), classNames=["0", "1"])
    leaves = lightgbm.LGBMClassifier(n_estimators=3, num_leaves=4, random_state=0, verbose=-1).fit(X, y)
    model = onnxmltools.convert_lightgbm(leaves, initial_types=wide, target_opset=15)
    save("lightgbm", model, ROWS, leaves.predict_proba(ROWS), classNames=["0", "1", "2"])
    leaves = lightgbm.LGBMClassifier(n_estimators=3, num_leaves=4, random_state=0, verbose=-1).fit(X[two], species[two])
    model = onnxmltools.convert_lightgbm(leaves, initial_types=wide, target_opset=15, zipmap=False)
    save("lightgbm-binary", model, ROWS, leaves.predict_proba(ROWS), classNames=leaves.classes_.tolist())
    data = load_diabetes()
    D = data.data.astype(np.float32)
    ten = [("input", Float([None, 10]))]
    leaves = lightgbm.LGBMRegressor(n_estimators=5, num_leaves=4, random_state=0, verbose=-1).fit(D, data.target)
    model = onnxmltools.convert_lightgbm(leaves, initial_types=ten, target_opset=15)
    save("lightgbm-regressor", model, D[:9], leaves.predict(D[:9])[:, None])
    boosted = xgboost.XGBRegressor(n_estimators=5, max_depth=2, random_state=0).fit(D, data.target)
    model = onnxmltools.convert_xgboost(boosted, initial_types=ten, target_opset=15)
    save("xgboost-regressor", model, D[:9], boosted.predict(D[:9])[:, None])


def text():
    texts = ["good film", "bad film", "a good good story", "a bad story", "so bad", "very good"]
    labels = ["positive" if "good" in text else "negative" for text in texts]
    vectorizer = CountVectorizer(token_pattern=r"[a-zA-Z]+")
    model = make_pipeline(vectorizer, LogisticRegression()).fit(texts, labels)
    converted = convert_sklearn(
        model,
        initial_types=[("text", StringTensorType([None, 1]))],
        options={CountVectorizer: {"tokenexp": "[a-zA-Z]+"}},
        target_opset=17,
    )
    rows = ["good story", "bad bad film", "nothing known"]
    save("text", converted, rows, model.predict_proba(rows), classNames=["negative", "positive"])


def network(name, inputs, output, nodes, constants, opset=17):
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info(*one) for one in inputs],
        [helper.make_tensor_value_info(*output)],
        [numpy_helper.from_array(value, key) for key, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], producer_name="pytorch")
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def networks():
    random = np.random.RandomState(1)
    W = random.normal(size=(3, 4)).astype(np.float32)
    b = random.normal(size=3).astype(np.float32)
    gemm = helper.make_node("Gemm", ["x", "W", "b"], ["z"], transB=1)
    logits = ROWS @ W.T + b
    softmax = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    wide = ("x", TensorProto.FLOAT, ["batch", 4])
    save("logits", network("logits", [wide], ("z", TensorProto.FLOAT, ["batch", 3]), [gemm], {"W": W, "b": b}),
         ROWS, logits, softmax=softmax.tolist())
    fixed = ("x", TensorProto.FLOAT, [4, 4])
    nodes = [gemm, helper.make_node("Softmax", ["z"], ["p"], axis=1)]
    save("fixed-batch", network("fixed", [fixed], ("p", TensorProto.FLOAT, [4, 3]), nodes, {"W": W, "b": b}),
         ROWS, softmax)
    nodes = [helper.make_node("Gemm", ["x", "W", "b"], ["z"], transB=1), helper.make_node("Sigmoid", ["z"], ["p"])]
    p = 1 / (1 + np.exp(-(ROWS @ W[:1].T + b[:1])))
    save("sigmoid", network("sigmoid", [wide], ("p", TensorProto.FLOAT, ["batch", 1]), nodes, {"W": W[:1], "b": b[:1]}),
         ROWS, np.hstack([1 - p, p]))
    # A picture (n, 3, 4, 5) and a series (n, 2, 6), as PyTorch lays them out: one convolution, mean, softmax.
    for name, shape, kernel in [("image", [3, 4, 5], (2, 3, 3, 3)), ("series", [2, 6], (2, 2, 3))]:
        K = random.normal(size=kernel).astype(np.float32)
        nodes = [
            helper.make_node("Conv", ["x", "K"], ["c"]),
            helper.make_node("GlobalAveragePool", ["c"], ["g"]),
            helper.make_node("Flatten", ["g"], ["f"]),
            helper.make_node("Softmax", ["f"], ["p"], axis=1),
        ]
        batch = random.uniform(size=(3, *shape)).astype(np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(batch, kernel[2:], axis=tuple(range(2, batch.ndim)))
        axes = tuple(range(2, 2 + len(kernel) - 2))
        spatial = "ijklm"[: len(kernel) - 2]
        mean = np.einsum(f"nc{spatial},oc{spatial}->no", windows.mean(axis=axes), K)
        e = np.exp(mean)
        save(name, network(name, [("x", TensorProto.FLOAT, ["batch", *shape])], ("p", TensorProto.FLOAT, ["batch", 2]), nodes, {"K": K}),
             batch.reshape(3, -1), e / e.sum(1, keepdims=True), shape=shape)
    nodes = [
        helper.make_node("Cast", ["flag"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["count"], ["c"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["size"], ["s"], to=TensorProto.FLOAT),
        helper.make_node("Sum", ["f", "c", "s"], ["y"]),
    ]
    inputs = [
        ("flag", TensorProto.BOOL, ["n", 1]),
        ("count", TensorProto.INT32, ["n", 1]),
        ("size", TensorProto.DOUBLE, ["n", 1]),
    ]
    rows = [[True, 2, 0.5], [False, -3, 1.25]]
    save("bool-int-double", network("sum", inputs, ("y", TensorProto.FLOAT, ["n", 1]), nodes, {}), rows, [[3.5], [-1.75]])


def outside_weights():
    """A model whose weights claim to stand in a file outside of its folder, and one whose file lies beside it."""
    weights = np.arange(4, dtype=np.float32).reshape(4, 1)
    for name, location in [("escaping", "../escaping.bin"), ("beside", "beside.bin")]:
        tensor = TensorProto(name="W", data_type=TensorProto.FLOAT, dims=[4, 1], data_location=TensorProto.EXTERNAL)
        for key, value in [("location", location), ("offset", "0"), ("length", "16")]:
            tensor.external_data.add(key=key, value=value)
        graph = helper.make_graph(
            [helper.make_node("MatMul", ["x", "W"], ["y"])],
            name,
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 1])],
            [tensor],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        save(name, model, ROWS, ROWS @ weights)
    (FOLDER / "beside.bin").write_bytes(weights.tobytes())


zipmap_and_label_pairs()
one_input_per_column()
regressors()
boosted_trees()
text()
networks()
outside_weights()
