"""Makes text cases for the conformance tests: questions of our own, put to Python LIME.

    python3 -m venv venv
    venv/bin/pip install lime==0.2.0.1 numpy==1.24.2 scipy==1.10.1 scikit-learn==1.2.1
    venv/bin/python tools/make-text-cases.py                 writes test/fixtures/conformance/text-own-*.json
    venv/bin/python tools/make-text-cases.py --check FOLDER  asks Python again about the text cases of a folder
    venv/bin/python tools/make-text-cases.py --random FOLDER COUNT  random texts, options and models

PyPI's 0.2.0.1 answers the shared cases, made with master fd7eb2e, to the last digit that they are held to.
"""
import json
import re
import sys
import warnings
from pathlib import Path

import numpy as np
from lime import lime_text
from sklearn.linear_model import Lasso, LinearRegression, Ridge

warnings.filterwarnings("ignore")

FOLDER = Path(__file__).parent.parent / "test" / "fixtures" / "conformance"
HEADS = 4
REGRESSORS = {
    None: lambda: None,
    "ols": LinearRegression,
    "ridge-10": lambda: Ridge(alpha=10),
    "lasso-0.01": lambda: Lasso(alpha=0.01, tol=1e-14, max_iter=1000000),
}

HAIKU = "old pond -- a frog leaps in; the sound of the water, the old, old pond"
MIXED = "Σοφία naïve_7 кофе😀 кофе... 東京 東京! e\u0301te\u0301 <script> \u05e9\u05dc\u05d5\u05dd x² "

OWN = [
    ("words", HAIKU, {}, {"num_samples": 300, "num_features": 6, "top_labels": 2}, None),
    ("scripts", MIXED, {"kernel_width": 40}, {"num_samples": 250}, None),
    ("positions", HAIKU, {"bow": False}, {"num_samples": 300, "num_features": 5, "distance_metric": "manhattan"}, "ols"),
    ("groups", HAIKU, {"split_expression": r"(\s)+"}, {"num_samples": 250, "num_features": 8}, None),
    ("characters", "naïve 😀 a\u0301a", {"char_level": True, "bow": False, "mask_string": "_"}, {"num_samples": 250, "num_features": 5}, "lasso-0.01"),
    ("line-end", "one two\nthree two\n", {"split_expression": "[ ]|two", "feature_selection": "lasso_path"}, {"num_samples": 200, "num_features": 3}, "ridge-10"),
    ("optional-groups", "a, b  a,c b\u0301 a", {"split_expression": r"([,.])\s*|\s+", "bow": False, "mask_string": "$1"}, {"num_samples": 120, "distance_metric": "euclidean", "labels": [1, 0]}, None),
    ("flags", "été 東京 x_1 \U0001f1e9\U0001f1ea été!", {"split_expression": r"\s+|x", "mask_string": "\U0001f600", "feature_selection": "forward_selection"}, {"num_samples": 120, "num_features": 4}, None),
]


def bag_of_words(model):
    weights, bigrams = model["weights"], model.get("bigrams", {})

    def predict(texts):
        logits = []
        for text in texts:
            tokens = re.findall("[a-z0-9]+", text.lower())
            logit = model["bias"]
            for token in tokens:
                logit += weights.get(token, 0)
            for pair in zip(tokens, tokens[1:]):
                logit += bigrams.get(" ".join(pair), 0)
            logits.append(logit)
        return probabilities(logits)

    return predict


def characters(model):
    weights = model["weights"]

    def predict(texts):
        logits = []
        for text in texts:
            logit = model["bias"]
            for character in text:
                logit += weights.get(character, 0)
            logits.append(logit)
        return probabilities(logits)

    return predict


def probabilities(logits):
    p = 1 / (1 + np.exp(-np.array(logits)))
    return np.column_stack([1 - p, p])


MODELS = {"bag-of-words": bag_of_words, "characters": characters}


def answer(case):
    """What Python LIME says to a case."""
    seen = {}
    explainer = lime_text.LimeTextExplainer(random_state=case["seed"], **case["explainer_options"])
    fit = explainer.base.explain_instance_with_data
    # Each fit leaves its own score and local prediction behind; the explanation keeps the last only.
    by_label = {}

    def spy(data, labels, distances, label, num_features, **kwargs):
        seen.update(data=data, labels=labels, distances=distances)
        by_label[label] = fit(data, labels, distances, label, num_features, **kwargs)
        return by_label[label]

    explainer.base.explain_instance_with_data = spy
    regressor = REGRESSORS[case.get("model_regressor")]()
    explanation = explainer.explain_instance(
        case["text"], MODELS[case["model"]["type"]](case["model"]), model_regressor=regressor, **case["explain_options"]
    )
    indexed = explanation.domain_mapper.indexed_string
    weights = explainer.base.kernel_fn(seen["distances"])
    return {
        "explanations": {
            str(label): {
                "intercept": float(intercept),
                "weights": [[int(id), float(weight)] for id, weight in local],
                "score": float(score),
                "local_prediction": float(np.ravel(local_prediction)[0]),
                "as_list": [[name, float(weight)] for name, weight in explanation.as_list(label)],
            }
            for label, (intercept, local, score, local_prediction) in by_label.items()
        },
        "neighbourhood": {
            "interpretable_head": seen["data"][:HEADS].tolist(),
            "predictions_head": seen["labels"][:HEADS].tolist(),
            "distances_head": seen["distances"][:HEADS].tolist(),
            "weights_head": weights[:HEADS].tolist(),
            "interpretable_column_sums": seen["data"].sum(axis=0).tolist(),
            "prediction_column_sums": seen["labels"].sum(axis=0).tolist(),
            "distances_sum": float(seen["distances"].sum()),
            "weights_sum": float(weights.sum()),
        },
        "features": [str(indexed.word(id)) for id in range(indexed.num_words())],
        "positions": [np.ravel(indexed.string_position(id)).tolist() for id in range(indexed.num_words())],
        "predict_proba": explanation.predict_proba.tolist(),
        "top_labels": [int(label) for label in explanation.top_labels or []],
    }


