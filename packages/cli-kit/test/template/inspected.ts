/** What the tables here are executed on; docker's answers were taken with a container that is told as this. */
export const inspected = {
  Id: 'abc',
  Name: '/web',
  Args: ['a', 'b'],
  State: { Status: 'running', Running: true, ExitCode: 3, Pid: 7, Health: undefined },
  Config: {
    Env: ['A=1', 'B=2'],
    Cmd: ['sleep', '1'],
    Entrypoint: null,
    Labels: { 'a.b': '1', z: '2' },
    Hostname: 'h',
  },
  HostConfig: { Memory: 67_108_864, NanoCpus: 0 },
  Mounts: [],
};

/** How docker's inspect takes fields that are not there. */
export const asInspect = { missingKey: 'error', maps: ['Labels'] } as const;
