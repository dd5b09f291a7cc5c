"""Trains the demo's beat classifier and writes demo/beats.onnx and demo/beats.tsv.

Heartbeats of SciPy's electrocardiogram: five minutes of record 208, lead MLII, of the MIT-BIH Arrhythmia Database
(Moody and Mark 2001; PhysioNet, Goldberger et al. 2000; Open Data Commons Attribution License v1.0), 360 Hz, in mV.

The excerpt carries no labels, so the task is one whose labels can be measured: is the main deflection of a beat narrow
or wide? Its width at half height has two clear peaks in this record (about 30 and 85 ms); beats below 50 ms are called
narrow, beats above 65 ms wide, the few between are left out. Wide beats are mostly ventricular ones, but that is not
what the labels say.

1. Band-pass 0.5 to 40 Hz, find beats, cut 0.3 s before to 0.4 s after the deflection, thin to 120 Hz: 84 steps.
2. Train a small convolutional network (two layers, global maximum, softmax) by Adam, on the first three quarters of the
   recording. No framework is needed: the gradients are written out below.
3. Write it as ONNX, with input (n, 84, 1) as Keras has it, and the beats of the last quarter in UCR form.

    pip install numpy==1.24.2 scipy==1.10.1 onnx==1.14.1
    python tools/make-demo-beats.py
"""
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from scipy import signal
from scipy.misc import electrocardiogram

RATE = 360
THIN = 3
BEFORE, AFTER = 108, 144
KERNEL, FILTERS = 9, (8, 16)
folder = Path(__file__).parent.parent / "demo"
random = np.random.RandomState(0)


def beats():
    """Beats (n, 84) in mV, and 1 for wide ones; in order of time, with their places."""
    raw = electrocardiogram()
    wave = signal.filtfilt(*signal.butter(2, [0.5, 40], "bandpass", fs=RATE), raw)
    steep = signal.filtfilt(*signal.butter(2, [5, 25], "bandpass", fs=RATE), raw)
    energy = np.convolve(np.abs(steep), np.ones(36) / 36, "same")
    places, _ = signal.find_peaks(energy, height=0.25 * np.percentile(energy, 99), distance=108)
    kept, labels, at = [], [], []
    for place in places:
        if place < BEFORE + 60 or place > len(raw) - AFTER - 60:
            continue
        peak = place - 40 + int(np.argmax(np.abs(wave[place - 40 : place + 40])))
        width = width_at_half_height(wave, peak)
        if 50 <= width <= 65:
            continue
        kept.append(wave[peak - BEFORE : peak + AFTER : THIN])
        labels.append(int(width > 65))
        at.append(peak)
    return np.array(kept), np.array(labels), np.array(at)


def width_at_half_height(wave, peak):
    sign, half = np.sign(wave[peak]), abs(wave[peak]) / 2
    left = right = peak
    while sign * wave[left] > half:
        left -= 1
    while sign * wave[right] > half:
        right += 1
    return 1000 * (right - left) / RATE


def windows(x):
    """(n, channels, steps) as (n, steps - KERNEL + 1, channels * KERNEL)."""
    view = np.lib.stride_tricks.sliding_window_view(x, KERNEL, axis=2)
    return view.transpose(0, 2, 1, 3).reshape(x.shape[0], -1, x.shape[1] * KERNEL)


def forward(x, p):
    columns1 = windows(x)
    hidden1 = np.maximum(0, columns1 @ p["w1"] + p["b1"])
    columns2 = windows(hidden1.transpose(0, 2, 1))
    hidden2 = np.maximum(0, columns2 @ p["w2"] + p["b2"])
    best = hidden2.argmax(axis=1)
    pooled = np.take_along_axis(hidden2, best[:, None], axis=1)[:, 0]
    logits = pooled @ p["w3"] + p["b3"]
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True), (columns1, hidden1, columns2, hidden2, best, pooled)


