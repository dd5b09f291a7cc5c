"""Explains the rows of a data frame with Spark: each partition is piped through one sodalime worker.

    spark-submit examples/spark/explain.py MODEL TRAINING_CSV TARGET INPUT OUT

The worker (`sodalime`, or what SODALIME names) must be installed on every machine; MODEL and TRAINING_CSV must be there too.
Order within a partition is kept, and the pipe's back-pressure is Spark's own. OUT gets one JSON explanation a line.
"""
import json
import os
import shlex
import sys

from pyspark.sql import SparkSession


def main(model, training, target, source, out):
    spark = SparkSession.builder.appName("sodalime").getOrCreate()
    rows = spark.read.csv(source, header=True, inferSchema=True).drop(target)
    worker = os.environ.get("SODALIME", "sodalime")
    options = ["--model", model, "--data", training, "--target", target, "--num-samples", "500"]
    command = f"{worker} worker --stdio tabular --quiet " + shlex.join(options)
    # A worker for each partition: as many as there are cores.
    rows = rows.repartition(spark.sparkContext.defaultParallelism)
    lines = rows.rdd.map(lambda row: json.dumps(row.asDict()))
    # Without "check" a worker that ends with an error would only make its partition shorter.
    lines.pipe(command, checkCode=True).saveAsTextFile(out)
    answers = spark.read.json(out)
    failed = answers.where("error IS NOT NULL").count() if "error" in answers.columns else 0
    print(f"{answers.count()} rows, {failed} failed, {lines.getNumPartitions()} partitions")
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:6])
