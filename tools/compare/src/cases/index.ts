import type { CaseGroup } from '../dockerfile-case.ts';
import { add } from './add.ts';
import { cache } from './cache.ts';
import { command } from './command.ts';
import { copyFrom } from './copy-from.ts';
import { copyLinks } from './copy-links.ts';
import { copy } from './copy.ts';
import { from } from './from.ts';
import { heredoc } from './heredoc.ts';
import { ignore } from './ignore.ts';
import { mounts } from './mounts.ts';
import { parser } from './parser.ts';
import { run } from './run.ts';
import { settings } from './settings.ts';
import { substitution } from './substitution.ts';

/** All tables of Dockerfiles. */
export const caseGroups: readonly CaseGroup[] = [
  from,
  run,
  command,
  copy,
  copyLinks,
  copyFrom,
  add,
  substitution,
  settings,
  parser,
  heredoc,
  ignore,
  mounts,
  cache,
];
