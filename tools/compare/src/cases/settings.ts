import type { CaseGroup } from '../dockerfile-case.ts';
import { lines } from './lines.ts';

const of = (name: string, ...all: readonly string[]): CaseGroup['cases'][number] => ({
  name,
  dockerfile: lines('FROM busybox', ...all),
});

export const settings: CaseGroup = {
  name: 'settings',
  about: 'WORKDIR, USER, EXPOSE, VOLUME, STOPSIGNAL, SHELL, HEALTHCHECK, MAINTAINER',
  cases: [
    of('WORKDIR makes a directory', 'WORKDIR /a/b'),
    of('WORKDIR that is there', 'WORKDIR /tmp'),
    of('WORKDIR relative', 'WORKDIR a', 'WORKDIR b/../c'),
    of('WORKDIR relative to the base’s', 'WORKDIR /x', 'WORKDIR ./y/'),
    of('WORKDIR with dots and slashes', 'WORKDIR //a///b/../c/.'),
    of('WORKDIR with a variable', 'ENV D=/d', 'WORKDIR $D/e', 'WORKDIR ${NOPE}f'),
    of('WORKDIR with blanks', 'WORKDIR /a b/c'),
    of('WORKDIR in quotes', 'WORKDIR "/a b"'),
    of('WORKDIR of nothing', 'WORKDIR'),
    of('WORKDIR by an empty variable', 'WORKDIR $NOPE'),
    of('WORKDIR is a file', 'WORKDIR /etc/passwd'),
    of('WORKDIR is the user’s only by name', 'USER app', 'WORKDIR /mine'),
    of('WORKDIR through a link', 'RUN mkdir /real && ln -s /real /link', 'WORKDIR /link/x'),
    of('WORKDIR through a link that leads above the root', 'RUN ln -s ../../../real /link && mkdir /real', 'WORKDIR /link/x'), // prettier-ignore
    of('USER', 'USER app'),
    of('USER with a group', 'USER 7:8'),
    of('USER twice', 'USER app', 'USER root'),
    of('USER by a variable', 'ARG U=app', 'USER ${U}:$U'),
    of('USER of nothing', 'USER'),
    of('USER of two words', 'USER app root'),
    of('EXPOSE', 'EXPOSE 80'),
    of('EXPOSE of several', 'EXPOSE 80/tcp 53/udp 80 9/sctp'),
    of('EXPOSE of a range', 'EXPOSE 8000-8002'),
    of('EXPOSE of a published port', 'EXPOSE 8080:80'),
    of('EXPOSE of no port', 'EXPOSE http'),
    of('EXPOSE of too large a port', 'EXPOSE 70000'),
    of('EXPOSE of no protocol', 'EXPOSE 80/nosuch'),
    of('EXPOSE in capitals', 'EXPOSE 80/TCP'),
    of('EXPOSE of nothing', 'EXPOSE'),
    of('VOLUME', 'VOLUME /data'),
    of('VOLUME as a list', 'VOLUME ["/a", "/b c"]'),
    of('VOLUME of several words', 'VOLUME /a /b'),
    of('VOLUME relative', 'WORKDIR /w', 'VOLUME data'),
    of('VOLUME of nothing', 'VOLUME'),
    of('VOLUME of an empty name', 'VOLUME [""]'),
    of('VOLUME and what RUN writes there', 'RUN mkdir /v && echo before > /v/before', 'VOLUME /v', 'RUN echo after > /v/after; ls /v > /listed'), // prettier-ignore
    { ...of('VOLUME and what COPY writes there', 'VOLUME /v', 'COPY a.txt /v/'), files: { 'a.txt': 'a\n' } }, // prettier-ignore
    of('STOPSIGNAL by name', 'STOPSIGNAL SIGQUIT'),
    of('STOPSIGNAL by number', 'STOPSIGNAL 9'),
    of('STOPSIGNAL without SIG', 'STOPSIGNAL quit'),
    of('STOPSIGNAL that is none', 'STOPSIGNAL SIGNOSUCH'),
    of('SHELL', 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]'),
    of('SHELL of nothing', 'SHELL []'),
    of('HEALTHCHECK in shell form', 'HEALTHCHECK CMD true && true'),
    of('HEALTHCHECK in exec form', 'HEALTHCHECK CMD ["true", "x"]'),
    of('HEALTHCHECK with options', 'HEALTHCHECK --interval=1m30s --timeout=2s --start-period=500ms --retries=4 CMD true'), // prettier-ignore
    { ...of('HEALTHCHECK with an interval of the start', 'HEALTHCHECK --start-interval=3s CMD true'), modern: true }, // prettier-ignore
    of('HEALTHCHECK none', 'HEALTHCHECK NONE'),
    { name: 'HEALTHCHECK none in place of the base’s', dockerfile: lines('FROM configured', 'HEALTHCHECK NONE') }, // prettier-ignore
    { name: 'HEALTHCHECK in place of the base’s', dockerfile: lines('FROM configured', 'HEALTHCHECK --retries=2 CMD false') }, // prettier-ignore
    of('HEALTHCHECK none with words', 'HEALTHCHECK NONE x'),
    of('HEALTHCHECK without a command', 'HEALTHCHECK CMD'),
    of('HEALTHCHECK of another kind', 'HEALTHCHECK EXEC true'),
    of('HEALTHCHECK with a time that is none', 'HEALTHCHECK --interval=abc CMD true'),
    of('HEALTHCHECK with too short a time', 'HEALTHCHECK --interval=1us CMD true'),
    of('HEALTHCHECK with retries below 0', 'HEALTHCHECK --retries=-1 CMD true'),
    of('MAINTAINER', 'MAINTAINER Ann O. Nymous <ann@example.org>'),
    of('MAINTAINER of nothing', 'MAINTAINER'),
    {
      name: 'ONBUILD is kept',
      dockerfile: lines('FROM busybox', 'ONBUILD RUN echo hi', 'onbuild copy . /x'),
    },
    of('ONBUILD of ONBUILD', 'ONBUILD ONBUILD RUN x'),
    of('ONBUILD of FROM', 'ONBUILD FROM x'),
    of('ONBUILD of MAINTAINER', 'ONBUILD MAINTAINER x'),
    of('ONBUILD of nothing', 'ONBUILD'),
    of('ONBUILD of an unknown word', 'ONBUILD NOSUCH x'),
    { name: 'triggers run and go', dockerfile: lines('FROM triggers', 'LABEL after=$TRIGGERED'), files: { 'given.txt': 'g\n' } }, // prettier-ignore
    { name: 'triggers without what they need', dockerfile: lines('FROM triggers', 'LABEL a=b') },
    { name: 'triggers of a stage', dockerfile: lines('FROM busybox AS a', 'ONBUILD ENV BY=trigger', 'FROM a', 'LABEL by=$BY') }, // prettier-ignore
    { name: 'triggers run once', dockerfile: lines('FROM triggers AS a', 'FROM a', 'LABEL a=b'), files: { 'given.txt': 'g\n' } }, // prettier-ignore
  ],
};
