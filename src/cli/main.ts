#!/usr/bin/env node
/** The command `sodalime`, in this process: its words, its outputs, its Ctrl-C, its exit code. */
import { processContext } from './context.ts'
import { listenForInterrupts } from './interrupt.ts'
import { runCommandLine } from './program.ts'

const interrupts = listenForInterrupts()
try {
  process.exitCode = await runCommandLine(process.argv.slice(2), processContext(interrupts.signal))
} finally {
  interrupts.stop()
}
