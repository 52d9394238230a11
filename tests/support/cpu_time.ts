/** How long this process computes, whatever other processes make it wait. */
import process from "node:process";

/** What `run` takes, in milliseconds of all processors; an error of it is an answer too. */
export function cpuMsOf(run: () => unknown): number {
  const before = process.cpuUsage();
  try {
    run();
  } catch {
    // To refuse a text is an answer.
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
