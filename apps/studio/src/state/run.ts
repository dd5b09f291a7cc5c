/**
 * One explanation on its way: what was asked, how far it is, what is known.
 *
 * A run that is stopped or fails keeps the explanation of what the model had answered by then.
 */
import { type Signal, signal } from '@preact/signals'
import type { ExplanationData } from 'sodalime'
import type { Failure, Finding, RunEvent, Setup, Subject } from 'sodalime/workbench'
import { failureFrom } from '../backend/backend.ts'
import { backend } from './studio.ts'

/** A run. */
export interface Run {
  readonly setup: Setup
  readonly status: 'waiting' | 'running' | 'done' | 'failed' | 'stopped'
  /** Runs that wait before this one. */
  readonly before: number
  readonly done: number
  readonly total: number
  readonly secondsLeft: number | null
  readonly explanation?: ExplanationData
  /** The true label, where it is known. */
  readonly truth?: string
  readonly failure?: Failure
}

/** A run and the way to stop it. */
export interface RunControl {
  readonly run: Signal<Run>
  readonly stop: () => void
  /** Resolves with the last state. */
  readonly ended: Promise<Run>
}

/** Starts a run. */
export function startRun(setup: Setup): RunControl {
  const controller = new AbortController()
  const run = signal<Run>({
    ...{ setup, status: 'running', before: 0, done: 0, total: 0 },
    secondsLeft: null,
  })
  const update = (changes: Partial<Run>) => {
    run.value = { ...run.value, ...changes }
  }
  let subject: Subject | undefined
  const whole = (finding: Finding): ExplanationData => ({ ...finding, ...subject! })
  const take = (event: RunEvent) => {
    // What was on its way when the run was stopped changes nothing any more.
    if (controller.signal.aborted) return
    switch (event.type) {
      case 'waiting':
        return update({ status: 'waiting', before: event.before })
      case 'progress': {
        const { done, total } = event.progress
        return update({ status: 'running', done, total, secondsLeft: event.secondsLeft })
      }
      case 'subject':
        subject = event.subject
        return undefined
      case 'partial':
        return update({ status: 'running', explanation: whole(event.finding) })
      case 'done': {
        const { finding, truth } = event
        const explanation = whole(finding)
        return update({ status: 'done', explanation, ...(truth !== undefined && { truth }) })
      }
      case 'failed':
        return update({ status: 'failed', failure: event.failure })
    }
  }
  const ended = backend()
    .explain(setup, controller.signal, take)
    .then(() => {
      const { status } = run.value
      if (status === 'running' || status === 'waiting') {
        const message = 'The answer broke off before its end.'
        update({ status: 'failed', failure: { name: 'Disconnected', message } })
      }
    })
    .catch((error: unknown) => {
      if (controller.signal.aborted) return
      update({ status: 'failed', failure: failureFrom(error) })
    })
    .then(() => run.value)
  return {
    run,
    ended,
    stop: () => {
      if (run.value.status !== 'running' && run.value.status !== 'waiting') return
      update({ status: 'stopped' })
      controller.abort(new Error('stopped'))
    },
  }
}

/** Whether a run goes on. */
export function isActive({ status }: Run): boolean {
  return status === 'running' || status === 'waiting'
}
