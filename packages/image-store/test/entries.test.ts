import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatReference, parseDigest, parseReference } from '@ctrkit/oci';
import type { Descriptor } from '@ctrkit/oci';
import { FULL_NAME, named, referenceOf, REF_NAME, withEntries } from '../src/entries.ts';

const descriptor = (digit: string, annotations?: Record<string, string>): Descriptor => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: parseDigest(`sha256:${digit.repeat(64)}`),
  size: 1,
  ...(annotations && { annotations }),
});

const nameOf = (annotations: Record<string, string>): string | undefined => {
  const reference = referenceOf(descriptor('a', annotations));
  return reference && formatReference(reference);
};

test('the full name counts before the ref name', () => {
  assert.is(nameOf({ [FULL_NAME]: 'quay.io/a:1', [REF_NAME]: '1' }), 'quay.io/a:1');
});

test('a ref name with a repository is a name by the rules of docker', () => {
  assert.is(nameOf({ [REF_NAME]: 'busybox:1' }), 'docker.io/library/busybox:1');
  assert.is(nameOf({ [REF_NAME]: 'localhost:5000/a/b' }), 'localhost:5000/a/b:latest');
});

test('a tag alone, and what is no reference, name nothing', () => {
  for (const value of ['latest', '1.36', 'Upper/Case:1', 'a/b:!', '../x', '/', ':']) {
    assert.is(nameOf({ [REF_NAME]: value }), undefined, value);
  }
});

test('an entry replaces its namesake, and the nameless one of its digest', () => {
  const x = parseReference('x:1');
  const before = [descriptor('a'), named(descriptor('b'), x), named(descriptor('b'), parseReference('y:1'))]; // prettier-ignore
  const after = withEntries(before, [named(descriptor('a'), x)]);
  assert.equal(
    after.map((entry) => [entry.digest.at(-1), entry.annotations?.[REF_NAME]]),
    [
      ['b', 'docker.io/library/y:1'],
      ['a', 'docker.io/library/x:1'],
    ],
  );
});

test('a nameless entry is not added where its digest is already', () => {
  const before = [named(descriptor('a'), parseReference('x:1'))];
  assert.equal(withEntries(before, [descriptor('a')]), before);
});

test('a name that is taken away leaves the other annotations', () => {
  const entry = named(descriptor('a', { keep: 'this', [REF_NAME]: 'x' }), undefined);
  assert.equal(entry.annotations, { keep: 'this' });
  assert.not('annotations' in named(descriptor('a', { [REF_NAME]: 'x' }), undefined));
});

test.run();
