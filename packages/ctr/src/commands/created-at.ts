/** A moment as docker prints it, in UTC: `2026-11-23 18:05:05 +0000 UTC`. `N/A` for what is no date. */
export function createdAt(moment: Date): string {
  if (Number.isNaN(moment.getTime())) return 'N/A';
  const [date = '', time = ''] = moment.toISOString().split('T');
  return `${date} ${time.slice(0, 8)} +0000 UTC`;
}
