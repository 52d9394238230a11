/** What goes wrong with one of the receivers of alerts. */
import type { ReceiverMood } from "../world/alert_receivers.ts";
import { type Fault, lastingFault, networkFaults } from "./fault.ts";

const moody = (what: string, mood: ReceiverMood): Fault =>
  lastingFault(
    `receiver ${what}`,
    [2, 12],
    ({ receivers }) => receivers.mood = mood,
    ({ receivers }) => receivers.mood = "takes",
  );

export const RECEIVER_FAULTS: readonly Fault[] = [
  ...networkFaults("receiver", ({ receivers }) => [receivers.proxy]),
  moody("answers 500", "fails"),
  moody("answers 429", "limits"),
  moody("takes and cuts", "cuts"),
];
