import assert from 'node:assert/strict';
import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  assertNothingLeft,
  asUser,
  makeBusyboxRootfs,
  needs,
  run,
  snapshotHost,
  subordinateIds,
  unprivilegedUser,
  userDirectory,
} from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath } from './fixture.ts';

interface UserWorld {
  readonly home: string;
  /** Runs a line of shell as that user, in that directory. */
  readonly line: (text: string) => Promise<string>;
}

/** Somebody with subordinate ids, and an image in which not all is root's. */
async function withIds(use: (world: UserWorld) => Promise<void>): Promise<void> {
  const before = await snapshotHost();
  {
    await using home = await userDirectory();
    const rootfs = join(home.path, 'rootfs');
    await makeBusyboxRootfs(rootfs);
    const users =
      'echo somebody:x:1000:100::/srv:/bin/sh >> etc/passwd; echo more:x:7:somebody >> etc/group';
    const files = 'mkdir srv; echo mine > srv/own; chmod 600 srv/own; chown -R 1000:100 srv; chmod 700 srv; cp bin/busybox bin/su-id; chmod 4755 bin/su-id; mknod -m 666 zero c 1 5; chown 1000:100 .'; // prettier-ignore
    await run(['sh', '-ec', `cd '${rootfs}'; ${users}; ${files}`]);
    await run(['tar', '-C', rootfs, '-cf', join(home.path, 'image.tar'), '.']);
    await run(['rm', '-r', rootfs]);
    const ctr = `ctr() { '${process.execPath}' '${commandPath('ctr')}' "$@"; }`;
    const line = async (text: string): Promise<string> => {
      const options = { home: home.path, subordinate: true };
      const { code, stdout, stderr } = await asUser(['sh', '-c', `cd; ${ctr}; ${text}`], options);
      assert.equal(code, 0, `${text}: ${stderr}`);
      return stdout;
    };
    await line('ctr import image.tar app');
    await use({ home: home.path, line });
    await line('ctr system prune -af --volumes');
  }
  await assertNothingLeft(before);
}

