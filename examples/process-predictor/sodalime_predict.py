"""Serve any Python model to sodalime: `serve(model)` answers batches on stdin until stdin ends.

`model` is an object with predict_proba or predict, or a plain function of a batch (a list of instances).
"""
import json
import os
import sys


def serve(model, task=None, class_names=None, prepare=None):
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")  # keeps stdout for answers:
    os.dup2(2, 1)  # what the model prints goes to stderr
    ask = getattr(model, "predict_proba", None) or getattr(model, "predict", None) or model
    if task is None and hasattr(model, "predict_proba"):
        task = "classification"
    if class_names is None and hasattr(model, "classes_"):
        class_names = [str(name) for name in model.classes_]
    for line in open(0, encoding="utf-8"):
        request = json.loads(line)
        answer = {"id": request["id"], "outputs": []}
        if "protocol" in request:
            answer.update({"task": task, "classNames": class_names})
        try:
            if request["inputs"]:
                inputs = request["inputs"] if prepare is None else prepare(request["inputs"])
                outputs = ask(inputs)
                answer["outputs"] = outputs.tolist() if hasattr(outputs, "tolist") else outputs
        except Exception as error:
            answer = {"id": request["id"], "error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
