"""Trains the demo's classifier and writes demo/breast-cancer.onnx and demo/breast-cancer.csv.

Gradient-boosted trees (scikit-learn) on the Breast Cancer Wisconsin (Diagnostic) data, which scikit-learn ships:
W. Wolberg, O. Mangasarian, N. Street, W. Street (1995), UCI Machine Learning Repository, CC BY 4.0.

    pip install scikit-learn==1.2.1 skl2onnx
    python tools/make-demo-model.py
"""
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import train_test_split

folder = Path(__file__).parent.parent / "demo"
folder.mkdir(exist_ok=True)

data = load_breast_cancer()
names = [str(name) for name in data.feature_names]
classes = np.array(["malignant", "benign"])[data.target]
train_x, test_x, train_y, test_y = train_test_split(
    data.data, classes, test_size=0.25, random_state=0, stratify=classes
)
model = GradientBoostingClassifier(n_estimators=60, max_depth=3, learning_rate=0.2, random_state=0)
model.fit(train_x.astype(np.float32), train_y)
print("accuracy on 143 rows not trained on:", model.score(test_x.astype(np.float32), test_y))

onnx = to_onnx(
    model,
    initial_types=[("input", FloatTensorType([None, len(names)]))],
    options={"zipmap": False},
    target_opset=15,
)
(folder / "breast-cancer.onnx").write_bytes(onnx.SerializeToString())

lines = [",".join([*names, "diagnosis"])]
lines += [",".join([*(f"{value:.6g}" for value in row), label]) for row, label in zip(data.data, classes)]
(folder / "breast-cancer.csv").write_text("\n".join(lines) + "\n")
