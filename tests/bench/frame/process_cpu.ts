/** CPU that a process has used so far, by the kernel's account. */

/**
 * Milliseconds, of its main thread: all of a server process of PostgreSQL. In nanoseconds where
 * /proc/PID/stat has hundredths of a second (proc_pid_schedstat(5)).
 */
export function processCpuMs(pid: number): number {
  return Number(Deno.readTextFileSync(`/proc/${pid}/schedstat`).split(" ")[0]) / 1e6;
}
