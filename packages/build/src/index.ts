export { BuildError } from './build-error.ts';
export type { BuildErrorCode, BuildErrorFields } from './build-error.ts';
export type { BuildEvent, MissReason, Step } from './build-event.ts';
export type { Match, SelectedEntry, Selection, SourceTree, Wanted } from './context/source.ts';
export type * from './dockerfile/instruction.ts';
export type { Position, Range } from './dockerfile/range.ts';
