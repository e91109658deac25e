import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runCommandLine } from '@ctrkit/cli-kit';
import type { Output } from '@ctrkit/cli-kit';
import { openEngine } from '@ctrkit/engine';
import type { ContainerRecord, ExitRecord } from '@ctrkit/engine';
import { openImageStore } from '@ctrkit/image-store';
import { makeImageLayout, tarOf, temporaryDirectory } from '@ctrkit/testing';
import { cli } from '../src/commands/cli.ts';

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Directories that commands list, and `ctr` on them, in this process. */
export interface Lists extends AsyncDisposable {
  readonly ctr: (...args: string[]) => Promise<Answer>;
  /** Puts a container there whose command has ended, or was never started. */
  readonly addContainer: (record: Partial<ContainerRecord> & { exit?: ExitRecord }) => void;
  /** @param content what its one layer is made of: the same gives the same layer */
  readonly addImage: (name: string, content?: string) => Promise<void>;
}

interface Memory extends Output {
  text: string;
}

function memory(): Memory {
  const output: Memory = {
    fd: -1,
    isTerminal: false,
    text: '',
    write: (data) => {
      output.text += typeof data === 'string' ? data : Buffer.from(data).toString();
    },
    stream: () => new Writable(),
  };
  return output;
}

/** An id that begins as given. */
export const idOf = (beginning: string): string => beginning.padEnd(64, '0');

const blank: ContainerRecord = {
  id: idOf('a'),
  name: 'some_name',
  created: '2026-01-02T03:04:05.000Z',
  image: 'busybox',
  imageId: `sha256:${'1'.repeat(64)}`,
  command: ['sh'],
  labels: {},
  autoRemove: false,
  user: '',
  terminal: false,
  input: 'none',
};

export async function emptyLists(): Promise<Lists> {
  const directory = await temporaryDirectory();
  const root = join(directory.path, 'root');
  const run = join(directory.path, 'run');
  openEngine({ root, run });
  return {
    ctr: async (...args) => {
      const [stdout, stderr] = [memory(), memory()];
      const flags = ['--root', root, '--state', run];
      const code = await runCommandLine(cli, [...args, ...flags], { stdout, stderr, env: {} });
      return { code, stdout: stdout.text, stderr: stderr.text };
    },
    addContainer: ({ exit, ...changes }) => {
      const record = { ...blank, ...changes };
      const own = join(root, 'containers', record.id);
      mkdirSync(join(own, 'bundle'), { recursive: true });
      writeFileSync(join(own, 'bundle/config.json'), '{}');
      writeFileSync(join(own, 'container.json'), JSON.stringify(record));
      if (exit !== undefined) writeFileSync(join(own, 'exit.json'), JSON.stringify(exit));
    },
    addImage: async (name, content = name) => {
      const source = join(directory.path, 'source');
      const layers = [tarOf([{ path: 'file', type: 'File', content }])];
      await makeImageLayout(source, { layers });
      await (await openImageStore({ root })).import(source, { name });
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}
