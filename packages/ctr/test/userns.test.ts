import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeBusyboxRootfs, needs, run } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inWorld, mainJob } from './fixture.ts';
import type { World } from './fixture.ts';

interface Ground {
  readonly world: World;
  /** Runs a line of shell in the world's directory; it must succeed. */
  readonly line: (text: string) => Promise<string>;
}

/** An image in which not all is root's, with programs that change who runs them. */
const ground = (use: (ground: Ground) => Promise<void>): Promise<void> =>
  inWorld(async (world) => {
    const rootfs = join(world.directory, 'rootfs');
    await makeBusyboxRootfs(rootfs);
    const users = 'echo somebody:x:1000:100::/srv:/bin/sh >> etc/passwd';
    const files = 'mkdir srv; echo mine > srv/own; chmod 600 srv/own; chown -R 1000:100 srv; cp bin/busybox bin/busybox-caps; setfattr -n security.capability -v 0x0100000201000000000000000000000000000000 bin/busybox-caps; echo "int geteuid(void); int main(void) { return geteuid() != 0; }" | gcc -static -x c -o bin/is-root -; chmod 4755 bin/is-root'; // prettier-ignore
    await run(['sh', '-ec', `cd '${rootfs}'; ${users}; ${files}`]);
    const line = async (text: string): Promise<string> => {
      const { code, stdout, stderr } = await world.shell(`cd "$D"; ${text}`);
      assert.is(code, 0, `${text}: ${stderr}`);
      return stdout;
    };
    await line("tar -C rootfs --xattrs --xattrs-include='*' -cf - . | ctr import - app");
    await use({ world, line });
    assert.equal(readdirSync(join(world.directory, 'root/ids')), [], 'all ids are given back');
  });

const auto = 'ctr run --rm --userns auto';

