/** How the file descriptors that a process may have are divided: among its checks and its viewers. */

/** Of threads, SQLite files, brokers, databases and name lookups, and of the metrics' connections. */
export const RESERVED = 128;
/** Its connection, and another while a second address is tried or a certificate is read. */
const PER_CHECK = 2;
/** The least that viewers of the page, and pings, get where descriptors are scarce. */
const VIEWERS_MIN = 200;

/** What a daemon may have at once; absent where descriptors suffice for all that is configured. */
export interface Descriptors {
  readonly checks: number;
  /** Of each server. */
  readonly viewers: number;
}

interface Wishes {
  /** Checks at once. */
  readonly concurrency: number;
  /** Page and pings: servers that strangers may reach. */
  readonly servers: number;
}

/** As many as are enough. */
export function wantedDescriptors({ concurrency, servers }: Wishes): number {
  return RESERVED + PER_CHECK * concurrency + servers * VIEWERS_MIN;
}

/** Divides what is free; undefined when it is enough. A quarter is for viewers, the rest for checks. */
export function dividedDescriptors(free: number, wishes: Wishes): Descriptors | undefined {
  if (free >= wantedDescriptors(wishes)) return undefined;
  const rest = Math.max(0, free - RESERVED);
  const { servers } = wishes;
  const viewers = servers === 0 ? 0 : Math.min(VIEWERS_MIN, Math.floor(rest / 4 / servers));
  return {
    checks: Math.max(1, Math.floor((rest - servers * viewers) / PER_CHECK)),
    viewers: Math.max(1, viewers),
  };
}