def model_for(text, char_level, random):
    draw = lambda: round(float(random.normal()), 4)
    if char_level:
        return {"type": "characters", "bias": draw(), "weights": {c: draw() for c in sorted(set(text))}}
    tokens = re.findall("[a-z0-9]+", text.lower())
    pairs = sorted({" ".join(pair) for pair in zip(tokens, tokens[1:])})
    return {
        "type": "bag-of-words",
        "bias": draw(),
        "weights": {token: draw() for token in sorted(set(tokens))},
        "bigrams": {pair: draw() for pair in pairs[::3]},
    }


def make(name, seed, text, explainer_options, explain_options, regressor):
    random = np.random.RandomState(seed)
    case = {
        "case": f"text-{name}",
        "domain": "text",
        "seed": seed,
        "text": text,
        "explainer_options": explainer_options,
        "explain_options": explain_options,
        "model_regressor": regressor,
        "model": model_for(text, explainer_options.get("char_level", False), random),
    }
    return {**case, "expected": answer(case)}


def random_case(seed):
    random = np.random.RandomState(seed)
    pick = lambda *values: values[random.randint(len(values))]
    words = ["the", "Film", "naïve", "été", "кофе", "東京", "x_1", "e\u0301", "😀", "a😀b", "100", "ß", "x²", "don't", "\u05e9\u05dc\u05d5\u05dd"]
    gaps = [" ", " ", " ", ", ", "\n", "--", "\t", "... ", " \u2026", "\n\n", "\xa0"]
    count = pick(2, 5, 12, 40)
    text = "".join(words[random.randint(len(words))] + gaps[random.randint(len(gaps))] for _ in range(count))
    explainer = {"feature_selection": pick("auto", "auto", "highest_weights", "forward_selection", "lasso_path", "none")}
    if random.randint(2):
        explainer["bow"] = False
    if random.randint(3) == 0:
        explainer["char_level"] = True
    elif random.randint(2):
        explainer["split_expression"] = pick(r"\s+", r"[\s,.]+", r"\W", r"(\s)", r"[^\w]+", r"\b", "e|t", r"[ ]", r"\d", r"[\W\d]+")
    if random.randint(3) == 0:
        explainer["mask_string"] = pick("", "[MASK]", "x")
    if random.randint(3) == 0:
        explainer["kernel_width"] = pick(5, 40, 100)
    explain = {"num_samples": pick(50, 200, 600), "num_features": pick(1, 3, 6, 7, 10, 100)}
    if random.randint(3) == 0:
        explain["distance_metric"] = pick("euclidean", "manhattan", "cosine")
    if random.randint(3) == 0:
        explain["top_labels"] = 2
    return make(f"random-{seed}", seed, text, explainer, explain, pick(*REGRESSORS))


def check(folder):
    for path in sorted(Path(folder).glob("text-*.json")):
        case = json.loads(path.read_text())
        worst = difference(answer(case), case["expected"])
        print(path.name, f"{worst:.1e}")


def difference(got, expected):
    """Largest difference of numbers; infinite where anything else differs. Heads may be longer on one side."""
    if isinstance(expected, dict):
        return max([difference(got[key], value) for key, value in expected.items() if key in got and value is not None], default=0)
    if isinstance(expected, list):
        return max([difference(a, b) for a, b in zip(got, expected)], default=0)
    if isinstance(expected, (int, float)):
        # A single position may be written alone.
        return abs((got[0] if isinstance(got, list) else got) - expected)
    return 0 if got == expected else float("inf")


def write(folder, case):
    text = json.dumps(case, ensure_ascii=False, separators=(",", ":"))
    (Path(folder) / f"{case['case']}.json").write_text(text + "\n", encoding="utf-8")


if "--check" in sys.argv:
    check(sys.argv[2])
elif "--random" in sys.argv:
    for seed in range(int(sys.argv[3])):
        try:
            write(sys.argv[2], random_case(seed))
        except Exception as error:
            print(f"case {seed}: Python says {type(error).__name__}: {error}")
else:
    for number, (name, *question) in enumerate(OWN):
        write(FOLDER, make(f"own-{name}", 100 + number, *question))
