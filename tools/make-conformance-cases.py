"""Makes conformance cases of our own: random tables, options and models, put to Python LIME.

    python3 -m venv venv
    venv/bin/pip install lime==0.2.0.1 numpy==1.24.2 scipy==1.10.1 scikit-learn==1.2.1
    venv/bin/python tools/make-conformance-cases.py FOLDER [first last]   cases number first to last, default 0 to 149
    venv/bin/python tools/make-conformance-cases.py --check FOLDER        asks Python again about the cases of a folder
    venv/bin/python tools/make-conformance-cases.py --committed           those of test/fixtures/conformance

Case k depends on k alone. PyPI's 0.2.0.1 answers as master does (--check holds it to the shared cases), but for one
thing: it takes the predictions of regressors as they are.

Left out are questions that Python answers by chance:
- answers that change when every kernel weight is changed by 1e-13: ranks of equal or constant columns, and R² where
  the model's answer is constant (0/0), which are decided by rounding errors;
- rows so far out that scikit-learn's dot products lose their distances;
- data with NaN: Python throws.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
from lime.lime_tabular import LimeTabularExplainer, RecurrentTabularExplainer
from sklearn.linear_model import Lasso, LinearRegression, Ridge

warnings.filterwarnings("ignore")

HEADS = 4
COMMITTED = Path(__file__).parent.parent / "test" / "fixtures" / "conformance"


# Asking Python.


def dense(model):
    def forward(X):
        X = np.asarray(X, dtype=float)
        h = (X.reshape(len(X), -1) - np.array(model["shift"])) / np.array(model["scale"])
        for W, b in model["hidden"]:
            h = np.tanh(h @ np.array(W) + np.array(b))
        W, b = model["output"]
        z = h @ np.array(W) + np.array(b)
        if model["activation"] == "identity":
            return z[:, 0]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    return forward


def regressor(name):
    if name is None:
        return None
    if name == "ols":
        return LinearRegression()
    kind, alpha = name.split("-")
    if kind == "ridge":
        return Ridge(alpha=float(alpha))
    return Lasso(alpha=float(alpha), tol=1e-14, max_iter=1_000_000)


def kernel(noise):
    random = np.random.RandomState(5)

    def weigh(d, kernel_width):
        return np.sqrt(np.exp(-(d**2) / kernel_width**2)) * (1 + noise * random.normal(size=len(d)))

    return weigh


def by_chance(case, expected):
    return any(differences(answer(case, noise), expected) for noise in (1e-13, -1e-13, 2e-13))


def answer(case, noise=0):
    """What Python LIME answers to a case; None where distances are lost."""
    recurrent = case["domain"] == "recurrent-tabular"
    options = dict(case["explainer_options"])
    names = options.get("categorical_names")
    if names is not None:
        options["categorical_names"] = {int(column): list(of) for column, of in names.items()}
    labels = case.get("training_labels")
    if labels is not None:
        options["training_labels"] = np.array(labels)
    explainer = (RecurrentTabularExplainer if recurrent else LimeTabularExplainer)(
        np.array(case["training_data"], dtype=float), random_state=case["seed"], kernel=kernel(noise), **options
    )
    seen = {}
    fit = explainer.base.explain_instance_with_data

    def spy(data, outputs, distances, *rest, **named):
        weights = explainer.base.kernel_fn(distances)
        seen.update(data=data, outputs=outputs, distances=distances, weights=weights)
        return keep(fit(data, outputs, distances, *rest, **named))

    scores = []

    def keep(result):
        scores.append((float(result[2]), float(np.ravel(result[3])[0])))
        return result

    explainer.base.explain_instance_with_data = spy
    explanation = explainer.explain_instance(
        np.array(case["row"], dtype=float),
        dense(case["model"]),
        model_regressor=regressor(case.get("model_regressor")),
        **case["explain_options"],
    )
    regression = options.get("mode") == "regression"
    spread = (seen["weights"][1:, None] * (seen["outputs"][1:] - seen["outputs"][0]) ** 2).sum(axis=0)
    if seen["distances"][0] > 1e-6 or np.abs(seen["data"]).max() > 1e5 or (spread < 1e-20).any():
        return None
    fitted = [0] if regression else list(explanation.local_exp)
    explanations = {}
    for label in sorted(explanation.local_exp):
        score, local = scores[fitted.index(label)] if label in fitted else (None, None)
        explanations[str(label)] = {
            "intercept": float(explanation.intercept[label]),
            "weights": [[int(i), float(w)] for i, w in explanation.local_exp[label]],
            "score": score,
            "local_prediction": local,
            "as_list": [[n, float(w)] for n, w in explanation.as_list(1 if regression else label)],
        }
    expected = {"explanations": explanations}
    if not recurrent:
        expected["neighbourhood"] = {
            "interpretable_head": seen["data"][:HEADS].tolist(),
            "predictions_head": seen["outputs"][:HEADS].tolist(),
            "distances_head": seen["distances"][:HEADS].tolist(),
            "weights_head": seen["weights"][:HEADS].tolist(),
            "interpretable_column_sums": seen["data"].sum(axis=0).tolist(),
            "prediction_column_sums": seen["outputs"].sum(axis=0).tolist(),
            "distances_sum": float(seen["distances"].sum()),
            "weights_sum": float(np.sum(seen["weights"])),
        }
        bins = explainer.discretizer
        expected["discretizer"] = bins and {
            name: {str(f): [v if name == "names" else float(v) for v in of] for f, of in getattr(bins, name).items()}
            for name in ["names", "means", "stds", "mins", "maxs"]
        }
    if regression:
        expected["predicted_value"] = float(explanation.predicted_value)
        expected["min_value"] = float(explanation.min_value)
        expected["max_value"] = float(explanation.max_value)
    else:
        expected["predict_proba"] = explanation.predict_proba.tolist()
        if "top_labels" in case["explain_options"]:
            expected["top_labels"] = [int(label) for label in explanation.top_labels]
    return expected


# Making questions.

SHAPES = ["normal", "skewed", "integers", "few", "constant", "huge", "tiny", "negative", "heaped", "offset", "binary"]


def column(random, shape, n):
    normal = random.normal(size=n)
    return {
        "normal": lambda: normal.round(3),
        "skewed": lambda: np.exp(2 * normal).round(2),
        "integers": lambda: random.randint(-20, 20, size=n).astype(float),
        "few": lambda: random.choice([0.125, 0.375, 2.675, -1.005], size=n),
        "constant": lambda: np.full(n, random.choice([0.0, 5.0, -3.25, 0.1])),
        "huge": lambda: (normal * 1e9).round(0),
        "tiny": lambda: normal.round(3) * 1e-7,
        "negative": lambda: -np.abs(normal).round(2) - 1,
        "heaped": lambda: np.where(random.rand(n) < 0.7, 1.5, normal.round(2)),
        "offset": lambda: 1e6 + normal.round(3),
        "binary": lambda: random.randint(0, 2, size=n).astype(float),
    }[shape]()


def network(random, X, outputs, activation):
    d = X.shape[1]
    width = int(random.choice([3, 6]))
    scale = X.std(axis=0)
    layer = lambda a, b: [(random.normal(size=(a, b)) * 1.5 / np.sqrt(a)).round(4).tolist(), random.normal(size=b).round(3).tolist()]
    hidden = [] if random.rand() < 0.3 else [layer(d, width)]
    return {
        "type": "dense",
        "shift": X.mean(axis=0).tolist(),
        "scale": np.where(scale > 1e-12, scale, 1).tolist(),
        "activation": activation,
        "hidden": hidden,
        "output": layer(width if hidden else d, outputs),
    }


def pick(random, values, weights=None):
    return values[int(random.choice(len(values), p=weights))]


def question(k):
    random = np.random.RandomState(1000 + k)
    n = int(pick(random, [5, 12, 30, 60]))
    d = int(pick(random, [1, 2, 3, 5, 8]))
    shapes = [pick(random, SHAPES) for _ in range(d)]
    X = np.column_stack([column(random, shape, n) for shape in shapes])
    explainer = {}
    categorical = []
    if k % 3 == 1:
        categorical = [j for j in range(d) if random.rand() < 0.5]
        for j in categorical:
            X[:, j] = random.randint(0, int(pick(random, [1, 2, 4, 12])), size=n)
        random.shuffle(categorical)
        if categorical:
            explainer["categorical_features"] = [int(j) for j in categorical]
            named = [j for j in categorical if random.rand() < 0.6]
            if named:
                explainer["categorical_names"] = {str(j): [f"level {v}" for v in range(12)] for j in named}
    if random.rand() < 0.7:
        explainer["feature_names"] = [f"{shape} {j}" for j, shape in enumerate(shapes)]
    row = X[random.randint(n)].copy()
    for j in range(d):
        if j in categorical:
            continue
        way = random.rand()
        if way < 0.15:
            row[j] = X[:, j].max() + abs(X[:, j]).max() + 1
        elif way < 0.3:
            row[j] = X[:, j].min() - 1
        elif way < 0.45:
            row[j] = np.percentile(X[:, j], 50)
    if random.rand() < 0.4:
        explainer["discretize_continuous"] = False
        if random.rand() < 0.5:
            explainer["sample_around_instance"] = True
    else:
        way = pick(random, ["quartile", "decile", "entropy", None])
        if way is not None:
            explainer["discretizer"] = way
    labels = None
    if explainer.get("discretizer") == "entropy":
        labels = (X[:, 0] + random.normal(size=n) * X[:, 0].std() * 0.5 > np.median(X[:, 0])).astype(int).tolist()
        if random.rand() < 0.3:
            labels = random.randint(0, 3, size=n).tolist()
    explain = {"num_samples": int(pick(random, [50, 200, 700]))}
    if random.rand() < 0.75:
        explain["num_features"] = int(pick(random, [1, 2, 3, 5, 6, 7, 20]))
    if random.rand() < 0.5:
        explainer["feature_selection"] = pick(random, ["forward_selection", "highest_weights", "lasso_path", "none", "auto"])
    if random.rand() < 0.3:
        explain["distance_metric"] = pick(random, ["cosine", "manhattan", "chebyshev", "euclidean"])
    if random.rand() < 0.3:
        explainer["kernel_width"] = float(pick(random, [0.3, 1.0, 3.0, 25.0]))
    model_regressor = None
    if random.rand() < 0.4:
        model_regressor = pick(random, ["ridge-10", "ridge-0.01", "ridge-1000", "ols", "lasso-0.01", "lasso-0.001", "lasso-0.1"])
    regression = random.rand() < 0.25
    classes = int(pick(random, [2, 2, 3, 4]))
    if regression:
        explainer["mode"] = "regression"
    else:
        if random.rand() < 0.5:
            explainer["class_names"] = [f"class {c}" for c in range(classes)]
        way = random.rand()
        if way < 0.3:
            explain["top_labels"] = int(pick(random, [1, 2, classes, classes + 3]))
        elif way < 0.6:
            explain["labels"] = [int(label) for label in random.permutation(classes)[: random.randint(1, classes + 1)]]
    model = network(random, X, 1 if regression else classes, "identity" if regression else "softmax")
    if not regression and k % 10 == 3:
        W, b = model["output"]
        for weights in W:
            weights[-1] = weights[0]
        b[-1] = b[0]
    case = {
        "case": f"tabular-own-{k:03d}",
        "domain": "tabular",
        "seed": int(pick(random, [0, 7, 12345, 4294967295])),
        "training_data": X.tolist(),
        "training_labels": labels,
        "row": row.tolist(),
        "explainer_options": explainer,
        "explain_options": explain,
        "model_regressor": model_regressor,
        "model": model,
    }
    if k % 12 == 5:
        return recurrent(case, random)
    return case


def recurrent(case, random):
    steps, features, n = int(pick(random, [1, 3, 5])), int(pick(random, [1, 2])), 20
    X = random.normal(size=(n, steps, features)).round(2)
    explainer = case["explainer_options"]
    for name in ["categorical_features", "categorical_names", "sample_around_instance", "feature_names"]:
        explainer.pop(name, None)
    explainer["feature_names"] = [f"s{f}" for f in range(features)]
    regression = explainer.get("mode") == "regression"
    outputs = 1 if regression else len(case["model"]["output"][1])
    if case["training_labels"] is not None:
        case["training_labels"] = random.randint(0, 2, size=n).tolist()
    case.update(
        case=case["case"].replace("tabular", "recurrent-tabular"),
        domain="recurrent-tabular",
        training_data=X.tolist(),
        row=random.normal(size=(steps, features)).round(2).tolist(),
        model=network(random, X.reshape(n, -1), outputs, case["model"]["activation"]),
    )
    return case


# Small cases that each hold something that the shared ones do not.


def small():
    X = np.column_stack([column(np.random.RandomState(j), shape, 24) for j, shape in enumerate(["normal", "constant", "few", "integers"])])
    base = {"domain": "tabular", "seed": 3, "training_labels": None, "model_regressor": None}
    model = lambda outputs, activation="softmax", data=X: network(np.random.RandomState(2), data, outputs, activation)

    def case(name, explainer=None, explain=None, **rest):
        return {
            "case": name, **base, "training_data": X.tolist(), "row": X[4].tolist(),
            "explainer_options": explainer or {}, "explain_options": {"num_samples": 200, **(explain or {})},
            "model": model(2), **rest,
        }  # fmt: skip

    beyond = X[4].copy()
    beyond[[0, 3]] = [50, -99]
    levels = np.column_stack([X[:, 0], np.arange(24) % 3, np.arange(24) // 8, np.arange(24) % 2])
    listed = {"categorical_features": [3, 1, 2], "categorical_names": {"1": ["a", "b", "c"]}}
    around = {"discretize_continuous": False, "sample_around_instance": True}
    labels = (X[:, 3] > 0).astype(int) + (X[:, 0] > 0.5)
    steps = np.random.RandomState(9).normal(size=(10, 3, 2)).round(2)
    return [
        case("tabular-own-constant-column"),
        case("tabular-own-row-beyond-training", {"discretizer": "decile"}, {"top_labels": 5}, row=beyond.tolist(), model=model(3)),
        case("tabular-own-listed-categories", {**listed, **around}, {"labels": [1, 0], "num_features": 2}, training_data=levels.tolist(), row=levels[5].tolist(), model=model(2, data=levels)),
        case("tabular-own-entropy-regression", {"discretizer": "entropy", "mode": "regression"}, {"num_features": 1}, training_labels=labels.tolist(), model=model(1, "identity")),
        case("tabular-own-chebyshev-lasso-path", {"feature_selection": "lasso_path", "kernel_width": 0.4}, {"distance_metric": "chebyshev", "num_features": 2}),
        case("tabular-own-continuous-lasso", {"discretize_continuous": False, "feature_selection": "none"}, {"distance_metric": "cosine"}, model_regressor="lasso-0.01"),
        case("tabular-own-five-rows", {"feature_selection": "forward_selection"}, {"num_samples": 30, "num_features": 9}, training_data=X[:5].tolist(), model=model(2, data=X[:5])),
        {**case("recurrent-tabular-own-continuous", {"discretize_continuous": False, "mode": "regression", "feature_names": ["a", "b"]}), "domain": "recurrent-tabular",
         "training_data": steps.tolist(), "row": steps[3].tolist(), "model": model(1, "identity", steps.reshape(10, -1))},
    ]  # fmt: skip


def write(folder, cases):
    for case in cases:
        expected = answer(case)
        if expected is not None and not by_chance(case, expected):
            path = Path(folder) / f"{case['case']}.json"
            path.write_text(json.dumps({**case, "expected": expected}, separators=(",", ":")) + "\n")


def differences(got, expected, where=""):
    if isinstance(expected, dict):
        return [x for key in expected for x in differences(got.get(key), expected[key], f"{where}.{key}")]
    if isinstance(expected, list):
        if not isinstance(got, list):
            return [(where, got, expected)]
        of = expected[: len(got)] if where.endswith("_head") else expected
        return [x for i, one in enumerate(of) for x in differences(got[i] if i < len(got) else None, one, f"{where}[{i}]")]
    if isinstance(expected, (int, float)) and isinstance(got, (int, float)):
        loose = 1e-4 if "distance" in where else 1e-10
        return [] if abs(got - expected) <= loose + 1e-8 * abs(expected) else [(where, got, expected)]
    return [] if got == expected else [(where, got, expected)]


def check(folder):
    for path in sorted(Path(folder).glob("*tabular*.json")):
        case = json.loads(path.read_text())
        if case["domain"] in ("tabular", "recurrent-tabular"):
            found = differences(answer(case), case["expected"])
            print(path.name, "same" if not found else f"{len(found)} differ, first {found[0]}")


def main():
    given = sys.argv[1:]
    if given[:1] == ["--check"]:
        check(given[1])
    elif given == ["--committed"]:
        write(COMMITTED, small())
    else:
        first, last = (int(k) for k in given[1:3]) if len(given) > 1 else (0, 149)
        Path(given[0]).mkdir(parents=True, exist_ok=True)
        write(given[0], (question(k) for k in range(first, last + 1)))


main()
