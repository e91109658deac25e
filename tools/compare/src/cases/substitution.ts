import type { CaseGroup } from '../dockerfile-case.ts';
import { lines } from './lines.ts';

/** What a value becomes, shown by a label. */
const value = (name: string, text: string, more: object = {}): CaseGroup['cases'][number] => ({
  name,
  dockerfile: lines('FROM busybox', 'ENV A=a-value EMPTY="" PATHLIKE=/usr/local/lib:/lib', 'ARG G', `LABEL got=${text}`), // prettier-ignore
  ...more,
});
const env = (name: string, ...all: readonly string[]): CaseGroup['cases'][number] => ({
  name,
  dockerfile: lines('FROM busybox', ...all),
});

export const substitution: CaseGroup = {
  name: 'substitution',
  about: 'ENV, ARG, LABEL: how values are written and what is substituted',
  cases: [
    value('name', '$A'),
    value('name in braces', '${A}b'),
    value('name beside letters', '$Ab-$A.b-$A_'),
    value('name that is not set', '[$NOPE]'),
    value('name that begins with a digit', '[$1A][${1}]'),
    value('dollar alone', '"a $ b $"'),
    value('two dollars', '[$$][$$A]'),
    value('dollar that is escaped', '\\$A'),
    value('dollar in single quotes', "'$A'"),
    value('dollar in double quotes', '"x $A y"'),
    value('dollar that is escaped in double quotes', '"\\$A"'),
    value('quotes that are put together', `"a"'b'c$A`),
    value('quote that does not end', '"abc'),
    value('quote in quotes', `"it's" two='say "x"'`),
    value('backslash', 'a\\b"c\\d"\'e\\f\''),
    value('blank that is escaped', 'a\\ b'),
    value('default where not set', '${NOPE:-dflt}-${NOPE-dflt}'),
    value('default where empty', '[${EMPTY:-dflt}][${EMPTY-dflt}]'),
    value('default where set', '${A:-dflt}'),
    value('other where set', '[${A:+alt}][${NOPE:+alt}][${EMPTY:+alt}][${EMPTY+alt}]'),
    value('default with a variable in it', '${NOPE:-${A}x}-${NOPE:-$A}'),
    value('default with quotes in it', '"${NOPE:-"a b"}"'),
    value('default with a blank', '"${NOPE:-a b}"'),
    value('error where not set', '${NOPE:?is missing}'),
    value('error where set', '${A:?is missing}'),
    value('brace that does not end', '${A'),
    value('braces with nothing in them', '${}'),
    value('modifier that is not there', '${A:=x}'),
    { ...value('prefix', '${PATHLIKE#*/}|${PATHLIKE##*/}|${A#a-}'), modern: true },
    { ...value('suffix', '${PATHLIKE%/*}|${PATHLIKE%%/*}|${A%-value}'), modern: true },
    { ...value('pattern that is escaped', '${A#\\*}|${A#?}|${A%[e]}'), modern: true },
    { ...value('replacement', '${A/a/X}|${A//a/X}|${PATHLIKE//\\//_}'), modern: true },
    value('argument that is given', '$G', { buildArgs: { G: 'given $A "q"' } }),
    value('argument that is not given', '[$G]'),
    env('ENV of one name, in the old form', 'ENV A b c "d" $PATH'),
    env('ENV of several names', 'ENV A=1 B="two words" C=\'$A\' D=$A'),
    env('ENV sees what stood before its line', 'ENV A=1', 'ENV A=2 B=$A'),
    env('ENV over several lines', 'ENV A=1 \\', '    B=2 \\', '    C="3 \\', '4"'),
    env('ENV twice', 'ENV A=1', 'ENV B=1', 'ENV A=2'),
    env('ENV of nothing', 'ENV A='),
    env('ENV without a value', 'ENV A'),
    env('ENV without a name', 'ENV =x'),
    env('ENV with an odd name', 'ENV A.B-C=1 "D E"=2'),
    env('ENV of the path', 'ENV PATH=/mine:$PATH'),
    env('ENV that is not a pair', 'ENV A=1 B'),
    env('ARG with a default', 'ARG A=1', 'ENV B=$A'),
    env('ARG of several names', 'ARG A=1 B=2 C', 'ENV D=$A$B$C'),
    env('ARG that uses another', 'ARG A=1', 'ARG B=$A-2', 'ENV C=$B'),
    env('ARG is seen from its line on', 'ENV B=[$A]', 'ARG A=1', 'ENV C=[$A]'),
    env('ARG declared again without a default', 'ARG A=1', 'ARG A', 'ENV B=[$A]'),
    env('ENV hides ARG', 'ARG A=arg', 'ENV A=env', 'ENV B=$A', 'ARG A=again', 'ENV C=$A'),
    { name: 'ENV hides ARG that is given', dockerfile: lines('FROM busybox', 'ENV A=env', 'ARG A=arg', 'ENV B=$A'), buildArgs: { A: 'given' } }, // prettier-ignore
    { name: 'ARG that is given is not in the image', dockerfile: lines('FROM busybox', 'ARG A', 'LABEL a=$A'), buildArgs: { A: 'given' } }, // prettier-ignore
    env('ARG without a name', 'ARG'),
    env('ARG with a bad name', 'ARG 1A=2', 'ENV B=[$1A]'),
    { name: 'arguments that need no ARG', dockerfile: lines('FROM busybox', 'ARG TARGETPLATFORM', 'ARG TARGETOS', 'ARG TARGETARCH', 'ARG TARGETVARIANT', 'ARG BUILDOS', 'ENV ALL=$TARGETPLATFORM,$TARGETOS,$TARGETARCH,$TARGETVARIANT,$BUILDOS,$BUILDARCH'), modern: true }, // prettier-ignore
    env('substitution in every instruction that has it', 'ENV P=81 D=/data U=app S=SIGINT W=/w N=lbl', 'EXPOSE $P', 'VOLUME $D', 'USER $U', 'STOPSIGNAL $S', 'WORKDIR $W', 'LABEL $N=1 x=$N'), // prettier-ignore
    env('label with blanks in its name', 'LABEL "a b"="c d" e.f/g=h'),
    env('label over several lines', 'LABEL a="1 \\', '2" \\', 'b=3'),
    env('label in the old form', 'LABEL a b c'),
    env('label of nothing', 'LABEL a='),
    env('label without a value', 'LABEL a'),
    env('label twice', 'LABEL a=1 b=2', 'LABEL a=3'),
  ],
};
