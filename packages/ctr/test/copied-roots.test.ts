import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertNothingLeft, asUser, makeBusyboxRootfs, needs, overlayDisk, run, snapshotHost, temporaryDirectory, unprivilegedUser } from '@ctrkit/testing'; // prettier-ignore
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { commandPath, inWorld, mainJob } from './fixture.ts';
import type { World } from './fixture.ts';

/** What a container does with its files, from its image to another one, each line with what it prints. */
const story = [
  'ctr import image.tar app | wc -l',
  'ctr build -q -t built context | wc -l',
  'ctr run --rm -q built sh -c "stat -c \'%n %u:%g %a %h\' /one /srv /srv/x /two /wd; cat /srv/x; ls /bin/vi" 2>&1 || true',
  "ctr run --name job -v ./host:/mnt/host built sh -c 'echo new > /new; rm /one; echo more >> /srv/x; mkdir -p /a/b; touch /etc/foo; chmod 700 /bin; mkfifo /ff; ln -s x /sl; rm -r /wd'",
  'ctr diff job',
  'ctr commit job com | wc -l; ctr run --rm -q com sh -c "ls / /srv; cat /srv/x; stat -c %a /bin"',
  'echo f > f; ctr cp f job:/a/f; ctr cp job:/a/f - | tar -xO; ctr export job | tar -t | grep -c .',
  'ctr fork --rm job sh -c "cat /new; ls /a; echo mine > /a/g"; ctr diff job | grep -c /a',
  'ctr run -d --name live -v data:/srv built sleep 1000 | wc -l; ctr exec live sh -c "echo live > /live; cat /srv/x"',
  'ctr cp live:/live - | tar -xO; ctr diff live; ctr fork --rm live cat /live; ctr commit live two | wc -l',
  'ctr image cat built /srv/x; ctr run --rm --read-only built touch /no 2>&1 || true',
  'ctr image verify',
  "ctr stop -t 0 live; ctr start live; ctr exec live cat /live; ctr rm -f live job; ctr run --rm built sh -c 'test -e /live || echo gone'",
];

async function makeFiles({ directory }: World): Promise<void> {
  const rootfs = join(directory, 'rootfs');
  await run(['mkdir', '-p', rootfs, join(directory, 'host'), join(directory, 'context')]);
  await makeBusyboxRootfs(rootfs);
  await run(['sh', '-ec', `cd '${rootfs}'; mkdir -p srv; echo mine > srv/own; chown 1000:100 srv`]);
  await run(['tar', '-C', rootfs, '-cf', join(directory, 'image.tar'), '.']);
  const dockerfile = [
    'FROM app',
    'RUN echo one > /one; chown 7:8 /one; rm /bin/vi',
    'COPY f /srv/f',
    'RUN rm -r /srv && mkdir /srv && echo x > /srv/x && ln /one /two',
    'WORKDIR /wd',
  ];
  writeFileSync(join(directory, 'context/Dockerfile'), `${dockerfile.join('\n')}\n`);
  writeFileSync(join(directory, 'context/f'), 'f');
}

async function told({ shell }: World, environment = ''): Promise<string[]> {
  const lines: string[] = [];
  for (const line of story) {
    const { code, stdout, stderr } = await shell(`cd "$D"; ${environment} ${line}`);
    assert.is(code, 0, `${line}: ${stderr}`);
    lines.push(`${line}\n${stdout}`);
  }
  return lines;
}

if (needs(...mainJob)) {
  test('where no overlay can be made, all is as it is with overlays', () =>
    inWorld(async (world) => {
      await makeFiles(world);
      const overlays = await told(world);
      await using disk = await overlayDisk();
      // Where other tests find whose its cgroups are.
      await using state = await temporaryDirectory();
      const [root, running] = [join(disk.path, 'root'), join(state.path, 'run')];
      const there = `export CTR_ROOT='${root}' CTR_RUN='${running}';`;
      assert.equal(await told(world, there), overlays);
      assert.is(readFileSync(join(root, 'layers/storage'), 'utf8'), 'copy\n');
      const { code, stderr } = await world.shell(`${there} ctr run --rm --userns auto app true`);
      assert.is(code, 125);
      assert.match(stderr, /as the container's own ids[^]*hint: /);
      const pruned = await world.shell(`${there} ctr system prune -af --volumes && ls "$CTR_ROOT/layers/together/sha256" "$CTR_ROOT/containers"`); // prettier-ignore
      assert.match(pruned.stdout, /sha256:\n\n?[^:]*containers:\n$|containers:\n\n[^:]*sha256:\n$/);
    }));
}

if (needs('root', 'user-namespaces', 'file:/bin/busybox')) {
  test('so it is for a normal user', async () => {
    const before = await snapshotHost();
    {
      await using disk = await overlayDisk();
      const { uid, gid } = unprivilegedUser();
      chownSync(disk.path, uid, gid);
      await makeBusyboxRootfs(join(disk.path, 'rootfs'));
      await run(['tar', '-C', join(disk.path, 'rootfs'), '-cf', join(disk.path, 'image.tar'), '.']);
      const ctr = `ctr() { '${process.execPath}' '${commandPath('ctr')}' "$@"; }`;
      const line = async (text: string): Promise<string> => {
        const { code, stdout, stderr } = await asUser(['sh', '-c', `cd; ${ctr}; ${text}`], { home: disk.path }); // prettier-ignore
        assert.is(code, 0, `${text}: ${stderr}`);
        return stdout;
      };
      await line('ctr import image.tar app');
      await line("ctr run --name job app sh -c 'echo new > /new; rm /bin/vi'");
      assert.is(await line('ctr diff job'), 'C /bin\nD /bin/vi\nA /new\n');
      assert.is(await line('ctr commit job two >/dev/null; ctr run --rm two cat /new'), 'new\n');
      assert.is(
        await line('ctr fork --rm job cat /new; ctr cp job:/new - | tar -xO'),
        'new\nnew\n',
      );
      assert.is(await line('cat .local/share/ctr/layers/storage'), 'copy\n');
      await line('ctr system prune -af --volumes');
    }
    await assertNothingLeft(before);
  });
}

test.run();
