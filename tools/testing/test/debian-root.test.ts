import { test } from 'uvu';
import assert from 'node:assert/strict';
import { mirrorIn } from '@ctrkit/testing';

const cases = [
  ['deb http://ftp.example.org/debian bookworm main', 'http://ftp.example.org/debian'],
  [
    'deb [arch=amd64] https://mirror.example.org/pub/debian/ sid main',
    'https://mirror.example.org/pub/debian',
  ],
  ['Types: deb\nURIs: http://a.example.org/debian\nSuites: x', 'http://a.example.org/debian'],
  ['URIs: http://a.example.org/debian-security', 'http://deb.debian.org/debian'],
  ['# deb http://old.example.org/debian x main', 'http://deb.debian.org/debian'],
  ['', 'http://deb.debian.org/debian'],
] as const;

for (const [text, mirror] of cases) {
  test(`${mirror} is the mirror of: ${text}`, () => assert.equal(mirrorIn(text), mirror));
}

test.run();
