"""Makes test/fixtures/math/linear-models.json: what scikit-learn answers to small weighted problems.

Written with Python 3.11, scikit-learn 1.2.1, NumPy 1.24.2, SciPy 1.10.1:

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.2.1 numpy==1.24.2 scipy==1.10.1
    venv/bin/python tools/make-surrogate-fixtures.py > test/fixtures/math/linear-models.json
"""

import json
import sys

import numpy
import scipy
import sklearn
from sklearn.linear_model import Lasso, LinearRegression, Ridge, lars_path
from sklearn.metrics import pairwise_distances, r2_score
from sklearn.tree import DecisionTreeRegressor


def linear(model):
    return {"coefficients": model.coef_.tolist(), "intercept": float(model.intercept_)}


def problem(name, X, y, w):
    root = numpy.sqrt(w)[:, None]
    Xs = (X - numpy.average(X, axis=0, weights=w)) * root
    ys = (y - numpy.average(y, weights=w)) * root[:, 0]
    alphas, _, coefs = lars_path(Xs, ys, method="lasso")
    lasso = {
        str(a): linear(Lasso(alpha=a, tol=1e-14, max_iter=1_000_000).fit(X, y, sample_weight=w))
        for a in (0.001, 0.01, 0.1)
    }
    ridge = {str(a): linear(Ridge(alpha=a).fit(X, y, sample_weight=w)) for a in (0.01, 1, 10)}
    predicted = Ridge(alpha=1).fit(X, y, sample_weight=w).predict(X)
    # scikit-learn draws the order of features: only trees on which all orders agree are of use.
    trees = [
        DecisionTreeRegressor(max_depth=3, min_samples_leaf=3, random_state=r).fit(X, y, sample_weight=w)
        for r in range(20)
    ]
    tree = trees[0]
    assert all(numpy.allclose(t.feature_importances_, tree.feature_importances_) for t in trees), name
    return {
        "name": name,
        "X": X.tolist(),
        "y": y.tolist(),
        "w": w.tolist(),
        "ridge": ridge,
        "ols": linear(LinearRegression().fit(X, y, sample_weight=w)),
        "lasso": lasso,
        "lars": {"alphas": alphas.tolist(), "coefficients": coefs.T.tolist()},
        "r2OfRidge1": float(r2_score(y, predicted, sample_weight=w)),
        "tree": {
            "predicted": tree.predict(X).tolist(),
            "importances": tree.feature_importances_.tolist(),
        },
        "distances": {
            metric: pairwise_distances(X, X[:1], metric=metric).ravel().tolist()
            for metric in ("euclidean", "cosine", "manhattan", "chebyshev")
        },
    }


def main():
    random = numpy.random.RandomState(5)
    values = random.normal(size=(18, 5)).round(3)
    w = random.uniform(0.05, 1, size=18).round(3)
    y = (values @ [1.5, -2.0, 0.0, 0.7, 0.3] + random.normal(scale=0.3, size=18)).round(3)

    bits = random.randint(0, 2, size=(24, 6)).astype(float)
    bits[0] = 1
    bits[3] = 0
    wb = numpy.sqrt(numpy.exp(-((bits[0] - bits) ** 2).sum(1) / 4.0)).round(6)
    yb = (0.2 + bits @ [0.4, -0.3, 0.2, 0.1, 0.0, 0.05] + 0.1 * bits[:, 0] * bits[:, 1]).round(3)
    yb = (yb + random.normal(scale=0.05, size=24)).round(4)

    offset = values * [1, 10, 100, 0.1, 1] + [1000, 0, -5, 0, 1]
    heavy = w * 1e-6
    heavy[0] = 1.0

    json.dump(
        {
            "made": {
                "sklearn": sklearn.__version__,
                "numpy": numpy.__version__,
                "scipy": scipy.__version__,
            },
            "problems": [
                problem("values", values, y, w),
                problem("bits", bits, yb, wb),
                problem("columns of different scale, nearly all weight on row 0", offset, y, heavy),
            ],
        },
        sys.stdout,
    )
    print()


main()
