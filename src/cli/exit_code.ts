/** How the process ends. 64 to 78 are those of BSD's sysexits(3). */
export const EXIT_OK = 0;
/** A check was not up, or something that was asked about is not as it should be. */
export const EXIT_NOT_UP = 1;
export const EXIT_USAGE = 64;
/** A fault in sitemon itself, or a thread that keeps dying. */
export const EXIT_BUG = 70;
export const EXIT_IO = 74;
/** Another process holds the outbox. */
export const EXIT_LOCKED = 75;
export const EXIT_CONFIG = 78;
