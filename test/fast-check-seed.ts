/**
 * Property tests draw the same cases at every run, so that a run that failed fails again. `FAST_CHECK_SEED` tries other
 * ones: an integer, or `random`.
 */
import fc from 'fast-check'

const asked = process.env.FAST_CHECK_SEED ?? '1'
if (asked !== 'random') fc.configureGlobal({ seed: Number(asked) })
