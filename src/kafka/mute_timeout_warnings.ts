/** Keeps a harmless warning of kafkajs off the standard error stream, which holds records alone. */
import process from "node:process";

/**
 * kafkajs sets timers to moments that have passed, and each prints a TimeoutNegativeWarning; all
 * other warnings are printed as before. Harmless when repeated.
 *
 * @see https://github.com/tulios/kafkajs/issues/1751
 */
export function muteTimeoutWarnings(): void {
  const printers = process.listeners("warning");
  if (printers.some(({ name }) => name === printOthers.name)) return;
  function printOthers(warning: Error): void {
    if (warning.name === "TimeoutNegativeWarning") return;
    for (const print of printers) print(warning);
  }
  process.removeAllListeners("warning");
  process.on("warning", printOthers);
}
