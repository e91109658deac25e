import assert from 'node:assert/strict';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath, inWorld, mainJob } from './fixture.ts';

const built = ['registry-client', 'image-store', 'rootfs', 'ns-exec', 'cgroup'].every((name) =>
  needs(`file:${commandPath(name)}`),
);

if (built && needs(...mainJob)) {
  test('registry-client | image-store, then ctr runs what the pipe brought', async () => {
    await inWorld(async ({ shell, ctr, registry }) => {
      const piped = await shell('registry-client pull $R/busybox -o - | image-store import -');
      assert.equal(piped.code, 0, piped.stderr);
      const { code, stdout, stderr } = await ctr('run', '--pull', 'never', '--rm', `${registry}/busybox`, 'echo', 'hi'); // prettier-ignore
      assert.deepEqual({ code, stdout }, { code: 0, stdout: 'hi\n' });
      assert.match(stderr, /^[0-9a-f]{12}: Unpacked\n$/);
    });
  });

  test('rootfs unpack, then ns-exec in the directory', async () => {
    await inWorld(async ({ shell }) => {
      const { code, stdout, stderr } = await shell(
        'registry-client pull $R/busybox -o layout >pulled.json && rootfs unpack oci:layout:latest root && ' +
          'ns-exec ./root -- sh -c "echo hi; exit 3"',
      );
      assert.equal(stdout, 'hi\n');
      assert.equal(code, 3, stderr);
    });
  });

  test('rootfs bundle, then ns-exec run', async () => {
    await inWorld(async ({ shell }) => {
      const { stdout, stderr } = await shell(
        'registry-client pull $R/busybox -o layout >pulled.json && ' +
          'rootfs bundle oci:layout:latest bundle -- echo from the bundle && ' +
          'ns-exec run --bundle bundle one',
      );
      assert.equal(stdout, 'from the bundle\n', stderr);
    });
  });

  test('a bundle of ours is run by runc as it is', async () => {
    if (!needs('command:runc')) return;
    await inWorld(async ({ shell }) => {
      const { stdout, stderr } = await shell(
        'registry-client pull $R/busybox -o layout >pulled.json && ' +
          'rootfs bundle oci:layout:latest bundle -- echo from runc && ' +
          'runc --root "$D/runc" run --bundle bundle "ctr-test-$$"',
      );
      assert.equal(stdout, 'from runc\n', stderr);
    });
  });

  test('cgroup run limits any program: 137 beyond the memory', async () => {
    await inWorld(async ({ shell }) => {
      const fine = await shell('cgroup run -m 64m --cpus 0.5 --pids 20 -- echo fine');
      assert.equal(fine.stdout, 'fine\n', fine.stderr);
      const { code } = await shell(
        'cgroup run -m 16m -- head -c 100m /dev/zero | tail -c 99m | wc -c; ' +
          'cgroup run -m 16m -- dd if=/dev/zero of=/dev/null bs=64M count=1 2>/dev/null',
      );
      assert.equal(code, 137);
    });
  });

  test('plans are printed and not carried out', async () => {
    await inWorld(async ({ shell }) => {
      const { stdout } = await shell('mkdir root && ns-exec --explain root -- touch /made');
      const operations = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { op: string });
      assert.equal(operations.at(-1)?.op, 'execute');
      assert.equal((await shell('ls root')).stdout, '');
    });
  });
}

test.run();
