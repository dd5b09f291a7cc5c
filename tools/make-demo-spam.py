"""The model of `sodalime demo text`: which words make a message spam.

    SODALIME_DATA=../shared/data python tools/make-demo-spam.py

Reads `text/SMSSpamCollection` of the data folder: T. Almeida, J. Hidalgo (2012), SMS Spam Collection, UCI Machine
Learning Repository, doi 10.24432/C5CC84, CC BY 4.0. Writes demo/spam.onnx: TF-IDF of words and pairs of words and a
logistic regression, from a tensor of strings to class probabilities. The messages themselves are not copied.

Made with scikit-learn 1.2.1, skl2onnx 1.20.0, onnxruntime 1.31.1.
"""
import os
from pathlib import Path

import numpy as np
import onnxruntime as ort
from skl2onnx import to_onnx
from skl2onnx.common.data_types import StringTensorType
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("SODALIME_DATA", ROOT.parent / "shared" / "data"))
MODEL = ROOT / "demo" / "spam.onnx"


def main():
    # Not splitlines: some messages hold other line separators.
    lines = (DATA / "text" / "SMSSpamCollection").read_text(encoding="utf-8").strip().split("\n")
    rows = [line.split("\t", 1) for line in lines if line.startswith(("ham\t", "spam\t"))]
    labels, texts = zip(*rows)
    classes = np.array(labels)
    train, test, y_train, y_test = train_test_split(
        np.array(texts), classes, test_size=0.2, random_state=0, stratify=classes
    )
    pipeline = make_pipeline(
        # A pattern that scikit-learn and ONNX Runtime read alike.
        TfidfVectorizer(max_features=3000, token_pattern="[a-zA-Z0-9]+", min_df=3, sublinear_tf=False),
        LogisticRegression(C=20, max_iter=1000),
    )
    pipeline.fit(train, y_train)
    predicted = pipeline.predict(test)
    spam = y_test == "spam"
    print(f"accuracy {np.mean(predicted == y_test):.4f} on {len(test)} messages not seen")
    print(f"spam found {np.mean(predicted[spam] == 'spam'):.3f}, false alarms {np.mean(predicted[~spam] == 'spam'):.4f}")

    model = to_onnx(
        pipeline,
        initial_types=[("message", StringTensorType([None, 1]))],
        # Every machine has the locale C; the default, en_US, many containers lack.
        options={TfidfVectorizer: {"locale": "C"}, LogisticRegression: {"zipmap": False}},
        target_opset=15,
    )
    MODEL.write_bytes(model.SerializeToString())
    session = ort.InferenceSession(MODEL.read_bytes())
    answers = session.run(["probabilities"], {"message": test.reshape(-1, 1)})[0]
    apart = np.abs(answers - pipeline.predict_proba(test)).max()
    assert apart < 1e-4, apart
    print(f"{MODEL.name}: {MODEL.stat().st_size} bytes, at most {apart:.1e} from scikit-learn")


main()
