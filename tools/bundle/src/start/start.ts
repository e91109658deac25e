#!/usr/bin/env node
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { cachePath, readCode, writeCode } from './code-cache.ts';
import { commandWord, isCommand } from './command-word.ts';
import { lazily } from './lazy-modules.ts';

type Program = (
  exports: unknown,
  require: (id: string) => unknown,
  module: NodeJS.Module,
  file: string,
  directory: string,
) => void;

const file = join(__dirname, 'program.js');
const owner = statSync(file);
const word = commandWord(process.argv);
const cache = cachePath(file, owner, word);
const cachedData = readCode(cache, owner.uid);

const script = new Script(readFileSync(file, 'latin1'), {
  filename: file,
  ...(cachedData !== undefined && { cachedData }),
});

if (cachedData === undefined || script.cachedDataRejected === true) {
  // At the end, when V8 has compiled what this command uses: its code alone is read the next time.
  process.on('exit', (code) => {
    if (code === 0 && isCommand(exports, word)) {
      writeCode(cache, owner.uid, () => script.createCachedData());
    }
  });
}

// Our own exports and module: the chunks find the program by the name of this file.
(script.runInThisContext() as Program)(exports, lazily(require), module, file, __dirname);
