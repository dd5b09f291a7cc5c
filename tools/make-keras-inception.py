"""InceptionV3 by Keras itself, in .h5 and .keras, with its own outputs, to be compared with sodalime's:

    python -m venv keras3 && keras3/bin/pip install 'keras>=3.5' jax h5py          (Keras 3)
    python -m venv keras2 && keras2/bin/pip install 'tensorflow-cpu==2.15.*'       (Keras 2)
    keras3/bin/python tools/make-keras-inception.py FOLDER
    npx tsx tools/compare-keras-inception.ts FOLDER

The files (96 MB each) are not part of the repository. The weights are random: normalisation with means and variances that
differ, and a last layer scaled so that no class takes all; two pictures of noise.
"""
import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
import numpy as np

try:
    from tensorflow import keras

    TAG = "k2"
except ImportError:
    import keras

    TAG = "k3"

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
keras.utils.set_random_seed(3)
random = np.random.default_rng(5)
model = keras.applications.InceptionV3(weights=None, classes=1000)
for layer in model.layers:
    if layer.__class__.__name__ == "BatchNormalization":
        *means, variances = layer.get_weights()
        drawn = [random.normal(0, 0.1, mean.shape) for mean in means] + [random.uniform(0.05, 0.3, variances.shape)]
        layer.set_weights([one.astype("float32") for one in drawn])
pictures = random.uniform(-1, 1, (2, 299, 299, 3)).astype("float32")
head = model.layers[-1]
features = keras.Model(model.inputs, model.layers[-2].output).predict(pictures, verbose=0)
kernel, bias = head.get_weights()
head.set_weights([(kernel * 3 / (features @ kernel + bias).std()).astype("float32"), bias])
for ending in ("h5", "keras"):
    model.save(f"{folder}/inception_v3.{TAG}.{ending}")
expected = model.predict(pictures, verbose=0)
pictures.tofile(f"{folder}/{TAG}.f32")
with open(f"{folder}/{TAG}.json", "w") as file:
    json.dump(expected.tolist(), file)
print(TAG, expected.max(axis=1))