if (needs(...mainJob, 'command:setfattr', 'command:gcc')) {
  test('a container with ids of its own: nobody of the host is in it, and all of its image belong to whom it says', () =>
    ground(async ({ line }) => {
      const ids = /^ *0 +(\d+) +65536\n *0 +\1 +65536\n$/;
      assert.match(await line(`${auto} app cat /proc/self/uid_map /proc/self/gid_map`), ids);
      assert.match(await line(`${auto.replace('auto', 'auto:size=70')} app cat /proc/self/uid_map`), /^ *0 +\d+ +70\n$/); // prettier-ignore
      assert.is(await line(`${auto.replace('auto', 'auto:size=1')} app sh -c 'id -u; id -G; touch /x; stat -c %u /x /srv'`), '0\n0\n0\n65534\n'); // prettier-ignore
      assert.is(await line(`${auto} app stat -c '%u:%g %a' / /srv /srv/own /etc/hosts`), '0:0 755\n1000:100 755\n1000:100 600\n0:0 644\n'); // prettier-ignore
      assert.is(await line(`${auto} -u somebody app sh -c 'cat /srv/own; id -u; id -G; echo x > /srv/new; stat -c %u /srv/new'`), 'mine\n1000\n100\n1000\n'); // prettier-ignore
      const namespaces = await line(`${auto} app readlink /proc/self/ns/user; readlink /proc/self/ns/user`); // prettier-ignore
      assert.is(new Set(namespaces.trim().split('\n')).size, 2);
      assert.is(await line(`${auto} -t app sh -c 'stat -c %u $(tty) | tr -d "\\r"' | tr -d '\\r'`), '0\n'); // prettier-ignore
    }));

  test('set-uid programs and capabilities of files count in it, and not beyond it', () =>
    ground(async ({ line }) => {
      const script = 'busybox-caps chown 5:5 /srv/own; stat -c %u /srv/own; is-root; echo $?';
      assert.is(await line(`${auto} -u somebody app sh -c '${script}'`), '5\n0\n');
      await line('mkdir host; chmod 711 host; touch host/file; chmod 600 host/file');
      const look =
        'cat /h/file 2>/dev/null || echo no; ls /h 2>/dev/null || echo no; stat -c %u /h';
      assert.is(await line(`${auto} -v ./host:/h app sh -c '${look}'`), 'no\nno\n65534\n');
      assert.is(await line(`${auto} app sh -c 'mknod /z c 1 5 2>/dev/null || echo no'`), 'no\n');
    }));

  test('limits hold in it, its score is set, and its cgroup is not its own to change', () =>
    ground(async ({ line }) => {
      const limits = `${auto} -m 32m --pids-limit 20 app`;
      assert.is(await line(`${limits} sh -c 'ls -d /sys/fs/cgroup >&2; touch /sys/fs/cgroup/x 2>/dev/null || echo no'`), 'no\n'); // prettier-ignore
      assert.is(await line(`${limits} sh -c 'tail -c 64m /dev/zero >/dev/null' || echo $?`), '137\n'); // prettier-ignore
    }));

  test('all that is done with containers is done with one of those', () =>
    ground(async ({ line, world }) => {
      await line("ctr run -d --name job --userns auto -u somebody app sh -c 'touch /srv/up; trap \"exit 3\" TERM; while :; do sleep 0.1; done'"); // prettier-ignore
      await line('until ctr exec job test -e /srv/up; do :; done');
      assert.is(await line('ctr exec job id -u; ctr exec -u 0 job id -u; echo in | ctr exec -i -u 0 job cat'), '1000\n0\nin\n'); // prettier-ignore
      await line("ctr exec -u 0 job sh -c 'echo new > /etc/new; chown 7:8 /etc/new; rm /bin/vi'");
      await line('echo f > f; ctr cp f job:/etc/f; ctr cp -a rootfs/srv/own job:/etc/own');
      assert.is(await line('ctr exec -u 0 job stat -c %u:%g /etc/f /etc/own'), '0:0\n1000:100\n');
      assert.is(await line('ctr cp job:/srv/own - | tar -xO'), 'mine\n');
      const changes = 'C /bin\nD /bin/vi\nC /etc\nA /etc/f\nA /etc/new\nA /etc/own\nC /srv\nA /srv/up\n'; // prettier-ignore
      assert.is(await line('ctr diff job'), changes);
      assert.match(await line('ctr export job | tar -tv | grep etc/new'), / 7\/8 /);
      assert.is(await line("ctr inspect -f '{{.HostConfig.UsernsMode}}' job"), 'auto\n');
      assert.is(await line('ctr commit job two >/dev/null; ctr run --rm two stat -c %u:%g /etc/new /etc/f'), '7:8\n0:0\n'); // prettier-ignore
      const other = "ctr fork --rm job sh -c 'cat /proc/self/uid_map; stat -c %u:%g /etc/new'";
      const map = await line('ctr exec job cat /proc/self/uid_map');
      assert.not(await line(other).then((text) => text.includes(map)), 'a fork has other ids');
      assert.is(await line('ctr stop job; ctr wait job'), 'job\n3\n');
      assert.match(await line(other), /\n7:8\n$/, 'also of one at rest');
      await line('ctr cp f job:/etc/g; ctr start job');
      assert.is(await line('ctr exec job stat -c %u /etc/g'), '0\n');
      assert.is(await line('ctr exec job cat /proc/self/uid_map'), map, 'it keeps its ids');
      const upper = (await line("ctr inspect -f '{{.GraphDriver.Data.UpperDir}}' job")).trim();
      assert.is(lstatSync(join(upper, 'etc/g')).uid, 0, 'on disk they are what it sees');
      await line('ctr rm -f job');
      assert.is((await world.ctr('ps', '-aq')).stdout, '');
    }));

  test('volumes belong on disk to whom containers see; other files of the host where it is asked for', () =>
    ground(async ({ line, world: { directory } }) => {
      await line(`${auto} -v data:/srv -u somebody app sh -c 'echo x > /srv/x'`);
      assert.is(await line('ctr run --rm -v data:/d app stat -c %u /d/x /d/own'), '1000\n1000\n');
      const place = join(directory, 'place');
      mkdirSync(place);
      chmodSync(place, 0o755);
      const touch = `${auto} -v ./place:/p:idmap app sh -c 'touch /p/a; chown 9:9 /p/a; stat -c %u /p'`;
      assert.is(await line(touch), '0\n');
      assert.is(lstatSync(join(place, 'a')).uid, 9);
      await line(`${auto} --mount type=bind,source=./place,target=/p,idmap app touch /p/b`);
      assert.is(await line(`${auto} -v ./place:/p:U -u somebody app sh -c 'touch /p/c; stat -c %u /p /p/a'`), '1000\n1000\n'); // prettier-ignore
      assert.is(lstatSync(join(place, 'c')).uid % 65_536, (524_288 % 65_536) + 1000);
      chownSync(place, 0, 0);
    }));

  test('what cannot be is refused, and nothing is left', () =>
    ground(async ({ line }) => {
      const refused = (flags: string): Promise<string> =>
        line(`ctr run --rm ${flags} 2>&1; echo $?`);
      assert.match(
        await refused('--userns keep-id app true'),
        /invalid USER mode: keep-id[^]*125\n$/,
      );
      assert.match(await refused('--userns auto:size=0 app true'), /size=N[^]*125\n$/);
      assert.match(await refused('--userns auto:size=65537 app true'), /size=N[^]*125\n$/);
      assert.match(await refused('--userns auto:size=9 -u somebody app true'), /no id of its own[^]*125\n$/); // prettier-ignore
      assert.match(await refused('-v ./rootfs:/r:idmap app true'), /no ids of its own[^]*125\n$/);
      assert.match(await refused('--userns auto app nosuch'), /nosuch[^]*127\n$/);
      assert.is(await line('ctr create --name one --userns auto app true >/dev/null; ctr rm one'), 'one\n'); // prettier-ignore
      assert.match(await line('ctr create --name two --userns auto nosuch:5/x/y 2>&1; echo $?'), /(?:125|1)\n$/); // prettier-ignore
    }));
}

test.run();
