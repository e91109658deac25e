import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { parseReference } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RegistryError } from '../src/index.ts';
import { FakeRegistry } from './support/fake-registry.ts';
import type { Override } from './support/fake-registry.ts';
import { collect, expectCode } from './support/expect-code.ts';
import { impatientClient } from './support/impatient.ts';

const content = randomBytes(3_000_000);

/** Fetches `content` from a registry whose answers for blobs an override writes. */
async function fetchWith(override: Override, options: { offset?: number } = {}) {
  await using registry = await FakeRegistry.start();
  const blob = registry.addBlob(content, 'x/y');
  registry.override = override;
  const reference = parseReference(`${registry.host}/a/b`);
  const retried: unknown[] = [];
  const bytes = await collect(
    impatientClient().fetchBlob(reference, blob, {
      ...options,
      onRetry: (error) => retried.push(error),
    }),
  );
  const ranges = registry.server.requests.map(({ headers }) => headers.range);
  return { bytes, ranges, retried };
}

const cutAt = (end: number): Override => {
  return (_request, response, number) => {
    if (number > 0) return false;
    response.setHeader('content-length', content.length);
    response.write(content.subarray(0, end), () => response.destroy());
    return true;
  };
};

test('whole, and verified', async () => {
  const { bytes, ranges } = await fetchWith(() => false);
  assert.ok(bytes.equals(content));
  assert.equal(ranges, [undefined]);
});

test('from an offset on, by Range', async () => {
  const { bytes, ranges } = await fetchWith(() => false, { offset: 1000 });
  assert.ok(bytes.equals(content.subarray(1000)));
  assert.equal(ranges, [`bytes=1000-${content.length - 1}`]);
});

test('a body that is cut is continued where it broke off', async () => {
  const { bytes, ranges, retried } = await fetchWith(cutAt(1_234_567));
  assert.ok(bytes.equals(content));
  assert.is(ranges.length, 2);
  const from = Number(/^bytes=(\d+)-/.exec(ranges[1] ?? '')?.[1]);
  assert.ok(from > 0 && from <= 1_234_567, ranges[1]);
  assert.is((retried[0] as RegistryError).code, 'BLOB_TRUNCATED');
});

test('a body that is cut again and again, with a little more each time, ends as BLOB_TRUNCATED', async () => {
  let requests = 0;
  const cutting: Override = (request, response) => {
    requests += 1;
    const first = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? 'bytes=0-')?.[1]);
    const rest = content.subarray(first);
    if (first > 0) {
      const range = `bytes ${first}-${content.length - 1}/${content.length}`;
      response.writeHead(206, { 'content-range': range, 'content-length': rest.length });
    } else response.writeHead(200, { 'content-length': rest.length });
    response.write(rest.subarray(0, 10_000), () => response.destroy());
    return true;
  };
  await expectCode(fetchWith(cutting), 'BLOB_TRUNCATED');
  assert.is(requests, 3);
});

test('chunked, without a length: whole is whole, short is not', async () => {
  const chunked = (bytes: Buffer): Override => {
    return (_request, response) => {
      response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(bytes);
      return true;
    };
  };
  assert.ok((await fetchWith(chunked(content))).bytes.equals(content));
  await expectCode(fetchWith(chunked(content.subarray(0, 500))), 'BLOB_TRUNCATED');
  const longer = Buffer.concat([content, Buffer.from('x')]);
  await expectCode(fetchWith(chunked(longer)), 'SIZE_MISMATCH');
});

test('wrong size: another Content-Length is refused before a byte of it', async () => {
  for (const size of [content.length + 1, content.length - 1, 0]) {
    let requests = 0;
    const lying: Override = (_request, response) => {
      requests += 1;
      response.writeHead(200, { 'content-length': size }).end(Buffer.alloc(size));
      return true;
    };
    await expectCode(fetchWith(lying), 'SIZE_MISMATCH');
    assert.is(requests, 1);
  }
});

test('wrong digest: as many bytes, but others', async () => {
  const other: Override = (_request, response) => {
    response.writeHead(200, { 'content-length': content.length }).end(Buffer.alloc(content.length));
    return true;
  };
  await expectCode(fetchWith(other), 'DIGEST_MISMATCH');
});

test('Range ignored: the beginning that is here is skipped', async () => {
  const ignoring: Override = (request, response) => {
    delete request.headers.range;
    response.setHeader('content-length', content.length).end(content);
    return true;
  };
  for (const offset of [1, 65_536, content.length - 1]) {
    assert.ok((await fetchWith(ignoring, { offset })).bytes.equals(content.subarray(offset)));
  }
});

test('206 with another range than asked for, or none: asked again for all', async () => {
  const size = content.length;
  const wrong = [
    `bytes 0-${size - 1}/${size}`,
    `bytes 1000-${size - 1}/999`,
    'bytes */9',
    undefined,
  ];
  for (const range of wrong) {
    const lying: Override = (request, response) => {
      if (request.headers.range === undefined) return false;
      response.writeHead(206, range === undefined ? {} : { 'content-range': range }).end('xx');
      return true;
    };
    const { bytes, ranges } = await fetchWith(lying, { offset: 1000 });
    assert.ok(bytes.equals(content.subarray(1000)), String(range));
    assert.is(ranges.length, 2);
  }
});

