/** `sitemon consumer`: Kafka → consumer threads → PostgreSQL. */
import { type DefineCommand, withDaemon } from "../define_command.ts";
import { runDaemon } from "../service/daemon.ts";

export const define: DefineCommand = (command, { terminal, exit }) =>
  withDaemon(command, "consumer")
    .description("Reads reports from Kafka and applies them to PostgreSQL.")
    .action((options) => exit(runDaemon("consumer", options, terminal)));
