import type { CaseGroup } from '../dockerfile-case.ts';
import { lines } from './lines.ts';

export const from: CaseGroup = {
  name: 'from',
  about: 'FROM: images, stages, targets, the arguments before it',
  cases: [
    { name: 'image', dockerfile: 'FROM busybox\n' },
    { name: 'image with a tag', dockerfile: 'FROM busybox:latest\n' },
    { name: 'image with a whole configuration', dockerfile: 'FROM configured\n' },
    {
      name: 'scratch with a file',
      dockerfile: lines('FROM scratch', 'COPY a.txt /'),
      files: { 'a.txt': 'a\n' },
    },
    { name: 'scratch with settings only', dockerfile: lines('FROM scratch', 'LABEL a=b') },
    { name: 'scratch alone', dockerfile: 'FROM scratch\n' },
    { name: 'keyword in lower case', dockerfile: lines('from busybox as base', 'from base', 'label a=b') }, // prettier-ignore
    {
      name: 'stage by name, whatever its case',
      dockerfile: lines('FROM busybox AS Build', 'ENV A=1', 'FROM bUILD', 'ENV B=2'),
    },
    {
      name: 'stage that hides an image of its name',
      dockerfile: lines('FROM busybox AS configured', 'LABEL mine=yes', 'FROM configured'),
    },
    {
      name: 'stage that builds on an image of its own name',
      dockerfile: lines('FROM busybox AS busybox', 'LABEL mine=yes', 'FROM busybox'),
    },
    {
      name: 'unused stage that would fail',
      dockerfile: lines('FROM busybox AS unused', 'RUN exit 9', 'FROM busybox', 'LABEL a=b'),
      modern: true,
    },
    {
      name: 'target',
      dockerfile: lines('FROM busybox AS one', 'LABEL n=1', 'FROM one AS two', 'LABEL n=2', 'FROM two', 'LABEL n=3'), // prettier-ignore
      target: 'two',
    },
    {
      name: 'target in another case',
      dockerfile: lines('FROM busybox AS one', 'LABEL n=1', 'FROM one', 'LABEL n=2'),
      target: 'ONE',
    },
    {
      name: 'target by number',
      dockerfile: lines('FROM busybox', 'LABEL n=1', 'FROM busybox', 'LABEL n=2'),
      target: '0',
    },
    {
      name: 'target that is not there',
      dockerfile: lines('FROM busybox AS one', 'LABEL n=1'),
      target: 'two',
    },
    {
      name: 'argument before it',
      dockerfile: lines('ARG BASE=busybox', 'FROM $BASE', 'LABEL a=b'),
    },
    {
      name: 'argument before it, given',
      dockerfile: lines('ARG BASE=nosuch', 'FROM ${BASE}', 'LABEL a=b'),
      buildArgs: { BASE: 'configured' },
    },
    { name: 'argument with a default in place', dockerfile: lines('ARG TAG', 'FROM busybox:${TAG:-latest}') }, // prettier-ignore
    { name: 'argument that is empty', dockerfile: lines('ARG BASE', 'FROM $BASE') },
    {
      name: 'argument before it is not seen in a stage',
      dockerfile: lines('ARG A=before', 'FROM busybox', 'ENV GOT="$A"'),
    },
    {
      name: 'argument before it, declared again',
      dockerfile: lines('ARG A=before', 'FROM busybox', 'ARG A', 'ENV GOT="$A"'),
    },
    {
      name: 'argument before it, declared again with another default',
      dockerfile: lines('ARG A=before', 'FROM busybox', 'ARG A=inside', 'ENV GOT="$A"'),
    },
    {
      name: 'argument of one stage is not seen in the next',
      dockerfile: lines('FROM busybox AS one', 'ARG A=x', 'FROM busybox', 'ENV GOT="$A"'),
    },
    {
      name: 'argument of a stage is seen in one that builds on it',
      dockerfile: lines('FROM busybox AS one', 'ARG A=x', 'ENV IN=$A', 'FROM one', 'ENV GOT="$A"'),
    },
    { name: 'platform', dockerfile: lines('FROM --platform=linux/amd64 busybox', 'LABEL a=b') },
    {
      name: 'platform of the builder',
      dockerfile: lines('FROM --platform=$BUILDPLATFORM busybox', 'ARG TARGETARCH', 'ENV A=$TARGETARCH'), // prettier-ignore
      modern: true,
    },
    { name: 'platform that is none', dockerfile: lines('FROM --platform=nonsense/and/more/parts busybox') }, // prettier-ignore
    { name: 'option that is not there', dockerfile: 'FROM --nosuch=1 busybox\n' },
    { name: 'nothing after it', dockerfile: 'FROM\n' },
    { name: 'too many words', dockerfile: 'FROM busybox latest\n' },
    { name: 'name that is no name of a stage', dockerfile: 'FROM busybox AS 1two\n' },
    { name: 'two stages of one name', dockerfile: lines('FROM busybox AS a', 'LABEL n=1', 'FROM busybox AS a', 'LABEL n=2', 'FROM a') }, // prettier-ignore
    { name: 'name in capitals', dockerfile: 'FROM BusyBox\n' },
    { name: 'no stage', dockerfile: 'RUN true\n' },
    { name: 'only arguments', dockerfile: 'ARG A=1\n' },
    { name: 'empty', dockerfile: '' },
    { name: 'only comments', dockerfile: '# nothing\n\n' },
    {
      name: 'labels from the command line',
      dockerfile: lines('FROM configured', 'LABEL three=3'),
      labels: { three: 'given', four: '4' },
    },
  ],
};