test('206 that nobody asked for', async () => {
  const part: Override = (_request, response) => {
    response.writeHead(206, { 'content-range': `bytes 5-9/${content.length}` }).end('xxxxx');
    return true;
  };
  await expectCode(fetchWith(part), 'PROTOCOL_ERROR');
});

test('416: asked again for all', async () => {
  const refusing: Override = (request, response) => {
    if (request.headers.range === undefined) return false;
    response.writeHead(416).end();
    return true;
  };
  const { bytes } = await fetchWith(refusing, { offset: 1000 });
  assert.ok(bytes.equals(content.subarray(1000)));
});

test('the ETag changes in the middle of a resume: what counts is the digest', async () => {
  const changing: Override = (request, response, number) => {
    response.setHeader('etag', `"${number}"`);
    return cutAt(1_000_000)(request, response, number);
  };
  const { bytes, ranges } = await fetchWith(changing);
  assert.ok(bytes.equals(content));
  assert.is(ranges.length, 2);
});

test('the second half is of something else: DIGEST_MISMATCH', async () => {
  const swapped: Override = (request, response, number) => {
    if (number === 0) return cutAt(1_000_000)(request, response, number);
    const first = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1]);
    response.writeHead(206, {
      'content-range': `bytes ${first}-${content.length - 1}/${content.length}`,
    });
    response.end(Buffer.alloc(content.length - first));
    return true;
  };
  await expectCode(fetchWith(swapped), 'DIGEST_MISMATCH');
});

test('Content-Encoding on a blob: the bytes are taken as they are', async () => {
  for (const encoding of ['gzip', 'br']) {
    // Some servers mark what is compressed already; those bytes are right.
    const marked: Override = (_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(content);
      return true;
    };
    assert.ok((await fetchWith(marked)).bytes.equals(content));
  }
  const twice: Override = (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(content));
    return true;
  };
  await expectCode(fetchWith(twice), 'SIZE_MISMATCH');
});

test('a stall in the middle: given up, and continued on another connection', async () => {
  const stalling: Override = (_request, response, number) => {
    if (number > 0) return false;
    response.setHeader('content-length', content.length);
    response.write(content.subarray(0, 1_500_000));
    return true;
  };
  const { bytes, ranges } = await fetchWith(stalling);
  assert.ok(bytes.equals(content));
  assert.is(ranges.length, 2);
});

test('slow loris: a byte now and then is a stall', async () => {
  const before = performance.now();
  const dripping: Override = (_request, response) => {
    response.setHeader('content-length', content.length);
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
    return true;
  };
  await expectCode(fetchWith(dripping), 'BLOB_TRUNCATED');
  assert.ok(performance.now() - before < 5000);
});

test('a reader that takes its time is no stall', async () => {
  await using registry = await FakeRegistry.start();
  const large = Buffer.alloc(16 * 1024 * 1024, 'x');
  const blob = registry.addBlob(large, 'x/y');
  const client = impatientClient({ timeouts: { idleMs: 50 } });
  const reference = parseReference(`${registry.host}/a/b`);
  let size = 0;
  for await (const batch of client.streamBlob(reference, blob)) {
    for (const chunk of batch) size += chunk.length;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  assert.is(size, large.length);
  assert.is(registry.server.requests.length, 1);
});

test('a reader that leaves closes the connection', async () => {
  await using registry = await FakeRegistry.start();
  const blob = registry.addBlob(Buffer.alloc(64 * 1024 * 1024), 'x/y');
  let closed: Promise<unknown> = Promise.resolve();
  registry.override = (_request, response) => {
    closed = new Promise((resolve) => response.on('close', resolve));
    return false;
  };
  const reference = parseReference(`${registry.host}/a/b`);
  for await (const _chunk of impatientClient().fetchBlob(reference, blob)) break;
  await closed;
});

test('404 of a blob', async () => {
  const missing: Override = (_request, response) => {
    response.writeHead(404).end();
    return true;
  };
  await expectCode(fetchWith(missing), 'BLOB_UNKNOWN');
});

test('a blob of no bytes needs no request', async () => {
  await using registry = await FakeRegistry.start();
  const blob = registry.addBlob(Buffer.alloc(0), 'x/y');
  const reference = parseReference(`${registry.host}/a/b`);
  const bytes = await collect(impatientClient().fetchBlob(reference, blob));
  assert.is(bytes.length, 0);
  assert.is(registry.server.requests.length, 0);
});

test('500 and resets before the first byte are tried again', async () => {
  const failing: Override = (request, response, number) => {
    if (number === 0) response.writeHead(503).end();
    else if (number === 1) request.socket.resetAndDestroy();
    else return false;
    return true;
  };
  const { bytes, ranges } = await fetchWith(failing);
  assert.ok(bytes.equals(content));
  assert.is(ranges.length, 3);
});

test.run();
