import { parseLayoutReference } from '@ctrkit/layout';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf } from './helpers.ts';

const read: Record<string, unknown> = {
  'oci:dir': { directory: 'dir' },
  'oci:/abs/dir': { directory: '/abs/dir' },
  'oci:dir:latest': { directory: 'dir', name: 'latest' },
  'oci:dir:docker.io/library/busybox:1.36': {
    directory: 'dir',
    name: 'docker.io/library/busybox:1.36',
  },
};

for (const [text, expected] of Object.entries(read)) {
  test(`${text} is understood as skopeo does`, () =>
    assert.equal(parseLayoutReference(text), expected));
}

for (const text of [
  'busybox',
  'oci',
  'oci-archive:x.tar',
  'docker://oci:5000/x',
  'localhost:5000/oci:x',
]) {
  test(`${text} is another kind of reference`, () =>
    assert.is(parseLayoutReference(text), undefined));
}

for (const text of ['oci:', 'oci::latest', 'oci:dir:']) {
  test(`${text} names nothing`, async () => {
    const parsing = (async () => parseLayoutReference(text))();
    assert.is(await codeOf(parsing), 'LAYOUT_REFERENCE_INVALID');
  });
}

test.run();
