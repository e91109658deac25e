import type { Dockerfile, FromInstruction, Instruction } from '../dockerfile/instruction.ts';
import type { Range } from '../dockerfile/range.ts';
import { mergeOptions, optionsInComments } from './check-options.ts';
import type { CheckOptions } from './check-options.ts';
import { isExperimental, rules, ruleUrl } from './rules.ts';
import type { RuleName } from './rules.ts';

/** Something that a rule says of a Dockerfile. */
export interface Finding {
  readonly rule: RuleName;
  /** In BuildKit's words. */
  readonly message: string;
  readonly description: string;
  readonly url: string;
  readonly range: Range;
}

/** An instruction as rules see it. */
export type Linted = Instruction | FromInstruction;

/** What rules tell: once what is said twice of the same, and not what is to be skipped there. */
export interface Report {
  readonly findings: readonly Finding[];
  add(rule: RuleName, at: Pick<Linted, 'range'>, message: string): void;
}

export function createReport(dockerfile: Dockerfile, options: CheckOptions): Report {
  const findings = new Map<string, Finding>();
  return {
    get findings() {
      const all = [...findings.values()];
      return all.toSorted((a, b) => a.range.start.line - b.range.start.line);
    },
    add: (rule, { range }, message) => {
      const comments = dockerfile.comments.get(range.start.line) ?? [];
      if (!isWanted(rule, mergeOptions(options, optionsInComments(comments)))) return;
      const { description } = rules[rule];
      const key = `${range.start.line} ${rule} ${message}`;
      findings.set(key, { rule, message, description, url: ruleUrl(rule), range });
    },
  };
}

function isWanted(rule: RuleName, { skip, experimental }: CheckOptions): boolean {
  if (isExperimental(rule)) return experimental === 'all' || experimental.has(rule);
  return skip !== 'all' && !skip.has(rule);
}

/** The instruction's first word, as written. */
export function writtenKeyword({ text }: Pick<Linted, 'text'>): string {
  return /^\S*/.exec(text)?.[0] ?? '';
}
