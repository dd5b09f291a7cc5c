"""scikit-image's segmentations, as a reference for sodalime's: label maps for the tests, and times for the benchmark.

    python3.11 -m venv venv && venv/bin/pip install scikit-image==0.19.3 numpy==1.24.2 scipy==1.10.1
    venv/bin/python tools/segmentation-reference.py fixtures > test/fixtures/image/segmentation.json

Without an argument it answers JSON lines: {"image": {"shape": …, "dtype": …, "base64": …}} takes a picture,
{"algorithm": …, "parameters": {…}} segments it; the answer is {"ms": …, "labels": base64 of int32}. The times are taken in
here, around the one call.
"""

import base64
import inspect
import json
import sys
import time
import warnings

import numpy
import scipy
import skimage
from skimage.color import gray2rgb
from skimage.segmentation import felzenszwalb, find_boundaries, quickshift, slic

warnings.filterwarnings("ignore")
ALGORITHMS = {"quickshift": quickshift, "slic": slic, "felzenszwalb": felzenszwalb}


def main():
    if sys.argv[1:] == ["fixtures"]:
        json.dump(fixtures(), sys.stdout, separators=(",", ":"))
    else:
        answer_lines()


def answer_lines():
    image = None
    for line in sys.stdin:
        question = json.loads(line)
        if "image" in question:
            image = decode(question["image"])
            print(json.dumps({"ms": 0}), flush=True)
            continue
        algorithm, parameters = question["algorithm"], question["parameters"]
        if algorithm == "quickshift" and "random_seed" not in inspect.signature(quickshift).parameters:
            # scikit-image from 0.21 on: another generator, so other noise under the same seed, and a few other labels.
            parameters["rng"] = parameters.pop("random_seed")
        began = time.perf_counter()
        labels = ALGORITHMS[algorithm](image, **parameters)
        ms = (time.perf_counter() - began) * 1000
        answer = {"ms": ms, "labels": encode(labels.astype("int32"))["base64"]}
        print(json.dumps(answer), flush=True)


def fixtures():
    versions = {"scikit-image": skimage.__version__, "numpy": numpy.__version__, "scipy": scipy.__version__}
    return {"reference": versions, "cases": list(cases())}


def cases():
    """Pictures that come out of formulas and a seed, and what the reference makes of them."""
    drawn = drawing(28, 20, seed=1)
    yield case("bytes", drawn, QUICKSHIFT + SLIC + FELZENSZWALB)
    yield case("floats", drawing(17, 24, seed=2) / 255, QUICKSHIFT[:2] + SLIC[:2] + FELZENSZWALB[:2])
    yield case("floats up to 255", drawing(15, 20, seed=3).astype(float), QUICKSHIFT[:1] + SLIC[:1] + FELZENSZWALB[:1])
    yield case("grey", drawing(18, 27, seed=4)[..., 0], QUICKSHIFT[:1] + SLIC[:1] + FELZENSZWALB[:1])
    rgba = numpy.concatenate([drawing(16, 16, seed=5), drawing(16, 16, seed=6)[..., :1]], axis=-1)
    yield case("RGBA", rgba, SLIC[:2] + FELZENSZWALB[:2])
    yield case("wide", drawing(5, 70, seed=7), QUICKSHIFT[:2] + SLIC[:2] + FELZENSZWALB[:2])
    yield case("tall", drawing(60, 3, seed=8), QUICKSHIFT[:2] + SLIC[:2] + FELZENSZWALB[:2])
    yield case("one row", drawing(1, 40, seed=9), QUICKSHIFT[:1] + SLIC[:1] + FELZENSZWALB[:1])
    one_colour = numpy.full((20, 20, 3), 77, dtype="uint8")
    yield case("one colour", one_colour, QUICKSHIFT + SLIC + FELZENSZWALB)
    yield case("one pixel", one_colour[:1, :1], QUICKSHIFT[:1] + SLIC[:1] + FELZENSZWALB[:1])


QUICKSHIFT = [
    ("quickshift", {"kernel_size": 4, "max_dist": 200, "ratio": 0.2, "sigma": 0, "random_seed": 8}),
    ("quickshift", {"kernel_size": 1, "max_dist": 6, "ratio": 1.0, "sigma": 0.7, "random_seed": 0}),
    ("quickshift", {"kernel_size": 2.5, "max_dist": 12, "ratio": 0.5, "sigma": 0, "random_seed": 2147483647}),
]
SLIC = [
    ("slic", {"n_segments": 12, "compactness": 10, "sigma": 1, "start_label": 0}),
    ("slic", {"n_segments": 25, "compactness": 1, "sigma": 0, "start_label": 1}),
    ("slic", {"n_segments": 9, "compactness": 30, "max_num_iter": 3, "start_label": 1, "enforce_connectivity": False}),
    ("slic", {"n_segments": 200, "compactness": 0.1, "start_label": 1}),
]
FELZENSZWALB = [
    ("felzenszwalb", {"scale": 100, "sigma": 0.5, "min_size": 30}),
    ("felzenszwalb", {"scale": 20, "sigma": 0, "min_size": 0}),
    ("felzenszwalb", {"scale": 1, "sigma": 0.8, "min_size": 20}),
]


def drawing(height, width, seed):
    """A disc, a bar and a slope in coarse colours (so that many differences are equal), with some noise."""
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[:height, :width]
    disc = (y - height / 2) ** 2 + (x - width / 3) ** 2 < (min(height, width) / 3) ** 2
    bar = x > 0.7 * width
    channels = [40 * (y // 4) + 120 * disc, 15 * (x // 3) + 90 * bar, 160 * disc + 60 * bar]
    noise = random.integers(0, 4, size=(height, width, 3)) * 7
    return numpy.clip(numpy.stack(channels, axis=-1) + noise, 0, 255).astype("uint8")


def case(name, image, runs):
    results = []
    for algorithm, parameters in runs:
        # Python LIME turns grey pictures into RGB before it segments them.
        colours = gray2rgb(image) if image.ndim == 2 else image
        labels = ALGORITHMS[algorithm](colours, **parameters)
        labels = numpy.unique(labels, return_inverse=True)[1].reshape(image.shape[:2])
        result = {"algorithm": algorithm, "parameters": parameters, "segments": int(labels.max()) + 1}
        results.append({**result, "labels": runs_of(labels)})
    # int64 labels would overflow inside find_boundaries' minimum filter, and mark some object pixels beside background.
    labels = labels.astype("int32")
    modes = ("thick", "inner", "outer")
    edges = {mode: runs_of(find_boundaries(labels, mode=mode).astype(int)) for mode in modes}
    return {"name": name, "image": encode(image), "results": results, "boundaries_of_last": edges}


def runs_of(labels):
    flat = labels.ravel()
    starts = numpy.flatnonzero(numpy.concatenate([[True], flat[1:] != flat[:-1]]))
    lengths = numpy.diff(numpy.concatenate([starts, [flat.size]]))
    return numpy.stack([flat[starts], lengths], axis=1).ravel().tolist()


def encode(array):
    data = base64.b64encode(numpy.ascontiguousarray(array).tobytes()).decode()
    return {"shape": array.shape, "dtype": str(array.dtype), "base64": data}


def decode(picture):
    data = numpy.frombuffer(base64.b64decode(picture["base64"]), dtype=picture["dtype"])
    return data.reshape(picture["shape"])


main()
