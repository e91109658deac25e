import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { placeCopy, RootfsError } from '../src/index.ts';

function placed(source: 'file' | 'directory', path: string, type?: 'directory' | 'other'): string {
  try {
    const destination = { path, ...(type === undefined ? {} : { type }) };
    const { directory, name } = placeCopy({ isDirectory: source === 'directory', destination });
    return `${directory} as ${name ?? 'it is'}`;
  } catch (error) {
    if (!(error instanceof RootfsError)) throw error;
    return `${error.code} ${error.message}`;
  }
}

test("docker's table of copies", () => {
  for (const [source, path, type, answer] of [
    ['file', '/d', 'directory', '/d as it is'],
    ['directory', '/d', 'directory', '/d as it is'],
    ['file', '/d/f', 'other', '/d as f'],
    ['directory', '/d/f', 'other', 'COPY_REFUSED cannot copy directory'],
    ['file', '/d/n', undefined, '/d as n'],
    ['file', '/d/n/', undefined, 'COPY_REFUSED no such directory'],
    ['directory', '/d/n', undefined, '/d as n'],
    ['directory', '/d/n/', undefined, '/d as n'],
    ['directory', '/n', undefined, '/ as n'],
  ] as const) {
    assert.is(placed(source, path, type), answer, `${source} to ${path}`);
  }
});

test.run();
