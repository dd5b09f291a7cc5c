/** The ECG path: filters, R peaks, beats, and networks trained here. */
export {
  type BeatOptions,
  type Beats,
  cutBeats,
  resample,
  type Split,
  splitByPatient,
  splitByTime,
  standardise,
} from './beats.ts'
export { encodeSeriesModel } from './encode-series-model.ts'
export { bandPass, notch, removeBaseline } from './filter.ts'
export { targetsOf } from './labelled-series.ts'
export { findRPeaks } from './r-peaks.ts'
export {
  beatsOfRecord,
  joinDatasets,
  type RecordBeatOptions,
  type RecordBeats,
  takeSeries,
} from './record-beats.ts'
export {
  describeSeriesModel,
  reportTraining,
  type SeriesModelDescription,
  saveSeriesModel,
  type TrainingReport,
} from './save-series-model.ts'
export { type ClassScores, type Scores, scoreClasses } from './scores.ts'
export {
  type EpochReport,
  type TrainedSeriesClassifier,
  type TrainSeriesOptions,
  trainSeriesClassifier,
} from './train-series.ts'
