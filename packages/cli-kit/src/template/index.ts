export { executeTemplate } from './execute.ts';
export { formatList, type ListSettings } from './format-list.ts';
export type { ExecuteOptions } from './machine.ts';
export type { Template } from './nodes.ts';
export { parseTemplate } from './parse.ts';
export { quote } from './quote.ts';
export type { TemplateErrors } from './template-error.ts';
