export { judge } from './bar.ts';
export type { Bar, Verdict } from './bar.ts';
export { formatRow, reportOf } from './report.ts';
export type { ReportLine } from './report.ts';
export type { Figure, Row } from './row.ts';
export { ratioOf, summarize } from './statistics.ts';
export type { Summary } from './statistics.ts';
