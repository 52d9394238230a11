/** How the file descriptors that a process may have are divided: among its checks and its viewers. */

/** Of threads, SQLite files, brokers, databases and name lookups, and of the metrics' connections. */
export const RESERVED = 128;
/** Its connection, and another while a second address is tried or a certificate is read. */
const PER_CHECK = 2;
/** The least that viewers of the page, and pings, get where descriptors are scarce. */
const VIEWERS_MIN = 200;
/** The most connections that a server takes: the page's own limit. */
export const VIEWERS_MAX = 1_000;

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
  return RESERVED + PER_CHECK * concurrency + servers * VIEWERS_MAX;
}

/**
 * Divides what is free; undefined when it is enough. A quarter of it, up to a few viewers, is for
 * viewers, then come the checks, and viewers get the rest, which a crowd of them cannot exceed.
 */
export function dividedDescriptors(free: number, wishes: Wishes): Descriptors | undefined {
  if (free >= wantedDescriptors(wishes)) return undefined;
  const rest = Math.max(0, free - RESERVED);
  const { concurrency, servers } = wishes;
  const least = servers === 0 ? 0 : Math.min(VIEWERS_MIN, Math.floor(rest / 4 / servers));
  const most = Math.floor((rest - servers * least) / PER_CHECK);
  const checks = Math.max(1, Math.min(concurrency, most));
  const viewers = servers === 0 ? 0 : Math.floor((rest - PER_CHECK * checks) / servers);
  return { checks, viewers: Math.max(1, Math.min(VIEWERS_MAX, viewers)) };
}
