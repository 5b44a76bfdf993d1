/** A wall time for a person: `0.42 s`, `12.3 s`, `2 min 05 s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** A time to first byte for a person: `0.3 ms`, `1.2 ms`, `340 ms`. */
export function formatLatency(milliseconds: number): string {
  return `${milliseconds.toFixed(milliseconds < 99.95 ? 1 : 0)} ms`;
}
