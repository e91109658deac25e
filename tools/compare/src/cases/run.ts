import type { CaseGroup } from '../dockerfile-case.ts';
import { lines } from './lines.ts';

export const run: CaseGroup = {
  name: 'run',
  about: 'RUN, SHELL, USER and WORKDIR as a command meets them',
  cases: [
    {
      name: 'shell form',
      dockerfile: lines('FROM busybox', 'RUN echo "a  b" > /x && echo $HOME > /home-is'),
    },
    {
      name: 'exec form',
      dockerfile: lines('FROM busybox', 'RUN ["/bin/sh", "-c", "echo $0 > /x", "zero"]'),
    },
    { name: 'exec form does not substitute', dockerfile: lines('FROM busybox', 'ENV A=1', 'RUN ["touch", "/$A"]') }, // prettier-ignore
    {
      name: 'exec form found on the path',
      dockerfile: lines('FROM busybox', 'RUN ["touch", "/x"]'),
    },
    { name: 'exec form in single quotes is shell form', dockerfile: lines('FROM busybox', "RUN ['touch', '/x'] || echo no > /y") }, // prettier-ignore
    { name: 'exec form of nothing', dockerfile: lines('FROM busybox', 'RUN []') },
    { name: 'shell form of nothing', dockerfile: lines('FROM busybox', 'RUN') },
    { name: 'exec form of a program that is not there', dockerfile: lines('FROM busybox', 'RUN ["/nosuch"]') }, // prettier-ignore
    {
      name: 'shell form of a program that is not there',
      dockerfile: lines('FROM busybox', 'RUN nosuch'),
    },
    { name: 'exit code', dockerfile: lines('FROM busybox', 'RUN echo before; exit 3') },
    { name: 'exit code of a stage before', dockerfile: lines('FROM busybox AS a', 'RUN exit 4', 'FROM busybox', 'COPY --from=a /etc/passwd /p') }, // prettier-ignore
    { name: 'killed by a signal', dockerfile: lines('FROM busybox', 'RUN kill -9 $$') },
    { name: 'removed file of the base', dockerfile: lines('FROM busybox', 'RUN rm /etc/group && rmdir /home/app') }, // prettier-ignore
    { name: 'directory in place of a file', dockerfile: lines('FROM busybox', 'RUN rm /etc/group && mkdir /etc/group && touch /etc/group/x') }, // prettier-ignore
    { name: 'file in place of a directory', dockerfile: lines('FROM busybox', 'RUN rm -r /home && echo x > /home') }, // prettier-ignore
    { name: 'directory made anew', dockerfile: lines('FROM furnished', 'RUN rm -r /srv/real && mkdir /srv/real && touch /srv/real/new') }, // prettier-ignore
    { name: 'permissions and owners', dockerfile: lines('FROM busybox', 'RUN touch /x && chmod 4711 /x && mkdir -m 1770 /d && chown 1000:100 /d && touch /y && chown 7:8 /y') }, // prettier-ignore
    {
      name: 'umask',
      dockerfile: lines('FROM busybox', 'RUN umask > /umask && touch /x && mkdir /d'),
    },
    { name: 'links and pipes', dockerfile: lines('FROM busybox', 'RUN ln -s /nowhere /s && echo x > /h && ln /h /h2 && mkfifo /p') }, // prettier-ignore
    { name: 'device', dockerfile: lines('FROM busybox', 'RUN mknod /n c 1 3') },
    { name: 'time that was set', dockerfile: lines('FROM busybox', 'RUN touch -d @1000000000 /x && mkdir /d && touch -d @1000000000 /d') }, // prettier-ignore
    { name: 'only permissions of a file of the base', dockerfile: lines('FROM busybox', 'RUN chmod 600 /etc/passwd') }, // prettier-ignore
    { name: 'file in places that are mounted', dockerfile: lines('FROM busybox', 'RUN echo x > /dev/x; echo x > /dev/shm/x; mkdir -p /run && echo x > /run/x') }, // prettier-ignore
    { name: 'files that containers are given are not in the image', dockerfile: lines('FROM busybox', 'RUN ls /etc | grep -c -e hosts -e resolv.conf > /seen') }, // prettier-ignore
    { name: 'file of a base in resolv.conf', dockerfile: lines('FROM busybox', 'COPY resolv.conf /etc/', 'RUN true'), files: { 'resolv.conf': 'nameserver 192.0.2.1\n' } }, // prettier-ignore
    { name: 'shell of the image', dockerfile: lines('FROM busybox', 'SHELL ["/bin/sh", "-ec"]', 'RUN false; echo not reached') }, // prettier-ignore
    { name: 'shell with an argument', dockerfile: lines('FROM busybox', 'SHELL ["/bin/sh", "-c", "echo given $0 > /x", "zero"]', 'RUN echo hi') }, // prettier-ignore
    { name: 'shell set twice', dockerfile: lines('FROM busybox', 'SHELL ["/bin/nosuch", "-c"]', 'SHELL ["/bin/busybox", "sh", "-c"]', 'RUN echo $0 > /x') }, // prettier-ignore
    { name: 'shell not as a list', dockerfile: lines('FROM busybox', 'SHELL /bin/sh -c') },
    { name: 'user by name', dockerfile: lines('FROM busybox', 'USER app', 'RUN id > /tmp/id; echo $HOME >> /tmp/id') }, // prettier-ignore
    { name: 'user by number', dockerfile: lines('FROM busybox', 'USER 4321', 'RUN id > /tmp/id; echo $HOME >> /tmp/id') }, // prettier-ignore
    {
      name: 'user and group',
      dockerfile: lines('FROM busybox', 'USER app:users', 'RUN id > /tmp/id'),
    },
    { name: 'user by number of one with groups', dockerfile: lines('FROM busybox', 'USER 1000', 'RUN id > /tmp/id') }, // prettier-ignore
    {
      name: 'user that is not there',
      dockerfile: lines('FROM busybox', 'USER nosuch', 'RUN true'),
    },
    {
      name: 'group that is not there',
      dockerfile: lines('FROM busybox', 'USER app:nosuch', 'RUN true'),
    },
    { name: 'user who was just made', dockerfile: lines('FROM busybox', 'RUN echo "new:x:77:88::/:/bin/sh" >> /etc/passwd', 'USER new', 'RUN id -u > /tmp/id; id -g >> /tmp/id') }, // prettier-ignore
    {
      name: 'user may not write',
      dockerfile: lines('FROM busybox', 'USER app', 'RUN echo x > /x'),
    },
    { name: 'environment of a command', dockerfile: lines('FROM configured', 'USER root', 'RUN env | grep -e ^PATH -e ^HOME -e ^BASE -e ^EMPTY -e ^PWD | cut -c1-20 | sort > /env') }, // prettier-ignore
    { name: 'arguments in the environment', dockerfile: lines('FROM busybox', 'ARG A=1', 'ARG B', 'ARG C=c', 'ENV C=env', 'RUN echo "$A-$B-$C-${B+set}" > /x'), buildArgs: { B: '' } }, // prettier-ignore
    { name: 'argument that no ARG declares', dockerfile: lines('FROM busybox', 'RUN echo "[$A]" > /x'), buildArgs: { A: '1' } }, // prettier-ignore
    { name: 'proxy argument without ARG', dockerfile: lines('FROM busybox', 'RUN echo "[$HTTP_PROXY][$no_proxy]" > /x'), buildArgs: { HTTP_PROXY: 'http://192.0.2.1:1', no_proxy: 'x' } }, // prettier-ignore
    { name: 'proxy argument is not in a setting', dockerfile: lines('FROM busybox', 'ENV P=[$HTTP_PROXY]'), buildArgs: { HTTP_PROXY: 'http://192.0.2.1:1' } }, // prettier-ignore
    { name: 'standard input is empty', dockerfile: lines('FROM busybox', 'RUN cat > /x') },
    { name: 'directory it starts in', dockerfile: lines('FROM configured', 'USER root', 'RUN pwd > /x', 'WORKDIR /a/b', 'RUN pwd >> /x') }, // prettier-ignore
    {
      name: 'ENTRYPOINT is not used',
      dockerfile: lines('FROM configured', 'USER root', 'RUN echo hi > /x'),
    },
    { name: 'network none', dockerfile: lines('FROM busybox', 'RUN --network=none ls /sys/class/net > /x'), modern: true }, // prettier-ignore
    { name: 'network that is none', dockerfile: lines('FROM busybox', 'RUN --network=nosuch true'), modern: true }, // prettier-ignore
    { name: 'option that is not there', dockerfile: lines('FROM busybox', 'RUN --nosuch=1 true'), modern: true }, // prettier-ignore
  ],
};