if (
  needs('root', 'user-namespaces', 'overlay-rootless', 'command:newuidmap', 'file:/etc/subuid') &&
  needs('file:/bin/busybox', 'file:packages/ctr/dist/bundle/bin.cjs')
) {
  test('whoever an image has files of is somebody: owners, groups and set-uid programs are as root has them', () =>
    withIds(async ({ line }) => {
      const { uid } = unprivilegedUser();
      const map = (await line('ctr run --rm app cat /proc/self/uid_map')).trim().split(/\s+/);
      const { start, size } = subordinateIds;
      assert.deepEqual(map, ['0', String(uid), '1', '1', String(start), String(size)]);
      assert.equal(await line("ctr run --rm app stat -c '%u:%g %a' /srv /srv/own /bin/sh"), '1000:100 700\n1000:100 600\n0:0 755\n'); // prettier-ignore
      assert.equal(await line('ctr run --rm -u somebody app sh -c "cat /srv/own; id -u; id -G"'), 'mine\n1000\n100 7\n'); // prettier-ignore
      const privileges = 'stat -c %a /bin/su-id; grep NoNewPrivs /proc/self/status';
      assert.equal(await line(`ctr run --rm -u somebody app sh -c '${privileges}'`), '4755\nNoNewPrivs:\t0\n'); // prettier-ignore
      assert.equal(await line('ctr run --rm -u 7:8 app id'), 'uid=7 gid=8 groups=8\n');
      assert.equal(await line('ctr run --rm -u somebody app sh -c "echo x > /srv/new; stat -c %u /srv/new"'), '1000\n'); // prettier-ignore
    }));

  test('what they own is written, copied, committed, forked, measured and removed', () =>
    withIds(async ({ line }) => {
      const script = 'cd /srv; mkdir -p closed; echo 12345 > closed/x; chmod 0 closed/x closed; chown 7:7 own; rm /bin/vi; touch /root-s'; // prettier-ignore
      await line(`ctr run --name one app sh -c '${script}'`);
      const upper = (await line("ctr inspect -f '{{.GraphDriver.Data.UpperDir}}' one")).trim();
      assert.equal(lstatSync(join(upper, 'srv/own')).uid, subordinateIds.start + 6);
      assert.match(await line('ctr diff one'), /^A \/srv\/closed\/x$/m);
      assert.equal(await line('ctr cp one:/srv/closed/x - | tar -xO'), '12345\n');
      await line('ctr commit one two');
      const look = 'stat -c %u:%g /srv/own /srv/closed; cat /srv/closed/x; test ! -e /bin/vi';
      const seen = '7:7\n1000:100\n12345\n'.replace('1000:100', '0:0');
      assert.equal(await line(`ctr run --rm two sh -c '${look}'`), seen);
      assert.equal(await line(`ctr fork --rm one sh -c '${look}'`), seen);
      assert.equal(await line('ctr export one | tar -tv | grep -c " 7/7 .* srv/own"'), '1\n');
      await line('echo new > f; ctr cp -a f one:/srv/f; ctr rm one');
      await line('ctr image verify two app');
    }));

  test('volumes are filled from the image, and go with all that is in them', () =>
    withIds(async ({ home, line }) => {
      const run = 'ctr run --rm -v data:/srv';
      assert.equal(await line(`${run} app stat -c %u:%g /srv /srv/own`), '1000:100\n1000:100\n');
      assert.equal(await line(`${run} -u somebody app sh -c "cd /srv; mkdir d; chmod 0 d; cat own"`.replace('-u app', '-w /srv -u app')), 'mine\n'); // prettier-ignore
      assert.equal(await line('ctr volume rm data'), 'data\n');
      await line('mkdir home; ctr run --rm -v ./home:/h:U -u somebody app touch /h/x');
      assert.equal(lstatSync(join(home, 'home/x')).uid, subordinateIds.start + 999);
      await line('ctr run --rm -v ./home:/h app chown -R 0:0 /h');
    }));

  test('a container that lives: exec as somebody, stop, start, kill', () =>
    withIds(async ({ line }) => {
      await line('ctr run -d --name job -u somebody app sh -c "touch /srv/up; trap \'exit 3\' TERM; while :; do sleep 0.1; done"'); // prettier-ignore
      await line('until ctr exec job test -e /srv/up; do :; done');
      assert.equal(await line('ctr exec job id -u; ctr exec -u 0 job id -u; ctr exec -u 9:9 job id -G'), '1000\n0\n9\n'); // prettier-ignore
      assert.equal(await line('ctr stop job; ctr wait job'), 'job\n3\n');
      assert.equal(await line('ctr start job; ctr kill job; ctr rm -f job'), 'job\njob\njob\n');
    }));

  test('where the mappers may not give them, the own id is all there is', () =>
    withIds(async ({ line }) => {
      const map = `'${process.execPath}' '${commandPath('ctr')}' run --rm app sh -c 'id -u; wc -l < /proc/self/uid_map'`;
      assert.equal(await line(`setpriv --no-new-privs ${map}`), '0\n1\n');
      assert.equal(await line(map), '0\n2\n');
    }));

  test("images are removed beside a container's files that are still being deleted", () =>
    withIds(async ({ line }) => {
      await line(
        'ctr create --name old app true; ctr run --name gone app touch /srv/new; ctr tag app other',
      );
      // As somebody has it who deletes it and lives.
      const living = '$$-$(cut -d" " -f22 /proc/$$/stat)-$(cat /proc/sys/kernel/random/boot_id)';
      const waiting = `trash=.local/share/ctr/trash/.tmp-${living}-0123456789ab; mkdir -p $(dirname $trash)`;
      const moved = 'mv .local/share/ctr/containers/$(ctr inspect -f "{{.Id}}" gone) $trash';
      assert.equal(await line(`${waiting}; ${moved}; ctr rmi other; test -d $trash/upper; ctr rm old`), 'Untagged: other:latest\nold\n'); // prettier-ignore
    }));

  test('ids of its own a container gets from root alone', () =>
    withIds(async ({ line }) => {
      assert.match(await line('ctr run --rm --userns auto app true 2>&1; echo $?'), /only root can give a container ids of its own\nhint: [^]*\n125\n$/); // prettier-ignore
      assert.equal(await line('ctr run --rm --userns host app id -u; ctr ps -aq'), '0\n');
    }));

  test('an id beyond those that there are is refused with a reason, and nothing is left', () =>
    withIds(async ({ line }) => {
      assert.match(await line('ctr run --rm -u 70000 app true 2>&1; echo $?'), /user 70000 has no id of its own[^]*\n125\n$/); // prettier-ignore
      await line('mkdir far');
      const far = `tar --owner=70000 --group=70000 -cf far.tar far; ctr import far.tar far; ctr run --rm far true`;
      assert.match(await line(`${far} 2>&1; echo $?`), /belongs to 70000:70000, for which there is no subordinate id[^]*\nhint: [^]*125\n$/); // prettier-ignore
    }));

  test('a build has all owners, and makes the very image that root makes', () =>
    withIds(async ({ home, line }) => {
      const dockerfile = [
        'FROM app',
        'RUN chown 7:8 /srv/own && chmod 4711 /srv/own && mkdir -m 2770 /d && chown 9:10 /d && rm /bin/vi',
        'COPY --chown=1000:100 --chmod=640 f /srv/f',
        'WORKDIR /srv/w',
        'USER somebody',
        'RUN touch /srv/z && ln -s z /srv/l',
        'RUN --mount=type=cache,target=/c,uid=1000 touch /c/x',
        'COPY --from=app --chown=3:4 /etc/passwd /copied',
        '',
      ];
      const environment =
        'export SOURCE_DATE_EPOCH=1000000000 CTR_ROOT=$HOME/$(id -u) CTR_RUN=$HOME/run-$(id -u); umask 022';
      const build = `${environment}; ctr load -q -i app.tar > /dev/null; ctr build -q -t built ctx`;
      await line(
        'ctr save -o app.tar app; mkdir ctx; echo f > ctx/f; chmod 644 ctx/f; touch -d @1 ctx/f',
      );
      writeFileSync(join(home, 'ctx/Dockerfile'), dockerfile.join('\n'));
      const asUsual = await line(build);
      const look = "stat -c '%u:%g %a' /srv/own /d /srv/f /srv/w /srv/z /copied";
      const seen = await line(`${environment}; ctr run --rm built sh -c "${look}"`);
      assert.equal(seen, '7:8 4711\n9:10 2770\n1000:100 640\n0:0 755\n1000:100 644\n3:4 644\n');
      const ctr = `ctr() { '${process.execPath}' '${commandPath('ctr')}' "$@"; }`;
      const env = { ...process.env, HOME: home };
      const byRoot = await run(['sh', '-c', `cd; ${ctr}; ${build}; ctr system prune -af >&2`], {
        env,
      });
      assert.deepEqual([byRoot.stdout, byRoot.code], [asUsual, 0], byRoot.stderr);
      await line(`${environment}; ctr builder prune -af; ctr system prune -af`);
    }));

  test('layers of the one id and of many stand side by side', () =>
    withIds(async ({ home, line }) => {
      await line('ctr run --rm app true');
      const alone = await asUser(
        [process.execPath, commandPath('ctr'), 'run', '--rm', 'app', 'stat', '-c', '%u', '/srv'],
        { home },
      );
      assert.deepEqual([alone.stdout, alone.code], ['0\n', 0], alone.stderr);
      assert.equal(await line('ctr run --rm app stat -c %u /srv'), '1000\n');
      await asUser([process.execPath, commandPath('ctr'), 'system', 'prune', '-af'], { home });
      await line('ctr import image.tar app');
    }));
}

test.run();