def gradients(x, y, p):
    probabilities, (columns1, hidden1, columns2, hidden2, best, pooled) = forward(x, p)
    n = len(x)
    d_logits = probabilities.copy()
    d_logits[np.arange(n), y] -= 1
    d_logits /= n
    g = {"w3": pooled.T @ d_logits, "b3": d_logits.sum(0)}
    d_pooled = d_logits @ p["w3"].T
    d_hidden2 = np.zeros_like(hidden2)
    np.put_along_axis(d_hidden2, best[:, None], d_pooled[:, None], axis=1)
    d_hidden2 *= hidden2 > 0
    g["w2"] = np.einsum("nti,ntj->ij", columns2, d_hidden2)
    g["b2"] = d_hidden2.sum((0, 1))
    d_columns2 = (d_hidden2 @ p["w2"].T).reshape(n, hidden2.shape[1], FILTERS[0], KERNEL)
    d_hidden1 = np.zeros_like(hidden1)
    for k in range(KERNEL):
        d_hidden1[:, k : k + hidden2.shape[1]] += d_columns2[..., k]
    d_hidden1 *= hidden1 > 0
    g["w1"] = np.einsum("nti,ntj->ij", columns1, d_hidden1)
    g["b1"] = d_hidden1.sum((0, 1))
    return g


def train(x, y):
    p = {
        "w1": random.normal(0, np.sqrt(2 / KERNEL), (KERNEL, FILTERS[0])),
        "b1": np.zeros(FILTERS[0]),
        "w2": random.normal(0, np.sqrt(2 / (KERNEL * FILTERS[0])), (KERNEL * FILTERS[0], FILTERS[1])),
        "b2": np.zeros(FILTERS[1]),
        "w3": random.normal(0, np.sqrt(1 / FILTERS[1]), (FILTERS[1], 2)),
        "b3": np.zeros(2),
    }
    first = {name: np.zeros_like(value) for name, value in p.items()}
    second = {name: np.zeros_like(value) for name, value in p.items()}
    step = 0
    for _ in range(60):
        for rows in np.array_split(random.permutation(len(x)), len(x) // 32):
            # Shifted and scaled a little, so that neither place nor size decides.
            batch = np.stack([np.roll(x[i], random.randint(-4, 5)) for i in rows]) * random.uniform(0.8, 1.25, (len(rows), 1))
            step += 1
            for name, g in gradients(batch[:, None, :], y[rows], p).items():
                g = g + 1e-3 * p[name]
                first[name] = 0.9 * first[name] + 0.1 * g
                second[name] = 0.999 * second[name] + 0.001 * g**2
                change = first[name] / (1 - 0.9**step) / (np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8)
                p[name] -= 0.003 * change
    return p


def write_onnx(p, path, steps):
    def constant(name, value):
        return numpy_helper.from_array(np.ascontiguousarray(value, dtype=np.float32), name)

    graph = helper.make_graph(
        [
            helper.make_node("Transpose", ["beat"], ["series"], perm=[0, 2, 1]),
            helper.make_node("Conv", ["series", "w1", "b1"], ["c1"]),
            helper.make_node("Relu", ["c1"], ["h1"]),
            helper.make_node("Conv", ["h1", "w2", "b2"], ["c2"]),
            helper.make_node("Relu", ["c2"], ["h2"]),
            helper.make_node("GlobalMaxPool", ["h2"], ["pooled"]),
            helper.make_node("Flatten", ["pooled"], ["flat"]),
            helper.make_node("Gemm", ["flat", "w3", "b3"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        ],
        "beats",
        [helper.make_tensor_value_info("beat", TensorProto.FLOAT, ["n", steps, 1])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 2])],
        [
            constant("w1", p["w1"].T.reshape(FILTERS[0], 1, KERNEL)),
            constant("b1", p["b1"]),
            constant("w2", p["w2"].T.reshape(FILTERS[1], FILTERS[0], KERNEL)),
            constant("b2", p["b2"]),
            constant("w3", p["w3"]),
            constant("b3", p["b3"]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


x, y, at = beats()
late = at > 0.75 * at.max()
p = train(x[~late], y[~late])
for name, rows in (("trained on", ~late), ("not trained on", late)):
    answers = forward(x[rows][:, None, :], p)[0].argmax(1)
    print(f"accuracy on {rows.sum()} beats {name} ({y[rows].sum()} wide): {(answers == y[rows]).mean():.3f}")
write_onnx(p, folder / "beats.onnx", x.shape[1])
names = np.array(["narrow", "wide"])
lines = ["\t".join([names[label], *(f"{value:.4f}" for value in beat)]) for beat, label in zip(x[late], y[late])]
(folder / "beats.tsv").write_text("\n".join(lines) + "\n")
