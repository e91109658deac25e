import type { CaseGroup } from '../dockerfile-case.ts';
import { lines } from './lines.ts';

const of = (name: string, ...all: readonly string[]): CaseGroup['cases'][number] => ({
  name,
  dockerfile: lines('FROM busybox', 'ENV A=value', ...all),
  modern: true,
});

export const heredoc: CaseGroup = {
  name: 'heredoc',
  about: 'Heredocs of RUN, COPY and ADD',
  cases: [
    of('RUN', 'RUN <<EOF', 'echo one > /x', 'echo "$A" >> /x', 'EOF'),
    of('RUN stops at nothing', 'RUN <<EOF', 'false', 'echo on > /x', 'EOF'),
    of('RUN ends with its last line', 'RUN <<EOF', 'true', 'exit 5', 'EOF'),
    of('RUN with a name in quotes', "RUN <<'EOF'", 'echo "$A" > /x', 'EOF'),
    of('RUN with another interpreter', 'RUN <<EOF', '#!/bin/busybox ash', 'echo "$0" | sed s,.*/,, > /x', 'echo a-$A >> /x', 'EOF'), // prettier-ignore
    of('RUN into a command', 'RUN cat <<EOF > /x', 'text $A', 'EOF'),
    of('RUN of two', 'RUN cat <<ONE > /x && cat <<TWO > /y', '1', 'ONE', '2', 'TWO'),
    of('RUN with tabs taken away', 'RUN cat <<-EOF > /x', '\t\ttext', '\tmore', '\tEOF'),
    of('RUN and an instruction behind it', 'RUN <<EOF', 'echo x > /x', 'EOF', 'LABEL a=1'),
    of('RUN in a shell of its own', 'SHELL ["/bin/sh", "-ec"]', 'RUN <<EOF', 'echo one > /x', 'false', 'echo two > /x', 'EOF'), // prettier-ignore
    of('RUN with backslashes', 'RUN <<EOF', 'echo a\\', 'b > /x', 'echo "\\$A" >> /x', 'EOF'),
    of(
      'RUN with comments',
      'RUN <<EOF',
      '# a comment',
      'echo "# text" > /x',
      '',
      'echo >> /x',
      'EOF',
    ),
    of('COPY', 'COPY <<EOF /x', 'text', '  indented', '', 'EOF'),
    of(
      'COPY with a variable',
      'COPY <<EOF /x',
      '$A ${A} \\$A ${NOPE:-none} "quoted" \'$A\'',
      'EOF',
    ),
    of('COPY with a name in quotes', 'COPY <<"EOF" /x', '$A \\$A', 'EOF'),
    of('COPY to a directory', 'COPY <<a.txt /x/', 'text', 'a.txt'),
    of('COPY of two', 'COPY <<a <<b /x/', '1', 'a', '2', 'b'),
    of('COPY with permissions and owner', 'COPY --chmod=755 --chown=app:users <<EOF /x', '#!/bin/sh', 'EOF'), // prettier-ignore
    of('COPY of nothing', 'COPY <<EOF /x', 'EOF'),
    {
      ...of('COPY beside a file', 'COPY a.txt <<b.txt /x/', 'b', 'b.txt'),
      files: { 'a.txt': 'a\n' },
    },
    of('COPY with a path for a name', 'COPY <<sub/file /x/', 'text', 'sub/file'),
    of('ADD', 'ADD <<EOF /x', 'text', 'EOF'),
    of('heredoc that does not end', 'COPY <<EOF /x', 'text'),
    of('heredoc of an instruction that has none', 'LABEL a=<<EOF', 'LABEL b=2'),
    of('shift that is no heredoc', 'RUN echo $((1<<3)) > /x'),
    of('word of three', 'RUN cat <<<EOF > /x || echo none > /x'),
  ],
};
