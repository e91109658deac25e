import { CliError } from '@ctrkit/cli-kit';
import type { FilterPair } from '@ctrkit/cli-kit';
import type { SearchResult } from '@ctrkit/registry-client';

/** Docker's words, as its daemon says them. */
function invalid(what: string): CliError {
  return new CliError('FILTER_INVALID', `invalid filter '${what}'`, {
    hint: 'filters are is-official, is-automated and stars',
    exitCode: 1,
    pointer: 'none',
  });
}

function truth(name: string, value: string): boolean {
  if (['1', 'true'].includes(value)) return true;
  if (['0', 'false'].includes(value)) return false;
  throw invalid(`${name}=${value}`);
}

function testOf([name, value]: FilterPair): (result: SearchResult) => boolean {
  if (name === 'is-official') {
    const wanted = truth(name, value);
    return ({ isOfficial }) => isOfficial === wanted;
  }
  if (name === 'is-automated') {
    const wanted = truth(name, value);
    return ({ isAutomated }) => isAutomated === wanted;
  }
  if (name !== 'stars') throw invalid(name);
  if (!/^\d+$/.test(value)) throw invalid(`${name}=${value}`);
  return ({ stars }) => stars >= Number(value);
}

/** Whether a result passes all `--filter` of `search`. Throws CliError FILTER_INVALID. */
export function searchFilter(pairs: readonly FilterPair[]): (result: SearchResult) => boolean {
  const tests = pairs.map(testOf);
  return (result) => tests.every((test) => test(result));
}
