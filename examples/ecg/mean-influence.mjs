/**
 * Many explanations as one: the mean series with the mean weight of each segment, in the form of an explanation, so that
 * everything that draws explanations draws it.
 *
 * All must have the same segments, as `uniform` segmentation of series of one length gives.
 */
export function meanInfluence(explanations) {
  const [first] = explanations
  const [label] = first.labels
  const mean = (numberOf) =>
    explanations.reduce((sum, one) => sum + numberOf(one), 0) / explanations.length
  const weightOf = (explanation, feature) =>
    explanation.labels[0].weights.find((one) => one.feature === feature)?.weight ?? 0
  const weights = first.features
    .map((_, feature) => ({ feature, weight: mean((one) => weightOf(one, feature)) }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
  const { replacement: _, ...instance } = first.instance
  return {
    ...first,
    instance: {
      ...instance,
      values: instance.values.map((channel, c) =>
        channel.map((__, t) => mean((one) => one.instance.values[c][t])),
      ),
    },
    prediction: first.prediction.map((__, c) => mean((one) => one.prediction[c])),
    labels: [
      {
        ...label,
        name: `${label.name}, mean of ${explanations.length}`,
        prediction: mean((one) => one.labels[0].prediction),
        localPrediction: mean((one) => one.labels[0].localPrediction),
        intercept: mean((one) => one.labels[0].intercept),
        score: mean((one) => one.labels[0].score),
        heldOutScore: mean((one) => one.labels[0].heldOutScore ?? 0),
        weights,
      },
    ],
  }
}
