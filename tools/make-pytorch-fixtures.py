"""Small networks by PyTorch, exported by torch.onnx, each with PyTorch's own outputs.

Run from the root of the repository:

    python3 -m venv .venv
    .venv/bin/pip install torch onnx onnxscript
    .venv/bin/python tools/make-pytorch-fixtures.py

Each case is pytorch-NAME.onnx with pytorch-NAME.json (rows, or the numbers of pictures and series with their shape, and
the probabilities or values that PyTorch computes) in test/fixtures/models. The weights are random, with a fixed seed.
"""
import json
import pathlib
import warnings

import onnx
import torch
from torch import nn

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path("test/fixtures/models")


class Recurrent(nn.Module):
    """Series (batch, time, channels) through a bidirectional LSTM; two classes by softmax."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 4, batch_first=True, bidirectional=True)
        self.head = nn.Linear(8, 2)

    def forward(self, series):
        states, _ = self.lstm(series)
        return torch.softmax(self.head(states[:, -1]), dim=1)


def residual():
    """A picture (batch, 3, 12, 12) through a convolution, normalisation with running means, and pooling; three logits."""
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1, bias=False),
        nn.BatchNorm2d(6),
        nn.SiLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3, groups=2, stride=2),
        nn.GELU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(8, 3),
    )


CASES = {
    # name: network, input, its name, the axis that is free beside the batch, what its outputs become
    "table": (
        lambda: nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8), nn.ReLU(), nn.Linear(8, 1)),
        lambda: torch.randn(9, 4),
        "row",
        {},
    ),
    "image": (residual, lambda: torch.rand(5, 3, 12, 12), "image", {}),
    "series": (Recurrent, lambda: torch.randn(5, 20, 2), "series", {1: "time"}),
}


def main():
    for name, (build, draw, kind, free) in CASES.items():
        torch.manual_seed(7)
        network = build()
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                nn.init.uniform_(module.running_mean, -0.5, 0.5)
                nn.init.uniform_(module.running_var, 0.5, 2)
        network.eval()
        inputs = draw()
        with torch.no_grad():
            expected = network(inputs)
        path = FOLDER / f"pytorch-{name}.onnx"
        shapes = ({0: torch.export.Dim("batch"), **{axis: torch.export.Dim(text) for axis, text in free.items()}},)
        torch.onnx.export(
            network,
            (inputs,),
            path,
            input_names=["input"],
            output_names=["output"],
            dynamic_shapes=shapes,
            external_data=False,
            dynamo=True,
        )
        model = onnx.load(path)
        # Where each operation stood in this file's Python: of no use here, and half of the file.
        for node in model.graph.node:
            del node.metadata_props[:]
        for value in [*model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer]:
            del value.metadata_props[:]
        del model.graph.metadata_props[:]
        onnx.save(model, path)
        text = {
            "torch": torch.__version__.split("+")[0],
            "kind": kind,
            "shape": list(inputs.shape),
            "inputs": [round(float(one), 7) for one in inputs.flatten()],
            "expected": [[round(float(one), 7) for one in row] for row in expected],
        }
        (FOLDER / f"pytorch-{name}.json").write_text(json.dumps(text, separators=(",", ":")) + "\n")
        print(path, path.stat().st_size, "bytes", [node.op_type for node in model.graph.node])


main()
