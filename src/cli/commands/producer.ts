/** `sitemon producer`: scanner threads → outbox thread → relay thread → Kafka. */
import { type DefineCommand, withDaemon } from "../define_command.ts";
import { runDaemon } from "../service/daemon.ts";

export const define: DefineCommand = (command, { terminal, exit }) =>
  withDaemon(command, "producer")
    .description(
      "Checks the sites in the configuration, stores each result and publishes it to Kafka.",
    )
    .action((options) => exit(runDaemon("producer", options, terminal)));
