/**
 * The exit code with which docker answers for a container that could not be started: 127 for a command that is not
 * there, 126 for one that cannot be executed, 125 for everything else.
 */
export function startExitCode(error: unknown): 125 | 126 | 127 {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'COMMAND_NOT_FOUND') return 127;
  return code === 'COMMAND_NOT_EXECUTABLE' ? 126 : 125;
}
