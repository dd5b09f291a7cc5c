/**
 * The workbench of the studio: what its server, its page and its worker share. Models and data by id, explanations with
 * progress, the options with their help, and the command line and code that do the same.
 */
export * from './check-setup.ts'
export * from './demos.ts'
export * from './equivalent.ts'
export { failureOf } from './failure.ts'
export * from './options.ts'
export * from './protocol.ts'
export * from './read-data.ts'
export * from './site.ts'
export * from './switched.ts'
export { LIMITS, type NewData, type NewModel, Workbench } from './workbench.ts'
