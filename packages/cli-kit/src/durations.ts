/** A span as docker writes it: `Less than a second`, `3 seconds`, `About a minute`, `5 weeks`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  // Docker rounds hours, and nothing else.
  const hours = Math.floor(seconds / 3600 + 0.5);
  if (hours === 1) return 'About an hour';
  return formatLong(hours);
}

function formatLong(hours: number): string {
  const days = Math.floor(hours / 24);
  if (hours < 48) return `${hours} hours`;
  if (days < 14) return `${days} days`;
  if (days < 60) return `${Math.floor(days / 7)} weeks`;
  if (days < 730) return `${Math.floor(days / 30)} months`;
  return `${Math.floor(days / 365)} years`;
}

/** How long ago that was: `3 seconds ago`. Times in the future (a clock set back) count as now. */
export function formatAge(then: Date, now: Date = new Date()): string {
  return `${formatDuration(Math.max(0, now.getTime() - then.getTime()))} ago`;
}
