import { parseGoDuration } from '@ctrkit/oci';
import type { HealthcheckInstruction } from './instruction.ts';
import { commandOf } from './parse-run.ts';
import { readFlags } from './read-flags.ts';
import type { Statement } from './statement.ts';

const SHORTEST = 1e6;
const MOST_RETRIES = 2 ** 31 - 1;

/** https://docs.docker.com/reference/dockerfile/#healthcheck */
export function parseHealthcheck(statement: Statement): HealthcheckInstruction {
  const { text, range, args } = statement;
  const [type, ...rest] = args;
  if (type === undefined) throw statement.error('HEALTHCHECK requires at least one argument');
  const isNone = type.toUpperCase() === 'NONE';
  if (isNone && rest.length > 0) throw statement.error('HEALTHCHECK NONE takes no arguments');
  // With NONE docker does not look at them.
  const flags = readFlags(isNone ? { ...statement, flags: [] } : statement, {
    interval: 'string',
    timeout: 'string',
    'start-period': 'string',
    'start-interval': 'string',
    retries: 'string',
  });
  const duration = (name: Exclude<keyof typeof flags, 'retries'>): number | undefined =>
    durationOf(statement, name, flags[name]);
  return {
    keyword: 'HEALTHCHECK',
    text,
    range,
    command: isNone ? undefined : healthCommand(statement, type, rest),
    interval: duration('interval'),
    timeout: duration('timeout'),
    startPeriod: duration('start-period'),
    startInterval: duration('start-interval'),
    retries: retriesOf(statement, flags.retries),
  };
}

function healthCommand(
  statement: Statement,
  type: string,
  rest: readonly string[],
): HealthcheckInstruction['command'] {
  if (type.toUpperCase() !== 'CMD') {
    const shown = JSON.stringify(type.toUpperCase());
    throw statement.error(`Unknown type ${shown} in HEALTHCHECK (try CMD)`);
  }
  if (rest.length === 0) throw statement.error('Missing command after HEALTHCHECK CMD');
  return commandOf(statement, rest);
}

function durationOf(
  statement: Statement,
  name: string,
  text: string | undefined,
): number | undefined {
  if (text === undefined || text === '') return undefined;
  const duration = parseGoDuration(text);
  if (duration === undefined) {
    throw statement.error(`time: ${goProblem(text)}`);
  }
  if (duration !== 0 && duration < SHORTEST) {
    throw statement.error(`Interval ${JSON.stringify(name)} cannot be less than 1ms`);
  }
  return duration;
}

// Go's words for it.
function goProblem(text: string): string {
  const shown = JSON.stringify(text);
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(text)) return `missing unit in duration ${shown}`;
  const [, unit] = /^[-+]?(?:\d+\.?\d*|\.\d+)([^\d.]+)/.exec(text) ?? [];
  const isUnit = unit === undefined || /^(?:ns|us|µs|μs|ms|s|m|h)$/.test(unit);
  return isUnit
    ? `invalid duration ${shown}`
    : `unknown unit ${JSON.stringify(unit)} in duration ${shown}`;
}

function retriesOf(statement: Statement, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const retries = Number(text);
  if (!/^[-+]?\d+$/.test(text)) {
    throw statement.error(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  if (Math.abs(retries) > MOST_RETRIES) {
    throw statement.error(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  }
  if (retries < 0) throw statement.error(`--retries cannot be negative (${retries})`);
  return retries;
}
